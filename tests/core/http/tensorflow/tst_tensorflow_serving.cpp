// TensorFlow Serving's REST routes: rows and columns, several inputs and outputs, pictures.
#include "api_server.h"
#include "base/logging.h"
#include "make_tensor.h"
#include "test_files.h"

#include <fmt/format.h>
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

// a and b in, their sum and difference out; [batch, 2] each.
FakeModel twoByTwo()
{
    FakeModel model;
    model.network.spec = networkSpec({tensorSpec("a", {-1, 2}), tensorSpec("b", {-1, 2})},
                                     {tensorSpec("sum", {-1, 2}), tensorSpec("less", {-1, 2})});
    model.network.answer = [](std::span<const Tensor> inputs) -> Result<std::vector<Tensor>> {
        Tensor sum = inputs[0];
        Tensor less = inputs[0];
        const auto b = inputs[1].values<float>();
        for (std::size_t i = 0; i < b.size(); ++i) {
            sum.mutableValues<float>()[i] += b[i];
            less.mutableValues<float>()[i] -= b[i];
        }
        return std::vector<Tensor>{sum, less};
    };
    return model;
}

FakeModel pictureModel()
{
    FakeModel model;
    model.network.spec =
        networkSpec({tensorSpec("image", {-1, 1, 1, 1})}, {tensorSpec("y", {-1, 1, 1, 1})});
    model.input.kind = InputKind::Image;
    model.input.preprocessing.width = 1;
    model.input.preprocessing.height = 1;
    model.input.preprocessing.channels = Channels::Gray;
    return model;
}

std::unique_ptr<FakeSource> fakeSource()
{
    auto source = std::make_unique<FakeSource>();
    source->set("fake");
    source->set("two", twoByTwo());
    source->set("picture", pictureModel());
    FakeModel text;
    text.network.spec = networkSpec({tensorSpec("x", {-1, 1}, DType::String)},
                                    {tensorSpec("y", {-1, 1}, DType::String)});
    source->set("text", text);
    return source;
}

} // namespace

