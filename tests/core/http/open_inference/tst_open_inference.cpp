// The Open Inference Protocol: what the server says of itself and of models, the repository,
// statistics, batches, classes, and what broken clients send. Binary tensors have a test of their
// own.
#include "api_server.h"
#include "base/logging.h"
#include "binary_body.h"
#include "fake_picture.h"
#include "make_tensor.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonValue>
#include <QTest>

using namespace warmbench;
using namespace warmbench::http;

namespace {

QString key(const char *name)
{
    return QLatin1String(name);
}

constexpr std::string_view fakeBody =
    R"({"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4]}]})";

} // namespace

class TestOpenInference : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void serverTellsNameExtensionsAndHealth()
    {
        ApiServer api(fakeAndPicture());
        QVERIFY(api.started());
        const QJsonObject server = jsonOf(api.get("/v2"));
        QCOMPARE(server[key("name")].toString(), QStringLiteral("triton"));
        QVERIFY(!server[key("version")].toString().isEmpty());
        QVERIFY(server[key("extensions")].toArray().contains(QStringLiteral("statistics")));
        QCOMPARE(api.get("/v2/health/live?test_1=1&test_2=2").status, 200);
        QCOMPARE(api.get("/v2/health/ready").status, 200);
        QCOMPARE(api.post("/v2/health/ready").status, 405);
    }

    void unknownModelsAreToldInTritonsWords_data()
    {
        QTest::addColumn<QString>("verb");
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("message");
        const QString plain = QStringLiteral("Request for unknown model: 'wrong' is not found");
        const auto row = [&](const char *verb, const char *target, const QString &message) {
            QTest::newRow(target) << key(verb) << key(target) << message;
        };
        row("GET", "/v2/models/wrong", plain);
        row("GET", "/v2/models/wrong/config", plain);
        row("GET", "/v2/models/wrong/ready", plain);
        row("GET", "/v2/models/wrong/stats", plain);
        row("POST", "/v2/models/wrong/infer", plain);
        row("POST", "/v2/repository/models/wrong/unload", plain);
        row("GET", "/v2/models/fake/versions/7",
            QStringLiteral("Request for unknown model: 'fake' version 7 is not found"));
    }
    void unknownModelsAreToldInTritonsWords()
    {
        QFETCH(QString, verb);
        QFETCH(QString, target);
        QFETCH(QString, message);
        ApiServer api(fakeAndPicture());
        const bool get = verb == key("GET");
        const auto answer =
            get ? api.get(target.toStdString()) : api.post(target.toStdString(), fakeBody);
        QCOMPARE(answer.status, 404);
        QCOMPARE(jsonOf(answer)[key("error")].toString(), message);
        QCOMPARE(jsonOf(answer)[key("code")].toString(), QStringLiteral("NOT_FOUND"));
    }

    void metadataAndConfigurationTellOfAModelNeverLoaded()
    {
        ApiServer api(fakeAndPicture());
        const QJsonObject model = jsonOf(api.get("/v2/models/fake"));
        QCOMPARE(model[key("name")].toString(), QStringLiteral("fake"));
        QCOMPARE(model[key("versions")].toArray(), QJsonArray{QStringLiteral("1")});
        QCOMPARE(model[key("platform")].toString(), QStringLiteral("fake_onnx"));
        const QJsonObject input = model[key("inputs")].toArray()[0].toObject();
        QCOMPARE(input[key("name")].toString(), QStringLiteral("x"));
        QCOMPARE(input[key("datatype")].toString(), QStringLiteral("FP32"));
        QCOMPARE(input[key("shape")].toArray(), (QJsonArray{-1, 4}));
        QCOMPARE(jsonOf(api.get("/v2/models/fake/versions/1"))[key("outputs")].toArray().size(), 1);

        const QJsonObject config = jsonOf(api.get("/v2/models/picture/config"));
        QVERIFY(config[key("max_batch_size")].toInt() > 0);
        const QJsonObject image = config[key("input")].toArray()[0].toObject();
        QCOMPARE(image[key("data_type")].toString(), QStringLiteral("TYPE_FP32"));
        QCOMPARE(image[key("format")].toString(), QStringLiteral("FORMAT_NCHW"));
        QCOMPARE(image[key("dims")].toArray(), (QJsonArray{1, 2, 2}));
        QCOMPARE(api.source().loads(), 0); // a GET changes nothing
        QCOMPARE(jsonOf(api.get("/models/fake"))[key("state")].toString(),
                 QStringLiteral("registered"));
        QCOMPARE(jsonOf(api.get("/models/fake"))[key("load_ms")], QJsonValue());
        QCOMPARE(api.get("/v2/models/fake/ready").status, 200);
        QCOMPARE(api.source().descriptions(), 2); // of each file once
    }

    void classificationGivesTheHighestValues()
    {
        ApiServer api(fakeAndPicture());
        const std::string body =
            R"({"inputs":[{"name":"image","shape":[2,1,2,2],"datatype":"FP32","data":)"
            R"([0.5,null,2,-1,0,0,0,3]}],"outputs":[{"name":"scores","parameters":)"
            R"({"classification":2}}]})";
        const QJsonObject output =
            jsonOf(api.post("/v2/models/picture/infer", body))[key("outputs")]
                .toArray()[0]
                .toObject();
        QCOMPARE(output[key("datatype")].toString(), QStringLiteral("BYTES"));
        QCOMPARE(output[key("shape")].toArray(), (QJsonArray{2, 2}));
        QCOMPARE(
            output[key("data")].toArray(),
            (QJsonArray{QStringLiteral("2.000000:2:two"), QStringLiteral("0.500000:0:zero"),
                        QStringLiteral("3.000000:3:three"), QStringLiteral("0.000000:0:zero")}));
    }

    void aBatchRunsOnNetworksThatTakeOneSample()
    {
        auto source = std::make_unique<FakeSource>();
        FakeModel one;
        one.network.spec = networkSpec({tensorSpec("x", {1, 2})}, {tensorSpec("y", {1, 2})});
        one.network.batches = false;
        source->set("one", one);
        ApiServer api(std::move(source));
        const auto answer = api.post(
            "/v2/models/one/infer",
            R"({"inputs":[{"name":"x","shape":[3,2],"datatype":"FP32","data":[1,2,3,4,5,6]}]})");
        QVERIFY2(answer.status == 200, answer.body.c_str());
        QCOMPARE(jsonOf(answer)[key("outputs")].toArray()[0].toObject()[key("data")].toArray(),
                 (QJsonArray{1, 2, 3, 4, 5, 6}));
        const QJsonObject statistics =
            jsonOf(api.get("/v2/models/one/stats"))[key("model_stats")].toArray()[0].toObject();
        QCOMPARE(statistics[key("inference_count")].toInt(), 3);
        QCOMPARE(statistics[key("execution_count")].toInt(), 3);
    }

    void rowsThatDependOnEachOtherRunTogether()
    {
        auto source = std::make_unique<FakeSource>();
        FakeModel rows;
        rows.network.spec = networkSpec({tensorSpec("x", {-1, 2})}, {tensorSpec("y", {-1, 2})});
        rows.network.spec.samplesDepend = true;
        rows.network.batches = false;
        source->set("rows", rows);
        ApiServer api(std::move(source));
        const auto answer = api.post(
            "/v2/models/rows/infer",
            R"({"inputs":[{"name":"x","shape":[3,2],"datatype":"FP32","data":[1,2,3,4,5,6]}]})");
        QVERIFY2(answer.status == 200, answer.body.c_str());
        const auto served =
            api.post("/v1/models/rows:predict", R"({"instances": [[1,2],[3,4],[5,6]]})");
        QVERIFY2(served.status == 200, served.body.c_str());
        // Without an extent that counts samples, an instance is the whole input.
        FakeModel list = rows;
        list.network.spec = networkSpec({tensorSpec("x", {-1})}, {tensorSpec("y", {-1})});
        list.network.spec.samplesDepend = true;
        auto lists = std::make_unique<FakeSource>();
        lists->set("list", list);
        ApiServer other(std::move(lists));
        const auto whole = other.post("/v1/models/list:predict", R"({"instances": [[1,2,3]]})");
        QVERIFY2(whole.status == 200, whole.body.c_str());
        const QJsonObject statistics =
            jsonOf(api.get("/v2/models/rows/stats"))[key("model_stats")].toArray()[0].toObject();
        QCOMPARE(statistics[key("execution_count")].toInt(), 2);
    }

    void unloadLoadAndIndexAgreeOnWhatIsReady()
    {
        ApiServer api(fakeAndPicture());
        const auto stateOf = [&] {
            const auto index = api.post("/v2/repository/index");
            const auto list =
                QJsonDocument::fromJson(QByteArray::fromStdString(index.body)).array();
            for (const auto &entry : list) {
                if (entry.toObject()[key("name")].toString() == key("fake"))
                    return entry.toObject()[key("state")].toString();
            }
            return QStringLiteral("missing");
        };
        QCOMPARE(api.get("/v2/models/fake/ready").status, 200); // never loaded
        QCOMPARE(api.post("/v2/repository/models/fake/load", "{}").status, 200);
        QCOMPARE(stateOf(), QStringLiteral("READY"));
        QCOMPARE(api.post("/v2/models/fake/versions/1/infer", fakeBody).status, 200);
        const auto gone = api.post("/v2/repository/models/fake/unload",
                                   R"({"parameters":{"unload_dependents":false}})");
        QCOMPARE(gone.status, 200);
        QCOMPARE(api.source().alive(), 0);
        QCOMPARE(api.get("/v2/models/fake/ready").status, 400);
        QCOMPARE(api.get("/v2/models/fake/versions/1/ready").status, 400);
        QCOMPARE(stateOf(), QStringLiteral("UNAVAILABLE"));
        QCOMPARE(api.post("/v2/repository/index", R"({"ready": true})").body, std::string("[]\n"));
        QCOMPARE(api.get("/v2/models/fake").status, 200); // known from the last load
        QCOMPARE(api.source().alive(), 0);
        QCOMPARE(api.post("/v2/models/fake/infer", fakeBody).status, 200);
        QCOMPARE(api.get("/v2/models/fake/ready").status, 200);
    }

    void loadTellsWhyItFailed()
    {
        ApiServer api(fakeAndPicture());
        const auto wrong = api.post("/v2/repository/models/wrong/load", "{}");
        QCOMPARE(wrong.status, 404);
        QVERIFY2(wrong.body.find("failed to load 'wrong'") != std::string::npos,
                 wrong.body.c_str());
        const auto changed = api.post("/v2/repository/models/fake/load",
                                      R"({"parameters":{"file:1/m.onnx":"aGk="}})");
        QCOMPARE(changed.status, 400);
        QVERIFY2(changed.body.find("failed to load 'fake'") != std::string::npos,
                 changed.body.c_str());
        api.source().failLoads("fake", failedPrecondition("The file is cut off."));
        const auto cut = api.post("/v2/repository/models/fake/load");
        QCOMPARE(cut.status, 424);
        QVERIFY2(cut.body.find("cut off") != std::string::npos, cut.body.c_str());
        QCOMPARE(api.get("/v2/models/fake/ready").status, 400);
    }

    void statisticsCountSuccessAndFailure()
    {
        ApiServer api(fakeAndPicture());
        for (int i = 0; i < 3; ++i)
            QCOMPARE(api.post("/v2/models/fake/infer", fakeBody).status, 200);
        QCOMPARE(api.post("/v2/models/fake/infer", R"({"inputs": []})").status, 400);
        for (const char *target :
             {"/v2/models/fake/stats", "/v2/models/fake/versions/1/stats", "/v2/models/stats"}) {
            const auto list = jsonOf(api.get(target))[key("model_stats")].toArray();
            QCOMPARE(list.size(), 1);
            const QJsonObject model = list[0].toObject();
            QCOMPARE(model[key("name")].toString(), QStringLiteral("fake"));
            QCOMPARE(model[key("version")].toString(), QStringLiteral("1"));
            QCOMPARE(model[key("inference_count")].toInt(), 3);
            QVERIFY(model[key("last_inference")].toDouble() > 1.6e12);
            const QJsonObject inference = model[key("inference_stats")].toObject();
            QCOMPARE(inference[key("success")].toObject()[key("count")].toInt(), 3);
            QCOMPARE(inference[key("fail")].toObject()[key("count")].toInt(), 1);
            for (const char *phase :
                 {"queue", "compute_input", "compute_infer", "compute_output", "cache_hit"})
                QVERIFY2(inference[key(phase)].toObject().contains(key("ns")), phase);
        }
    }

    void statisticsTellRunsByTheirBatch()
    {
        auto source = fakeAndPicture();
        FakeModel one;
        one.network.spec = networkSpec({tensorSpec("x", {1, 4})}, {tensorSpec("y", {1, 4})});
        one.network.batches = false;
        source->set("one", one);
        ApiServer api(std::move(source));
        const auto statisticsOf = [&](const std::string &name) {
            return jsonOf(api.get("/v2/models/" + name + "/stats"))[key("model_stats")][0]
                .toObject();
        };
        QCOMPARE(api.post("/v2/repository/models/fake/load").status, 200); // no inference
        QCOMPARE(statisticsOf("fake")[key("last_inference")].toDouble(-1), 0.0);
        QCOMPARE(statisticsOf("fake")[key("batch_stats")].toArray(), QJsonArray());

        constexpr std::string_view three =
            R"({"inputs":[{"name":"x","shape":[3,4],"datatype":"FP32","data":)"
            R"([1,2,3,4,5,6,7,8,9,10,11,12]}]})";
        for (const char *name : {"fake", "one"}) {
            const std::string target = std::string("/v2/models/") + name + "/infer";
            QCOMPARE(api.post(target, three).status, 200);
            QCOMPARE(api.post(target, three).status, 200);
            QCOMPARE(api.post(target, fakeBody).status, 200);
            QCOMPARE(statisticsOf(name)[key("inference_count")].toInt(), 7);
        }
        const auto count = [](const QJsonValue &batch) {
            return batch[key("compute_infer")][key("count")].toInt();
        };
        const QJsonObject together = statisticsOf("fake");
        const QJsonArray batches = together[key("batch_stats")].toArray();
        QCOMPARE(batches.size(), 2);
        QCOMPARE(batches[0][key("batch_size")].toInt(), 1);
        QCOMPARE(count(batches[0]), 1);
        QCOMPARE(batches[1][key("batch_size")].toInt(), 3);
        QCOMPARE(count(batches[1]), 2);
        QCOMPARE(together[key("execution_count")].toInt(), 3);
        const auto time = [](const QJsonValue &of, const char *phase) {
            return of[key(phase)][key("ns")].toDouble();
        };
        for (const char *phase : {"compute_input", "compute_infer", "compute_output"})
            QCOMPARE(time(batches[0], phase) + time(batches[1], phase),
                     time(together[key("inference_stats")], phase));

        const QJsonArray single = statisticsOf("one")[key("batch_stats")].toArray();
        QCOMPARE(single.size(), 1);
        QCOMPARE(single[0][key("batch_size")].toInt(), 1);
        QCOMPARE(count(single[0]), 7);
    }

    void modelsAreDescribedThatAreUnloadedOrCannotLoad()
    {
        ApiServer api(fakeAndPicture());
        QCOMPARE(api.post("/v2/repository/models/fake/unload").status, 200); // never loaded
        QCOMPARE(jsonOf(api.get("/v2/models/fake"))[key("inputs")].toArray().size(), 1);
        QCOMPARE(api.get("/v2/models/fake/versions/1/config").status, 200);
        QCOMPARE(api.get("/v2/models/fake/ready").status, 400); // which does not undo the unload
        QCOMPARE(api.source().loads(), 0);
        QCOMPARE(api.post("/v2/repository/models/fake/load").status, 200);
        QCOMPARE(api.get("/v2/models/fake").status, 200);

        api.source().failLoads("picture", failedPrecondition("No such operator."));
        QCOMPARE(api.post("/v2/repository/models/picture/load").status, 424);
        QCOMPARE(api.get("/v2/models/picture").status, 200);
    }

    void filesThatCannotBeDescribedSayWhy()
    {
        ApiServer api(fakeAndPicture());
        FakeModel broken;
        broken.describeError = failedPrecondition("The file is cut off.");
        api.source().set("broken", broken);
        for (const char *target : {"/v2/models/broken", "/v2/models/broken/config"}) {
            const auto answer = api.get(target);
            QCOMPARE(answer.status, 424);
            QVERIFY2(answer.body.find("cut off") != std::string::npos, answer.body.c_str());
        }
        QCOMPARE(api.source().descriptions(), 1);
        api.source().set("broken");
        api.source().touch("broken");
        QCOMPARE(api.get("/v2/models/broken").status, 200);
    }

    void badRequestsAreToldWhatWasExpected_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("binary");
        QTest::addColumn<QStringList>("told");
        const auto row = [](const char *name, const QByteArray &json, const QByteArray &binary,
                            const QStringList &told) {
            QTest::newRow(name) << json << binary << told;
        };
        const auto input = [](const QByteArray &members) {
            return QByteArray(R"({"inputs":[{)") + members + "}]}";
        };
        const QByteArray named = R"("name":"x","shape":[1,4],"datatype":"FP32")";
        row("datatype", input(R"("name":"x","shape":[1,4],"datatype":"INT32","data":[1,2,3,4])"),
            {}, {key("\"x\""), key("INT32 [1, 4]"), key("FP32 [-1, 4]")});
        row("shape", input(R"("name":"x","shape":[1,5],"datatype":"FP32","data":[1,2,3,4,5])"), {},
            {key("\"x\""), key("FP32 [1, 5]"), key("FP32 [-1, 4]")});
        row("unknown input", input(R"("name":"y","shape":[1,4],"datatype":"FP32","data":[])"), {},
            {key("no input named \"y\""), key("its inputs are x")});
        row("missing input", R"({"inputs":[]})", {}, {key("\"x\" is missing")});
        row("twice",
            R"({"inputs":[{)" + named + R"(,"data":[1,2,3,4]},{)" + named +
                R"(,"data":[1,2,3,4]}]})",
            {}, {key("twice")});
        row("too few numbers", input(named + R"(,"data":[1,2,3])"), {},
            {key("x"), key("3 values")});
        row("no data", input(named), {}, {key("no data")});
        row("both", input(named + R"(,"data":[1,2,3,4],"parameters":{"binary_data_size":16})"),
            QByteArray(16, '\0'), {key("both")});
        row("announces more", input(named + R"(,"parameters":{"binary_data_size":99})"),
            QByteArray(16, '\0'), {key("99 bytes"), key("16 are left")});
        row("left over", input(named + R"(,"parameters":{"binary_data_size":16})"),
            QByteArray(20, '\0'), {key("4 bytes")});
        row("wrong size", input(named + R"(,"parameters":{"binary_data_size":12})"),
            QByteArray(12, '\0'), {key("12 bytes"), key("expected 16"), key("FP32 [1, 4]")});
        row("negative size", input(named + R"(,"parameters":{"binary_data_size":-1})"), {},
            {key("binary_data_size")});
        row("huge shape",
            input(
                R"("name":"x","shape":[1099511627776,1099511627776],"datatype":"FP32","data":[])"),
            {}, {key("\"x\"")});
        row("negative shape", input(R"("name":"x","shape":[-1,4],"datatype":"FP32","data":[])"), {},
            {key("shape of input \"x\"")});
        row("empty batch", input(R"("name":"x","shape":[0,4],"datatype":"FP32","data":[])"), {},
            {key("FP32 [0, 4]")});
        row("unknown datatype", input(R"("name":"x","shape":[1,4],"datatype":"float","data":[])"),
            {}, {key("\"float\""), key("FP32")});
        row("pictures for numbers",
            input(R"("name":"x","shape":[1],"datatype":"BYTES","data":["aGk="])"), {},
            {key("BYTES [1]"), key("FP32 [-1, 4]")});
        row("unknown output",
            R"({"inputs":[{)" + named + R"(,"data":[1,2,3,4]}],"outputs":[{"name":"z"}]})", {},
            {key("no output named \"z\""), key("its outputs are y")});
        row("output twice",
            R"({"inputs":[{)" + named +
                R"(,"data":[1,2,3,4]}],"outputs":[{"name":"y"},{"name":"y"}]})",
            {}, {key("twice")});
        row("shared memory", input(named + R"(,"parameters":{"shared_memory_region":"r"})"), {},
            {key("shared memory")});
        row("id", R"({"id":7,"inputs":[]})", {}, {key("\"id\" is a number")});
        row("no inputs", "{}", {}, {key("no \"inputs\"")});
        row("a list", "[]", {}, {key("a list")});
        row("cut off", R"({"inputs":[{"name":"x")", {}, {key("no valid JSON")});
    }
    void badRequestsAreToldWhatWasExpected()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, binary);
        QFETCH(QStringList, told);
        ApiServer api(fakeAndPicture());
        const std::string fields =
            binary.isEmpty() ? std::string() : headerField(static_cast<std::size_t>(json.size()));
        const auto answer =
            api.post("/v2/models/fake/infer", (json + binary).toStdString(), fields);
        QVERIFY2(answer.status == 400, answer.body.c_str());
        const QString error = jsonOf(answer)[key("error")].toString();
        for (const QString &part : told)
            QVERIFY2(error.contains(part), qPrintable(error));
        QCOMPARE(api.post("/v2/models/fake/infer", fakeBody).status, 200);
    }
};

QTEST_GUILESS_MAIN(TestOpenInference)
#include "tst_open_inference.moc"
