#include "inference/matching/match_answer.h"

#include "base/text.h"

#include <fmt/format.h>
#include <map>
#include <string>

namespace warmbench {

namespace {

// "2 person, dog": in the order of the labels, so that the same finds read the same.
std::string foundText(const SampleResult &result)
{
    std::map<std::string, int> counts;
    for (const Detection &detection : result.detections)
        ++counts[detection.label];
    std::string text;
    for (const auto &[label, count] : counts)
        text += fmt::format("{}{}{}", text.empty() ? "" : ", ",
                            count > 1 ? fmt::format("{} ", count) : "", printable(label, 60));
    return text.empty() ? "nothing" : text;
}

} // namespace

std::vector<MatchAnswer> answersOf(const Prediction &prediction)
{
    std::vector<MatchAnswer> answers;
    for (const SampleResult &result : prediction.results) {
        if (!result.classes.empty())
            answers.push_back({result.classes.front().label, result.classes.front().score});
        else if (prediction.task == Task::Detection)
            answers.push_back({foundText(result), {}});
    }
    return answers;
}

} // namespace warmbench
