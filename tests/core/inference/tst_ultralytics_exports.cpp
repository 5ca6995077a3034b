// Networks in the form of Ultralytics' exports, without a settings file: whole workbench, pictures
// of odd sizes. Where objects must lie is reckoned here from the letterbox alone
// (ultralytics/ultralytics: data/augment.py LetterBox, utils/ops.py scale_boxes).
#include "dropped_model.h"
#include "test_files.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <QTest>

using namespace warmbench;

namespace {

constexpr double inputWidth = 64;
constexpr double inputHeight = 96;

// The objects that make_ultralytics.py has the graphs answer, in pixels of the input.
constexpr std::array<double, 4> knownBox{20, 36, 44, 60};

struct Spot
{
    double x;
    double y;
};

class Letterbox
{
public:
    Letterbox(int width, int height)
        : m_width(width)
        , m_height(height)
        , m_ratio(std::min(inputHeight / height, inputWidth / width))
        , m_left(std::round((inputWidth - std::round(width * m_ratio)) / 2 - 0.1))
        , m_top(std::round((inputHeight - std::round(height * m_ratio)) / 2 - 0.1))
    {
    }
    Spot back(double x, double y) const { return {(x - m_left) / m_ratio, (y - m_top) / m_ratio}; }
    Spot clipped(double x, double y) const
    {
        const Spot spot = back(x, y);
        return {std::clamp(spot.x, 0.0, double(m_width)),
                std::clamp(spot.y, 0.0, double(m_height))};
    }

private:
    int m_width;
    int m_height;
    double m_ratio;
    double m_left;
    double m_top;
};

Result<Prediction> exported(const std::string &model, const Image &picture,
                            const AnswerOptions &wanted = {})
{
    return predicted(testModel("ultralytics/" + model + ".onnx"), picture, {}, wanted);
}

QByteArray why(const Result<Prediction> &prediction)
{
    return prediction ? QByteArray() : QByteArray::fromStdString(prediction.error().message);
}

bool near(double value, double expected)
{
    return std::abs(value - expected) < 0.05;
}

void addModels(std::initializer_list<const char *> names)
{
    QTest::addColumn<QByteArray>("model");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    for (const char *name : names) {
        for (const auto &[width, height] : {std::pair(101, 57), {64, 96}, {33, 200}, {1283, 721}})
            QTest::addRow("%s, %d x %d", name, width, height)
                << QByteArray(name) << width << height;
    }
}

bool isKnownBox(const Detection &found, const Letterbox &letterbox)
{
    const Spot upper = letterbox.clipped(knownBox[0], knownBox[1]);
    const Spot lower = letterbox.clipped(knownBox[2], knownBox[3]);
    return near(found.left, upper.x) && near(found.top, upper.y) && near(found.right, lower.x) &&
           near(found.bottom, lower.y);
}

// Shared pixels of the mask and of the object, over those of either. The object is what of its box
// lies beyond a line.
double agreement(const Detection &found, const Letterbox &letterbox, const Image &picture)
{
    std::vector<bool> inside(std::size_t(picture.width) * std::size_t(picture.height));
    for (const Mask::Span &span : found.mask->spans) {
        for (int x = span.begin; x < span.end; ++x)
            inside[std::size_t(span.row) * std::size_t(picture.width) + std::size_t(x)] = true;
    }
    const Spot middle = letterbox.back(30, 46);
    const Spot upper = letterbox.clipped(knownBox[0], knownBox[1]);
    const Spot lower = letterbox.clipped(knownBox[2], knownBox[3]);
    double both = 0;
    double either = 0;
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
            const bool cut = x >= upper.x && x < lower.x && y >= upper.y && y < lower.y;
            const bool object = cut && x + 0.5 - middle.x + 0.7 * (y + 0.5 - middle.y) > 0;
            const bool mask = inside[std::size_t(y) * std::size_t(picture.width) + std::size_t(x)];
            both += object && mask ? 1 : 0;
            either += object || mask ? 1 : 0;
        }
    }
    return both / either;
}

} // namespace

