// The Open Inference Protocol as Triton's Python client speaks it: its request layouts byte for
// byte, the answers it reads, and what broken clients send.
#include "api_server.h"
#include "base/file.h"
#include "base/logging.h"
#include "make_tensor.h"
#include "test_files.h"

#include <cstring>
#include <limits>
#include <numeric>
#include <QJsonArray>
#include <QtTest>

using namespace warmbench;
using namespace warmbench::http;

namespace {

constexpr auto lengthField = "inference-header-content-length";

QString key(const char *name)
{
    return QLatin1String(name);
}

template <typename T>
std::string raw(const std::vector<T> &values)
{
    return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T)};
}

std::string element(const std::string &text)
{
    return raw<std::uint32_t>({static_cast<std::uint32_t>(text.size())}) + text;
}

std::string headerField(std::size_t length)
{
    return "Inference-Header-Content-Length: " + std::to_string(length) + "\r\n";
}

std::vector<std::int32_t> upFrom(std::int32_t first)
{
    std::vector<std::int32_t> values(16);
    std::iota(values.begin(), values.end(), first);
    return values;
}

QJsonArray listOf(const std::vector<std::int32_t> &values)
{
    QJsonArray list;
    for (const std::int32_t value : values)
        list.append(value);
    return list;
}

// The bytes of a binary output behind the answer's JSON; empty where it has none.
std::string blobOf(const HttpResponse &answer, const char *output)
{
    const auto length = static_cast<std::size_t>(std::atoll(answer.field(lengthField).c_str()));
    const auto json =
        QJsonDocument::fromJson(QByteArray::fromStdString(answer.body.substr(0, length))).object();
    std::size_t at = length;
    for (const auto &entry : json[key("outputs")].toArray()) {
        const QJsonObject object = entry.toObject();
        const auto size = static_cast<std::size_t>(
            object[key("parameters")].toObject()[key("binary_data_size")].toInt());
        if (object[key("name")].toString() == key(output))
            return answer.body.substr(at, size);
        at += size;
    }
    return {};
}

QJsonObject headOf(const HttpResponse &answer)
{
    const auto length = static_cast<std::size_t>(std::atoll(answer.field(lengthField).c_str()));
    return QJsonDocument::fromJson(QByteArray::fromStdString(answer.body.substr(0, length)))
        .object();
}

// A network of one input and one output of the type, [batch, 2].
FakeModel echoOf(DType dtype)
{
    FakeModel model;
    model.network.spec =
        networkSpec({tensorSpec("x", {-1, 2}, dtype)}, {tensorSpec("y", {-1, 2}, dtype)});
    return model;
}

// 2x2 grey pixels in, their sum out as two scores.
FakeModel pictureModel()
{
    FakeModel model;
    model.network.spec =
        networkSpec({tensorSpec("image", {-1, 1, 2, 2})}, {tensorSpec("scores", {-1, 4})});
    model.network.answer = [](std::span<const Tensor> inputs) -> Result<std::vector<Tensor>> {
        Tensor scores = inputs[0];
        if (auto done = scores.reshape({scores.shape()[0], 4}); !done)
            return done.error();
        return std::vector<Tensor>{scores};
    };
    model.input.kind = InputKind::Image;
    model.input.preprocessing.width = 2;
    model.input.preprocessing.height = 2;
    model.input.preprocessing.channels = Channels::Gray;
    model.settings.labels = {"zero", "one", "two", "three"};
    model.settings.task = Task::Classification;
    return model;
}

std::string pictureOf(std::uint8_t grey)
{
    Image image;
    image.width = 2;
    image.height = 2;
    image.rgb.assign(12, grey);
    return encodePng(image).value_or(std::string());
}

