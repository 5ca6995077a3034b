// The requests of Triton's Python client (tritonclient.http), byte for byte as its two transports
// send them - geventhttpclient's lower-case fields without Content-Type or Accept, aiohttp's
// octet-stream for pure JSON - and the answers read as the client reads them.
#include "api_server.h"
#include "base/logging.h"
#include "packed.h"
#include "test_files.h"

#include <cstring>
#include <fmt/format.h>
#include <numeric>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace warmbench;
using namespace warmbench::http;

namespace {

using Values = std::vector<std::int32_t>;

QString key(const char *name)
{
    return QLatin1String(name);
}

std::string raw(const Values &values)
{
    return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(std::int32_t)};
}

Values upFrom(std::int32_t first)
{
    Values values(16);
    std::iota(values.begin(), values.end(), first);
    return values;
}

// As geventhttpclient writes a request; no Content-Length without a body.
std::string gevent(const char *verb, const std::string &target, const std::string &body = {},
                   std::size_t jsonLength = 0)
{
    std::string text = fmt::format("{} {} HTTP/1.1\r\n", verb, target);
    text += "user-agent: python/gevent-http-client-2.0.8\r\n";
    if (jsonLength > 0)
        text += fmt::format("inference-header-content-length: {}\r\n", jsonLength);
    text += "host: localhost:8000\r\n";
    if (!body.empty())
        text += fmt::format("content-length: {}\r\n", body.size());
    return text + "\r\n" + body;
}

// As aiohttp writes a POST.
std::string aiohttp(const std::string &target, const std::string &body, std::size_t jsonLength = 0)
{
    std::string text = fmt::format("POST {} HTTP/1.1\r\nHost: localhost:8000\r\n", target);
    if (jsonLength > 0)
        text += fmt::format("Inference-Header-Content-Length: {}\r\n", jsonLength);
    text += "Accept: */*\r\nAccept-Encoding: gzip, deflate\r\n"
            "User-Agent: Python/3.11 aiohttp/3.8.4\r\n";
    text += fmt::format("Content-Length: {}\r\n", body.size());
    return text + "Content-Type: application/octet-stream\r\n\r\n" + body;
}

// What InferResult.as_numpy gives: the output's binary bytes, or its JSON list.
std::optional<Values> output(const HttpResponse &answer, const char *name)
{
    const std::string length = answer.field("inference-header-content-length");
    const std::size_t json =
        length.empty() ? answer.body.size() : static_cast<std::size_t>(std::stoul(length));
    const auto head =
        QJsonDocument::fromJson(QByteArray::fromStdString(answer.body.substr(0, json))).object();
    std::size_t at = json;
    for (const auto &entry : head[key("outputs")].toArray()) {
        const QJsonObject object = entry.toObject();
        const auto size = object[key("parameters")][key("binary_data_size")];
        const bool wanted = object[key("name")].toString() == key(name) &&
                            object[key("datatype")].toString() == key("INT32") &&
                            object[key("shape")].toArray() == QJsonArray{1, 16};
        if (wanted && size.isUndefined()) {
            Values values;
            for (const auto &value : object[key("data")].toArray())
                values.push_back(value.toInt());
            return values;
        }
        if (wanted && at + static_cast<std::size_t>(size.toInt()) <= answer.body.size()) {
            Values values(static_cast<std::size_t>(size.toInt()) / sizeof(std::int32_t));
            std::memcpy(values.data(), answer.body.data() + at,
                        values.size() * sizeof(std::int32_t));
            return values;
        }
        at += static_cast<std::size_t>(size.toInt());
    }
    return {};
}

constexpr std::string_view count16 = "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]";

// The example's requests: INPUT0 in JSON or behind it, INPUT1 (-1 each) behind it.
std::string inferJson(bool firstBinary, const std::string &rest)
{
    const std::string first = firstBinary ? R"("parameters":{"binary_data_size":64}})"
                                          : fmt::format("\"data\":{}}}", count16);
    return R"({"inputs":[{"name":"INPUT0","shape":[1,16],"datatype":"INT32",)" + first +
           R"(,{"name":"INPUT1","shape":[1,16],"datatype":"INT32","parameters":)"
           R"({"binary_data_size":64}}],)" +
           rest + "}";
}

constexpr auto inferTarget = "/v2/models/simple/infer?test_1=1&test_2=2";
constexpr auto bothBinary =
    R"("outputs":[{"name":"OUTPUT0","parameters":{"binary_data":true}},{"name":"OUTPUT1","parameters":{"binary_data":true}}])";
