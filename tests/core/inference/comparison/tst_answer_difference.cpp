// When two answers to the same input say the same.
#include "inference/comparison/answer_difference.h"
#include "make_tensor.h"

#include <QTest>

using namespace warmbench;

namespace {

Prediction predicted(Task task, std::vector<SampleResult> results, Tensor primary = Tensor())
{
    Prediction prediction;
    prediction.task = task;
    prediction.results = std::move(results);
    prediction.outputs.push_back({"y", std::move(primary)});
    return prediction;
}

SampleResult classes(int index, const std::string &label)
{
    SampleResult result;
    result.classes = {{index, label, 0.9F}};
    return result;
}

Detection box(const char *label, float left, float top, float right, float bottom)
{
    return {label[0] == 'p' ? 0 : 1, label, 0.9F, left, top, right, bottom};
}

SampleResult found(std::vector<Detection> boxes)
{
    SampleResult result;
    result.detections = std::move(boxes);
    return result;
}

SampleResult map(std::vector<std::uint16_t> pixels, std::vector<std::string> labels)
{
    SampleResult result;
    Segmentation &made = result.segmentation.emplace();
    made.width = static_cast<int>(pixels.size());
    made.height = 1;
    made.classes = std::move(pixels);
    for (std::size_t i = 0; i < labels.size(); ++i)
        made.shares.push_back({static_cast<int>(i), labels[i], 0.5});
    return result;
}

bool changed(const Prediction &first, const Prediction &second, KnownBy by = KnownBy::Label)
{
    return differenceOf(first, second, by).changed;
}

bool numbersChanged(const Tensor &first, const Tensor &second)
{
    return changed(predicted(Task::Tensor, {}, first), predicted(Task::Tensor, {}, second));
}

} // namespace

