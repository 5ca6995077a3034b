// Real networks and a real photograph, where they are (test_files.h); all through the workbench.
#include "answer.h"
#include "base/file.h"
#include "inference/workbench.h"
#include "tensor/npy.h"
#include "test_files.h"

#include <cmath>
#include <filesystem>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QVector>

using namespace warmbench;

namespace {

constexpr int pythonLacksOpenCv = 77; // exit code of ultraface_reference.py

constexpr std::string_view settings = R"({
  "task": "detection",
  "labels": ["background", "face"],
  "input": {"width": 320, "height": 240, "channels": "rgb", "layout": "NCHW", "resize": "stretch",
            "interpolation": "bilinear", "antialias": ANTIALIAS, "scale": 1, "mean": [127], "std": [128]},
  "decoder": {"type": "ultraface", "score_threshold": 0.7, "nms_threshold": 0.3}
})";

std::span<const std::byte> bytesOf(const std::string &text)
{
    return std::as_bytes(std::span<const char>(text));
}

Result<std::string> readAll(const std::filesystem::path &path)
{
    return readFile(path, mebibytes(64));
}

// x, y, width, height as people read them off the picture.
QVector<int> pixelBox(const Detection &found)
{
    return {int(found.left), int(found.top), int(found.right - found.left),
            int(found.bottom - found.top)};
}

// A workbench with one of the shared models in a folder of its own, a settings file beside it.
class Bench
{
public:
    explicit Bench(const std::filesystem::path &model, bool antialias = false,
                   const char *engine = "auto")
        : m_workbench(withEngine(engine), m_clock)
    {
        const std::filesystem::path folder = m_folder.path().toStdString();
        std::filesystem::copy_file(model, folder / model.filename());
        if (model.extension() == ".caffemodel") {
            auto network = model;
            network.replace_extension(".prototxt");
            std::filesystem::copy_file(network, folder / network.filename());
        }
        if (model.stem() == "rfb320") {
            std::string text(settings);
            text.replace(text.find("ANTIALIAS"), 9, antialias ? "true" : "false");
            m_written = writeFile(folder / "rfb320.warmbench.json", text).has_value();
        }
        m_opened = m_workbench.open(folder / model.filename(), false);
    }
    Result<Prediction> predict(const std::string &picture)
    {
        if (!m_written)
            return Error{ErrorCode::Internal, "the settings file could not be written"};
        if (!m_opened)
            return m_opened.error();
        InferenceRequest request;
        request.decode = [&](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
            auto image = decodeImage(bytesOf(picture));
            if (!image)
                return image.error();
            return InferenceInputs(ImageInputs{std::move(*image)});
        };
        Answer<Prediction> answer;
        m_workbench.predict(std::move(request), answer.callback());
        return std::move(answer.get());
    }
    Workbench &workbench() { return m_workbench; }

private:
    const QTemporaryDir m_folder;
    const SystemClock m_clock;
    static WorkbenchOptions withEngine(const char *engine)
    {
        WorkbenchOptions options;
        options.loader.engine = engine;
        return options;
    }

    Workbench m_workbench;
    bool m_written = true;
    Result<std::vector<std::string>> m_opened = std::vector<std::string>();
};

// Runs ultraface_reference.py; its output, or nothing where Python has no OpenCV.
std::optional<QByteArray> reference(const QStringList &arguments)
{
    QProcess python;
    const auto script = sourceFile("tests/core/inference/ultraface_reference.py");
    python.start(QString::fromStdString(testPython().string()),
                 QStringList(QString::fromStdString(script.string())) + arguments);
    if (!python.waitForFinished(120'000) || python.exitCode() == pythonLacksOpenCv) {
        qWarning("SKIPPED: Python has no OpenCV to compare with; install python3-opencv.");
        return std::nullopt;
    }
    const QByteArray output = python.readAllStandardOutput();
    if (python.exitCode() != 0)
        qWarning("%s", python.readAllStandardError().constData());
    return output;
}

QString text(const std::filesystem::path &path)
{
    return QString::fromStdString(path.string());
}

} // namespace

