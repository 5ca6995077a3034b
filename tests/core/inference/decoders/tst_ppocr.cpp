// Maps with lines of text whose places are known.
#include "inference/decoders/decoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <QTest>

using namespace warmbench;

namespace {

constexpr int width = 160;
constexpr int height = 96;

struct Map
{
    Shape shape{1, height, width};
    std::vector<float> values = std::vector<float>(std::size_t(width) * height, 0.01F);

    float &at(int x, int y) { return values[std::size_t(y) * width + std::size_t(x)]; }
    void fill(int left, int top, int right, int bottom, float value)
    {
        for (int y = top; y < bottom; ++y) {
            for (int x = left; x < right; ++x)
                at(x, y) = value;
        }
    }
};

RawDetections rawOf(const Map &map, double score = 0.6)
{
    RawDetections raw;
    raw.outputs.push_back({"map", map.values, map.shape});
    raw.width = width;
    raw.height = height;
    raw.settings.scoreThreshold = score;
    return raw;
}

Result<std::vector<RelativeBox>> decoded(const Map &map, double score = 0.6)
{
    return decoderNamed("ppocr-boxes")->decode(rawOf(map, score));
}

// As it lies on a picture twice as wide and three times as high as the map.
Detection laidOver(const Map &map, const RelativeBox &box)
{
    const ImageMapping mapping{2, 3, 0, 0, 2 * width, 3 * height};
    Detection found;
    const auto done = decoderNamed("ppocr-boxes")
                          ->detail(rawOf(map), box, Placement(width, height, mapping), found);
    Q_ASSERT(done);
    return found;
}

bool near(float value, double expected, double tolerance = 1e-3)
{
    return std::abs(value - expected) <= tolerance;
}

} // namespace

