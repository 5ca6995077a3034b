// Answers drawn on pictures: where colours must be, where they must not.
#include "painting/class_colours.h"
#include "painting/drawn_answer.h"

#include <algorithm>
#include <cmath>
#include <QTest>
#include <set>

using namespace warmbench;

namespace {

Image grey(int width, int height)
{
    return {width, height,
            std::vector<std::uint8_t>(std::size_t(width) * std::size_t(height) * 3, 128)};
}

QColor at(const Image &image, int x, int y)
{
    const std::size_t pixel =
        (std::size_t(y) * std::size_t(image.width) + std::size_t(x)) * std::size_t(3);
    return {image.rgb[pixel], image.rgb[pixel + 1], image.rgb[pixel + 2]};
}

// Lines that are not upright are smoothed.
bool isColour(const Image &image, int x, int y, const QColor &colour)
{
    const QColor found = at(image, x, y);
    return std::abs(found.red() - colour.red()) < 40 &&
           std::abs(found.green() - colour.green()) < 40 &&
           std::abs(found.blue() - colour.blue()) < 40;
}

bool untouched(const Image &image, int x, int y)
{
    return at(image, x, y) == QColor(128, 128, 128);
}

Detection boxed(int index, float left, float top, float right, float bottom)
{
    Detection found;
    found.index = index;
    found.label = "thing";
    found.score = 0.9F;
    found.left = left;
    found.top = top;
    found.right = right;
    found.bottom = bottom;
    return found;
}

// Relative luminance and contrast as WCAG 2.2 defines them.
double luminance(const QColor &colour)
{
    const auto linear = [](double part) {
        return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

double contrast(const QColor &one, const QColor &other)
{
    const auto [darker, lighter] = std::minmax({luminance(one), luminance(other)});
    return (lighter + 0.05) / (darker + 0.05);
}

Image drawn(const SampleResult &result, int width = 400, int height = 300)
{
    auto picture = drawnAnswer(grey(width, height), result);
    return picture ? *std::move(picture) : Image();
}

} // namespace

class TestDrawnAnswer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void boxesAreFramedInTheColourOfTheirClass()
    {
        SampleResult result;
        result.detections.push_back(boxed(3, 100, 80, 300, 200));
        const Image picture = drawn(result);
        QVERIFY(isColour(picture, 100, 150, classColour(3)));
        QVERIFY(isColour(picture, 250, 200, classColour(3)));
        QVERIFY(untouched(picture, 200, 140));
        QVERIFY(untouched(picture, 350, 250));
        // The name above it has a field in the same colour.
        QVERIFY(isColour(picture, 102, 74, classColour(3)));
    }

    void turnedBoxesAreFramedAlongTheirSides()
    {
        SampleResult result;
        Detection found = boxed(1, 100, 100, 300, 200);
        found.angle = 0.5F;
        found.corners = {{{100, 150}, {200, 100}, {300, 150}, {200, 200}}};
        result.detections.push_back(found);
        const Image picture = drawn(result);
        QVERIFY(isColour(picture, 150, 125, classColour(1)));
        QVERIFY(untouched(picture, 290, 105)); // the corner of the upright box
    }

    void masksTintTheirPixelsAlone()
    {
        SampleResult result;
        Detection found = boxed(2, 100, 80, 300, 200);
        Mask mask;
        mask.width = 400;
        mask.height = 300;
        for (int row = 120; row < 160; ++row)
            mask.spans.push_back({row, 180, 220});
        found.mask = mask;
        result.detections.push_back(found);
        const Image picture = drawn(result);
        QVERIFY(!untouched(picture, 200, 140));
        QVERIFY(untouched(picture, 179, 140));
        QVERIFY(untouched(picture, 220, 140));
        QVERIFY(untouched(picture, 200, 160));
    }

    void classesOfPixelsAreTintedButNotTheBackground()
    {
        SampleResult result;
        Segmentation map;
        map.width = 400;
        map.height = 300;
        map.classes.assign(400 * 300, 0);
        for (std::size_t i = 0; i < map.classes.size(); ++i) {
            const std::size_t x = i % 400;
            map.classes[i] = x < 100 ? 0 : x < 200 ? 1 : x < 300 ? 2 : Segmentation::unseen;
        }
        map.shares = {{0, "background", 0.34}, {1, "cat", 0.33}, {2, "dog", 0.33}};
        result.segmentation = map;
        const Image picture = drawn(result);
        QVERIFY(untouched(picture, 50, 20));
        QVERIFY(!untouched(picture, 150, 20));
        QVERIFY(!untouched(picture, 250, 20));
        QVERIFY(at(picture, 150, 20) != at(picture, 250, 20));
        QVERIFY(untouched(picture, 350, 20));
        // A first class that has another name is one like the others.
        result.segmentation->shares[0].label = "wall";
        QVERIFY(!untouched(drawn(result), 50, 20));
    }

    void pointsThatAreNotVisibleAreLeftOut()
    {
        SampleResult result;
        Detection found = boxed(0, 20, 40, 380, 280);
        found.keypoints = {{"a", {100, 100}, 0.9F}, {"b", {200, 100}, 0.1F}};
        result.detections.push_back(found);
        const Image picture = drawn(result);
        QVERIFY(isColour(picture, 100, 100, classColour(0)));
        QVERIFY(untouched(picture, 200, 100));
    }

    void classesAndTextAreWritten()
    {
        SampleResult result;
        result.classes = {{1, "cat", 0.9F}, {0, "dog", 0.1F}};
        QVERIFY(drawn(result) != grey(400, 300));
        SampleResult read;
        read.text.push_back({"Grüße", 0.9F, {{{40, 100}, {200, 100}, {200, 130}, {40, 130}}}});
        const Image picture = drawn(read);
        QVERIFY(isColour(picture, 120, 130, classColour(0)));
    }

    void aHundredClassesHaveColoursOfTheirOwn()
    {
        std::set<QRgb> colours;
        for (int i = 0; i < 100; ++i)
            colours.insert(classColour(i).rgb());
        QCOMPARE(colours.size(), std::size_t(100));
    }

    void wordsAreReadOnEveryColour()
    {
        for (int i = 0; i < 100; ++i) {
            const double ratio = contrast(textColourOn(classColour(i)), classColour(i));
            QVERIFY2(ratio >= 4.5, qPrintable(QStringLiteral("class %1: %2").arg(i).arg(ratio)));
        }
    }

    void tinyPicturesAndAbsurdPlacesAreDrawn()
    {
        SampleResult result;
        result.detections.push_back(boxed(0, 0, 0, 1, 1));
        Detection far = boxed(1, 0, 0, 1, 1);
        far.angle = 1.0F;
        far.corners = {{{-1e9F, 0}, {1e9F, 0}, {1e9F, 1e9F}, {0, 1e9F}}};
        result.detections.push_back(far);
        QCOMPARE(drawn(result, 1, 1).rgb.size(), std::size_t(3));
    }
};

// Names need fonts, and so a program with a screen, be it none.
QTEST_MAIN(TestDrawnAnswer)
#include "tst_drawn_answer.moc"