class TestFaceDetector : public QObject
{
    Q_OBJECT

private:
    std::optional<std::filesystem::path> m_picture;
    std::string m_faces; // the picture's bytes

    static void forms()
    {
        QTest::addColumn<std::string>("file");
        QTest::newRow("ONNX") << std::string("rfb320.onnx");
        QTest::newRow("Caffe") << std::string("rfb320.caffemodel");
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_picture = sharedModel("faces.jpg");
        if (m_picture)
            m_faces = readAll(*m_picture).value_or(std::string());
    }

    void findsTheFourFaces_data()
    {
        QTest::addColumn<std::string>("file");
        QTest::addColumn<bool>("antialias");
        for (const char *file : {"rfb320.onnx", "rfb320.caffemodel"}) {
            for (const bool antialias : {false, true})
                QTest::addRow("%s, antialias %d", file, antialias)
                    << std::string(file) << antialias;
        }
    }
    void findsTheFourFaces()
    {
        QFETCH(std::string, file);
        QFETCH(bool, antialias);
        const auto model = sharedModel(file);
        if (!model || !m_picture)
            QSKIP("the shared models are not here");
        Bench bench(*model, antialias);
        const auto prediction = bench.predict(m_faces);
        QVERIFY2(prediction.has_value(), prediction ? "" : prediction.error().message.c_str());
        const auto &found = prediction->results.at(0).detections;
        QCOMPARE(int(found.size()), 4);
        const QVector<QVector<int>> expected{
            {308, 90, 93, 142}, {551, 77, 98, 145}, {718, 115, 106, 156}, {136, 108, 87, 139}};
        const int tolerance = antialias ? 6 : 0; // the list was made without
        for (const QVector<int> &face : expected) {
            const bool there =
                std::any_of(found.begin(), found.end(), [&](const Detection &detection) {
                    const QVector<int> box = pixelBox(detection);
                    int furthest = 0;
                    for (qsizetype i = 0; i < 4; ++i)
                        furthest = std::max(furthest, std::abs(box[i] - face[i]));
                    return furthest <= tolerance;
                });
            QVERIFY2(there,
                     qPrintable(QStringLiteral("no face at %1,%2").arg(face[0]).arg(face[1])));
        }
        for (const Detection &detection : found) {
            QCOMPARE(detection.label, std::string("face"));
            QVERIFY(detection.score > 0.99F);
        }
    }

    void agreesWithOpenCvFromPythonToThePixel_data() { forms(); }
    void agreesWithOpenCvFromPythonToThePixel()
    {
        QFETCH(std::string, file);
        const auto model = sharedModel(file);
        if (!model || !m_picture)
            QSKIP("the shared models are not here");
        Bench bench(*model);
        const auto prediction = bench.predict(m_faces);
        QVERIFY(prediction.has_value());
        const auto output = reference({text(*model), text(*m_picture)});
        if (!output)
            QSKIP("Python has no OpenCV");
        const QJsonArray faces =
            QJsonDocument::fromJson(*output).object()[QLatin1String("faces")].toArray();
        const auto &found = prediction->results.at(0).detections;
        QCOMPARE(qsizetype(found.size()), faces.size());
        QVERIFY(!faces.isEmpty());
        double furthest = 0;
        for (qsizetype i = 0; i < faces.size(); ++i) {
            const QJsonArray face = faces[i].toArray();
            const Detection &box = found[std::size_t(i)];
            const std::array<float, 4> edges{box.left, box.top, box.right, box.bottom};
            for (qsizetype edge = 0; edge < 4; ++edge)
                furthest = std::max(
                    furthest, std::abs(double(edges[std::size_t(edge)]) - face[edge].toDouble()));
            QVERIFY(std::abs(double(box.score) - face[4].toDouble()) < 1e-3);
        }
        qInfo("%s: edges differ by at most %.4f pixels", file.c_str(), furthest);
        QVERIFY(furthest < 0.5);
    }