class TestPpocr : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Pixels 40 to 79 and 20 to 29: their middles are 39 x 9 apart, which is widened by
    // 39 * 9 * 1.5 / (2 * (39 + 9)) = 5.484375 on each side.
    void aLineIsWidenedOnAllSides()
    {
        Map map;
        map.fill(40, 20, 80, 30, 0.9F);
        const auto boxes = decoded(map);
        QVERIFY(boxes.has_value());
        QCOMPARE(boxes->size(), std::size_t(1));
        const RelativeBox &box = boxes->front();
        QVERIFY(near(box.left * width, 40.5 - 5.484375));
        QVERIFY(near(box.right * width, 79.5 + 5.484375));
        QVERIFY(near(box.top * height, 20.5 - 5.484375));
        QVERIFY(near(box.bottom * height, 29.5 + 5.484375));
        QVERIFY(near(box.score, 0.9));
        QVERIFY(near(*box.angle, 0));
        const Detection found = laidOver(map, box);
        QVERIFY(near(found.left, 2 * (40.5 - 5.484375)));
        QVERIFY(near(found.bottom, 3 * (29.5 + 5.484375)));
        QVERIFY(near(found.corners[1].x, 2 * (79.5 + 5.484375)));
        QVERIFY(near(found.corners[1].y, 3 * (20.5 - 5.484375)));
    }

    void aTurnedLineKeepsItsAngle_data()
    {
        QTest::addColumn<double>("degrees");
        for (const int degrees : {-40, -15, 10, 30, 44})
            QTest::addRow("%d", degrees) << double(degrees);
    }
    void aTurnedLineKeepsItsAngle()
    {
        QFETCH(double, degrees);
        const double angle = qDegreesToRadians(degrees);
        Map map;
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                const double u = (x - 80) * std::cos(angle) + (y - 48) * std::sin(angle);
                const double v = (y - 48) * std::cos(angle) - (x - 80) * std::sin(angle);
                if (std::abs(u) <= 30 && std::abs(v) <= 6)
                    map.at(x, y) = 0.95F;
            }
        }
        const auto boxes = decoded(map);
        QCOMPARE(boxes->size(), std::size_t(1));
        const RelativeBox &box = boxes->front();
        QVERIFY(near(*box.angle, angle, 0.03));
        // 60 x 12, widened by 60 * 12 * 1.5 / (2 * 72) = 7.5.
        QVERIFY(near((box.right - box.left) * width, 75, 1.5));
        QVERIFY(near((box.bottom - box.top) * height, 27, 1.5));
        QVERIFY(near((box.left + box.right) / 2 * width, 80.5, 0.6));
        // On a picture that is stretched the angle is another one.
        const Detection found = laidOver(map, box);
        QVERIFY(near(std::tan(*found.angle), std::tan(angle) * 3 / 2, 0.1));
        QVERIFY(found.left < found.corners[0].x + 0.01F && found.left < found.corners[3].x + 0.01F);
    }

    void linesThatTouchNowhereAreApart()
    {
        Map map;
        map.fill(10, 10, 60, 18, 0.9F);
        map.fill(10, 40, 60, 48, 0.7F);
        map.fill(90, 60, 140, 68, 0.5F); // below the score
        map.fill(100, 10, 102, 12, 1);   // too small
        const auto boxes = decoded(map);
        QCOMPARE(boxes->size(), std::size_t(2));
        QCOMPARE(decoded(map, 0.4)->size(), std::size_t(3));
        QCOMPARE(decoded(map, 0.95)->size(), std::size_t(0));
    }

    void boxesStayWithinThePicture()
    {
        Map map;
        map.fill(0, 0, width, 10, 1);
        const Detection found = laidOver(map, decoded(map)->at(0));
        QCOMPARE(found.left, 0.0F);
        QCOMPARE(found.top, 0.0F);
        QCOMPARE(found.right, 2.0F * width);
        for (const Point &corner : found.corners)
            QVERIFY(corner.x >= 0 && corner.x <= 2 * width && corner.y >= 0);
    }

    void hostileMapsGiveNothing()
    {
        Map nans;
        std::fill(nans.values.begin(), nans.values.end(), std::numeric_limits<float>::quiet_NaN());
        QVERIFY(decoded(nans)->empty());
        Map infinite;
        std::fill(infinite.values.begin(), infinite.values.end(),
                  std::numeric_limits<float>::infinity());
        const auto whole = decoded(infinite);
        QCOMPARE(whole->size(), std::size_t(1));
        QCOMPARE(whole->at(0).score, 1.0F);
        Map dots; // more groups than are looked at
        for (int y = 0; y < height; y += 2) {
            for (int x = 0; x < width; x += 2)
                dots.at(x, y) = 1;
        }
        QVERIFY(decoded(dots)->empty());
    }

    void mapsOfAnotherFormAreRefused_data()
    {
        QTest::addColumn<QList<qint64>>("shape");
        QTest::newRow("two planes") << QList<qint64>{2, 4, 4};
        QTest::newRow("no plane") << QList<qint64>{4, 4};
        QTest::newRow("a score") << QList<qint64>{};
        QTest::newRow("empty") << QList<qint64>{1, 0, 4};
    }
    void mapsOfAnotherFormAreRefused()
    {
        QFETCH(QList<qint64>, shape);
        Map map;
        map.shape.assign(shape.begin(), shape.end());
        map.values.assign(std::size_t(*elementCount(map.shape)), 1);
        QVERIFY(!decoded(map));
    }

    // A map of another size than the network's input is laid over the whole picture.
    void aSmallerMapCoversThePicture()
    {
        Map map;
        map.shape = {1, 24, 40};
        map.values.assign(std::size_t(24) * 40, 0);
        for (int x = 10; x < 30; ++x) {
            for (int y = 8; y < 16; ++y)
                map.values[std::size_t(y) * 40 + std::size_t(x)] = 1;
        }
        const auto boxes = decoded(map);
        QCOMPARE(boxes->size(), std::size_t(1));
        QVERIFY(near((boxes->at(0).left + boxes->at(0).right) / 2, 0.5));
        QVERIFY(near((boxes->at(0).top + boxes->at(0).bottom) / 2, 0.5));
    }
};

QTEST_APPLESS_MAIN(TestPpocr)
#include "tst_ppocr.moc"