class TestAnswerDifference : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anotherBestClassIsAChange()
    {
        const Prediction cat = predicted(Task::Classification, {classes(1, "cat")});
        QVERIFY(!changed(cat, predicted(Task::Classification, {classes(1, "cat")})));
        QVERIFY(!changed(cat, predicted(Task::Classification, {classes(7, "cat")})));
        QVERIFY(changed(cat, predicted(Task::Classification, {classes(1, "dog")})));
        // Without labels on one side, the index is all that both know.
        const Prediction bare = predicted(Task::Classification, {classes(1, "1")});
        QVERIFY(!changed(cat, bare, KnownBy::Index));
        QVERIFY(changed(cat, predicted(Task::Classification, {classes(2, "2")}), KnownBy::Index));
    }

    void eachSampleCounts()
    {
        const Prediction two = predicted(Task::Classification, {classes(0, "a"), classes(1, "b")});
        const auto difference =
            differenceOf(two, predicted(Task::Classification, {classes(0, "a"), classes(0, "a")}),
                         KnownBy::Label);
        QVERIFY(difference.changed);
        QVERIFY(difference.how.starts_with("1 of 2 samples"));
        QVERIFY(changed(two, predicted(Task::Classification, {classes(0, "a")})));
    }

    void answersToTwoTasksAreComparedByTheirNumbersAlone()
    {
        Prediction scores = predicted(Task::Classification, {classes(0, "a")});
        Prediction boxes = predicted(Task::Detection, {found({})}, tensorOf({2}, {0, 1}));
        const auto difference = differenceOf(scores, boxes, KnownBy::Label);
        QVERIFY(!difference.comparable);
        QVERIFY(!difference.changed);
        QCOMPARE(difference.how, std::string("A is for classification, B for detection"));
        scores.outputs = {{"y", tensorOf({3}, {0, 1, 2})}};
        boxes.task = Task::Tensor;
        boxes.outputs = scores.outputs;
        QVERIFY(differenceOf(scores, boxes, KnownBy::Label).comparable);
        QVERIFY(!changed(scores, boxes));
        boxes.outputs = {{"y", tensorOf({3}, {0, 1, 3})}};
        QVERIFY(changed(scores, boxes));
        boxes.outputs = {{"y", tensorOf({2}, {0, 1})}};
        QVERIFY(!differenceOf(scores, boxes, KnownBy::Label).comparable);
    }

    void otherNamesOfTheSameNumbersAreSaidToBeThat()
    {
        Prediction cat = predicted(Task::Classification, {classes(1, "cat")});
        Prediction dog = predicted(Task::Classification, {classes(1, "dog")});
        cat.outputs = dog.outputs = {{"y", tensorOf({2}, {0, 1})}};
        QCOMPARE(differenceOf(cat, dog, KnownBy::Label).how,
                 std::string("the networks give the same numbers: labels or settings differ"));
        dog.outputs = {{"y", tensorOf({2}, {0, 2})}};
        QCOMPARE(differenceOf(cat, dog, KnownBy::Label).how, std::string());
    }

    void boxesAreMatchedByClassAndPlace_data()
    {
        using Boxes = std::vector<Detection>;
        QTest::addColumn<std::vector<Detection>>("first");
        QTest::addColumn<std::vector<Detection>>("second");
        QTest::addColumn<int>("matched");
        const Boxes one{box("person", 0, 0, 10, 10)};
        QTest::newRow("the same") << one << one << 1;
        QTest::newRow("nothing") << Boxes() << Boxes() << 0;
        QTest::newRow("one more") << one << Boxes() << 0;
        QTest::newRow("another class") << one << Boxes{box("dog", 0, 0, 10, 10)} << 0;
        // 10 by 5 in 10 by 10 is one half, which is enough; a little less is not.
        QTest::newRow("half of it") << one << Boxes{box("person", 0, 0, 10, 5)} << 1;
        QTest::newRow("less than half") << one << Boxes{box("person", 0, 0, 10, 4.9F)} << 0;
        QTest::newRow("beside") << one << Boxes{box("person", 20, 20, 30, 30)} << 0;
        QTest::newRow("without an area")
            << Boxes{box("person", 1, 1, 1, 1)} << Boxes{box("person", 1, 1, 1, 1)} << 1;
        // The better pair takes the box that both want.
        QTest::newRow("one for two")
            << Boxes{box("person", 0, 0, 10, 8), box("person", 0, 0, 10, 10)} << one << 1;
    }

    void boxesAreMatchedByClassAndPlace()
    {
        QFETCH(const std::vector<Detection>, first);
        QFETCH(const std::vector<Detection>, second);
        QFETCH(const int, matched);
        const BoxMatches matches = matchBoxes(first, second, KnownBy::Label);
        QCOMPARE(matches.matched, std::size_t(matched));
        QCOMPARE(matches.onlyFirst, first.size() - std::size_t(matched));
        QCOMPARE(matches.onlySecond, second.size() - std::size_t(matched));
        const auto difference =
            differenceOf(predicted(Task::Detection, {found(first)}),
                         predicted(Task::Detection, {found(second)}), KnownBy::Label);
        QCOMPARE(difference.changed, matches.onlyFirst + matches.onlySecond > 0);
        QCOMPARE(difference.how.empty(), !difference.changed);
    }

    void pixelsOfMapsAreCompared()
    {
        const Prediction first =
            predicted(Task::Segmentation, {map({0, 0, 1, Segmentation::unseen}, {"sky", "road"})});
        const auto same = differenceOf(first, first, KnownBy::Label);
        QVERIFY(!same.changed);
        QCOMPARE(same.pixels.value(), 0.0);
        // The same classes under other indices.
        QVERIFY(!changed(first, predicted(Task::Segmentation, {map({1, 1, 0, Segmentation::unseen},
                                                                   {"road", "sky"})})));
        const auto other = differenceOf(
            first,
            predicted(Task::Segmentation, {map({0, 1, 1, Segmentation::unseen}, {"sky", "road"})}),
            KnownBy::Index);
        QVERIFY(other.changed);
        QCOMPARE(other.pixels.value(), 1.0 / 3);
        QVERIFY(other.how.starts_with("33.33 % of the pixels differ"));
        QVERIFY(changed(first, predicted(Task::Segmentation, {map({0}, {"sky"})})));
    }

    void onePixelInAThousandMayDiffer()
    {
        std::vector<std::uint16_t> pixels(2000, 0);
        const Prediction first = predicted(Task::Segmentation, {map(pixels, {"sky", "road"})});
        pixels[0] = pixels[1] = 1;
        QVERIFY(!changed(first, predicted(Task::Segmentation, {map(pixels, {"sky", "road"})})));
        pixels[2] = 1;
        QVERIFY(changed(first, predicted(Task::Segmentation, {map(pixels, {"sky", "road"})})));
    }

    void textIsComparedByItsLetters()
    {
        SampleResult stop;
        stop.text.push_back({"STOP", 0.9F, {}});
        SampleResult shop = stop;
        shop.text[0].score = 0.5F;
        QVERIFY(!changed(predicted(Task::Text, {stop}), predicted(Task::Text, {shop})));
        shop.text[0].text = "SHOP";
        QVERIFY(changed(predicted(Task::Text, {stop}), predicted(Task::Text, {shop})));
    }

    void numbersMayDifferByRounding()
    {
        const Tensor first = tensorOf({1, 3}, {1, 2, 100});
        QVERIFY(!numbersChanged(first, tensorOf({1, 3}, {1.05F, 2, 100})));
        QVERIFY(numbersChanged(first, tensorOf({1, 3}, {1.2F, 2, 100})));
        QVERIFY(!numbersChanged(first, tensorOf({3}, {1, 2, 100})));
        QVERIFY(numbersChanged(first, tensorOf({1, 2}, {1, 2})));
        using Whole = std::int64_t;
        QVERIFY(!numbersChanged(tensorOf<Whole>({1}, {5000}), tensorOf<Whole>({1}, {5000})));
        QVERIFY(numbersChanged(tensorOf<Whole>({1}, {5000}), tensorOf<Whole>({1}, {5001})));
        QVERIFY(
            !numbersChanged(*Tensor::fromStrings({1}, {"a"}), *Tensor::fromStrings({1}, {"a"})));
        QVERIFY(numbersChanged(*Tensor::fromStrings({1}, {"a"}), *Tensor::fromStrings({1}, {"b"})));
    }

    void distancesAreOfThePrimaryOutputs()
    {
        const auto differenceOfTensors = [](const Tensor &first, const Tensor &second) {
            return differenceOf(predicted(Task::Tensor, {}, first),
                                predicted(Task::Tensor, {}, second), KnownBy::Label);
        };
        const auto apart =
            differenceOfTensors(tensorOf({1, 2}, {3, 4}), tensorOf({1, 2}, {4, 3})).closeness;
        QVERIFY(apart.has_value());
        QCOMPARE(apart->cosine, 24.0 / 25);
        QCOMPARE(apart->largest, 1.0);
        // Nothing but zeros twice is the same direction.
        QCOMPARE(differenceOfTensors(zeros({1, 2}), zeros({1, 2})).closeness->cosine, 1.0);
        QVERIFY(!differenceOfTensors(zeros({1, 2}), zeros({1, 3})).closeness);
    }
};

QTEST_GUILESS_MAIN(TestAnswerDifference)
#include "tst_answer_difference.moc"
