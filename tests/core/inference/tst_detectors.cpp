// Detectors as their exporters leave them, without a settings file: whole workbench, real pictures.
#include "dropped_model.h"
#include "test_files.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <QTest>

using namespace warmbench;

namespace {

std::optional<Image> photograph()
{
    const auto path = sharedModel("faces.jpg");
    const auto content = path ? readFile(*path, mebibytes(16)) : Result<std::string>(Error{});
    if (!content)
        return std::nullopt;
    auto image = decodeImage(std::as_bytes(std::span<const char>(*content)));
    return image ? std::optional(*std::move(image)) : std::nullopt;
}

std::vector<Detection> ofClass(const Prediction &prediction, int index, float least)
{
    std::vector<Detection> found;
    for (const Detection &one : prediction.results.at(0).detections) {
        if (one.index == index && one.score >= least)
            found.push_back(one);
    }
    std::sort(found.begin(), found.end(), [](const Detection &a, const Detection &b) {
        return a.left + a.right < b.left + b.right;
    });
    return found;
}

float overlap(const Detection &a, const Detection &b)
{
    const float shared = std::max(0.0F, std::min(a.right, b.right) - std::max(a.left, b.left)) *
                         std::max(0.0F, std::min(a.bottom, b.bottom) - std::max(a.top, b.top));
    const auto area = [](const Detection &one) {
        return (one.right - one.left) * (one.bottom - one.top);
    };
    return shared / (area(a) + area(b) - shared);
}

} // namespace

