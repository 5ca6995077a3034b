// Classes of pixels: how the numbers are stored, enlarging, pixels that were not seen.
#include "inference/segmentation.h"

#include <cmath>
#include <limits>
#include <QTest>
#include <QVector>

using namespace warmbench;

namespace {

// Scores of `classes` classes over the unit square, of which one wins in each third from the left.
float scoreAt(int index, double x)
{
    return static_cast<float>(-std::abs(x - (index + 0.5) / 3));
}

struct Numbers
{
    std::vector<float> values;
    std::vector<std::int64_t> shape;
    SampleView view() const { return {values, shape}; }
};

Numbers thirds(int height, int width, bool last)
{
    Numbers made{std::vector<float>(std::size_t(3 * height * width)), {}};
    made.shape = last ? std::vector<std::int64_t>{height, width, 3}
                      : std::vector<std::int64_t>{3, height, width};
    for (int c = 0; c < 3; ++c) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                const int at = last ? (y * width + x) * 3 + c : (c * height + y) * width + x;
                made.values[std::size_t(at)] = scoreAt(c, (x + 0.5) / width);
            }
        }
    }
    return made;
}

Segmentation mapOf(const Numbers &numbers, bool whole, const Placement &placement,
                   bool last = false)
{
    const auto planes =
        scorePlanes(numbers.view(), whole, placement.inputWidth(), placement.inputHeight(), last);
    if (!planes)
        return {};
    RunControl unlimited;
    auto map = segmented(*planes, placement, std::vector<std::string>{"left", "middle"}, unlimited);
    return map ? *std::move(map) : Segmentation();
}

int classAt(const Segmentation &map, int x, int y)
{
    return map.classes.at(std::size_t(y) * std::size_t(map.width) + std::size_t(x));
}

} // namespace

class TestSegmentation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scoresAreReadAsTheyAreStored_data()
    {
        QTest::addColumn<bool>("last");
        QTest::newRow("classes first") << false;
        QTest::newRow("classes last") << true;
    }
    void scoresAreReadAsTheyAreStored()
    {
        QFETCH(bool, last);
        // A picture of 300 x 90 pixels, stretched to 60 x 36; the scores have a quarter of that.
        const Placement placement(60, 36, {5, 2.5, 0, 0, 300, 90});
        const Segmentation map = mapOf(thirds(9, 15, last), false, placement);
        QCOMPARE(map.width, 300);
        QCOMPARE(map.height, 90);
        for (const int y : {0, 45, 89}) {
            for (int x = 0; x < 300; ++x) {
                const int expected = x * 3 / 300;
                const bool near = std::abs(x - 100) < 2 || std::abs(x - 200) < 2;
                QVERIFY2(near || classAt(map, x, y) == expected, qPrintable(QString::number(x)));
            }
        }
        QCOMPARE(map.shares.size(), std::size_t(3));
        double all = 0;
        for (const auto &share : map.shares) {
            QVERIFY(std::abs(share.share - 1 / 3.0) < 0.01);
            QCOMPARE(share.label, share.index == 0   ? std::string("left")
                                  : share.index == 1 ? std::string("middle")
                                                     : std::string("2"));
            all += share.share;
        }
        QVERIFY(std::abs(all - 1) < 1e-9);
    }

    void equalSidesAreToldByTheInputsLayout()
    {
        const std::vector<float> values(27);
        const std::vector<std::int64_t> shape{3, 3, 3};
        const auto first = scorePlanes({values, shape}, false, 6, 6, false);
        const auto last = scorePlanes({values, shape}, false, 6, 6, true);
        QVERIFY(first && last);
        QCOMPARE(first->eachColumn, std::size_t(1));
        QCOMPARE(last->eachColumn, std::size_t(3));
        QCOMPARE(last->eachClass, std::size_t(1));
    }

    // Enlarged scores decide, not enlarged decisions: the border lies where the scores are equal.
    void bordersLieBetweenTheScores()
    {
        const Numbers two{{3, -1, 0, 0}, {2, 1, 2}};
        const Segmentation map = mapOf(two, false, Placement(2, 1, {50, 50, 0, 0, 100, 50}));
        // Class 0 falls from 3 at pixel 25 to -1 at pixel 75; it meets class 1 at 62.5.
        QCOMPARE(classAt(map, 61, 20), 0);
        QCOMPARE(classAt(map, 63, 20), 1);
    }

    void oneScoreIsOfTheSecondClass_data()
    {
        QTest::addColumn<QVector<float>>("scores");
        QTest::addColumn<QVector<int>>("classes");
        QTest::newRow("probabilities") << QVector<float>{0.4F, 0.6F} << QVector<int>{0, 1};
        QTest::newRow("logits") << QVector<float>{-0.4F, 0.3F} << QVector<int>{0, 1};
    }
    void oneScoreIsOfTheSecondClass()
    {
        QFETCH(QVector<float>, scores);
        QFETCH(QVector<int>, classes);
        const Numbers one{{scores[0], scores[1]}, {1, 1, 2}};
        const Segmentation map = mapOf(one, false, Placement(2, 1));
        QCOMPARE(classAt(map, 0, 0), classes[0]);
        QCOMPARE(classAt(map, 1, 0), classes[1]);
    }

    void wholeNumbersAreClasses()
    {
        const Numbers indices{{0, 2, 17, -1}, {2, 2}};
        const Segmentation map = mapOf(indices, true, Placement(2, 2, {10, 10, 0, 0, 20, 20}));
        QCOMPARE(classAt(map, 4, 4), 0);
        QCOMPARE(classAt(map, 15, 4), 2);
        QCOMPARE(classAt(map, 9, 14), 17);
        QCOMPARE(classAt(map, 15, 15), int(Segmentation::unseen));
        QVERIFY(std::none_of(map.shares.begin(), map.shares.end(),
                             [](const auto &share) { return share.index > 17; }));
    }

    void whatWasCutOffIsNotTold()
    {
        // The middle 40 of 100 columns were cut out.
        const Segmentation map =
            mapOf(thirds(4, 4, false), false, Placement(40, 40, {1, 1, 30, 0, 100, 40}));
        QCOMPARE(classAt(map, 29, 20), int(Segmentation::unseen));
        QCOMPARE(classAt(map, 30, 20), 0);
        QCOMPARE(classAt(map, 69, 20), 2);
        QCOMPARE(classAt(map, 70, 20), int(Segmentation::unseen));
    }

    void hostileNumbersEndNothing()
    {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const float infinite = std::numeric_limits<float>::infinity();
        const Numbers scores{{nan, infinite, -infinite, nan}, {2, 1, 2}};
        QCOMPARE(mapOf(scores, false, Placement(2, 1)).classes.size(), std::size_t(2));
        const Numbers indices{{nan, infinite, 1e9F, -3}, {2, 2}};
        QVERIFY(mapOf(indices, true, Placement(2, 2)).shares.empty());
        const Numbers empty{{}, {3, 0, 4}};
        QVERIFY(!scorePlanes(empty.view(), false, 4, 4, false));
        // A network that gives nothing for the sample.
        const Numbers nothing{{}, {3, 4, 4}};
        QVERIFY(!scorePlanes(nothing.view(), false, 4, 4, false));
        const Numbers vector{{1, 2}, {2}};
        QVERIFY(!scorePlanes(vector.view(), false, 4, 4, false));
    }
};

QTEST_APPLESS_MAIN(TestSegmentation)
#include "tst_segmentation.moc"
