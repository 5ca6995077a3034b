#include "inference/detection.h"

#include <cmath>
#include <limits>
#include <QTest>

using namespace warmbench;

namespace {

constexpr float nanValue = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

bool near(float a, double b, double tolerance = 1e-6)
{
    return std::abs(static_cast<double>(a) - b) <= tolerance;
}

RelativeBox box(float score, float left, float top, float right, float bottom, int index = 1)
{
    return {index, score, left, top, right, bottom};
}

std::vector<float> scoresOf(const std::vector<RelativeBox> &boxes)
{
    std::vector<float> scores;
    for (const RelativeBox &found : boxes)
        scores.push_back(found.score);
    return scores;
}

// Offsets of every prior of 320x240: all zero but those given, with scores of 0 but there.
struct Offsets
{
    std::vector<float> scores = std::vector<float>(4420 * 2);
    std::vector<float> boxes = std::vector<float>(4420 * 4);

    Offsets()
    {
        // A trained network's offsets are neither corners nor ordered: left of zero sizes.
        for (std::size_t i = 0; i < boxes.size(); i += 4)
            boxes[i] = 1;
    }
    void set(std::size_t prior, float score, const std::array<float, 4> &offsets)
    {
        scores[prior * 2] = 1 - score;
        scores[prior * 2 + 1] = score;
        std::copy(offsets.begin(), offsets.end(),
                  boxes.begin() + static_cast<std::ptrdiff_t>(prior * 4));
    }
};

} // namespace