class TestDetectors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void twoNetworksFindTheSameFourPeople()
    {
        const auto picture = photograph();
        const auto yolox = sharedModel("yolox_nano.onnx");
        const auto fastest = sharedModel("FastestDet.onnx");
        if (!picture || !yolox || !fastest)
            QSKIP("the shared models are not here");
        const auto one = predicted(*yolox, *picture);
        const auto other = predicted(*fastest, *picture);
        QVERIFY2(one.has_value(), one ? "" : one.error().message.c_str());
        QVERIFY2(other.has_value(), other ? "" : other.error().message.c_str());
        QVERIFY(one->task == Task::Detection);
        const auto people = ofClass(*one, 0, 0.5F);
        const auto same = ofClass(*other, 0, 0.5F);
        QCOMPARE(people.size(), std::size_t(4));
        QCOMPARE(same.size(), std::size_t(4));
        for (std::size_t i = 0; i < 4; ++i) {
            const float shared = overlap(people[i], same[i]);
            QVERIFY2(shared >= 0.55F, qPrintable(QString::number(double(shared))));
        }
    }

    void twoNetworksFindTheSameFourFaces()
    {
        const auto picture = photograph();
        const auto yunet = sharedModel("yunet_s_640_640.onnx");
        const auto rfb = sharedModel("rfb320.onnx");
        if (!picture || !yunet || !rfb)
            QSKIP("the shared models are not here");
        const auto one = predicted(*yunet, *picture);
        const auto other = predicted(*rfb, *picture);
        QVERIFY2(one.has_value(), one ? "" : one.error().message.c_str());
        QVERIFY2(other.has_value(), other ? "" : other.error().message.c_str());
        const auto faces = ofClass(*one, 0, 0.7F);
        const auto same = ofClass(*other, 1, 0.7F);
        QCOMPARE(faces.size(), std::size_t(4));
        QCOMPARE(same.size(), std::size_t(4));
        for (std::size_t i = 0; i < 4; ++i) {
            QVERIFY(overlap(faces[i], same[i]) >= 0.55F);
            QCOMPARE(faces[i].label, std::string("face"));
            QCOMPARE(same[i].label, std::string("face"));
        }
    }

    void deepLabFindsThePeopleThatADetectorFinds()
    {
        const auto picture = photograph();
        const auto deepLab = sharedModel("deeplab_v3_257.onnx");
        const auto yolox = sharedModel("yolox_nano.onnx");
        if (!picture || !deepLab || !yolox)
            QSKIP("the shared models are not here");
        const auto map = predicted(*deepLab, *picture);
        const auto boxes = predicted(*yolox, *picture);
        QVERIFY2(map.has_value(), map ? "" : map.error().message.c_str());
        QVERIFY2(boxes.has_value(), boxes ? "" : boxes.error().message.c_str());
        QVERIFY(map->task == Task::Segmentation);
        const Segmentation &seen = *map->results.at(0).segmentation;
        QCOMPARE(seen.width, picture->width);
        QCOMPARE(seen.height, picture->height);
        QCOMPARE(seen.shares.at(0).label, std::string("person"));
        const auto found = ofClass(*boxes, 0, 0.5F);
        float left = 1e6F;
        float right = 0;
        float top = 1e6F;
        float bottom = 0;
        for (const Detection &one : found) {
            left = std::min(left, one.left);
            right = std::max(right, one.right);
            top = std::min(top, one.top);
            bottom = std::max(bottom, one.bottom);
        }
        int covered = 0;
        int all = 0;
        int people = 0;
        int peopleCovered = 0;
        for (int y = int(top); y < int(bottom); ++y) {
            for (int x = int(left); x < int(right); ++x) {
                const bool inBox =
                    std::any_of(found.begin(), found.end(), [&](const Detection &one) {
                        return float(x) >= one.left && float(x) < one.right &&
                               float(y) >= one.top && float(y) < one.bottom;
                    });
                if (!inBox)
                    continue;
                ++all;
                const auto at = std::size_t(y) * std::size_t(seen.width) + std::size_t(x);
                const bool told = seen.classes[at] == 15;
                covered += told ? 1 : 0;
                // The photograph was taken before a white wall.
                const auto *const pixel = &picture->rgb[at * 3];
                const bool wall = pixel[0] >= 245 && pixel[1] >= 245 && pixel[2] >= 245;
                people += wall ? 0 : 1;
                peopleCovered += told && !wall ? 1 : 0;
            }
        }
        // Of the boxes 71 % are people, the rest is the wall between them.
        const double share = double(covered) / all;
        QVERIFY2(share >= 0.78, qPrintable(QString::number(share)));
        const double ofPeople = double(peopleCovered) / people;
        QVERIFY2(ofPeople >= 0.97, qPrintable(QString::number(ofPeople)));
    }

    // The graph answers the same box, whatever it sees.
    void boxesLieWhereTheExportPutsThem_data()
    {
        QTest::addColumn<QByteArray>("model");
        for (const char *model :
             {"yolov8_detect.onnx", "yolov5_detect.onnx", "yolov10_detect.onnx"})
            QTest::newRow(model) << QByteArray(model);
    }
    void boxesLieWhereTheExportPutsThem()
    {
        QFETCH(QByteArray, model);
        for (const auto &size : {std::pair(101, 57), {64, 96}, {33, 200}, {1283, 721}}) {
            const int width = size.first;
            const int height = size.second;
            const auto prediction =
                predicted(testModel(model.toStdString()), greyPicture(width, height));
            QVERIFY2(prediction.has_value(), prediction ? "" : prediction.error().message.c_str());
            const auto &found = prediction->results.at(0).detections;
            QCOMPARE(found.size(), std::size_t(1));
            QCOMPARE(found[0].label, std::string("driver's seat"));
            QVERIFY(std::abs(found[0].score - 0.75F) < 1e-5F);
            // The box 20..44 x 36..60 of an input of 64 x 96 pixels, through Ultralytics'
            // scale_boxes (utils/ops.py): less the border, divided by the ratio, clipped.
            const double ratio = std::min(96.0 / height, 64.0 / width);
            const double left = std::round((64 - std::round(width * ratio)) / 2 - 0.1);
            const double top = std::round((96 - std::round(height * ratio)) / 2 - 0.1);
            const auto x = [&](double pixel) {
                return std::clamp((pixel - left) / ratio, 0.0, double(width));
            };
            const auto y = [&](double pixel) {
                return std::clamp((pixel - top) / ratio, 0.0, double(height));
            };
            const std::array<double, 4> expected{x(20), y(36), x(44), y(60)};
            const std::array<float, 4> edges{found[0].left, found[0].top, found[0].right,
                                             found[0].bottom};
            for (std::size_t i = 0; i < 4; ++i)
                QVERIFY2(std::abs(double(edges[i]) - expected[i]) < 0.01,
                         qPrintable(QStringLiteral("%1 x %2: %3, expected %4")
                                        .arg(width)
                                        .arg(height)
                                        .arg(double(edges[i]))
                                        .arg(expected[i])));
        }
    }
};

QTEST_GUILESS_MAIN(TestDetectors)
#include "tst_detectors.moc"