constexpr auto oneBinary =
    R"("outputs":[{"name":"OUTPUT0","parameters":{"binary_data":true}},{"name":"OUTPUT1","parameters":{"binary_data":false}}])";
constexpr auto allBinary = R"("parameters":{"binary_data_output":true})";

std::string lengthField(std::size_t length)
{
    return fmt::format("Inference-Header-Content-Length: {}\r\n", length);
}

Packing formOf(const QByteArray &coding)
{
    return coding == "gzip" ? Packing::Gzip : Packing::Zlib;
}

// {"parameters":{"config":"..."}} as rapidjson writes it.
std::string loadWith(const std::string &config)
{
    const QJsonObject parameters{{QStringLiteral("config"), QString::fromStdString(config)}};
    const QJsonObject body{{QStringLiteral("parameters"), parameters}};
    return QJsonDocument(body).toJson(QJsonDocument::Compact).toStdString();
}

} // namespace

class TestTritonClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }
    void init()
    {
        m_api = std::make_unique<ApiServer>();
        QVERIFY(m_api->started());
        QVERIFY(m_api->workbench().open(testModel("simple.onnx"), false));
    }
    void cleanup() { m_api.reset(); }

    void inferAnswersWhatTheClientReads_data()
    {
        QTest::addColumn<QByteArray>("request");
        const auto row = [](const char *name, const std::string &request) {
            QTest::newRow(name) << QByteArray::fromStdString(request);
        };
        const std::string ones = raw(Values(16, -1));
        const std::string both = raw(upFrom(0)) + ones;
        const std::string mixed = inferJson(false, oneBinary);
        const std::string none = inferJson(false, allBinary);
        const std::string async = inferJson(true, bothBinary);
        row("sync", gevent("POST", inferTarget, mixed + ones, mixed.size()));
        row("sync, no outputs", gevent("POST", inferTarget, none + ones, none.size()));
        row("async", gevent("POST", "/v2/models/simple/infer", async + both, async.size()));
        row("version",
            gevent("POST", "/v2/models/simple/versions/1/infer", async + both, async.size()));
        row("aio", aiohttp(inferTarget, mixed + ones, mixed.size()));
        const std::string json = fmt::format(
            R"({{"inputs":[{{"name":"INPUT0","shape":[1,16],"datatype":"INT32","data":{}}},)"
            R"({{"name":"INPUT1","shape":[1,16],"datatype":"INT32","data":[-1,-1,-1,-1,-1,-1,-1,)"
            R"(-1,-1,-1,-1,-1,-1,-1,-1,-1]}}],{}}})",
            count16, allBinary);
        row("aio, JSON alone as octet-stream", aiohttp(inferTarget, json));
        row("sync, JSON alone", gevent("POST", inferTarget, json));
    }
    void inferAnswersWhatTheClientReads()
    {
        QFETCH(QByteArray, request);
        HttpClient client(m_api->port());
        for (int i = 0; i < 3; ++i) { // the client keeps its connection
            QVERIFY(client.send(request.toStdString()));
            const auto answer = client.response();
            QVERIFY2(answer.status == 200, answer.body.c_str());
            QVERIFY(output(answer, "OUTPUT0") == upFrom(-1));
            QVERIFY(output(answer, "OUTPUT1") == upFrom(1));
        }
        const auto statistics = jsonOf(m_api->get("/v2/models/simple/stats"));
        QCOMPARE(statistics[key("model_stats")].toArray().size(), 1);
        QCOMPARE(statistics[key("model_stats")][0][key("inference_count")].toInt(), 3);
    }

    // --request-compression-algorithm and --response-compression-algorithm: the lengths of JSON and
    // tensors are those of what is unpacked.
    void packedBodiesReadTheSame_data()
    {
        QTest::addColumn<QByteArray>("sent");
        QTest::addColumn<QByteArray>("asked");
        QTest::addColumn<int>("samples");
        for (const char *sent : {"", "gzip", "deflate"}) {
            for (const char *asked : {"", "gzip", "deflate"}) {
                for (const int samples : {1, 300})
                    QTest::addRow("sent %s, asked %s, %d", sent, asked, samples)
                        << QByteArray(sent) << QByteArray(asked) << samples;
            }
        }
    }
    void packedBodiesReadTheSame()
    {
        QFETCH(QByteArray, sent);
        QFETCH(QByteArray, asked);
        QFETCH(int, samples);
        const auto [json, body] = batchBody(samples);
        std::string fields = lengthField(json.size());
        if (!sent.isEmpty())
            fields += "Content-Encoding: " + sent.toStdString() + "\r\n";
        if (!asked.isEmpty())
            fields += "Accept-Encoding: " + asked.toStdString() + "\r\n";
        const auto answer = m_api->post("/v2/models/simple/infer",
                                        sent.isEmpty() ? body : packed(body, formOf(sent)), fields);
        QVERIFY2(answer.status == 200, answer.body.c_str());
        // The client unpacks by this field alone.
        const std::string coding = answer.field("content-encoding");
        if (samples > 1)
            QCOMPARE(QByteArray::fromStdString(coding), asked);
        QVERIFY(coding.empty() || QByteArray::fromStdString(coding) == asked);
        const std::string plain =
            coding.empty() ? answer.body : unpacked(answer.body, formOf(asked));
        const auto length = std::stoul(answer.field("inference-header-content-length"));
        QCOMPARE(plain.size(), length + static_cast<std::size_t>(samples) * 128);
        const auto head =
            QJsonDocument::fromJson(QByteArray::fromStdString(plain.substr(0, length))).object();
        QCOMPARE(head[key("outputs")][0][key("shape")].toArray(), (QJsonArray{samples, 16}));
        const Values sums(static_cast<std::size_t>(samples) * 16, 6);
        QVERIFY(plain.substr(length, sums.size() * 4) == raw(sums));
        QVERIFY(plain.substr(length + sums.size() * 4) == raw(Values(sums.size(), 0)));
    }

    void packedBodiesThatAreBrokenAreRefused_data()
    {
        QTest::addColumn<QByteArray>("coding");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("length");
        QTest::addColumn<int>("status");
        const auto [json, plain] = batchBody(1);
        const auto row = [&, size = json.size()](const char *name, const char *coding,
                                                 const std::string &body, int status,
                                                 std::size_t length = 0) {
            QTest::newRow(name) << QByteArray(coding) << QByteArray::fromStdString(body)
                                << static_cast<int>(length == 0 ? size : length) << status;
        };
        const std::string gzip = packed(plain, Packing::Gzip);
        row("whole", "gzip", gzip, 200);
        row("cut off", "gzip", gzip.substr(0, gzip.size() / 2), 400);
        row("not packed", "gzip", plain, 400);
        row("the other form", "deflate", gzip, 400);
        row("longer than what is unpacked", "gzip", gzip, 400, plain.size() + 1);
        row("unknown coding", "br", plain, 415);
        row("a bomb", "gzip", packed(std::string(8U << 20U, ' '), Packing::Gzip), 413);
    }
    void packedBodiesThatAreBrokenAreRefused()
    {
        QFETCH(QByteArray, coding);
        QFETCH(QByteArray, body);
        QFETCH(int, length);
        QFETCH(int, status);
        HttpOptions options;
        options.maxBody = mebibytes(1);
        ApiServer api(nullptr, options);
        QVERIFY(api.workbench().open(testModel("simple.onnx"), false));
        const auto answer = api.post("/v2/models/simple/infer", body.toStdString(),
                                     lengthField(static_cast<std::size_t>(length)) +
                                         "Content-Encoding: " + coding.toStdString() + "\r\n");
        QVERIFY2(answer.status == status, answer.body.c_str());
        if (status != 200)
            QVERIFY(!jsonOf(answer)[key("error")].toString().isEmpty());
    }

    // simple_http_health_metadata.py, on one connection.
    void healthAndMetadataInARow()
    {
        HttpClient client(m_api->port());
        const auto get = [&](const char *target) {
            return client.send(gevent("GET", target)) ? client.response() : HttpResponse();
        };
        QCOMPARE(get("/v2/health/live?test_1=1&test_2=2").status, 200);
        QCOMPARE(get("/v2/health/ready").status, 200);
        QCOMPARE(get("/v2/models/simple/ready").status, 200);
        QCOMPARE(jsonOf(get("/v2"))[key("name")].toString(), QStringLiteral("triton"));
        const QJsonObject model = jsonOf(get("/v2/models/simple?test_1=1&test_2=2"));
        QCOMPARE(model[key("name")].toString(), QStringLiteral("simple"));
        for (const auto list : {"inputs", "outputs"}) {
            for (int i = 0; i < 2; ++i) {
                const QJsonObject tensor = model[key(list)][i].toObject();
                QCOMPARE(tensor[key("datatype")].toString(), QStringLiteral("INT32"));
                QCOMPARE(tensor[key("shape")].toArray(), (QJsonArray{-1, 16}));
            }
        }
        const auto wrong = get("/v2/models/wrong_model_name");
        QCOMPARE(wrong.status, 404);
        QCOMPARE(jsonOf(wrong)[key("error")].toString(),
                 QStringLiteral("Request for unknown model: 'wrong_model_name' is not found"));
        const std::string json = inferJson(true, bothBinary);
        QVERIFY(client.send(gevent("POST", "/v2/models/wrong_model_name/infer",
                                   json + std::string(128, '\0'), json.size())));
        QVERIFY(jsonOf(client.response())[key("error")].toString().startsWith(
            QLatin1String("Request for unknown model")));
    }

    // simple_http_model_control.py: no Content-Length where there is no body, "{}" else.
    void modelControlInARow()
    {
        HttpClient client(m_api->port());
        const auto post = [&](const std::string &target, const std::string &body = {}) {
            return client.send(gevent("POST", target, body)) ? client.response() : HttpResponse();
        };
        const auto ready = [&] {
            return client.send(gevent("GET", "/v2/models/simple/ready")) ? client.response().status
                                                                         : 0;
        };
        const auto index = post("/v2/repository/index");
        QCOMPARE(index.status, 200);
        QVERIFY2(index.body.starts_with("[{\"name\": \"simple\""), index.body.c_str());
        const std::string load = "/v2/repository/models/simple/load";
        QCOMPARE(post(load, "{}").status, 200);
        QCOMPARE(ready(), 200);
        const auto broken =
            post(load, loadWith(R"("parameters": {"config": {{"max_batch_size": "16"}}})"));
        QCOMPARE(broken.status, 400);
        QVERIFY2(broken.body.find("failed to load 'simple'") != std::string::npos,
                 broken.body.c_str());
        QCOMPARE(post(load, loadWith(R"({"max_batch_size":"16"})")).status, 200);
        QVERIFY(client.send(gevent("GET", "/v2/models/simple/config")));
        QCOMPARE(jsonOf(client.response())[key("max_batch_size")].toInt(), 16);
        QCOMPARE(post("/v2/repository/models/simple/unload",
                      R"({"parameters":{"unload_dependents":false}})")
                     .status,
                 200);
        QCOMPARE(ready(), 400);
        const auto wrong = post("/v2/repository/models/wrong_model_name/load", "{}");
        QCOMPARE(wrong.status, 404);
        QVERIFY2(wrong.body.find("failed to load") != std::string::npos, wrong.body.c_str());
    }

    void aConfigurationInALoadMaySetTheBatchSizeAlone_data()
    {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("told");
        const auto row = [](const char *config, int status, const char *told) {
            QTest::newRow(config) << QByteArray(config) << status << QString::fromUtf8(told);
        };
        row(R"({"max_batch_size":2})", 200, "{}");
        row(R"({"name":"simple","max_batch_size":"2"})", 200, "{}");
        row(R"({})", 200, "{}");
        row(R"({"name":"other"})", 400, "\"name\"");
        row(R"({"max_batch_size":0})", 400, "\"max_batch_size\" is 0");
        row(R"({"max_batch_size":-1})", 400, "\"max_batch_size\" is -1");
        row(R"({"max_batch_size":1.5})", 400, "\"max_batch_size\" is 1.5");
        row(R"({"max_batch_size":9223372036854775808})", 400, "expected a whole number");
        row(R"({"max_batch_size":2147483647})", 400, "this model takes at most");
        row(R"({"max_batch_size":[2]})", 400, "\"max_batch_size\" is [2]");
        row(R"({"backend":"onnxruntime"})", 400, "\"backend\"");
        row(R"([])", 400, "\"config\" is a list");
        row("", 400, "\"config\"");
    }
    void aConfigurationInALoadMaySetTheBatchSizeAlone()
    {
        QFETCH(QByteArray, config);
        QFETCH(int, status);
        QFETCH(QString, told);
        const auto answer =
            m_api->post("/v2/repository/models/simple/load", loadWith(config.toStdString()));
        QVERIFY2(answer.status == status, answer.body.c_str());
        const QString text = status == 200 ? QString::fromStdString(answer.body)
                                           : jsonOf(answer)[key("error")].toString();
        QVERIFY2(text.contains(told), answer.body.c_str());
        if (status != 200)
            QVERIFY(text.startsWith(QLatin1String("failed to load 'simple': ")));
    }

    void theBatchSizeOfALoadBoundsRequestsUntilTheNext()
    {
        const std::string load = "/v2/repository/models/simple/load";
        QCOMPARE(m_api->post(load, loadWith(R"({"max_batch_size":2})")).status, 200);
        QCOMPARE(batchOf(3).status, 400);
        const auto refused = jsonOf(batchOf(3))[key("error")].toString();
        QVERIFY2(refused.startsWith(
                     QLatin1String("inference request batch-size must be <= 2 for 'simple'")),
                 qPrintable(refused));
        QCOMPARE(batchOf(2).status, 200);
        QCOMPARE(m_api->post(load).status, 200);
        QCOMPARE(batchOf(3).status, 200);
        QCOMPARE(m_api->post(load, loadWith(R"({"max_batch_size":2})")).status, 200);
        QCOMPARE(m_api->post("/v2/repository/models/simple/unload").status, 200);
        QCOMPARE(batchOf(3).status, 200);
    }

    void theConfigurationSaysWhatARequestMayBring_data()
    {
        QTest::addColumn<std::string>("model");
        QTest::addColumn<int>("most");
        QTest::newRow("free: two inputs of 16 numbers in 1 MiB") << std::string("simple") << 8192;
        QTest::newRow("free: 64 numbers in 1 MiB") << std::string("tiny_64") << 4096;
        QTest::newRow("fixed") << std::string("addsub_int32") << 1;
        QTest::newRow("no batch dimension") << std::string("int64_out") << 0;
    }
    void theConfigurationSaysWhatARequestMayBring()
    {
        QFETCH(std::string, model);
        QFETCH(int, most);
        HttpOptions options;
        options.maxBody = mebibytes(1);
        ApiServer api(nullptr, options);
        QVERIFY(api.workbench().open(testModel(model + ".onnx"), false));
        const auto config = jsonOf(api.get("/v2/models/" + model + "/config"));
        QCOMPARE(config[key("max_batch_size")].toInt(-1), most);
        const auto dims = config[key("input")][0][key("dims")].toArray();
        const auto shape =
            jsonOf(api.get("/v2/models/" + model))[key("inputs")][0][key("shape")].toArray();
        QCOMPARE(dims.size(), shape.size() - (most > 0 ? 1 : 0));
        QCOMPARE(jsonOf(api.get("/stats"))[key("misses")].toInt(-1), 0);
        QCOMPARE(jsonOf(api.get("/stats"))[key("loads")].toInt(-1), 0); // told from the file
    }

    // Each error about a tensor names it, its datatype and shape as they came and as expected.
    void errorsNameTensorDatatypeAndShapes_data()
    {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QStringList>("told");
        const auto row = [](const char *name, const QByteArray &input, const QStringList &told) {
            QTest::newRow(name) << input << told;
        };
        const QByteArray data = QByteArray(R"(,"data":)") +
                                QByteArray(count16.data(), static_cast<int>(count16.size()));
        const auto typed = [&](const char *shape, const char *datatype = "\"INT32\"") {
            return QByteArray(R"("name":"INPUT0","shape":)") + shape + R"(,"datatype":)" + datatype;
        };
        const QString both = key("It was declared INT32 [1, 16]");
        row("too few", typed("[1,16]") + R"(,"data":[1,2,3])", {key("[3]"), both});
        row("fraction", typed("[1,16]") + QByteArray(data).replace("[0,", "[0.5,"),
            {key("0.5"), both});
        row("beyond int32", typed("[1,16]") + QByteArray(data).replace("[0,", "[2147483648,"),
            {key("2147483648"), both});
        row("a text", typed("[1,16]") + R"(,"data":"x")", {key("\"x\""), both});
        row("too few bytes", typed("[1,16]") + R"(,"parameters":{"binary_data_size":60})",
            {key("60 bytes"), key("expected 64"), both});
        row("rank", typed("[16]") + data, {key("came as INT32 [16]")});
        row("no extents", typed("[]") + data, {key("came as INT32 []")});
        row("datatype", typed("[1,16]", "\"FP32\"") + data, {key("came as FP32 [1, 16]")});
        row("lower case", typed("[1,16]", "\"int32\"") + data, {key("\"int32\""), key("FP64")});
        row("blank behind", typed("[1,16]", "\"INT32 \"") + data, {key("\"INT32 \"")});
        row("BF16", typed("[1,16]", "\"BF16\"") + data, {key("\"BF16\"")});
        row("datatype is null", typed("[1,16]", "null") + data, {key("has no")});
        row("shape is a text", typed("\"1,16\"") + data, {key("is a text")});
        row("negative", typed("[-1,16]") + data, {key("[-1,16]")});
        row("fractional extent", typed("[1.5,16]") + data, {key("[1.5,16]")});
        row("2^63", typed("[9223372036854775808,16]") + data, {key("[9223372036854775808,16]")});
        row("2^64 + 1", typed("[18446744073709551617,16]") + data,
            {key("[18446744073709551617,16]")});
        row("beyond doubles", typed("[1e400,16]") + data, {key("[1e400,16]")});
        row("product of 2^64", typed("[4294967296,4294967296]") + data, {key("2^40 elements")});
        row("product of 2^80", typed("[1099511627776,1099511627776]") + data,
            {key("2^40 elements")});
        row("size of 2^63",
            typed("[1,16]") + R"(,"parameters":{"binary_data_size":9223372036854775808})",
            {key("9223372036854775808")});
        row("size as text", typed("[1,16]") + R"(,"parameters":{"binary_data_size":"64"})",
            {key("a text")});
        row("parameters are a list", typed("[1,16]") + R"(,"parameters":[])", {key("is a list")});
        row("no data", typed("[1,16]"), {key("has no data")});
    }
    void errorsNameTensorDatatypeAndShapes()
    {
        QFETCH(QByteArray, input);
        QFETCH(QStringList, told);
        const std::string json = ("{\"inputs\":[{" + input + "}]}").toStdString();
        const std::string blob(input.contains("size\":60") ? 60 : 0, '\0');
        const auto answer =
            m_api->post("/v2/models/simple/infer", json + blob, lengthField(json.size()));
        QVERIFY2(answer.status == 400, answer.body.c_str());
        const QString error = jsonOf(answer)[key("error")].toString();
        told += {key("\"INPUT0\""), key("\"simple\""), key("INT32 [-1, 16].")};
        for (const QString &part : told)
            QVERIFY2(error.contains(part), qPrintable(error));
    }

    void whatStandsTwiceIsRefused_data()
    {
        QTest::addColumn<QByteArray>("json");
        const QByteArray input(R"({"name":"INPUT0","shape":[1,16],"datatype":"INT32","data":[]})");
        QTest::newRow("shape") << QByteArray(
            R"({"inputs":[{"name":"INPUT0","shape":[1,16],"shape":[1,17]}]})");
        QTest::newRow("inputs") << QByteArray(R"({"inputs":[],"inputs":[)" + input + "]}");
        QTest::newRow("a parameter") << QByteArray(
            R"({"parameters":{"binary_data_output":true,"binary_data_output":false},"inputs":[]})");
        QTest::newRow("of an output")
            << QByteArray(R"({"inputs":[],"outputs":[{"name":"OUTPUT0","name":"OUTPUT1"}]})");
        QTest::newRow("escaped") << QByteArray(R"({"inputs":[],"\u0069nputs":[]})");
    }
    void whatStandsTwiceIsRefused()
    {
        QFETCH(QByteArray, json);
        const auto answer = m_api->post("/v2/models/simple/infer", json.toStdString());
        QCOMPARE(answer.status, 400);
        QVERIFY2(answer.body.find("twice") != std::string::npos, answer.body.c_str());
    }

private:
    // The JSON, and the whole body: every number of both inputs is 3.
    static std::pair<std::string, std::string> batchBody(int samples)
    {
        const std::string tensor = fmt::format(
            R"("shape":[{},16],"datatype":"INT32","parameters":{{"binary_data_size":{}}})", samples,
            samples * 64);
        std::string json =
            fmt::format(R"({{"inputs":[{{"name":"INPUT0",{0}}},{{"name":"INPUT1",{0}}}],{1}}})",
                        tensor, allBinary);
        std::string body = json + raw(Values(static_cast<std::size_t>(samples) * 32, 3));
        return {std::move(json), std::move(body)};
    }
    HttpResponse batchOf(int samples) const
    {
        const auto [json, body] = batchBody(samples);
        return m_api->post("/v2/models/simple/infer", body, lengthField(json.size()));
    }

    std::unique_ptr<ApiServer> m_api;
};

QTEST_GUILESS_MAIN(TestTritonClient)
#include "tst_triton_client.moc"