class TestTensorFlowServing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void predictionsHaveTheFormOfTheRequest_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char *name, const char *target, const char *body,
                            const char *expected) {
            QTest::newRow(name) << key(target) << QByteArray(body) << QByteArray(expected);
        };
        row("rows", "/v1/models/fake:predict", R"({"instances": [[1,2,3,4],[5,6,7,8]]})",
            R"({"predictions": [[1,2,3,4],[5,6,7,8]]})");
        row("one row", "/v1/models/fake:predict",
            R"({"signature_name": "serving_default", "instances": [[1,2,3,4]]})",
            R"({"predictions": [[1,2,3,4]]})");
        row("row by name", "/v1/models/fake/versions/1:predict",
            R"({"instances": [{"x": [1,2,3,4]}]})", R"({"predictions": [[1,2,3,4]]})");
        row("columns", "/v1/models/fake:predict", R"({"inputs": [[1,2,3,4],[5,6,7,8]]})",
            R"({"outputs": [[1,2,3,4],[5,6,7,8]]})");
        row("columns by name", "/v1/models/fake:predict", R"({"inputs": {"x": [[1,2,3,4]]}})",
            R"({"outputs": [[1,2,3,4]]})");
        row("rows of two inputs", "/v1/models/two:predict",
            R"({"instances": [{"a": [1,2], "b": [1,1]}, {"b": [2,2], "a": [5,6]}]})",
            R"({"predictions": [{"sum": [2,3], "less": [0,1]}, {"sum": [7,8], "less": [3,4]}]})");
        row("columns of two inputs", "/v1/models/two:predict",
            R"({"inputs": {"a": [[1,2]], "b": [[1,1]]}})",
            R"({"outputs": {"sum": [[2,3]], "less": [[0,1]]}})");
        row("no signature's name", "/v1/models/fake:predict",
            R"({"signature_name": "", "inputs": [[1,2,3,4]]})", R"({"outputs": [[1,2,3,4]]})");
        row("encoded colon", "/v1/models/fake%3Apredict", R"({"instances": [[1,2,3,4]]})",
            R"({"predictions": [[1,2,3,4]]})");
        row("encoded at will", "/v1/models/%66ake/versions/1%3a%70redict",
            R"({"instances": [[1,2,3,4]]})", R"({"predictions": [[1,2,3,4]]})");
        row("column of bytes", "/v1/models/text:predict", R"({"inputs": [{"b64": "aGk="}, "you"]})",
            R"({"outputs": [["hi"], ["you"]]})");
        row("column of texts", "/v1/models/text:predict", R"({"inputs": {"x": [["a"], ["{}"]]}})",
            R"({"outputs": [["a"], ["{}"]]})");
    }
    void predictionsHaveTheFormOfTheRequest()
    {
        QFETCH(QString, target);
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, expected);
        ApiServer api(fakeSource());
        const auto answer = api.post(target.toStdString(), body.toStdString());
        QVERIFY2(answer.status == 200, answer.body.c_str());
        QCOMPARE(jsonOf(answer), QJsonDocument::fromJson(expected).object());
    }

    void picturesComeAsBase64()
    {
        Image image;
        image.width = 1;
        image.height = 1;
        image.rgb.assign(3, 255);
        const auto png = encodePng(image);
        QVERIFY(png);
        const std::string b64 =
            "{\"b64\": \"" + QByteArray::fromStdString(*png).toBase64().toStdString() + "\"}";
        ApiServer api(fakeSource());
        for (const std::string &body :
             {fmt::format(R"({{"instances": [{0}, {0}]}})", b64),
              fmt::format(R"({{"instances": [{{"image": {0}}}, {{"image": {0}}}]}})", b64)}) {
            const auto answer = api.post("/v1/models/picture:predict", body);
            QVERIFY2(answer.status == 200, answer.body.c_str());
            QCOMPARE(jsonOf(answer)[key("predictions")].toArray().size(), 2);
        }
        const auto rowsOf = [&](const std::string &inputs) {
            const auto answer =
                api.post("/v1/models/picture:predict", "{\"inputs\": " + inputs + "}");
            return jsonOf(answer)[key("outputs")].toArray().size();
        };
        QCOMPARE(rowsOf(b64), 1);
        QCOMPARE(rowsOf(fmt::format(R"({{"image": {}}})", b64)), 1);
        QCOMPARE(rowsOf(fmt::format("[ {0}, {0}, {0}]", b64)), 3);
        QCOMPARE(rowsOf(fmt::format(R"({{"image": [{0}, {0}]}})", b64)), 2);
        QCOMPARE(rowsOf("[[[[0.5]]]]"), 1); // numbers as before
    }

    void encodedColonsMayBelongToANameToo()
    {
        auto source = fakeSource();
        source->set("fake:predict");
        ApiServer api(std::move(source));
        QVERIFY(api.get("/v1/models/fake%3Apredict").body.find("AVAILABLE") != std::string::npos);
        const auto answer =
            api.post("/v1/models/fake%3Apredict:predict", R"({"inputs": [[1,2,3,4]]})");
        QCOMPARE(answer.status, 200);
        QCOMPARE(api.source().loads(), 1);
        QCOMPARE(jsonOf(api.get("/models/fake%3Apredict"))[key("misses")].toInt(), 1);
    }

    void verbsThatAreNotOfferedSayWhatToUse()
    {
        ApiServer api(fakeSource());
        for (const char *verb : {":classify", "/versions/1:classify", "%3Aregress", ":regress"}) {
            const auto answer =
                api.post(std::string("/v1/models/fake") + verb, R"({"examples": []})");
            QCOMPARE(answer.status, 501);
            QVERIFY2(answer.body.find("to \\\"fake:predict\\\"") != std::string::npos,
                     answer.body.c_str());
        }
        QVERIFY(api.get("/").body.find("classify") == std::string::npos);
        QVERIFY(api.get("/openapi.json").body.find("classify") == std::string::npos);
    }

    void theRealEngineAddsAndSubtracts()
    {
        ApiServer api;
        QVERIFY(api.workbench().open(testModel("addsub_int32.onnx"), true));
        const std::string ones = "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]";
        const auto answer =
            api.post("/v1/models/addsub_int32:predict",
                     "{\"instances\": [{\"INPUT0\": " + ones + ", \"INPUT1\": " + ones + "}]}");
        QVERIFY2(answer.status == 200, answer.body.c_str());
        const QJsonObject first = jsonOf(answer)[key("predictions")].toArray()[0].toObject();
        QCOMPARE(first[key("OUTPUT0")].toArray()[15].toInt(), 2);
        QCOMPARE(first[key("OUTPUT1")].toArray()[15].toInt(-1), 0);
    }

    void statusTellsVersionsAndStates()
    {
        ApiServer api(fakeSource());
        const auto state = [&](std::string_view target) {
            return jsonOf(api.get(target))[key("model_version_status")]
                .toArray()[0]
                .toObject()[key("state")]
                .toString();
        };
        QCOMPARE(state("/v1/models/fake"), QStringLiteral("AVAILABLE")); // loads on use
        QCOMPARE(api.post("/models/fake/unload").status, 200);
        QCOMPARE(state("/v1/models/fake"), QStringLiteral("END"));
        QCOMPARE(api.post("/models/fake/load").status, 200);
        QCOMPARE(state("/v1/models/fake/versions/1"), QStringLiteral("AVAILABLE"));
        QCOMPARE(api.get("/v1/models/wrong").status, 404);
        QCOMPARE(api.get("/v1/models/fake/versions/9").status, 404);
    }

    void badRequestsAreToldWhatWasExpected_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("told");
        const auto row = [](const char *name, const char *model, const char *body, const char *told,
                            int status = 400) {
            QTest::newRow(name) << QStringLiteral("/v1/models/%1:predict").arg(key(model))
                                << QByteArray(body) << status << key(told);
        };
        row("unknown model", "wrong", R"({"instances": [[1]]})", "wrong", 404);
        row("empty", "fake", "", "empty");
        row("neither", "fake", "{}", "neither");
        row("both", "fake", R"({"instances": [[1,2,3,4]], "inputs": [[1,2,3,4]]})", "both");
        row("no instances", "fake", R"({"instances": []})", "empty list");
        row("no list", "fake", R"({"instances": 3})", "a number");
        row("shape", "fake", R"({"instances": [[1,2,3]]})", "x");
        row("name", "fake", R"({"instances": [{"z": [1,2,3,4]}]})", "no input named \"z\"");
        row("one of two", "two", R"({"instances": [{"a": [1,2]}]})", "\"b\"");
        row("unnamed", "two", R"({"instances": [[1,2]]})", "object of inputs by name");
        row("unnamed column", "two", R"({"inputs": [[1,2]]})", "object of inputs by name");
        row("missing column", "two", R"({"inputs": {"a": [[1,2]]}})", "\"b\" is missing");
        row("base64", "picture", R"({"instances": [{"b64": "?"}]})", "base64");
        row("no picture", "picture", R"({"instances": [{"b64": "aGk="}]})", "image");
        row("mixed", "picture", R"({"instances": [{"b64": "aGk="}, [[[1]]]]})", "");
        row("column of no picture", "picture", R"({"inputs": [{"b65": "aGk="}]})",
            "Sample 0 is an object, expected a picture");
        row("column of no text", "text", R"({"inputs": [{"b64": "aGk="}, 7]})", "a number");
        row("signature", "fake", R"({"signature_name": "other", "instances": [[1,2,3,4]]})",
            "Serving signature name: \"other\" not found in signature def");
        row("no signature", "fake", R"({"signature_name": 7, "instances": [[1,2,3,4]]})",
            "\"signature_name\" is a number");
    }
    void badRequestsAreToldWhatWasExpected()
    {
        QFETCH(QString, target);
        QFETCH(QByteArray, body);
        QFETCH(int, status);
        QFETCH(QString, told);
        ApiServer api(fakeSource());
        const auto answer = api.post(target.toStdString(), body.toStdString());
        QVERIFY2(answer.status == status, answer.body.c_str());
        const QString error = jsonOf(answer)[key("error")].toString();
        QVERIFY2(!error.isEmpty() && error.contains(told), qPrintable(error));
    }

    void metadataTellsTheSignature()
    {
        auto source = fakeSource();
        FakeModel odd;
        odd.network.spec = networkSpec({tensorSpec("a \"b\"\\", {-1, 2}, DType::Int64)},
                                       {tensorSpec("text", {2}, DType::String)});
        source->set("odd", odd);
        ApiServer api(std::move(source));
        for (const char *target :
             {"/v1/models/two/metadata", "/v1/models/two/versions/1/metadata"}) {
            const QJsonObject metadata = jsonOf(api.get(target));
            QCOMPARE(metadata[key("model_spec")][key("name")].toString(), QStringLiteral("two"));
            QCOMPARE(metadata[key("model_spec")][key("version")].toString(), QStringLiteral("1"));
            const QJsonObject signature = metadata[key("metadata")][key("signature_def")]
                                                  [key("signature_def")][key("serving_default")]
                                                      .toObject();
            QCOMPARE(signature[key("inputs")].toObject().keys(),
                     (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
            const QJsonValue sum = signature[key("outputs")][key("sum")];
            QCOMPARE(sum[key("dtype")].toString(), QStringLiteral("DT_FLOAT"));
            const QJsonArray extents = sum[key("tensor_shape")][key("dim")].toArray();
            QCOMPARE(extents.size(), 2);
            QCOMPARE(extents[0][key("size")].toString(), QStringLiteral("-1"));
            QCOMPARE(extents[1][key("size")].toString(), QStringLiteral("2"));
        }
        const auto quoted = jsonOf(api.get("/v1/models/odd/metadata"));
        QVERIFY(!quoted.isEmpty());
        QCOMPARE(quoted[key("metadata")][key("signature_def")][key("signature_def")]
                       [key("serving_default")][key("inputs")][key("a \"b\"\\")][key("dtype")]
                           .toString(),
                 QStringLiteral("DT_INT64"));
        QCOMPARE(jsonOf(api.get("/stats"))[key("misses")].toInt(-1), 0);
        QCOMPARE(api.get("/v1/models/wrong/metadata").status, 404);
        QCOMPARE(api.get("/v1/models/two/versions/7/metadata").status, 404);
    }
};

QTEST_GUILESS_MAIN(TestTensorFlowServing)
#include "tst_tensorflow_serving.moc"
