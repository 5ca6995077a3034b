// The same picture gives the same numbers from `warmbench predict`, over HTTP, and from the
// workbench that the window uses.
#include "answer.h"
#include "base/file.h"
#include "http/simple/form_body.h"
#include "http_client.h"
#include "inference/answer/prediction_json.h"
#include "inference/workbench.h"
#include "program.h"
#include "test_files.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace warmbench;

namespace {

constexpr std::string_view faceSettings = R"({
  "task": "detection", "labels": ["background", "face"],
  "input": {"width": 320, "height": 240, "channels": "rgb", "resize": "stretch", "scale": 1,
            "mean": [127], "std": [128]},
  "decoder": {"type": "ultraface", "score_threshold": 0.7, "nms_threshold": 0.3}
})";

QJsonObject parsed(const std::string &json)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
}

QString text(const std::filesystem::path &path)
{
    return QString::fromStdString(path.string());
}

QJsonObject fromCommand(const std::filesystem::path &model, const std::filesystem::path &picture)
{
    return parsed(Program::run({QStringLiteral("predict"), QStringLiteral("--raw"), text(model),
                                text(picture)})
                      .output);
}

QJsonObject fromHttp(const std::filesystem::path &model, const std::string &picture)
{
    Program program(
        {QStringLiteral("serve"), QStringLiteral("--port"), QStringLiteral("0"), text(model)});
    if (!program.listens())
        return {};
    HttpClient client(program.port());
    return parsed(client.exchange("POST", "/predict/" + model.stem().string(), picture).body);
}

QJsonObject fromWorkbench(const std::filesystem::path &model, const std::string &picture)
{
    const SystemClock clock;
    Workbench workbench(WorkbenchOptions(), clock);
    const auto opened = workbench.open(model, false);
    auto decode = http::decoderFor(picture, "");
    if (!opened || !decode)
        return {};
    InferenceRequest request;
    request.decode = std::move(*decode);
    Answer<Prediction> answer;
    workbench.predict(std::move(request), answer.callback());
    return answer.get() ? parsed(predictionJson(*answer.get())) : QJsonObject();
}

} // namespace

class TestAgreement : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theSameNumbersEverywhere_data()
    {
        QTest::addColumn<std::string>("model");
        QTest::addColumn<std::string>("picture");
        QTest::addColumn<bool>("shared");
        QTest::addColumn<int>("values");
        QTest::newRow("digits") << std::string("digits.onnx") << std::string("five.png") << false
                                << 10;
        QTest::newRow("faces, ONNX")
            << std::string("rfb320.onnx") << std::string("faces.jpg") << true << 4420;
        QTest::newRow("faces, Caffe")
            << std::string("rfb320.caffemodel") << std::string("faces.jpg") << true << 4420;
    }
    void theSameNumbersEverywhere()
    {
        QFETCH(std::string, model);
        QFETCH(std::string, picture);
        QFETCH(bool, shared);
        QFETCH(int, values);
        const auto source = shared ? sharedModel(model) : sampleFile(model);
        const auto input = shared ? sharedModel(picture) : sampleFile(picture);
        if (!source || !input)
            QSKIP("the shared models are not here");
        const QTemporaryDir scratch;
        const std::filesystem::path folder = scratch.path().toStdString();
        for (const auto &entry : std::filesystem::directory_iterator(source->parent_path())) {
            if (entry.path().filename().string().starts_with(source->stem().string()))
                std::filesystem::copy_file(entry.path(), folder / entry.path().filename());
        }
        if (shared) {
            std::filesystem::remove(folder /
                                    (model == "rfb320.onnx" ? "rfb320.caffemodel" : "rfb320.onnx"));
            QVERIFY(writeFile(folder / "rfb320.warmbench.json", faceSettings).has_value());
        }
        const auto bytes = readFile(*input, mebibytes(16));
        QVERIFY(bytes.has_value());

        const QJsonObject command = fromCommand(folder / model, *input);
        const QJsonObject http = fromHttp(folder / model, *bytes);
        const QJsonObject workbench = fromWorkbench(folder / model, *bytes);
        for (const QLatin1String key :
             {QLatin1String("prediction"), QLatin1String("results"), QLatin1String("model"),
              QLatin1String("digest"), QLatin1String("engine")}) {
            QVERIFY2(!command[key].isUndefined(), key.data());
            QVERIFY2(command[key] == http[key], key.data());
            QVERIFY2(command[key] == workbench[key], key.data());
        }
        QCOMPARE(command[QLatin1String("prediction")].toArray()[0].toArray().size(), values);
        const QJsonArray results = command[QLatin1String("results")].toArray();
        QCOMPARE(results.size(), 1);
        if (shared)
            QCOMPARE(results[0][QLatin1String("detections")].toArray().size(), 4);
        else
            QCOMPARE(results[0][QLatin1String("classes")]
                         .toArray()[0][QLatin1String("label")]
                         .toString(),
                     QStringLiteral("5"));
    }
};

QTEST_GUILESS_MAIN(TestAgreement)
#include "tst_agreement.moc"