class TestUltralyticsExports : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void boxesLieWhereTheExportPutsThem_data()
    {
        addModels({"v11_detect", "v8_detect_nms", "v26_detect", "v26_detect_columns"});
    }
    void boxesLieWhereTheExportPutsThem()
    {
        QFETCH(QByteArray, model);
        QFETCH(int, width);
        QFETCH(int, height);
        const auto prediction = exported(model.toStdString(), greyPicture(width, height));
        QVERIFY2(prediction.has_value(), why(prediction));
        const auto &found = prediction->results.at(0).detections;
        QCOMPARE(found.size(), std::size_t(1));
        QCOMPARE(found[0].label, std::string("driver's seat"));
        QVERIFY(near(found[0].score, 0.75));
        QVERIFY(isKnownBox(found[0], Letterbox(width, height)));
    }

    void masksCoverTheirObjects_data()
    {
        addModels({"v5_segment", "v8_segment", "v8_segment_nms", "v26_segment", "bare_v8_segment"});
    }
    void masksCoverTheirObjects()
    {
        QFETCH(QByteArray, model);
        QFETCH(int, width);
        QFETCH(int, height);
        const Image picture = greyPicture(width, height);
        const auto prediction = exported(model.toStdString(), picture);
        QVERIFY2(prediction.has_value(), why(prediction));
        const auto &found = prediction->results.at(0).detections;
        QCOMPARE(found.size(), std::size_t(1));
        const Letterbox letterbox(width, height);
        QVERIFY(isKnownBox(found[0], letterbox));
        QVERIFY(found[0].mask.has_value());
        QCOMPARE(found[0].mask->width, width);
        QCOMPARE(found[0].mask->height, height);
        const double shared = agreement(found[0], letterbox, picture);
        QVERIFY2(shared >= 0.98, qPrintable(QString::number(shared)));
    }

    void masksThatNobodyWantsAreNotMade()
    {
        AnswerOptions wanted;
        wanted.masks = MaskForm::None;
        const auto prediction = exported("v8_segment", greyPicture(64, 96), wanted);
        QVERIFY2(prediction.has_value(), why(prediction));
        QVERIFY(!prediction->results.at(0).detections.at(0).mask.has_value());
    }

    void pointsLieWhereTheExportPutsThem_data()
    {
        addModels({"v8_pose", "v11_pose_flat", "v26_pose"});
    }
    void pointsLieWhereTheExportPutsThem()
    {
        QFETCH(QByteArray, model);
        QFETCH(int, width);
        QFETCH(int, height);
        const auto prediction = exported(model.toStdString(), greyPicture(width, height));
        QVERIFY2(prediction.has_value(), why(prediction));
        const auto &found = prediction->results.at(0).detections;
        QCOMPARE(found.size(), std::size_t(1));
        QCOMPARE(found[0].label, std::string("person"));
        const Letterbox letterbox(width, height);
        QVERIFY(isKnownBox(found[0], letterbox));
        const std::array<std::array<double, 3>, 3> points{
            {{24, 40, 0.9}, {32.5, 41.25, 0.8}, {40, 40, 0.2}}};
        const bool named = model == "v26_pose";
        const std::array<std::string, 3> names{"left", "l'eau", "right"};
        const bool flat = model == "v11_pose_flat";
        QCOMPARE(found[0].keypoints.size(), points.size());
        for (std::size_t i = 0; i < points.size(); ++i) {
            const Keypoint &point = found[0].keypoints[i];
            const Spot spot = letterbox.clipped(points[i][0], points[i][1]);
            QVERIFY(near(point.at.x, spot.x) && near(point.at.y, spot.y));
            QVERIFY(near(point.score, flat ? 1 : points[i][2]));
            QCOMPARE(point.name, named ? names[i] : std::to_string(i));
        }
    }

    void turnedBoxesLieWhereTheExportPutsThem_data()
    {
        addModels({"v8_obb_3", "v26_obb_3", "v8_obb_20", "v26_obb_20"});
    }
    void turnedBoxesLieWhereTheExportPutsThem()
    {
        QFETCH(QByteArray, model);
        QFETCH(int, width);
        QFETCH(int, height);
        const auto prediction = exported(model.toStdString(), greyPicture(width, height));
        QVERIFY2(prediction.has_value(), why(prediction));
        const auto &found = prediction->results.at(0).detections;
        QCOMPARE(found.size(), std::size_t(1));
        QCOMPARE(found[0].label, std::string("driver's seat"));
        // Centre 32, 48, sides 30 and 12, turned by the angle; from the corner that leads
        // clockwise.
        const bool beyond = model.endsWith("_20");
        const double angle = beyond ? 2.0 : 0.3;
        QVERIFY(found[0].angle.has_value());
        QVERIFY(near(*found[0].angle, beyond ? angle - std::numbers::pi / 2 : angle));
        const Letterbox letterbox(width, height);
        for (const auto &[x, y] : {std::pair(-15, -6), {15, -6}, {15, 6}, {-15, 6}}) {
            const Spot spot = letterbox.back(32 + x * std::cos(angle) - y * std::sin(angle),
                                             48 + x * std::sin(angle) + y * std::cos(angle));
            QVERIFY(std::any_of(
                found[0].corners.begin(), found[0].corners.end(), [&](const Point &corner) {
                    return std::abs(corner.x - spot.x) < 0.05 && std::abs(corner.y - spot.y) < 0.05;
                }));
        }
        // The corners go around the box, clockwise: each two sides turn to the right.
        for (std::size_t i = 0; i < 4; ++i) {
            const Point &a = found[0].corners[i];
            const Point &b = found[0].corners[(i + 1) % 4];
            const Point &c = found[0].corners[(i + 2) % 4];
            QVERIFY((b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x) > 0);
        }
    }

    void classifiersNameTheirClasses_data()
    {
        QTest::addColumn<QByteArray>("model");
        QTest::addColumn<double>("score");
        QTest::newRow("v8: softmax inside") << QByteArray("v8_classify") << 0.7;
        QTest::newRow("v5: logits")
            << QByteArray("v5_classify")
            << std::exp(3.0) / (std::exp(1.0) + std::exp(3.0) + std::exp(0.5));
    }
    void classifiersNameTheirClasses()
    {
        QFETCH(QByteArray, model);
        QFETCH(double, score);
        const auto prediction = exported(model.toStdString(), greyPicture(101, 57));
        QVERIFY2(prediction.has_value(), why(prediction));
        const auto &classes = prediction->results.at(0).classes;
        QVERIFY(!classes.empty());
        QCOMPARE(classes[0].label, std::string("driver's seat"));
        QVERIFY(std::abs(classes[0].score - score) < 1e-5);
    }
};

QTEST_GUILESS_MAIN(TestUltralyticsExports)
#include "tst_ultralytics_exports.moc"
