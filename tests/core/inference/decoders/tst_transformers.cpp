// Queries of DETR and its kin, with boxes whose places are known, and outputs that lie.
#include "raw_outputs.h"

#include <QTest>

using namespace warmbench;

namespace {

// 16..48 x 24..72 of 64 x 96 pixels.
const std::vector<float> middle{0.5F, 0.5F, 0.5F, 0.5F};

RawOutput boxesOf(const char *name, std::int64_t queries)
{
    RawOutput boxes{name, {queries, 4}, {}};
    for (std::int64_t i = 0; i < queries; ++i)
        boxes.values.insert(boxes.values.end(), middle.begin(), middle.end());
    return boxes;
}

} // namespace

class TestTransformers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void detrKeepsNoneApart()
    {
        // e^2 / (e^2 + 1 + 1) = 0.787; the second query says "none" at 0.787; the third one is 1/3.
        const RawOutput logits{"logits", {3, 3}, {0, 2, 0, 0, 0, 2, 1, 1, 1}};
        const auto found = decodedBy("detr", {boxesOf("pred_boxes", 3), logits});
        QVERIFY(found.has_value());
        QCOMPARE(found->size(), std::size_t(1));
        QCOMPARE(found->front().index, 1);
        QVERIFY(std::abs(found->front().score - 0.786986F) < 1e-5F);
        QVERIFY(liesAt(found->front(), {16, 24, 48, 72}));
    }

    void largeLogitsDoNotOverflow()
    {
        const RawOutput logits{"logits", {1, 3}, {1000, 3e38F, -3e38F}};
        const auto found = decodedBy("detr", {logits, boxesOf("pred_boxes", 1)});
        QCOMPARE(found->size(), std::size_t(1));
        QCOMPARE(found->front().score, 1.0F);
    }

    // Each class of each query counts for itself, the best as many as there are queries.
    void rtDetrTakesTheBestOfAll()
    {
        // sigmoid(2) = 0.880797, sigmoid(1) = 0.731059, sigmoid(0.5) = 0.622459
        const RawOutput logits{"logits", {2, 3}, {2, -5, 1, 0.5F, -5, -5}};
        const auto found = decodedBy("rtdetr", {logits, boxesOf("pred_boxes", 2)});
        QCOMPARE(found->size(), std::size_t(2));
        QCOMPARE((*found)[0].index, 0);
        QVERIFY(std::abs((*found)[0].score - 0.880797F) < 1e-5F);
        QCOMPARE((*found)[1].index, 2);
        QCOMPARE((*found)[1].row, std::size_t(0));
        QVERIFY(std::abs((*found)[1].score - 0.731059F) < 1e-5F);
        const RawOutput labels{"labels", {2, 3}, logits.values};
        QCOMPARE(decodedBy("rf-detr", {boxesOf("dets", 2), labels})->size(), std::size_t(2));
    }

    void ultralyticsRowsHoldTheirScores()
    {
        const RawOutput rows{"output0",
                             {2, 7},
                             {0.25F, 0.5F, 0.5F, 0.25F, 0.1F, 0.3F, 0.2F, 0.25F, 0.5F, 0.5F, 0.25F,
                              0.1F, 0.2F, 0.2F}};
        const auto found = decodedBy("rtdetr-rows", {rows});
        QCOMPARE(found->size(), std::size_t(1));
        QCOMPARE(found->front().index, 1);
        QCOMPARE(found->front().score, 0.3F);
        QVERIFY(liesAt(found->front(), {0, 36, 32, 60}));
    }

    void damagedNumbersDropTheirBoxes_data()
    {
        QTest::addColumn<float>("number");
        QTest::addColumn<int>("place");
        QTest::newRow("centre is no number") << nanValue << 0;
        QTest::newRow("centre is infinite") << infinite << 1;
        QTest::newRow("width is infinite") << infinite << 2;
        QTest::newRow("width is below zero") << -0.5F << 2;
        QTest::newRow("height is no number") << nanValue << 3;
    }
    void damagedNumbersDropTheirBoxes()
    {
        QFETCH(float, number);
        QFETCH(int, place);
        RawOutput boxes = boxesOf("pred_boxes", 2);
        boxes.values[std::size_t(place)] = number;
        const RawOutput logits{"logits", {2, 3}, {0, 9, 0, 0, 9, 0}};
        QCOMPARE(decodedBy("detr", {boxes, logits})->size(), std::size_t(1));
        QCOMPARE(decodedBy("detr", {boxes, logits})->front().row, std::size_t(1));
        const RawOutput scores{"logits", {2, 1}, {9, 9}};
        QCOMPARE(decodedBy("rtdetr", {boxes, scores})->size(), std::size_t(1));
    }

    void scoresThatAreNoNumbersDropTheirBoxes()
    {
        for (const float number : {nanValue, -infinite}) {
            const RawOutput logits{"logits", {1, 3}, {number, number, number}};
            QVERIFY(decodedBy("detr", {logits, boxesOf("pred_boxes", 1)})->empty());
            QVERIFY(decodedBy("rtdetr", {logits, boxesOf("pred_boxes", 1)})->empty());
        }
    }

    void shapesThatLieAreRefused()
    {
        const RawOutput logits{"logits", {2, 3}, {0, 9, 0, 0, 9, 0}};
        for (const char *name : {"detr", "rtdetr"}) {
            QVERIFY(!decodedBy(name, {}));
            QVERIFY(!decodedBy(name, {logits}));
            QVERIFY(!decodedBy(name, {logits, boxesOf("pred_boxes", 3)}));
            QVERIFY(!decodedBy(name, {logits, boxesOf("dets", 2)}));
            QVERIFY(!decodedBy(name, {logits, {"pred_boxes", {2, 5}, std::vector<float>(10)}}));
            QVERIFY(!decodedBy(name, {{"logits", {6}, logits.values}, boxesOf("pred_boxes", 2)}));
            QVERIFY(!decodedBy(name, {{"logits", {2, 0}, {}}, boxesOf("pred_boxes", 2)}));
        }
        QVERIFY(!decodedBy("detr", {{"logits", {2, 1}, {1, 1}}, boxesOf("pred_boxes", 2)}));
        QVERIFY(decodedBy("detr", {{"logits", {0, 3}, {}}, boxesOf("pred_boxes", 0)})->empty());
        QVERIFY(!decodedBy("rtdetr-rows", {{"output0", {2, 4}, std::vector<float>(8)}}));
    }
};

QTEST_APPLESS_MAIN(TestTransformers)
#include "tst_transformers.moc"
