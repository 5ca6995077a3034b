// Detections that a network has finished, with numbers that lie, and the names of their classes.
#include "raw_outputs.h"

#include <QTest>

using namespace warmbench;

namespace {

// Two boxes in pixels, the second one better.
std::vector<RawOutput> parts(const char *boxes, const char *scores, const char *classes)
{
    return {{boxes, {2, 4}, {1, 2, 31, 42, 5, 6, 25, 46}},
            {scores, {2}, {0.6F, 0.9F}},
            {classes, {2}, {3, 7}}};
}

std::vector<RawOutput> numDets(float count)
{
    auto outputs = parts("det_boxes", "det_scores", "det_classes");
    outputs.push_back({"num_dets", {1}, {count}});
    return outputs;
}

std::vector<std::string> numberedNames(int count)
{
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i)
        names.push_back("n" + std::to_string(i));
    return names;
}

} // namespace

class TestFinished : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void boxesInPixels_data()
    {
        QTest::addColumn<QByteArray>("boxes");
        QTest::addColumn<QByteArray>("scores");
        QTest::addColumn<QByteArray>("classes");
        QTest::newRow("detr-finished")
            << QByteArray("boxes") << QByteArray("scores") << QByteArray("labels");
        QTest::newRow("torchvision-detection")
            << QByteArray("boxes") << QByteArray("scores") << QByteArray("labels");
        QTest::newRow("num-dets") << QByteArray("det_boxes") << QByteArray("det_scores")
                                  << QByteArray("det_classes");
    }
    void boxesInPixels()
    {
        QFETCH(QByteArray, boxes);
        QFETCH(QByteArray, scores);
        QFETCH(QByteArray, classes);
        const auto outputs = parts(boxes, scores, classes);
        const char *const name = QTest::currentDataTag();
        const auto found = decodedBy(name, outputs);
        QVERIFY2(found.has_value(), found ? "" : found.error().message.c_str());
        QCOMPARE(found->size(), std::size_t(2));
        QCOMPARE((*found)[1].index, 7);
        QCOMPARE((*found)[1].score, 0.9F);
        QVERIFY(liesAt((*found)[0], {1, 2, 31, 42}));
        QVERIFY(liesAt((*found)[1], {5, 6, 25, 46}));
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            auto shorter = outputs;
            shorter[i].values.pop_back();
            shorter[i].shape = {std::ssize(shorter[i].values)};
            QVERIFY2(!decodedBy(name, shorter), outputs[i].name.c_str());
        }
        QVERIFY(!decodedBy(name, {}));
    }

    void countsThatLie_data()
    {
        QTest::addColumn<float>("count");
        QTest::addColumn<int>("boxes");
        QTest::newRow("one") << 1.0F << 1;
        QTest::newRow("none") << 0.0F << 0;
        QTest::newRow("below zero") << -5.0F << 0;
        QTest::newRow("more than rows") << 1e30F << 2;
        QTest::newRow("no number") << nanValue << 2;
        QTest::newRow("infinite") << infinite << 2;
    }
    void countsThatLie()
    {
        QFETCH(float, count);
        QFETCH(int, boxes);
        QCOMPARE(int(decodedBy("num-dets", numDets(count))->size()), boxes);
    }

    void damagedNumbersDropTheirBoxes_data()
    {
        QTest::addColumn<int>("output");
        QTest::addColumn<int>("place");
        QTest::addColumn<float>("number");
        QTest::newRow("edge is no number") << 0 << 0 << nanValue;
        QTest::newRow("edge is infinite") << 0 << 3 << infinite;
        QTest::newRow("right is left of left") << 0 << 2 << -9.0F;
        QTest::newRow("score is no number") << 1 << 0 << nanValue;
        QTest::newRow("score is infinite") << 1 << 0 << infinite;
        QTest::newRow("class is below zero") << 2 << 0 << -1.0F;
        QTest::newRow("class is no number") << 2 << 0 << nanValue;
        QTest::newRow("class is beyond whole numbers") << 2 << 0 << 1e20F;
    }
    void damagedNumbersDropTheirBoxes()
    {
        QFETCH(int, output);
        QFETCH(int, place);
        QFETCH(float, number);
        auto outputs = parts("boxes", "scores", "labels");
        outputs[std::size_t(output)].values[std::size_t(place)] = number;
        const auto found = decodedBy("detr-finished", outputs);
        QCOMPARE(found->size(), std::size_t(1));
        QCOMPARE(found->front().index, 7);
    }

    void tensorFlowPutsTheTopFirst()
    {
        const RawOutput boxes{"detection_boxes:0", {1, 4}, {0.25F, 0.5F, 0.75F, 1}};
        const RawOutput classes{"detection_classes:0", {1}, {4}};
        const RawOutput scores{"detection_scores:0", {1}, {0.8F}};
        const RawOutput count{"num_detections:0", {}, {1}};
        const auto found = decodedBy("tf-detection", {boxes, classes, scores, count});
        QCOMPARE(found->size(), std::size_t(1));
        QCOMPARE(found->front().index, 4);
        QVERIFY(liesAt(found->front(), {32, 24, 64, 72}));
    }

    // Without names the numbers tell scores from classes.
    void tensorFlowWithoutNames()
    {
        const RawOutput boxes{"Identity", {2, 4}, {0, 0, 0.5F, 0.5F, 0, 0, 1, 1}};
        const RawOutput classes{"Identity_1", {2}, {4, 1}};
        const RawOutput scores{"Identity_2", {2}, {0.8F, 0.2F}};
        const RawOutput count{"Identity_3", {}, {2}};
        for (const auto &outputs :
             {std::vector{boxes, classes, scores, count}, {count, boxes, scores, classes}}) {
            const auto found = decodedBy("tf-detection", outputs);
            QCOMPARE(found->size(), std::size_t(1));
            QCOMPARE(found->front().index, 4);
            QCOMPARE(found->front().score, 0.8F);
        }
        QVERIFY(!decodedBy("tf-detection", {boxes, classes}));
        QVERIFY(!decodedBy("tf-detection", {count}));
    }

    void mmDeployKeepsScoresWithBoxes()
    {
        const RawOutput boxes{"dets", {2, 5}, {1, 2, 31, 42, 0.9F, 1, 2, 31, 42, 0.1F}};
        const auto found = decodedBy("mmdeploy", {boxes, {"labels", {2}, {5, 6}}});
        QCOMPARE(found->size(), std::size_t(1));
        QCOMPARE(found->front().index, 5);
        QCOMPARE(found->front().score, 0.9F);
        QVERIFY(!decodedBy("mmdeploy", {boxes, {"labels", {3}, {5, 6, 7}}}));
        QVERIFY(!decodedBy("mmdeploy",
                           {{"dets", {2, 4}, std::vector<float>(8)}, {"labels", {2}, {5, 6}}}));
    }

    void rowsNameTheirSamples()
    {
        const RawOutput rows{"output", {3, 7}, {0,  1, 2,    31,       42, 3, 0.9F, 1,  5, 6,   25,
                                                46, 7, 0.8F, nanValue, 5,  6, 25,   46, 7, 0.8F}};
        const auto first = decodedBy("yolov7-rows", {rows}, 0);
        const auto second = decodedBy("yolov7-rows", {rows}, 1);
        QCOMPARE(first->size(), std::size_t(1));
        QCOMPARE(first->front().index, 3);
        QCOMPARE(second->size(), std::size_t(1));
        QVERIFY(liesAt(second->front(), {5, 6, 25, 46}));
        QVERIFY(decodedBy("yolov7-rows", {{"output", {0, 7}, {}}})->empty());
        QVERIFY(!decodedBy("yolov7-rows", {{"output", {1, 6}, std::vector<float>(6)}}));
    }

    void customVisionWithAndWithoutABatch()
    {
        for (const bool batch : {false, true}) {
            RawOutput boxes{"detected_boxes", {1, 4}, {0.25F, 0.5F, 0.75F, 1}};
            RawOutput classes{"detected_classes", {1}, {2}};
            RawOutput scores{"detected_scores", {1}, {0.8F}};
            for (RawOutput *const output : {&boxes, &classes, &scores}) {
                if (batch)
                    output->shape.insert(output->shape.begin(), 1);
            }
            const auto found = decodedBy("custom-vision", {boxes, classes, scores});
            QCOMPARE(found->size(), std::size_t(1));
            QVERIFY(liesAt(found->front(), {16, 48, 48, 96}));
        }
    }

    void yoloNasInEitherOrder()
    {
        const RawOutput boxes{"a", {2, 4}, {1, 2, 31, 42, 5, 6, 25, 46}};
        const RawOutput scores{"b", {2, 3}, {0.1F, 0.2F, 0.9F, 0, 0, 0.4F}};
        for (const auto &outputs : {std::vector{boxes, scores}, {scores, boxes}}) {
            const auto found = decodedBy("yolo-nas", outputs);
            QCOMPARE(found->size(), std::size_t(1));
            QCOMPARE(found->front().index, 2);
            QVERIFY(liesAt(found->front(), {1, 2, 31, 42}));
        }
        QVERIFY(!decodedBy("yolo-nas", {boxes}));
        // As many rows only where the extents of one are counted.
        const RawOutput many{"b", {1, 3, 4}, std::vector<float>(12)};
        QVERIFY(!decodedBy("yolo-nas", {many, {"s", {1, 2}, {0, 1}}}));
        QVERIFY(!decodedBy("yolo-nas", {boxes, {"b", {1, 3}, {0, 0, 1}}}));
    }

    void namesOfClasses()
    {
        using enum ClassNumbers;
        const auto three = numberedNames(3);
        QCOMPARE(className(three, 0, FromZero), std::string("n0"));
        QCOMPARE(className(three, 1, FromOne), std::string("n0"));
        QCOMPARE(className(three, 3, FromOne), std::string("n2"));
        QCOMPARE(className(three, 0, FromOne), std::string("0"));
        QCOMPARE(className(three, 4, FromOne), std::string("4"));
        QCOMPARE(className(three, 1, CocoIds), std::string("n1"));
        QCOMPARE(className({}, 5, FromOne), std::string("5"));
        QCOMPARE(className(three, -1, FromZero), std::string("-1"));
        auto withBackground = three;
        for (const char *first : {"background", "__background__", "N/A", "???"}) {
            withBackground[0] = first;
            QCOMPARE(className(withBackground, 1, FromOne), std::string("n1"));
        }
        auto coco = numberedNames(80);
        coco.front() = "person";
        coco.back() = "toothbrush";
        for (const ClassNumbers numbers : {FromOne, CocoIds}) {
            QCOMPARE(className(coco, 1, numbers), std::string("person"));
            QCOMPARE(className(coco, 11, numbers), std::string("n10"));
            QCOMPARE(className(coco, 12, numbers), std::string("12")); // COCO has no such id
            QCOMPARE(className(coco, 13, numbers), std::string("n11"));
            QCOMPARE(className(coco, 90, numbers), std::string("toothbrush"));
            QCOMPARE(className(coco, 91, numbers), std::string("91"));
        }
        QCOMPARE(className(coco, 79, FromZero), std::string("toothbrush"));
    }
};

QTEST_APPLESS_MAIN(TestFinished)
#include "tst_finished.moc"