class TestDetection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ultrafaceHasThePriorsOfItsPaper_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("count");
        QTest::newRow("320x240") << 320 << 240
                                 << 40 * 30 * 3 + 20 * 15 * 2 + 10 * 8 * 2 + 5 * 4 * 3;
        QTest::newRow("640x480") << 640 << 480 << 17640;
        QTest::newRow("nothing") << 0 << 0 << 0;
    }
    void ultrafaceHasThePriorsOfItsPaper()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(int, count);
        QCOMPARE(int(ultrafacePriors(width, height).size()), count);
    }

    void priorsLieWhereTheyShould()
    {
        const auto priors = ultrafacePriors(320, 240);
        QCOMPARE(int(priors.size()), 4420);
        const auto is = [&](std::size_t index, const std::array<double, 4> &expected) {
            for (std::size_t i = 0; i < 4; ++i) {
                if (!near(priors[index][i], expected[i]))
                    return false;
            }
            return true;
        };
        QVERIFY(is(0, {4.0 / 320, 4.0 / 240, 10.0 / 320, 10.0 / 240}));
        QVERIFY(is(2, {4.0 / 320, 4.0 / 240, 24.0 / 320, 24.0 / 240}));
        QVERIFY(is(3, {12.0 / 320, 4.0 / 240, 10.0 / 320, 10.0 / 240}));   // next column
        QVERIFY(is(120, {4.0 / 320, 12.0 / 240, 10.0 / 320, 10.0 / 240})); // next row
        QVERIFY(is(3600, {8.0 / 320, 8.0 / 240, 32.0 / 320, 32.0 / 240})); // next level
        // The last row of the coarsest level is centred at 224, its largest box clamped to 1.
        QVERIFY(is(4419, {288.0 / 320, 224.0 / 240, 256.0 / 320, 1}));
    }

    void cornersAreTakenAsTheyAre()
    {
        const std::vector<float> scores{0.9F, 0.1F, 0.2F, 0.8F, 0.3F, 0.7F};
        const std::vector<float> boxes{0, 0, 1, 1, 0.25F, 0.5F, 0.75F, 1.25F, -0.1F, 0, 0.5F, 0.5F};
        const auto found = decodeUltraface(scores, boxes, 320, 240, 0.7);
        QVERIFY(found.has_value());
        QCOMPARE(scoresOf(*found), std::vector<float>({0.8F, 0.7F}));
        QCOMPARE(found->at(0).index, 1);
        QCOMPARE(found->at(0).left, 0.25F);
        QCOMPARE(found->at(0).top, 0.5F);
        QCOMPARE(found->at(0).right, 0.75F);
        QCOMPARE(found->at(0).bottom, 1.25F); // the picture's edge clamps it later
        QCOMPARE(found->at(1).left, -0.1F);
    }

    void offsetsAreLaidOnTheirPriors()
    {
        Offsets raw;
        raw.set(0, 0.9F, {1, -2, 0.5F, -0.5F});
        raw.set(3600, 0.8F, {1, 0, 0, 0});
        const auto found = decodeUltraface(raw.scores, raw.boxes, 320, 240, 0.7);
        QVERIFY2(found.has_value(), found ? "" : found.error().message.c_str());
        QCOMPARE(scoresOf(*found), std::vector<float>({0.9F, 0.8F}));
        // Computed apart: centre 0.015625, 0.00833333; size 0.03125 e^0.1, 0.0416667 e^-0.1.
        QVERIFY(near(found->at(0).left, -0.00164329, 1e-7));
        QVERIFY(near(found->at(0).top, -0.01051745, 1e-7));
        QVERIFY(near(found->at(0).right, 0.03289329, 1e-7));
        QVERIFY(near(found->at(0).bottom, 0.02718412, 1e-7));
        // 8 + 0.1 x 32 pixels right, 32 wide.
        QVERIFY(near(found->at(1).left, (11.2 - 16) / 320));
        QVERIFY(near(found->at(1).right, (11.2 + 16) / 320));
    }

    void offsetsOfAnotherInputAreRefused()
    {
        const Offsets raw;
        const auto found = decodeUltraface(raw.scores, raw.boxes, 640, 480, 0.7);
        QVERIFY(!found);
        QCOMPARE(errorCodeName(found.error().code), "FAILED_PRECONDITION");
        for (const char *word : {"17640", "640x480", "4420", "width and height"})
            QVERIFY2(found.error().message.find(word) != std::string::npos, word);
    }

    void numbersThatAreNoneYieldNoBox()
    {
        const std::vector<float> scores{0, nanValue, 0, 0.9F, 0, 0.9F, 0, 0.8F};
        const std::vector<float> boxes{0, 0,         1, 1, nanValue, 0,    1,    1,
                                       0, -infinity, 1, 1, 0,        0.5F, 0.5F, 1};
        const auto corners = decodeUltraface(scores, boxes, 320, 240, 0.7);
        // One of four is no corner, so that these are offsets of an unknown form.
        QVERIFY(!corners);

        Offsets raw;
        raw.set(0, 0.9F, {nanValue, 0, 0, 0});
        raw.set(1, 0.9F, {0, 0, 1000, 0}); // e^200 overflows a float
        raw.set(2, nanValue, {0, 0, 0, 0});
        raw.set(3, 0.8F, {1, 0, 0, 0});
        const auto found = decodeUltraface(raw.scores, raw.boxes, 320, 240, 0.7);
        QVERIFY(found.has_value());
        QCOMPARE(scoresOf(*found), std::vector<float>({0.8F}));
        QVERIFY(decodeUltraface(raw.scores, raw.boxes, 320, 240, nanValue)->empty());
    }

    void ssdRowsOfTheImageAreRead()
    {
        const std::vector<float> rows{0,  15, 0.9F,  0.1F, 0.2F, 0.3F, 0.4F, //
                                      1,  7,  0.95F, 0.5F, 0.5F, 0.6F, 0.6F, //
                                      0,  15, 0.5F,  0,    0,    1,    1,    //
                                      0,  3,  0.7F,  0,    0,    1,    1,    //
                                      -1, 0,  0,     0,    0,    0,    0,    //
                                      0,  1,  0.99F, 0,    0,    1,    1};
        const auto first = decodeSsd(rows, 0, 0.7);
        QCOMPARE(scoresOf(first), std::vector<float>({0.9F, 0.7F}));
        QCOMPARE(first[0].index, 15);
        QCOMPARE(first[0].left, 0.1F);
        QCOMPARE(first[0].top, 0.2F);
        QCOMPARE(first[0].right, 0.3F);
        QCOMPARE(first[0].bottom, 0.4F);
        const auto second = decodeSsd(rows, 1, 0.7);
        QCOMPARE(scoresOf(second), std::vector<float>({0.95F}));
        QCOMPARE(second[0].index, 7);
    }

    void ssdRowsOfNonsenseAreSkipped()
    {
        const std::vector<float> rows{nanValue, 1,        0.9F,     0, 0,        1, 1, //
                                      0,        nanValue, 0.9F,     0, 0,        1, 1, //
                                      0,        infinity, 0.9F,     0, 0,        1, 1, //
                                      0,        -5,       0.9F,     0, 0,        1, 1, //
                                      3e30F,    1,        0.9F,     0, 0,        1, 1, //
                                      0,        1,        nanValue, 0, 0,        1, 1, //
                                      0,        1,        0.9F,     0, infinity, 1, 1, //
                                      0,        2,        0.8F,     0, 0,        1, 1, //
                                      0,        9,        0.9F};
        const auto found = decodeSsd(rows, 0, 0.7);
        QCOMPARE(scoresOf(found), std::vector<float>({0.8F}));
        QVERIFY(decodeSsd({}, 0, 0.7).empty());
    }

    void weakerBoxesOverAStrongerOneGo()
    {
        // b shares 1/3 with a: 0.5 of 1.5. c touches a at an edge.
        const RelativeBox a = box(0.9F, 0, 0, 1, 1);
        const RelativeBox b = box(0.8F, 0.5F, 0, 1.5F, 1);
        const RelativeBox c = box(0.7F, 1, 0, 2, 1);
        QCOMPARE(scoresOf(nonMaximumSuppression({c, b, a}, 0.3)), std::vector<float>({0.9F, 0.7F}));
        QCOMPARE(scoresOf(nonMaximumSuppression({c, b, a}, 0.34)),
                 std::vector<float>({0.9F, 0.8F, 0.7F}));
        QCOMPARE(scoresOf(nonMaximumSuppression({c, b, a}, 0)), std::vector<float>({0.9F, 0.7F}));
        QVERIFY(nonMaximumSuppression({}, 0.3).empty());
    }

    void suppressionIsPerClass()
    {
        const auto kept = nonMaximumSuppression(
            {box(0.9F, 0, 0, 1, 1, 1), box(0.8F, 0, 0, 1, 1, 2), box(0.7F, 0, 0, 1, 1, 2)}, 0.3);
        QCOMPARE(scoresOf(kept), std::vector<float>({0.9F, 0.8F}));
    }

    void aBoxThatWasSuppressedSuppressesNothing()
    {
        // The chain a-b-c: a covers b, b covers c, a does not cover c.
        const auto kept = nonMaximumSuppression(
            {box(0.9F, 0, 0, 1, 1), box(0.8F, 0.4F, 0, 1.4F, 1), box(0.7F, 0.8F, 0, 1.8F, 1)}, 0.3);
        QCOMPARE(scoresOf(kept), std::vector<float>({0.9F, 0.7F}));
    }

    void equalScoresKeepTheirOrder()
    {
        const auto kept = nonMaximumSuppression(
            {box(0.5F, 0, 0, 1, 1), box(0.5F, 5, 0, 6, 1), box(0.5F, 0, 0, 1, 1)}, 0.3);
        QCOMPARE(int(kept.size()), 2);
        QCOMPARE(kept[0].left, 0.0F);
        QCOMPARE(kept[1].left, 5.0F);
    }

    void boxesWithoutAreaStay()
    {
        const auto kept = nonMaximumSuppression(
            {box(0.9F, 0.5F, 0.5F, 0.5F, 0.5F), box(0.8F, 0.5F, 0.5F, 0.5F, 0.5F)}, 0.3);
        QCOMPARE(int(kept.size()), 2);
    }
};

QTEST_APPLESS_MAIN(TestDetection)
#include "tst_detection.moc"
