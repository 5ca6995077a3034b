// Results as JSON, member by member.
#include "inference/answer/prediction_json.h"

#include <QTest>

using namespace warmbench;

namespace {

std::string resultsOf(Task task, SampleResult result)
{
    Prediction prediction;
    prediction.task = task;
    prediction.results.push_back(std::move(result));
    const std::string json = predictionJson(prediction);
    const auto from = json.find("\"results\": ");
    return json.substr(from, json.find(", \"timings_ms\"") - from);
}

} // namespace

class TestPredictionJson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLineOfTextHasItsCorners()
    {
        SampleResult result;
        result.text.push_back({"a \"b\"\n\u00e9", 0.5F, {{{0, 0}, {20.04F, 0}, {20, 5}, {0, 5}}}});
        QCOMPARE(resultsOf(Task::Text, result),
                 std::string("\"results\": [{\"text\": [{\"text\": \"a \\\"b\\\"\\n\u00e9\", "
                             "\"score\": 0.5, \"corners\": [[0.0, 0.0], [20.0, 0.0], [20.0, 5.0], "
                             "[0.0, 5.0]]}]}]"));
    }

    void aLineOfNumbersHasNoCorners()
    {
        SampleResult result;
        result.text.push_back({"", 0, {}});
        QCOMPARE(resultsOf(Task::Text, result),
                 std::string("\"results\": [{\"text\": [{\"text\": \"\", \"score\": 0}]}]"));
        QCOMPARE(resultsOf(Task::Text, {}), std::string("\"results\": [{\"text\": []}]"));
    }
};

QTEST_APPLESS_MAIN(TestPredictionJson)
#include "tst_prediction_json.moc"
