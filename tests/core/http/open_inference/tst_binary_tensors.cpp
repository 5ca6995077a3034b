// Tensors behind the JSON of an infer request, as Triton's Python client sends them byte for byte:
// every datatype, pictures, one raw input, and lengths that are wrong.
#include "api_server.h"
#include "base/logging.h"
#include "binary_body.h"
#include "fake_picture.h"
#include "make_tensor.h"
#include "test_files.h"

#include <limits>
#include <numeric>
#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

using namespace warmbench;
using namespace warmbench::http;

namespace {

QString key(const char *name)
{
    return QLatin1String(name);
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

// A network of one input and one output of the type, [batch, 2].
FakeModel echoOf(DType dtype)
{
    FakeModel model;
    model.network.spec =
        networkSpec({tensorSpec("x", {-1, 2}, dtype)}, {tensorSpec("y", {-1, 2}, dtype)});
    return model;
}

constexpr std::string_view fakeBody =
    R"({"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [1, 2, 3, 4]}]})";

} // namespace

class TestBinaryTensors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

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
        ApiServer api(fakeAndPicture());
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
        ApiServer api(fakeAndPicture());
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
        ApiServer api(fakeAndPicture());
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
        ApiServer api(fakeAndPicture());
        const std::string json =
            R"({"inputs":[{"name":"image","shape":[2],"datatype":"BYTES","parameters":)"
            R"({"binary_data_size":)" +
            std::to_string(blob.size()) + "}}]}";
        const auto answer = api.post("/v2/models/picture/infer", json + blob.toStdString(),
                                     headerField(json.size()));
        QVERIFY2(answer.status == 400, answer.body.c_str());
    }

    void numbersThatTheEngineCannotHoldAreNamed()
    {
        WorkbenchOptions options;
        options.loader.engine = "opencv"; // which computes in float32
        ApiServer api(nullptr, {}, options);
        QVERIFY(api.workbench().open(testModel("addsub_int32.onnx"), true));
        std::vector<std::int32_t> values(16, 1);
        values[5] = std::numeric_limits<std::int32_t>::max();
        const std::string json =
            R"({"inputs":[{"name":"INPUT0","shape":[1,16],"datatype":"INT32","data":)"
            R"([1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]},{"name":"INPUT1","shape":[1,16],)"
            R"("datatype":"INT32","parameters":{"binary_data_size":64}}]})";
        const auto answerTo = [&] {
            return api.post("/v2/models/addsub_int32/infer", json + raw(values),
                            headerField(json.size()));
        };
        const auto refused = answerTo();
        QCOMPARE(refused.status, 400);
        for (const char *part : {"INPUT1", "2147483647 as element 5", "16777216"})
            QVERIFY2(refused.body.find(part) != std::string::npos, refused.body.c_str());
        values[5] = 4;
        QCOMPARE(answerTo().status, 200);
    }
};

QTEST_GUILESS_MAIN(TestBinaryTensors)
#include "tst_binary_tensors.moc"