    void rawOutputsAgreeWithOpenCvFromPython_data() { forms(); }
    void rawOutputsAgreeWithOpenCvFromPython()
    {
        QFETCH(std::string, file);
        const auto model = sharedModel(file);
        if (!model || !m_picture)
            QSKIP("the shared models are not here");
        Bench bench(*model);
        const auto prediction = bench.predict(m_faces);
        QVERIFY(prediction.has_value());
        QVERIFY(prediction->seen.has_value());
        const QTemporaryDir scratch;
        const std::filesystem::path folder = scratch.path().toStdString();
        QVERIFY(writeFile(folder / "seen.npy", writeNpy(*prediction->seen)).has_value());
        if (!reference({text(*model), text(folder / "seen.npy"), text(folder)}))
            QSKIP("Python has no OpenCV");
        for (const NamedTensor &output : prediction->outputs) {
            const auto stored = readAll(folder / (output.name + ".npy"));
            QVERIFY2(stored.has_value(), output.name.c_str());
            const auto expected = readNpy(bytesOf(*stored));
            QVERIFY(expected.has_value());
            const auto ours = output.tensor.values<float>();
            const auto theirs = expected->values<float>();
            QCOMPARE(ours.size(), theirs.size());
            float furthest = 0;
            for (std::size_t i = 0; i < ours.size(); ++i)
                furthest = std::max(furthest, std::abs(ours[i] - theirs[i]));
            qInfo("%s %s: values differ by at most %g", file.c_str(), output.name.c_str(),
                  double(furthest));
            QVERIFY(furthest < 1e-4F);
        }
        QCOMPARE(int(prediction->outputs.size()), 2);
    }

    void whatOpenCvRefusesIsExplained_data()
    {
        QTest::addColumn<std::string>("file");
        QTest::addColumn<std::vector<std::string>>("words");
        QTest::newRow("half precision")
            << std::string("squeezenet_fp16.onnx")
            << std::vector<std::string>{"\"conv10_1\"", "operator Conv", "opset 7", "float16",
                                        "ONNX Runtime"};
        QTest::newRow("unsupported operator")
            << std::string("candy.onnx")
            << std::vector<std::string>{"\"crop\"", "operator Crop", "opset 7", "ONNX Runtime"};
    }
    void whatOpenCvRefusesIsExplained()
    {
        QFETCH(std::string, file);
        QFETCH(std::vector<std::string>, words);
        const auto model = sharedModel(file);
        const auto picture = sharedModel("kitten.png");
        if (!model || !picture)
            QSKIP("the shared models are not here");
        Bench bench(*model, false, "opencv");
        const auto prediction = bench.predict(readAll(*picture).value_or(std::string()));
        QVERIFY(!prediction);
        qInfo("%s", prediction.error().message.c_str());
        QCOMPARE(errorCodeName(prediction.error().code), "FAILED_PRECONDITION");
        for (const std::string &word : words)
            QVERIFY2(prediction.error().message.find(word) != std::string::npos, word.c_str());
    }

    void metadataTellHowAPictureIsPrepared()
    {
        const auto model = sharedModel("mnist.onnx");
        if (!model)
            QSKIP("the shared models are not here");
        Bench bench(*model);
        const auto picture = readAll(sampleFile("seven.png"));
        QVERIFY(picture.has_value());
        const auto prediction = bench.predict(*picture);
        QVERIFY2(prediction.has_value(), prediction ? "" : prediction.error().message.c_str());
        QCOMPARE(prediction->outputs.at(0).tensor.shape(), Shape({1, 10}));
        QVERIFY(prediction->task == Task::Classification);
        // Pixels 0..255 in one grey plane, as the metadata say; not 0..1.
        QCOMPARE(prediction->seen->shape(), Shape({1, 28, 28}));
        const auto seen = prediction->seen->values<float>();
        QVERIFY(*std::max_element(seen.begin(), seen.end()) > 200);
    }
};

QTEST_GUILESS_MAIN(TestFaceDetector)
#include "tst_face_detector.moc"
