// The simple API over a workbench: what each route answers, and that no request disturbs another.
#include "api_server.h"
#include "base/file.h"
#include "base/logging.h"
#include "test_files.h"

#include <atomic>
#include <numeric>
#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>
#include <thread>

using namespace warmbench;
using namespace warmbench::http;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view fourNumbers = R"({"input": [1, 2, 3, 4]})";

QString code(const HttpResponse &response)
{
    return jsonOf(response)[QLatin1String("code")].toString();
}

std::string contentOf(const std::filesystem::path &file)
{
    return readFile(file, mebibytes(16)).value_or(std::string());
}

} // namespace

class TestHttpApi : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void healthReadyIndexAndStatistics()
    {
        ApiServer api(oneFake());
        QVERIFY(api.started());
        QCOMPARE(api.get("/health").status, 200);
        QCOMPARE(api.get("/ready").status, 200);
        QVERIFY(jsonOf(api.get("/"))[QLatin1String("routes")].toArray().size() > 10);
        const QJsonObject statistics = jsonOf(api.get("/stats"));
        for (const char *key :
             {"hits", "misses", "coalesced", "evictions", "loads", "load_failures", "model_bytes",
              "budget_bytes", "rss_bytes", "uptime_s"})
            QVERIFY2(statistics[QLatin1String(key)].isDouble(), key);
        QVERIFY(statistics[QLatin1String("rss_bytes")].toDouble() > 1e6);
        QStringList engines;
        for (const auto &engine : statistics[QLatin1String("engines")].toArray()) {
            engines.append(engine[QLatin1String("name")].toString());
            // One that is not there says why.
            QVERIFY(engine[QLatin1String("version")].toString().isEmpty() !=
                    engine[QLatin1String("reason")].toString().isEmpty());
        }
        QCOMPARE(engines, QStringList({QStringLiteral("onnxruntime"), QStringLiteral("opencv")}));
    }

    void readyWaitsForWhatLoadsAtStart()
    {
        ApiServer api;
        QVERIFY(api.workbench().open(testModel("tiny_64.onnx"), true));
        QTRY_COMPARE(api.get("/ready").status, 200);
        QCOMPARE(jsonOf(api.get("/models/tiny_64"))[QLatin1String("state")].toString(),
                 QStringLiteral("ready"));
    }

    void measuringComparesTheEngines()
    {
        ApiServer api;
        QVERIFY(api.workbench().open(testModel("tiny_64.onnx"), true));
        QTRY_COMPARE(api.get("/ready").status, 200);
        QVERIFY(jsonOf(api.get("/models/tiny_64"))[QLatin1String("verdict")].isNull());
        const auto answer = api.post("/models/tiny_64/measure");
        QVERIFY2(answer.status == 200, answer.body.c_str());
        const QJsonObject verdict = jsonOf(answer);
        const QJsonArray engines = verdict[QLatin1String("engines")].toArray();
        const bool both = makeOnnxRuntimeEngine().has_value();
        QCOMPARE(engines.size(), both ? 2 : 1);
        QCOMPARE(verdict[QLatin1String("verified")].toBool(), both);
        for (const auto &engine : engines) {
            QVERIFY2(engine[QLatin1String("run_ms")].toDouble() > 0, answer.body.c_str());
            QVERIFY(engine[QLatin1String("memory_bytes")].toDouble() > 10'000);
            QVERIFY(engine[QLatin1String("refusal")].isNull());
        }
        if (both) {
            QVERIFY(engines[1][QLatin1String("agrees")].toBool());
            QVERIFY(engines[1][QLatin1String("largest_difference")].toDouble() < 1e-5);
        }
        const QJsonObject model = jsonOf(api.get("/models/tiny_64"));
        QCOMPARE(model[QLatin1String("verdict")].toObject(), verdict);
        QCOMPARE(model[QLatin1String("digest")], verdict[QLatin1String("digest")]);
        QCOMPARE(model[QLatin1String("state")].toString(), QStringLiteral("ready"));
        QCOMPARE(api.post("/models/nobody/measure").status, 404);
        QCOMPARE(api.get("/models/tiny_64/measure").status, 405);
    }

    void aRefreshTakesAnEngine()
    {
        ApiServer api;
        QVERIFY(api.workbench().open(testModel("tiny_64.onnx"), true));
        QTRY_COMPARE(api.get("/ready").status, 200);
        const auto engine = [&] {
            return jsonOf(api.get("/models/tiny_64"))[QLatin1String("engine")].toString();
        };
        const QString usual = engine();
        const auto report = api.post("/models/tiny_64/refresh?engine=opencv");
        QVERIFY2(report.status == 200, report.body.c_str());
        QVERIFY(jsonOf(report)[QLatin1String("reloaded")].toBool());
        QCOMPARE(engine(), QStringLiteral("opencv"));
        QCOMPARE(api.post("/models/tiny_64/refresh?force=true").status, 200);
        QCOMPARE(engine(), QStringLiteral("opencv"));
        QCOMPARE(api.post("/models/tiny_64/refresh?engine=auto").status, 200);
        QCOMPARE(engine(), usual);
        const auto refused = api.post("/models/tiny_64/refresh?engine=tensorrt");
        QCOMPARE(refused.status, 400);
        QVERIFY2(refused.body.find("onnxruntime") != std::string::npos, refused.body.c_str());
        QCOMPARE(engine(), usual);
    }

    void warningsAreAList()
    {
        QTemporaryDir folder;
        const auto place = std::filesystem::path(folder.path().toStdString());
        std::filesystem::copy_file(testModel("tiny_64.onnx"), place / "tiny.onnx");
        QVERIFY(writeFile(place / "tiny.warmbench.json",
                          R"({"labls": "a.txt", "taks": "regression"})"));
        ApiServer api;
        QVERIFY(api.workbench().open(place / "tiny.onnx", true));
        QTRY_COMPARE(api.get("/ready").status, 200);
        const QJsonObject model = jsonOf(api.get("/models/tiny"));
        const QJsonArray warnings = model[QLatin1String("warnings")].toArray();
        QVERIFY2(warnings.size() >= 2, api.get("/models/tiny").body.c_str());
        QCOMPARE(model[QLatin1String("warning")], warnings.first());
        QVERIFY(warnings[0].toString().contains(QLatin1String("labls")));
        QVERIFY(warnings[1].toString().contains(QLatin1String("taks")));
    }

    void predictionHasTheFormOfTheContract()
    {
        ApiServer api(oneFake(), {}, defaultFake());
        for (const char *target :
             {"/predict", "/predict/fake", "/predict/fake/versions/1", "/advanced_predict",
              "/advanced_predict/fake", "/advanced_predict/fake/versions/1", "/predict/f%61ke/"}) {
            const auto answer = api.post(target, fourNumbers);
            QVERIFY2(answer.status == 200, answer.body.c_str());
            const QJsonObject json = jsonOf(answer);
            QCOMPARE(json[QLatin1String("prediction")].toArray(),
                     (QJsonArray{QJsonArray{1, 2, 3, 4}}));
            QCOMPARE(json[QLatin1String("model")].toString(), QStringLiteral("fake"));
            QCOMPARE(json[QLatin1String("version")].toString(), QStringLiteral("1"));
            QCOMPARE(json[QLatin1String("digest")].toString(), QStringLiteral("sha256:1"));
            QCOMPARE(json[QLatin1String("engine")].toString(), QStringLiteral("fake"));
            QCOMPARE(json[QLatin1String("prediction_cache")].toString(), QStringLiteral("off"));
            QCOMPARE(json[QLatin1String("results")].toArray().size(), 1);
            QVERIFY(!json.contains(QLatin1String("outputs")));
            for (const char *phase :
                 {"load", "queue", "decode", "preprocess", "infer", "postprocess", "total"})
                QVERIFY2(
                    json[QLatin1String("timings_ms")].toObject().contains(QLatin1String(phase)),
                    phase);
        }
        const QJsonObject statistics = jsonOf(api.get("/stats"));
        QCOMPARE(statistics[QLatin1String("misses")].toInt() +
                     statistics[QLatin1String("hits")].toInt(),
                 7);
        QCOMPARE(jsonOf(api.get("/models/fake"))[QLatin1String("in_use")].toInt(-1), 0);
    }

    void firstRequestsAtOnceShareOneLoad()
    {
        ApiServer api(oneFake(), {}, defaultFake());
        api.source().loadGate.close();
        std::vector<HttpClient> clients;
        for (int i = 0; i < 100; ++i) {
            clients.emplace_back(api.port());
            QVERIFY(clients.back().request("POST", "/predict", fourNumbers));
        }
        QVERIFY(api.source().loadGate.awaitWaiting(1));
        const auto asked = [&] {
            const QJsonObject statistics = jsonOf(api.get("/stats"));
            return statistics[QLatin1String("misses")].toInt() +
                   statistics[QLatin1String("coalesced")].toInt();
        };
        QTRY_COMPARE(asked(), 100);
        api.source().loadGate.open();
        int good = 0;
        for (HttpClient &client : clients)
            good += client.response().status == 200 ? 1 : 0;
        QCOMPARE(good, 100);
        const QJsonObject statistics = jsonOf(api.get("/stats"));
        QCOMPARE(statistics[QLatin1String("loads")].toInt(), 1);
        QCOMPARE(statistics[QLatin1String("misses")].toInt(), 1);
        QCOMPARE(statistics[QLatin1String("coalesced")].toInt(), 99);
        QCOMPARE(statistics[QLatin1String("hits")].toInt(), 0);
    }

    void modelsAreListedInPages()
    {
        ApiServer api;
        QVERIFY(api.workbench().open(testModel("add.onnx").parent_path(), false));
        QStringList names;
        QString after;
        do {
            const QJsonObject page =
                jsonOf(api.get("/models?limit=3&after=" + after.toStdString()));
            const QJsonArray models = page[QLatin1String("models")].toArray();
            QVERIFY(models.size() <= 3);
            for (const auto &model : models)
                names.append(model.toObject()[QLatin1String("name")].toString());
            after = page[QLatin1String("next")].toString();
        } while (!after.isEmpty());
        const QJsonArray all = jsonOf(api.get("/models"))[QLatin1String("models")].toArray();
        QCOMPARE(names.size(), all.size());
        QVERIFY(names.contains(QStringLiteral("add")));
        QVERIFY(std::is_sorted(names.begin(), names.end()));
        QCOMPARE(api.get("/models?limit=0").status, 400);
        QCOMPARE(api.get("/models?limit=many").status, 400);
    }

    void verbsOnModels()
    {
        ApiServer api(oneFake(), {}, defaultFake());
        const auto state = [&] {
            return jsonOf(api.get("/models/fake"))[QLatin1String("state")].toString();
        };
        QVERIFY(jsonOf(api.get("/models/fake"))[QLatin1String("digest")].isNull());
        QCOMPARE(jsonOf(api.post("/models/fake/load"))[QLatin1String("state")].toString(),
                 QStringLiteral("ready"));
        QCOMPARE(api.source().loads(), 1);
        QCOMPARE(api.post("/models/fake/load").status, 200);
        QCOMPARE(api.source().loads(), 1);
        QVERIFY(jsonOf(api.post("/models/fake/pin"))[QLatin1String("pinned")].toBool());
        QVERIFY(!jsonOf(api.post("/models/fake/unpin"))[QLatin1String("pinned")].toBool());

        QJsonObject refreshed = jsonOf(api.post("/models/fake/refresh"));
        QCOMPARE(refreshed[QLatin1String("reloaded")].toBool(true), false);
        refreshed = jsonOf(api.post("/models/fake/refresh?force=true"));
        QCOMPARE(refreshed[QLatin1String("reloaded")].toBool(), true);
        api.source().change("fake", "sha256:2");
        refreshed = jsonOf(api.post("/refresh"));
        QCOMPARE(refreshed[QLatin1String("reloaded")].toBool(), true);
        QCOMPARE(refreshed[QLatin1String("old_digest")].toString(), QStringLiteral("sha256:1"));
        QCOMPARE(refreshed[QLatin1String("new_digest")].toString(), QStringLiteral("sha256:2"));

        QCOMPARE(api.post("/models/fake/unload").status, 200);
        QVERIFY(state() != QStringLiteral("ready"));
        QCOMPARE(jsonOf(api.get("/stats"))[QLatin1String("model_bytes")].toInt(-1), 0);
    }

    void badRefreshKeepsTheOldInstanceAndSaysWhy()
    {
        ApiServer api(oneFake(), {}, defaultFake());
        QCOMPARE(api.post("/predict", fourNumbers).status, 200);
        api.source().change("fake", "sha256:bad");
        api.source().failLoads("fake", failedPrecondition("The file is damaged."));
        const auto refused = api.post("/refresh");
        QCOMPARE(refused.status, 424);
        QCOMPARE(code(refused), QStringLiteral("FAILED_PRECONDITION"));
        const auto answer = jsonOf(api.post("/predict", fourNumbers));
        QCOMPARE(answer[QLatin1String("digest")].toString(), QStringLiteral("sha256:1"));
        QVERIFY(jsonOf(api.get("/models/fake"))[QLatin1String("reason")].toString().contains(
            QStringLiteral("damaged")));
    }

    void errorsHaveTheStatusOfTheirCode_data()
    {
        QTest::addColumn<int>("codeNumber");
        QTest::addColumn<int>("status");
        QTest::newRow("cannot load") << int(ErrorCode::FailedPrecondition) << 424;
        QTest::newRow("no room") << int(ErrorCode::ResourceExhausted) << 507;
        QTest::newRow("busy") << int(ErrorCode::Unavailable) << 503;
        QTest::newRow("defect") << int(ErrorCode::Internal) << 500;
    }
    void errorsHaveTheStatusOfTheirCode()
    {
        QFETCH(int, codeNumber);
        QFETCH(int, status);
        auto source = oneFake();
        source->failLoads("fake", Error{ErrorCode(codeNumber), "On purpose."});
        ApiServer api(std::move(source), {}, defaultFake());
        const auto answer = api.post("/models/fake/load");
        QCOMPARE(answer.status, status);
        QCOMPARE(code(answer), QString::fromLatin1(errorCodeName(ErrorCode(codeNumber))));
        QCOMPARE(answer.field("retry-after").empty(), status != 503);
    }

    void whatTakesTooLongIsAnsweredWithoutIt()
    {
        WorkbenchOptions options = defaultFake();
        options.deadline = 20ms;
        ApiServer api(oneFake(), {}, options);
        api.source().loadGate.close();
        const auto answer = api.post("/predict", fourNumbers);
        api.source().loadGate.open();
        QCOMPARE(answer.status, 504);
        QCOMPARE(code(answer), QStringLiteral("DEADLINE_EXCEEDED"));
    }

    void fullQueuesAnswerWithRetryAfter()
    {
        auto source = oneFake();
        auto gate = std::make_shared<Gate>();
        FakeModel model;
        model.network.runGate = gate;
        source->set("fake", model);
        WorkbenchOptions options = defaultFake();
        options.queueLimit = 2;
        ApiServer api(std::move(source), {}, options);
        QCOMPARE(api.post("/models/fake/load").status, 200);
        gate->close();
        std::vector<HttpClient> waiting;
        for (int i = 0; i < 3; ++i) {
            waiting.emplace_back(api.port());
            QVERIFY(waiting.back().request("POST", "/predict", fourNumbers));
            if (i == 0)
                QVERIFY(gate->awaitWaiting(1));
        }
        QTRY_COMPARE(api.workbench().scheduler().waiting(), std::size_t(2));
        const auto refused = api.post("/predict", fourNumbers);
        QCOMPARE(refused.status, 503);
        QCOMPARE(refused.field("retry-after"), std::string("1"));
        gate->open();
        for (HttpClient &client : waiting)
            QCOMPARE(client.response().status, 200);
    }

    void healthAnswersInMillisecondsWhileNetworksRun()
    {
        auto source = oneFake();
        auto gate = std::make_shared<Gate>();
        FakeModel model;
        model.network.runGate = gate;
        source->set("fake", model);
        ApiServer api(std::move(source), {}, defaultFake());
        QCOMPARE(api.post("/models/fake/load").status, 200);
        gate->close();
        std::vector<HttpClient> waiting;
        for (int i = 0; i < 20; ++i) {
            waiting.emplace_back(api.port());
            QVERIFY(waiting.back().request("POST", "/predict", fourNumbers));
        }
        QVERIFY(gate->awaitWaiting(1));
        // The quickest of some: the machine may be busy, the http thread must not be.
        qint64 quickest = std::numeric_limits<qint64>::max();
        HttpClient client(api.port());
        for (int i = 0; i < 20; ++i) {
            QElapsedTimer time;
            time.start();
            QCOMPARE(client.exchange("GET", "/health").status, 200);
            quickest = std::min(quickest, time.nsecsElapsed());
        }
        gate->open();
        for (HttpClient &one : waiting)
            QCOMPARE(one.response().status, 200);
        QVERIFY2(quickest < 5'000'000, qPrintable(QString::number(quickest)));
    }

    void pipelinedPredictionsKeepTheirOrderWhateverTheyTake()
    {
        auto source = oneFake();
        auto gate = std::make_shared<Gate>();
        FakeModel slow;
        slow.network.runGate = gate;
        source->set("slow", slow);
        ApiServer api(std::move(source));
        QCOMPARE(api.post("/models/slow/load").status, 200);
        QCOMPARE(api.post("/models/fake/load").status, 200);
        HttpClient client(api.port());
        // What their answers take is known from then on, so that they go to work together.
        for (const char *path : {"/predict/slow", "/predict/fake"})
            QCOMPARE(client.exchange("POST", path, R"({"input": [0, 0, 0, 0]})").status, 200);
        gate->close();
        QVERIFY(client.request("POST", "/predict/slow", R"({"input": [1, 1, 1, 1]})"));
        QVERIFY(client.request("POST", "/predict/fake", R"({"input": [2, 2, 2, 2]})"));
        QVERIFY(client.request("GET", "/health"));
        const auto hits = [&] { return jsonOf(api.get("/stats"))[QLatin1String("hits")].toInt(); };
        QTRY_COMPARE(hits(), 4);
        QVERIFY(client.silentFor(30));
        gate->open();
        QCOMPARE(jsonOf(client.response())[QLatin1String("model")].toString(),
                 QStringLiteral("slow"));
        QCOMPARE(jsonOf(client.response())[QLatin1String("model")].toString(),
                 QStringLiteral("fake"));
        QVERIFY(client.response().body.find("ok") != std::string::npos);
    }

    void clientsThatLeaveMidInferenceDoNoHarm()
    {
        auto source = oneFake();
        auto gate = std::make_shared<Gate>();
        FakeModel model;
        model.network.runGate = gate;
        source->set("fake", model);
        ApiServer api(std::move(source), {}, defaultFake());
        QCOMPARE(api.post("/models/fake/load").status, 200);
        gate->close();
        {
            std::vector<HttpClient> leaving;
            for (int i = 0; i < 10; ++i) {
                leaving.emplace_back(api.port());
                QVERIFY(leaving.back().request("POST", "/predict", fourNumbers));
            }
            QVERIFY(gate->awaitWaiting(1));
            QTRY_COMPARE(api.workbench().scheduler().waiting(), std::size_t(9));
            for (std::size_t i = 0; i < leaving.size(); i += 2)
                leaving[i].reset();
        }
        // Those that waited are dropped, and not run for nobody.
        QTRY_COMPARE(api.workbench().scheduler().waiting(), std::size_t(0));
        gate->open();
        const auto inUse = [&] {
            return jsonOf(api.get("/models/fake"))[QLatin1String("in_use")].toInt(-1);
        };
        QTRY_COMPARE(inUse(), 0);
        QCOMPARE(api.post("/predict", fourNumbers).status, 200);
        QCOMPARE(gate->passed(), 2); // the one that ran already, and the last
    }

    void refreshesUnderLoadFailNoRequest()
    {
        QTemporaryDir folder;
        const std::filesystem::path file =
            std::filesystem::path(folder.path().toStdString()) / "net.onnx";
        const std::string first = contentOf(testModel("tiny_64.onnx"));
        QVERIFY(!first.empty());
        QVERIFY(writeFile(file, first));
        ApiServer api;
        QVERIFY(api.workbench().open(file, false));
        std::string body = "{\"input\": [0";
        for (int i = 1; i < 64; ++i)
            body += "," + std::to_string(i);
        body += "]}";
        QCOMPARE(api.post("/predict/net", body).status, 200);

        std::atomic<bool> done{false};
        std::atomic<int> good{0};
        std::atomic<int> bad{0};
        std::vector<std::thread> clients;
        for (int i = 0; i < 4; ++i) {
            clients.emplace_back([&] {
                HttpClient client(api.port());
                while (!done)
                    ++(client.exchange("POST", "/predict/net", body).status == 200 ? good : bad);
            });
        }
        int reloaded = 0;
        int refused = 0;
        bool reasonShown = true;
        for (int i = 0; i < 20; ++i) {
            const bool corrupt = i % 4 == 3;
            const auto written =
                writeFile(file, corrupt ? first.substr(0, first.size() / 2) : first);
            const auto answer = api.post("/models/net/refresh?force=true");
            reloaded += written && answer.status == 200 ? 1 : 0;
            refused += answer.status == 424 ? 1 : 0;
            const QJsonObject model = jsonOf(api.get("/models/net"));
            reasonShown &= model[QLatin1String("reason")].isNull() != corrupt &&
                           model[QLatin1String("state")].toString() == QStringLiteral("ready");
        }
        done = true;
        for (std::thread &client : clients)
            client.join();
        QCOMPARE(bad.load(), 0);
        QVERIFY(good > 20);
        QCOMPARE(reloaded, 15);
        QCOMPARE(refused, 5);
        QVERIFY(reasonShown);
    }

    void requestsAreRecorded()
    {
        std::mutex mutex;
        std::vector<RequestRecord> records;
        ApiServer api(oneFake(), {}, defaultFake());
        api.server().stop(1s);
        api.server().setRequestListener([&](const RequestRecord &record) {
            const std::lock_guard lock(mutex);
            records.push_back(record);
        });
        QVERIFY(api.server().start());
        QCOMPARE(api.post("/predict?score=0.5", fourNumbers).status, 200);
        QCOMPARE(api.get("/nowhere").status, 404);
        api.server().stop(1s);
        QCOMPARE(records.size(), std::size_t(2));
        QCOMPARE(records[0].method, std::string("POST"));
        QCOMPARE(records[0].path, std::string("/predict"));
        QCOMPARE(records[0].model, std::string("fake"));
        QCOMPARE(records[0].cache, std::string("miss"));
        QCOMPARE(records[0].requestBytes, std::int64_t(fourNumbers.size()));
        QCOMPARE(records[0].query, std::string("score=0.5"));
        // The phases are parts of the time that was measured apart from them.
        QVERIFY(records[0].phases.has_value());
        const auto sum = std::accumulate(records[0].phases->begin(), records[0].phases->end(), 0ns);
        QVERIFY(sum > 0ns && sum < records[0].total);
        QVERIFY(records[0].phases->at(std::size_t(Phase::Infer)) > 0ns);
        QVERIFY(!records[1].phases.has_value());
        QCOMPARE(records[1].status, 404);
    }

    void addressIsTold()
    {
        ApiServer api(oneFake());
        QCOMPARE(api.server().url(), "http://127.0.0.1:" + std::to_string(api.port()));
        api.server().stop(0ms);
        QCOMPARE(api.server().url(), std::string());
        QCOMPARE(api.server().port(), std::uint16_t(0));
    }
};

QTEST_GUILESS_MAIN(TestHttpApi)
#include "tst_http_api.moc"
