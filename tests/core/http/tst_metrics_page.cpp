#include "answer.h"
#include "fake_source.h"
#include "http/metrics_page.h"
#include "inference/workbench.h"
#include "make_tensor.h"
#include "test_files.h"

#include <iostream>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QtTest>
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
        request.decode = [](const LoadedModel &) -> Result<InferenceInputs> {
            return InferenceInputs(SampleInputs{zeros({4})});
        };
        Answer<Prediction> answer;
        workbench->predict(std::move(request), answer.callback());
        if (!answer.get())
            ++failures;
    }
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
        const QString model = QStringLiteral("{model=\"net \\\"one\\\" \\\\ \u00e9\"");
        const auto row = [](const QString &start) {
            QTest::newRow(qPrintable(start.simplified())) << start;
        };
        const auto one = [](const char *name) { return QString::fromLatin1(name); };
        row(one("warmbench_model_cache_hits_total") + labels + one("2\n"));
        row(one("warmbench_model_cache_misses_total") + labels + one("1\n"));
        row(one("warmbench_model_cache_coalesced_total") + labels + one("0\n"));
        row(one("warmbench_model_memory_bytes") + labels + one("1000\n"));
        row(one("warmbench_model_load_seconds_count") + model + one("} 1\n"));
        row(one("warmbench_phase_seconds_count") + model + one(",phase=\"infer\"} 3\n"));
        row(one("warmbench_request_seconds_count{route=\"/predict/{name}\",status=\"200\"} 1\n"));
        row(one("nv_inference_request_success") + labels + one("3\n"));
        row(one("nv_inference_count") + labels + one("3\n"));
        row(one("nv_inference_exec_count") + labels + one("3\n"));
        for (const char *part :
             {"request", "queue", "compute_input", "compute_infer", "compute_output"})
            row(one("nv_inference_") + one(part) + one("_duration_us") + labels);
        for (const char *name :
             {"warmbench_model_cache_evictions_total 0\n",
              "warmbench_model_cache_load_failures_total 0\n", "warmbench_model_cache_bytes 1000\n",
              "warmbench_model_cache_budget_bytes ", "warmbench_queue_length 0\n",
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
