// What a prediction says in one phrase.
#include "inference/answer/answer_text.h"
#include "make_tensor.h"

#include <limits>
#include <QTest>

using namespace warmbench;

namespace {

Prediction predicted(Task task, std::vector<SampleResult> results)
{
    Prediction prediction;
    prediction.task = task;
    prediction.results = std::move(results);
    return prediction;
}

Prediction numbers(Tensor tensor)
{
    Prediction prediction = predicted(Task::Tensor, {SampleResult()});
    prediction.outputs.push_back({"y", std::move(tensor)});
    return prediction;
}

SampleResult classes(const std::string &label, float score)
{
    SampleResult result;
    result.classes = {{3, label, score}, {1, "other", 0.1F}};
    return result;
}

} // namespace

class TestAnswerText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theBestClassSpeaksWithItsScore()
    {
        QCOMPARE(answerText(predicted(Task::Classification, {classes("three", 0.993F)})),
                 std::string("three 99.3 %"));
        // Logits are no shares of anything.
        QCOMPARE(answerText(predicted(Task::Classification, {classes("three", 12.5F)})),
                 std::string("three 12.5"));
        QCOMPARE(answerText(predicted(Task::Classification,
                                      {classes("three", 0.5F), classes("two", 0.5F)})),
                 std::string("three 50.0 % and 1 more"));
    }

    void findsAreCountedAndTheFirstNamed()
    {
        SampleResult found;
        QCOMPARE(answerText(predicted(Task::Detection, {found})), std::string("nothing found"));
        for (const char *label : {"person", "dog", "cat", "car", "bus"})
            found.detections.push_back({0, label, 0.9F});
        QCOMPARE(answerText(predicted(Task::Detection, {found})),
                 std::string("5 found: person 90 %, dog 90 %, cat 90 %, car 90 %, ..."));
    }

    void mapsTellTheShareOfEachClass()
    {
        SampleResult map;
        map.segmentation.emplace();
        map.segmentation->shares = {{1, "road", 0.75}, {0, "sky", 0.25}};
        QCOMPARE(answerText(predicted(Task::Segmentation, {map})),
                 std::string("road 75.0 %, sky 25.0 %"));
    }

    void linesAreQuotedAndStayOnOneLine()
    {
        SampleResult read;
        read.text.push_back({"ST\nOP", 0.98F, {}});
        QCOMPARE(answerText(predicted(Task::Text, {read})), std::string("\"ST?OP\" 98 %"));
        QCOMPARE(answerText(predicted(Task::Text, {SampleResult()})), std::string("no text"));
    }

    void numbersAreListedOrDescribed()
    {
        QCOMPARE(answerText(numbers(tensorOf({1, 2}, {0.5F, -2}))), std::string("0.5, -2"));
        QCOMPARE(answerText(numbers(tensorOf({1, 5}, {1, 2, 3, 4, 0.25F}))),
                 std::string("[1, 5], 0.25 to 4"));
        const float nan = std::numeric_limits<float>::quiet_NaN();
        QCOMPARE(answerText(numbers(tensorOf({5}, {nan, 2, nan, 1, nan}))),
                 std::string("[5], 1 to 2"));
        QCOMPARE(answerText(numbers(tensorOf({5}, {nan, nan, nan, nan, nan}))),
                 std::string("[5], no number"));
        QCOMPARE(answerText(numbers(*Tensor::fromStrings({1}, {"yes"}))), std::string("\"yes\""));
        QCOMPARE(answerText(predicted(Task::Tensor, {})), std::string("no answer"));
    }
};

QTEST_GUILESS_MAIN(TestAnswerText)
#include "tst_answer_text.moc"
