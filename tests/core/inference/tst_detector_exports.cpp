// Detectors beyond YOLO with the exact names, shapes and types of their exporters, without a
// settings file: whole workbench, boxes at known places. make_detectors.py writes them.
#include "dropped_model.h"
#include "test_files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <QTest>

using namespace warmbench;

namespace {

// As huggingface/transformers writes it.
std::string config(const char *architecture, const char *kind)
{
    return QStringLiteral("{\"architectures\": [\"%1ForObjectDetection\"], \"model_type\": \"%2\", "
                          "\"id2label\": {\"0\": \"N/A\", \"1\": \"person\", "
                          "\"2\": \"driver's seat\"}}")
        .arg(QString::fromUtf8(architecture), QString::fromUtf8(kind))
        .toStdString();
}

// How a picture becomes 64 x 96 pixels.
enum class Geometry : std::uint8_t { Stretch, Centre, End };

// The box 20..44 x 36..60 of the network's input in pixels of the picture, clipped.
std::array<double, 4> expected(Geometry geometry, int width, int height)
{
    double ratioX = 64.0 / width;
    double ratioY = 96.0 / height;
    double left = 0;
    double top = 0;
    if (geometry != Geometry::Stretch)
        ratioX = ratioY = std::min(ratioX, ratioY);
    if (geometry == Geometry::Centre) {
        left = std::round((64 - std::round(width * ratioX)) / 2 - 0.1);
        top = std::round((96 - std::round(height * ratioY)) / 2 - 0.1);
    }
    const auto x = [&](double pixel) {
        return std::clamp((pixel - left) / ratioX, 0.0, double(width));
    };
    const auto y = [&](double pixel) {
        return std::clamp((pixel - top) / ratioY, 0.0, double(height));
    };
    return {x(20), y(36), x(44), y(60)};
}

bool withoutOnnxRuntime()
{
    const auto *const engine = engineVersion("onnxruntime");
    return !engine || engine->version.empty();
}

} // namespace

Q_DECLARE_METATYPE(FilesOfModel)
Q_DECLARE_METATYPE(Geometry)

