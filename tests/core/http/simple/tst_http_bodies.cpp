// The bodies that /predict understands: pictures, forms, JSON in all its forms, .npy, CSV.
#include "api_server.h"
#include "base/file.h"
#include "base/logging.h"
#include "http/bodies/quick_bodies.h"
#include "test_files.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QJsonValue>
#include <QTest>

using namespace warmbench;
using namespace warmbench::http;

namespace {

std::string contentOf(const std::filesystem::path &file)
{
    return readFile(file, mebibytes(16)).value_or(std::string());
}

} // namespace

class TestHttpBodies : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void everyFormOfBodyIsUnderstood()
    {
        ApiServer api;
        QVERIFY(api.workbench().open(sampleFile("digits.onnx"), false));
        QVERIFY(api.workbench().open(sampleFile("iris.onnx"), false));
        QVERIFY(api.workbench().open(testModel("multi_out.onnx"), false));
        QVERIFY(api.workbench().open(testModel("add.onnx"), false));
        const std::string picture = contentOf(sampleFile("three.png"));
        QVERIFY(!picture.empty());
        const std::string base64 = QByteArray::fromStdString(picture).toBase64().toStdString();
        const std::string form =
            "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhi\r\n"
            "--b\r\nContent-Disposition: form-data; name=\"file\"; "
            "filename=\"three.png\"\r\nContent-Type: image/png\r\n\r\n" +
            picture + "\r\n--b--\r\n";
        const auto digitOf = [&](const HttpResponse &answer) {
            const auto results = jsonOf(answer)[QLatin1String("results")].toArray();
            const auto classes = results[0].toObject()[QLatin1String("classes")].toArray();
            return classes[0].toObject()[QLatin1String("label")].toString();
        };
        const QString three = QStringLiteral("3");
        QCOMPARE(digitOf(api.post("/predict/digits", picture)), three);
        QCOMPARE(digitOf(api.post("/predict/digits", picture,
                                  "Content-Type: application/x-www-form-urlencoded\r\n")),
                 three);
        QCOMPARE(digitOf(api.post("/predict/digits", form,
                                  "Content-Type: multipart/form-data; boundary=b\r\n")),
                 three);
        QCOMPARE(digitOf(api.post("/predict/digits", "{\"image_b64\": \"" + base64 + "\"}")),
                 three);
        QCOMPARE(digitOf(api.post("/predict/digits",
                                  "{\"image_b64\": \"data:image/png;base64," + base64 + "\"}")),
                 three);
        QCOMPARE(digitOf(api.post("/predict/digits", contentOf(sampleFile("three.json")))), three);

        const auto rows = [&](const std::string &target, const std::string &body) {
            const auto answer = api.post(target, body);
            if (answer.status != 200)
                qWarning("%s", answer.body.c_str());
            return jsonOf(answer)[QLatin1String("results")].toArray().size();
        };
        const std::string flower = R"({"sepal length": 5.1, "petal width": 0.2})";
        QCOMPARE(rows("/predict/iris", R"({"features": )" + flower + "}"), 1);
        QCOMPARE(rows("/predict/iris", R"({"features": [)" + flower + "," + flower + "]}"), 2);
        QCOMPARE(rows("/predict/iris", R"({"inputs": [[5.1, 3, 1, 0.2], [6, 3, 5, 2]]})"), 2);
        QCOMPARE(rows("/predict/iris", "[5.1, 3, 1, 0.2]"), 1);
        QCOMPARE(rows("/predict/iris", "5.1,3,1,0.2\n6,3,5,2\n"), 2);
        QCOMPARE(rows("/predict/iris", "petal width;sepal length\n0.2;5.1\n"), 1);
        QCOMPARE(rows("/predict/multi_out", "a,b,c,d\n1,2,3,4\n"), 1);
        QCOMPARE(rows("/predict/multi_out", R"({"inputs": [[1,2,3,4], [[5,6,7,8]], [0,0,0,0]]})"),
                 3);
        QCOMPARE(rows("/predict/multi_out", contentOf(testModel("multi_out.x.npy"))), 1);
        QCOMPARE(
            rows("/predict/add", R"({"tensors": {"b": [[1,1,1],[2,2,2]], "a": [1,2,3,4,5,6]}})"),
            1);
        const QJsonObject outputs = jsonOf(api.post(
            "/predict/multi_out", R"({"input": [-1, 0, 1, 2]})"))[QLatin1String("outputs")]
                                        .toObject();
        QCOMPARE(outputs[QLatin1String("alpha")].toArray(), (QJsonArray{QJsonArray{-2, 0, 2, 4}}));
    }

    void pictureTasksAnswerWithAPictureWhereOneIsAccepted()
    {
        ApiServer api;
        QVERIFY(api.workbench().open(testModel("image_out.onnx"), false));
        const std::string picture = contentOf(sampleFile("three.png"));
        const auto answer =
            api.post("/predict/image_out", picture, "Accept: text/html, image/png;q=0.9\r\n");
        QVERIFY2(answer.status == 200, answer.body.c_str());
        QCOMPARE(answer.field("content-type"), std::string("image/png"));
        QVERIFY(answer.body.starts_with("\x89PNG"));
        QCOMPARE(api.post("/predict/image_out", picture).field("content-type"),
                 std::string("application/json"));
    }

    void theQueryChangesWhatCountsForOneAnswer()
    {
        ApiServer api;
        QVERIFY(api.workbench().open(sampleFile("digits.onnx"), false));
        QVERIFY(api.workbench().open(testModel("yolov8_detect.onnx"), false));
        const std::string picture = contentOf(sampleFile("three.png"));
        const auto counted = [&](const std::string &target, const char *what) {
            const auto answer = api.post(target, picture);
            if (answer.status != 200)
                qWarning("%s", answer.body.c_str());
            return jsonOf(answer)[QLatin1String("results")][0][QLatin1String(what)]
                .toArray()
                .size();
        };
        QCOMPARE(counted("/predict/digits", "classes"), 5);
        QCOMPARE(counted("/predict/digits?top_k=2", "classes"), 2);
        // Two boxes that overlap, of 0.75 and 0.7.
        QCOMPARE(counted("/predict/yolov8_detect", "detections"), 1);
        QCOMPARE(counted("/predict/yolov8_detect?iou=1", "detections"), 2);
        QCOMPARE(counted("/predict/yolov8_detect?iou=1&score=0.72", "detections"), 1);
        QCOMPARE(counted("/predict/yolov8_detect?score=0.8", "detections"), 0);
        for (const auto &[query, said] :
             {std::pair("scor=1", "\"scor\" is unknown (did you mean \"score\"?)"),
              {"score=2", "\"score\" is \"2\", expected a number from 0 to 1"},
              {"iou=x", "\"iou\" is \"x\""},
              {"score=", "\"score\" is \"\""},
              {"top_k=0", "a whole number from 1 to 100000"},
              {"top_k=1.5", "a whole number"}}) {
            const auto answer = api.post(std::string("/predict/digits?") + query, picture);
            QCOMPARE(answer.status, 400);
            const auto sentence = jsonOf(answer)[QLatin1String("error")].toString().toStdString();
            QVERIFY2(sentence.find(said) != std::string::npos, sentence.c_str());
        }
    }

    void whatAModelWasTakenForIsTold()
    {
        ApiServer api;
        QVERIFY(api.workbench().open(testModel("yolov8_detect.onnx"), false));
        const auto told = [&]() -> QJsonValue {
            return jsonOf(api.get("/models/yolov8_detect"))[QLatin1String("understood")];
        };
        QCOMPARE(api.post("/models/yolov8_detect/load").status, 200);
        QCOMPARE(
            told()[QLatin1String("summary")].toString(),
            QStringLiteral("YOLO v8 detection, 3 names, letterbox 64 x 96 (Ultralytics keys)"));
        const auto pad = told()[QLatin1String("values")][QLatin1String("pad_value")];
        QCOMPARE(pad[QLatin1String("value")].toInt(), 114);
        QCOMPARE(pad[QLatin1String("origin")].toString(), QStringLiteral("Ultralytics keys"));
    }

    void onlySmallBodiesWithoutPicturesDecodeQuickly_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<bool>("quick");
        const QByteArray number("0.25,");
        QTest::newRow("numbers") << QByteArray("{\"input\": [1, 2]}") << true;
        QTest::newRow("bare list") << QByteArray("[1, 2]") << true;
        QTest::newRow("numbers after blanks") << QByteArray(" \n{\"input\": [1]}") << true;
        QTest::newRow("64 KiB of numbers")
            << "{\"input\": [" + number.repeated(13'000) + "1]}" << true;
        QTest::newRow("more") << "{\"input\": [" + number.repeated(14'000) + "1]}" << false;
        QTest::newRow(".npy") << QByteArray("\x93NUMPY\x01\x00", 8) << true;
        QTest::newRow("picture") << QByteArray("\x89PNG\r\n\x1a\n") << false;
        QTest::newRow("picture in JSON") << QByteArray("{\"image_b64\": \"iVBO\"}") << false;
        QTest::newRow("picture for TensorFlow Serving")
            << QByteArray("{\"instances\": [{\"b64\": \"iVBO\"}]}") << false;
        QTest::newRow("picture for Triton")
            << QByteArray("{\"inputs\": [{\"datatype\": \"BYTES\"}]}") << false;
        QTest::newRow("form") << QByteArray("--x\r\n") << false;
        QTest::newRow("nothing") << QByteArray() << false;
    }
    void onlySmallBodiesWithoutPicturesDecodeQuickly()
    {
        QFETCH(QByteArray, body);
        QFETCH(bool, quick);
        QCOMPARE(decodesQuickly(body.toStdString()), quick);
    }
};

QTEST_GUILESS_MAIN(TestHttpBodies)
#include "tst_http_bodies.moc"
