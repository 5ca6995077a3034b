#include "answer.h"
#include "fake_source.h"
#include "http/pages/metrics_page.h"
#include "inference/workbench.h"
#include "make_tensor.h"
#include "test_files.h"

#include <array>
#include <fmt/format.h>
#include <iostream>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <sstream>

using namespace warmbench;
using namespace std::chrono_literals;

namespace {

constexpr const char *oddName = "net \"one\" \\ \u00e9";

// A workbench whose model was asked three times.
class Used
{
public:
    Used()
    {
        auto source = std::make_unique<FakeSource>();
        source->set(oddName);
        workbench = std::make_unique<Workbench>(WorkbenchOptions(), clock, std::move(source));
        for (int i = 0; i < 3; ++i)
            predict(oddName);
        predict("unknown");
        workbench->metrics().recordHttp("/predict/{name}", 200, 5ms);
        workbench->metrics().recordHttp("/predict/{name}", 404, 1ms);
    }

    std::string page() const { return http::metricsPage(*workbench); }

    SystemClock clock;
    std::unique_ptr<Workbench> workbench;
    int failures = 0;

private:
    void predict(const std::string &name)
    {
        InferenceRequest request;
        request.model.name = name;
        request.decode = [](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
            return InferenceInputs(SampleInputs{zeros({4})});
        };
        Answer<Prediction> answer;
        workbench->predict(std::move(request), answer.callback());
        if (!answer.get())
            ++failures;
    }
};

// A workbench over models that the test makes.
class Bench
{
public:
    static InferenceRequest requestFor(ModelId model)
    {
        InferenceRequest request;
        request.model = std::move(model);
        request.decode = [](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
            return InferenceInputs(SampleInputs{zeros({4})});
        };
        return request;
    }

    bool predict(ModelId model)
    {
        Answer<Prediction> answer;
        workbench.predict(requestFor(std::move(model)), answer.callback());
        return answer.get().has_value();
    }

    // Of a sample with these labels and no others; -1: there is none.
    int value(const std::string &metric, const std::string &model, const std::string &version)
    {
        const std::string page = http::metricsPage(workbench);
        const std::string start =
            fmt::format("\n{}{{model=\"{}\",version=\"{}\"}} ", metric, model, version);
        const auto at = page.find(start);
        return at == std::string::npos ? -1 : std::stoi(page.substr(at + start.size()));
    }

private:
    std::unique_ptr<FakeSource> m_owned = std::make_unique<FakeSource>();
    SystemClock m_clock;

public:
    FakeSource &source = *m_owned;
    Workbench workbench{WorkbenchOptions(), m_clock, std::move(m_owned)};
};

bool hasLine(const std::string &page, const std::string &start)
{
    return page.starts_with(start) || page.find("\n" + start) != std::string::npos;
}

// Everything but Triton's families, whose names are not those that promtool's rules ask for.
QByteArray withoutTriton(const std::string &page)
{
    QByteArray kept;
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);) {
        if (line.find("nv_inference_") == std::string::npos)
            kept += QByteArray::fromStdString(line) + '\n';
    }
    return kept;
}

} // namespace

class TestMetricsPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsWhatTheContractLists_data()
    {
        QTest::addColumn<QString>("start");
        const QString labels =
            QStringLiteral("{model=\"net \\\"one\\\" \\\\ \u00e9\",version=\"1\"} ");
        const QString model =
            QStringLiteral("{model=\"net \\\"one\\\" \\\\ \u00e9\",version=\"1\"");
        const auto row = [](const QString &start) {
            QTest::newRow(qPrintable(start.simplified())) << start;
        };
        const auto one = [](const char *name) { return QString::fromLatin1(name); };
        row(one("warmbench_model_cache_hits_total") + labels + one("2\n"));
        row(one("warmbench_model_cache_misses_total") + labels + one("1\n"));
        row(one("warmbench_model_cache_coalesced_total") + labels + one("0\n"));
        row(one("warmbench_model_memory_bytes") + labels + one("1000\n"));
        row(one("warmbench_model_cache_evictions_total") + labels + one("0\n"));
        row(one("warmbench_model_cache_load_failures_total") + labels + one("0\n"));
        row(one("warmbench_queue_length") + labels + one("0\n"));
        row(one("warmbench_model_load_seconds_count") + model + one("} 1\n"));
        row(one("warmbench_phase_seconds_count") + model + one(",phase=\"infer\"} 3\n"));
        row(one("warmbench_requests_refused_total{route=\"/predict/{name}\",status=\"404\"} 1\n"));
        // Of the one that waited for a load alone.
        row(one("warmbench_phase_seconds_count") + model + one(",phase=\"load\"} 1\n"));
        row(one("warmbench_request_seconds_count{route=\"/predict/{name}\",status=\"200\"} 1\n"));
        row(one("nv_inference_request_success") + labels + one("3\n"));
        row(one("nv_inference_count") + labels + one("3\n"));
        row(one("nv_inference_exec_count") + labels + one("3\n"));
        for (const char *part :
             {"request", "queue", "compute_input", "compute_infer", "compute_output"})
            row(one("nv_inference_") + one(part) + one("_duration_us") + labels);
        for (const char *name :
             {"warmbench_model_cache_bytes 1000\n", "warmbench_model_cache_budget_bytes ",
              "warmbench_prediction_cache_hits_total 0\n",
              "warmbench_prediction_cache_misses_total 0\n",
              "warmbench_prediction_cache_evictions_total 0\n",
              "warmbench_prediction_cache_bytes 0\n", "process_resident_memory_bytes ",
              "process_cpu_seconds_total ", "warmbench_build_info{version=\""})
            row(one(name));
    }
    void tellsWhatTheContractLists()
    {
        QFETCH(QString, start);
        static const Used used;
        QCOMPARE(used.failures, 1); // the unknown one
        const std::string page = used.page();
        QVERIFY2(hasLine(page, start.toStdString()), page.c_str());
    }

    void eachModelCountsItsOwn()
    {
        Bench bench;
        bench.source.set("large", {.versions = {"1", "7"}});
        bench.source.set("torn");
        bench.source.failLoads("torn", failedPrecondition("Layer \"dense\" broke."));
        QVERIFY(bench.predict({"large", {}}));
        QVERIFY(!bench.predict({"torn", {}}));
        bench.workbench.cache().setBudget({});
        QTRY_COMPARE(bench.value("warmbench_model_cache_evictions_total", "large", "7"), 1);
        QTRY_COMPARE(bench.value("warmbench_model_cache_load_failures_total", "torn", "1"), 1);
        QCOMPARE(bench.value("warmbench_model_cache_evictions_total", "torn", "1"), 0);
        QCOMPARE(bench.value("warmbench_model_cache_load_failures_total", "large", "7"), 0);
        // It has left, and its figures have not.
        QCOMPARE(bench.value("warmbench_model_cache_misses_total", "large", "7"), 1);
        QCOMPARE(bench.value("warmbench_model_load_seconds_count", "large", "7"), 1);
        QCOMPARE(bench.value("warmbench_model_load_seconds_count", "torn", "1"), -1);
        bench.workbench.cache().setBudget(mebibytes(1));
        QVERIFY(bench.predict({"large", "1"}));
        QCOMPARE(bench.value("warmbench_model_load_seconds_count", "large", "1"), 1);
        QCOMPARE(bench.value("warmbench_model_load_seconds_count", "large", "7"), 1);
    }

    void aSharedModelIsLoadedOnce()
    {
        Bench bench;
        bench.source.set("m");
        QVERIFY(bench.predict({"m", {}}));
        QVERIFY(bench.predict({"m", "1"}));
        QCOMPARE(bench.value("warmbench_model_load_seconds_count", "m", "1"), 1);
        QCOMPARE(bench.value("nv_inference_count", "m", "1"), 2);
    }

    void eachModelHasItsQueue()
    {
        Bench bench;
        const auto gate = std::make_shared<Gate>();
        FakeModel slow;
        slow.network.runGate = gate;
        bench.source.set("slow", slow);
        bench.source.set("idle");
        QVERIFY(bench.predict({"slow", {}}));
        QVERIFY(bench.predict({"idle", {}}));
        gate->close();
        std::array<Answer<Prediction>, 3> answers;
        for (auto &answer : answers)
            bench.workbench.predict(Bench::requestFor({"slow", {}}), answer.callback());
        QVERIFY(gate->awaitWaiting(1));
        QTRY_COMPARE(bench.value("warmbench_queue_length", "slow", "1"), 2);
        QCOMPARE(bench.value("warmbench_queue_length", "idle", "1"), 0);
        gate->open();
        for (auto &answer : answers)
            QVERIFY(answer.get());
        QCOMPARE(bench.value("warmbench_queue_length", "slow", "1"), 0);
    }

    // A folder in which models come and go must not make the page grow for ever.
    void aModelThatLeftTheFolderIsToldNoMore()
    {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        for (const char *name : {"stays.onnx", "goes.onnx"})
            std::filesystem::copy_file(testModel("tiny_64.onnx"), path / name);
        const SystemClock clock;
        Workbench workbench({}, clock);
        QVERIFY(workbench.open(path, false));
        for (const char *name : {"stays", "goes"}) {
            Answer<void> loaded;
            workbench.cache().load({name, {}}, loaded.callback());
            QVERIFY(loaded.get());
        }
        QVERIFY(http::metricsPage(workbench).find("model=\"goes\"") != std::string::npos);
        std::filesystem::remove(path / "goes.onnx");
        workbench.keepHouse();
        const std::string page = http::metricsPage(workbench);
        QVERIFY(page.find("model=\"goes\"") == std::string::npos);
        QVERIFY(page.find("model=\"stays\"") != std::string::npos);
    }

    void theDashboardReadsWhatIsThere()
    {
        QFile file(QString::fromStdString(sourceFile("packaging/grafana-dashboard.json").string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray json = file.readAll();
        QVERIFY(QJsonDocument::fromJson(json).isObject());
        const Used used;
        const std::string page = used.page();
        const QRegularExpression name(
            QStringLiteral("\\b((warmbench|nv_inference|process)_[a-z_]+)[{,]"));
        int names = 0;
        for (auto found = name.globalMatch(QString::fromUtf8(json)); found.hasNext(); ++names) {
            const std::string wanted = found.next().captured(1).toStdString();
            QVERIFY2(hasLine(page, wanted + "{") || hasLine(page, wanted + " "), wanted.c_str());
        }
        QVERIFY(names > 15);
    }

    void promtoolFindsNothingToSay()
    {
        const QString promtool = QStandardPaths::findExecutable(QStringLiteral("promtool"));
        if (promtool.isEmpty()) {
            std::cerr << "SKIPPED: promtool is not installed (Debian package prometheus), so "
                         "nobody else has checked /metrics.\n";
            QSKIP("promtool is not installed");
        }
        const Used used;
        for (const bool all : {true, false}) {
            QProcess check;
            check.start(promtool, {QStringLiteral("check"), QStringLiteral("metrics")});
            check.write(all ? QByteArray::fromStdString(used.page()) : withoutTriton(used.page()));
            check.closeWriteChannel();
            QVERIFY(check.waitForFinished());
            const QByteArray said = check.readAllStandardError() + check.readAllStandardOutput();
            // 3: understood, but against its rules for names.
            QVERIFY2(check.exitCode() == 0 || (all && check.exitCode() == 3), said.constData());
        }
    }
};

QTEST_GUILESS_MAIN(TestMetricsPage)
#include "tst_metrics_page.moc"