std::unique_ptr<FakeSource> fakeSource()
{
    auto source = std::make_unique<FakeSource>();
    source->set("fake");
    source->set("picture", pictureModel());
    return source;
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
        ApiServer api(fakeSource());
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
        ApiServer api(fakeSource());
        const bool get = verb == key("GET");
        const auto answer =
            get ? api.get(target.toStdString()) : api.post(target.toStdString(), fakeBody);
        QCOMPARE(answer.status, 404);
        QCOMPARE(jsonOf(answer)[key("error")].toString(), message);
        QCOMPARE(jsonOf(answer)[key("code")].toString(), QStringLiteral("NOT_FOUND"));
    }

    void metadataAndConfigurationTellOfAModelNeverLoaded()
    {
        ApiServer api(fakeSource());
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

    // simple_http_infer_client.py: INPUT0 in JSON, INPUT1 behind it, OUTPUT0 binary, OUTPUT1 not.
    void tritonsExampleAddsAndSubtracts_data()
    {
        QTest::addColumn<QByteArray>("fields");
        QTest::newRow("without Content-Type") << QByteArray();
        QTest::newRow("octet-stream") << QByteArray("Content-Type: application/octet-stream\r\n");
        QTest::newRow("form") << QByteArray("Content-Type: multipart/form-data; boundary=b\r\n");
    }
    void tritonsExampleAddsAndSubtracts()
    {
        QFETCH(QByteArray, fields);
        ApiServer api;
        QVERIFY(api.workbench().open(testModel("addsub_int32.onnx"), true));
        const std::string json =
            R"({"id":"42","inputs":[{"name":"INPUT0","shape":[1,16],"datatype":"INT32",)"
            R"("data":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]},{"name":"INPUT1","shape":[1,16],)"
            R"("datatype":"INT32","parameters":{"binary_data_size":64}}],"outputs":[{"name":)"
            R"("OUTPUT1","parameters":{"binary_data":false}},{"name":"OUTPUT0","parameters":)"
            R"({"binary_data":true}}],"parameters":{"priority":3,"custom":"x"}})";
        const std::string ones = raw(std::vector<std::int32_t>(16, -1));
        const auto answer = api.post("/v2/models/addsub_int32/infer?test_1=1&test_2=2", json + ones,
                                     headerField(json.size()) + fields.toStdString());
        QVERIFY2(answer.status == 200, answer.body.c_str());
        const QJsonObject head = headOf(answer);
        QCOMPARE(head[key("id")].toString(), QStringLiteral("42"));
        QCOMPARE(head[key("model_name")].toString(), QStringLiteral("addsub_int32"));
        QCOMPARE(head[key("model_version")].toString(), QStringLiteral("1"));
        const QJsonArray outputs = head[key("outputs")].toArray();
        QCOMPARE(outputs.size(), 2);
        QCOMPARE(outputs[0].toObject()[key("name")].toString(), QStringLiteral("OUTPUT1"));
        QCOMPARE(outputs[0].toObject()[key("data")].toArray(), listOf(upFrom(1)));
        QCOMPARE(outputs[1].toObject()[key("datatype")].toString(), QStringLiteral("INT32"));
        QCOMPARE(outputs[1].toObject()[key("shape")].toArray(), (QJsonArray{1, 16}));
        QCOMPARE(blobOf(answer, "OUTPUT0"), raw(upFrom(-1)));
    }

    // The client without outputs asks for all as binary; JSON alone carries no length field.
    void allOutputsComeAsAsked()
    {
        ApiServer api;
        QVERIFY(api.workbench().open(testModel("addsub_int32.onnx"), true));
        const std::string inputs =
            R"("inputs":[{"name":"INPUT1","shape":[1,16],"datatype":"INT32","data":)"
            R"([[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]]},{"name":"INPUT0","shape":[1,16],)"
            R"("datatype":"INT32","data":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]}])";
        const auto binary = api.post("/v2/models/addsub_int32/versions/1/infer",
                                     "{" + inputs + R"(,"parameters":{"binary_data_output":true}})",
                                     "Content-Type: application/octet-stream\r\n");
        QVERIFY2(binary.status == 200, binary.body.c_str());
        QCOMPARE(blobOf(binary, "OUTPUT0"), raw(upFrom(1)));
        QCOMPARE(blobOf(binary, "OUTPUT1"), raw(upFrom(-1)));
        QVERIFY(!headOf(binary).contains(key("id")));

        const auto plain = api.post("/v2/models/addsub_int32/infer", "{" + inputs + "}");
        QVERIFY(plain.field(lengthField).empty());
        const QJsonArray outputs = jsonOf(plain)[key("outputs")].toArray();
        QCOMPARE(outputs[0].toObject()[key("data")].toArray(), listOf(upFrom(1)));

        const QJsonArray statistics =
            jsonOf(api.get("/v2/models/addsub_int32/stats"))[key("model_stats")].toArray();
        QCOMPARE(statistics.size(), 1);
    }

    void everyDatatypeSurvivesTheWayThere_data()
    {
        QTest::addColumn<int>("dtype");
        QTest::addColumn<QByteArray>("datatype");
        QTest::addColumn<QByteArray>("blob");
        QTest::addColumn<QByteArray>("json");
        const auto row = [](DType dtype, const char *datatype, const std::string &blob,
                            const char *json) {
            QTest::newRow(datatype) << static_cast<int>(dtype) << QByteArray(datatype)
                                    << QByteArray::fromStdString(blob) << QByteArray(json);
        };
        row(DType::Float32, "FP32", raw<float>({1.5F, -2.0F}), "[1.5,-2]");
        row(DType::Float64, "FP64", raw<double>({0.1, 1e300}), "[0.1,1e300]");
        row(DType::Float16, "FP16", raw<Half>({toHalf(1.5F), toHalf(-2)}), "[1.5,-2]");
        row(DType::Int8, "INT8", raw<std::int8_t>({-128, 127}), "[-128,127]");
        row(DType::Int16, "INT16", raw<std::int16_t>({-32768, 32767}), "[-32768,32767]");
        row(DType::Int32, "INT32", raw<std::int32_t>({-5, 5}), "[-5,5]");
        row(DType::Int64, "INT64", raw<std::int64_t>({-9007199254740993, 1}),
            "[-9007199254740993,1]");
        row(DType::UInt8, "UINT8", raw<std::uint8_t>({0, 255}), "[0,255]");
        row(DType::UInt16, "UINT16", raw<std::uint16_t>({0, 65535}), "[0,65535]");
        row(DType::UInt32, "UINT32", raw<std::uint32_t>({0, 4294967295U}), "[0,4294967295]");
        row(DType::UInt64, "UINT64", raw<std::uint64_t>({0, 18446744073709551615U}),
            "[0,18446744073709551615]");
        row(DType::Bool, "BOOL", raw<std::uint8_t>({1, 0}), "[true,false]");
        row(DType::String, "BYTES", element("a") + element("bc"), R"(["a","bc"])");
    }
    void everyDatatypeSurvivesTheWayThere()
    {
        QFETCH(int, dtype);
        QFETCH(QByteArray, datatype);
        QFETCH(QByteArray, blob);
        QFETCH(QByteArray, json);
        auto source = std::make_unique<FakeSource>();
        source->set("echo", echoOf(static_cast<DType>(dtype)));
        ApiServer api(std::move(source));
        const QByteArray start =
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"" + datatype + "\",";
        const std::string fromBinary = (start + R"("parameters":{"binary_data_size":)" +
                                        QByteArray::number(blob.size()) + "}}]}")
                                           .toStdString();
        const auto answer = api.post("/v2/models/echo/infer", fromBinary + blob.toStdString(),
                                     headerField(fromBinary.size()));
        QVERIFY2(answer.status == 200, answer.body.c_str());
        std::string compact = answer.body;
        compact.erase(std::remove(compact.begin(), compact.end(), ' '), compact.end());
        const QByteArray expected = "\"datatype\":\"" + datatype + "\",\"shape\":[1,2],\"data\":";
        QVERIFY2(compact.find(expected.toStdString()) != std::string::npos, compact.c_str());
        QByteArray data = json;
        data.replace("1e300", "1e+300");
        QVERIFY2(compact.find(data.toStdString()) != std::string::npos, compact.c_str());

        const auto back =
            api.post("/v2/models/echo/infer", (start + R"("data":)" + json +
                                               R"(}],"parameters":{"binary_data_output":true}})")
                                                  .toStdString());
        QVERIFY2(back.status == 200, back.body.c_str());
        QCOMPARE(QByteArray::fromStdString(blobOf(back, "y")), blob);
    }

    void aHeaderOfZeroIsOneRawInput()
    {
        ApiServer api(fakeSource());
        const std::vector<float> values{1, 2, 3, 4, 5, 6, 7, 8};
        const auto answer = api.post("/v2/models/fake/infer", raw(values), headerField(0));
        QVERIFY2(answer.status == 200, answer.body.c_str());
        QCOMPARE(headOf(answer)[key("outputs")].toArray()[0].toObject()[key("shape")].toArray(),
                 (QJsonArray{2, 4}));
        QCOMPARE(blobOf(answer, "y"), raw(values));
        QCOMPARE(api.post("/v2/models/fake/infer", "12345", headerField(0)).status, 400);
        QCOMPARE(api.post("/v2/models/picture/infer", pictureOf(9), headerField(0)).status, 200);
    }

    void picturesComeAsBytes()
    {
        ApiServer api(fakeSource());
        const std::string two = element(pictureOf(255)) + element(pictureOf(0));
        const std::string json =
            R"({"inputs":[{"name":"image","shape":[2],"datatype":"BYTES","parameters":)"
            R"({"binary_data_size":)" +
            std::to_string(two.size()) + "}}]}";
        const auto answer =
            api.post("/v2/models/picture/infer", json + two, headerField(json.size()));
        QVERIFY2(answer.status == 200, answer.body.c_str());
        const QJsonObject output = jsonOf(answer)[key("outputs")].toArray()[0].toObject();
        QCOMPARE(output[key("shape")].toArray(), (QJsonArray{2, 4}));
        QCOMPARE(output[key("data")].toArray(), (QJsonArray{1, 1, 1, 1, 0, 0, 0, 0}));

        const std::string base64 =
            QByteArray::fromStdString(pictureOf(255)).toBase64().toStdString();
        const auto text = api.post(
            "/v2/models/picture/infer",
            "{\"inputs\":[{\"name\":\"image\",\"shape\":[1,1],\"datatype\":\"BYTES\",\"data\":[\"" +
                base64 + "\"]}]}");
        QVERIFY2(text.status == 200, text.body.c_str());
    }

    void classificationGivesTheHighestValues()
    {
        ApiServer api(fakeSource());
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

    void unloadLoadAndIndexAgreeOnWhatIsReady()
    {
        ApiServer api(fakeSource());
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
        ApiServer api(fakeSource());
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
        ApiServer api(fakeSource());
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
        auto source = fakeSource();
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
        ApiServer api(fakeSource());
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
        ApiServer api(fakeSource());
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
        ApiServer api(fakeSource());
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

    void badLengthsOfTheHeader_data()
    {
        QTest::addColumn<QByteArray>("field");
        QTest::newRow("beyond the body") << QByteArray("100000");
        QTest::newRow("no number") << QByteArray("12x");
        QTest::newRow("negative") << QByteArray("-1");
        QTest::newRow("beyond 64 bits") << QByteArray("99999999999999999999999");
        QTest::newRow("within the JSON") << QByteArray("20");
    }
    void badLengthsOfTheHeader()
    {
        QFETCH(QByteArray, field);
        ApiServer api(fakeSource());
        const auto answer =
            api.post("/v2/models/fake/infer", fakeBody,
                     "Inference-Header-Content-Length: " + field.toStdString() + "\r\n");
        QVERIFY2(answer.status == 400, answer.body.c_str());
    }

    void brokenBytesTensorsAreRefused_data()
    {
        QTest::addColumn<QByteArray>("blob");
        QTest::newRow("length beyond the end") << QByteArray("\xff\xff\xff\xff"
                                                             "abc",
                                                             7);
        QTest::newRow("half a length") << QByteArray("\1\0", 2);
        QTest::newRow("one of two missing") << QByteArray("\1\0\0\0a", 5);
        QTest::newRow("one too many") << QByteArray("\1\0\0\0a\1\0\0\0b\1\0\0\0c", 15);
        QTest::newRow("no pictures") << QByteArray("\1\0\0\0a\1\0\0\0b", 10);
    }
    void brokenBytesTensorsAreRefused()
    {
        QFETCH(QByteArray, blob);
        ApiServer api(fakeSource());
        const std::string json =
            R"({"inputs":[{"name":"image","shape":[2],"datatype":"BYTES","parameters":)"
            R"({"binary_data_size":)" +
            std::to_string(blob.size()) + "}}]}";
        const auto answer = api.post("/v2/models/picture/infer", json + blob.toStdString(),
                                     headerField(json.size()));
        QVERIFY2(answer.status == 400, answer.body.c_str());
    }
};

QTEST_GUILESS_MAIN(TestOpenInference)
#include "tst_open_inference.moc"