class TestDetectorExports : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void boxesLieWhereTheExportPutsThem_data()
    {
        QTest::addColumn<FilesOfModel>("beside");
        QTest::addColumn<Geometry>("geometry");
        QTest::addColumn<int>("number");
        const FilesOfModel names{{"labels.txt", "person\ndriver's seat\ncafe\n"}};
        const auto row = [](const char *model, const FilesOfModel &beside, Geometry geometry,
                            int number) { QTest::newRow(model) << beside << geometry << number; };
        row("hf_detr", {{"config.json", config("Detr", "detr")}}, Geometry::Stretch, 2);
        row("hf_rtdetr", {{"config.json", config("RTDetr", "rt_detr")}}, Geometry::Stretch, 2);
        row("rtdetr_original", names, Geometry::Stretch, 1);
        row("rf_detr", names, Geometry::Stretch, 1);
        row("ultralytics_rtdetr", {}, Geometry::Stretch, 1);
        row("tf_detection", names, Geometry::Stretch, 2);
        row("tf_detection_frozen", names, Geometry::Stretch, 2);
        row("tf_detection_identity", names, Geometry::Stretch, 2);
        row("torchvision_detection", names, Geometry::Stretch, 2);
        row("torchvision_batch", names, Geometry::Stretch, 2);
        row("mmdeploy", names, Geometry::End, 1);
        row("yolov6_nms", names, Geometry::Centre, 1);
        row("yolov7_nms", names, Geometry::Centre, 1);
        row("yolo_nas", names, Geometry::Centre, 1);
        row("custom_vision", names, Geometry::Stretch, 1);
        row("detection_out", names, Geometry::Stretch, 1);
    }
    void boxesLieWhereTheExportPutsThem()
    {
        QFETCH(FilesOfModel, beside);
        QFETCH(Geometry, geometry);
        QFETCH(int, number);
        const auto model = testModel(std::string(QTest::currentDataTag()) + ".onnx");
        for (const auto &size : {std::pair(101, 57), {64, 96}, {33, 200}, {1283, 721}}) {
            const auto prediction = predicted(model, greyPicture(size.first, size.second), beside);
            if (!prediction && withoutOnnxRuntime())
                QSKIP("OpenCV refuses this file, and ONNX Runtime is not here");
            QVERIFY2(prediction.has_value(), prediction ? "" : prediction.error().message.c_str());
            const auto &found = prediction->results.at(0).detections;
            QCOMPARE(found.size(), std::size_t(1));
            QCOMPARE(found[0].label, std::string("driver's seat"));
            QCOMPARE(found[0].index, number);
            QVERIFY(std::abs(found[0].score - 0.75F) < 1e-4F);
            const auto places = expected(geometry, size.first, size.second);
            const std::array<float, 4> edges{found[0].left, found[0].top, found[0].right,
                                             found[0].bottom};
            for (std::size_t i = 0; i < 4; ++i)
                QVERIFY2(std::abs(double(edges[i]) - places[i]) < 1,
                         qPrintable(QStringLiteral("%1 x %2: %3, expected %4")
                                        .arg(size.first)
                                        .arg(size.second)
                                        .arg(double(edges[i]))
                                        .arg(places[i])));
        }
    }

    // Two pictures: each has its own box, and its own size goes along with it.
    void severalPicturesAreFilledEach()
    {
        const QTemporaryDir folder;
        const SystemClock clock;
        Workbench workbench({}, clock);
        QVERIFY(workbench.open(testModel("rtdetr_original.onnx"), false));
        InferenceRequest request;
        request.decode = [&](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
            return InferenceInputs(ImageInputs{greyPicture(64, 96), greyPicture(128, 96)});
        };
        Answer<Prediction> answer;
        workbench.predict(std::move(request), answer.callback());
        const auto &prediction = answer.get();
        if (!prediction && withoutOnnxRuntime())
            QSKIP("OpenCV refuses this file, and ONNX Runtime is not here");
        QVERIFY2(prediction.has_value(), prediction ? "" : prediction.error().message.c_str());
        QCOMPARE(prediction->results.size(), std::size_t(2));
        QVERIFY(std::abs(prediction->results[0].detections.at(0).left - 20) < 0.01F);
        QVERIFY(std::abs(prediction->results[1].detections.at(0).left - 40) < 0.01F);
    }

    // As tensors, the network's inputs are the client's own.
    void tensorsFillEveryInput()
    {
        const SystemClock clock;
        Workbench workbench({}, clock);
        QVERIFY(workbench.open(testModel("rtdetr_original.onnx"), false));
        const auto asked = [&](TensorInputs tensors) {
            InferenceRequest request;
            request.decode = [tensors = std::move(tensors)](const ModelBundle &, RunControl &) {
                return Result<InferenceInputs>(tensors);
            };
            Answer<Prediction> answer;
            workbench.predict(std::move(request), answer.callback());
            return std::move(answer.get());
        };
        const NamedTensor picture{"images", *Tensor::create(DType::Float32, {1, 3, 96, 64})};
        const std::array<std::int64_t, 2> size{640, 480};
        const NamedTensor sizes{"orig_target_sizes",
                                *Tensor::fromValues<std::int64_t>({1, 2}, size)};
        const auto both = asked({picture, sizes});
        if (!both && withoutOnnxRuntime())
            QSKIP("OpenCV refuses this file, and ONNX Runtime is not here");
        QVERIFY2(both.has_value(), both ? "" : both.error().message.c_str());
        QCOMPARE(both->outputs.at(1).tensor.values<float>()[0], 200.0F); // 20 / 64 * 640
        const auto one = asked({picture});
        QVERIFY(!one);
        QVERIFY(one.error().message.find("orig_target_sizes") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestDetectorExports)
#include "tst_detector_exports.moc"
