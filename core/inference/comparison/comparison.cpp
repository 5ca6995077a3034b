#include "inference/comparison/comparison.h"

#include <algorithm>

namespace warmbench {

namespace {

using Nanoseconds = std::chrono::nanoseconds;

constexpr std::chrono::microseconds leastLatencyGap{20};

Nanoseconds medianOver(const std::vector<ComparedInput> &inputs,
                       Nanoseconds (*time)(const ComparedInput &))
{
    std::vector<Nanoseconds> times;
    for (const ComparedInput &input : inputs) {
        if (input.answered())
            times.push_back(time(input));
    }
    return medianOf(std::move(times));
}

void addCloseness(const std::vector<ComparedInput> &inputs, ComparisonSummary &summary)
{
    double sum = 0;
    std::size_t count = 0;
    for (const ComparedInput &input : inputs) {
        if (!input.compared())
            continue;
        if (input.cosine) {
            sum += *input.cosine;
            ++count;
            summary.lowestCosine = std::min(summary.lowestCosine.value_or(1), *input.cosine);
        }
        if (input.largest && (!summary.largest || *input.largest > *summary.largest)) {
            summary.largest = input.largest;
            summary.largestInput = *input.largest > 0 ? input.name : std::string();
        }
    }
    if (count > 0)
        summary.meanCosine = sum / static_cast<double>(count);
}

} // namespace

std::optional<double> Latencies::ratio() const
{
    if (first.count() <= 0)
        return {};
    return static_cast<double>(second.count()) / static_cast<double>(first.count());
}

bool Latencies::areAlike() const
{
    const Nanoseconds apart = std::chrono::abs(second - first);
    return apart <= std::max(first, second) / 10 || apart < leastLatencyGap;
}

Nanoseconds medianOf(std::vector<Nanoseconds> times)
{
    if (times.empty())
        return {};
    const auto middle = times.begin() + (std::ssize(times) - 1) / 2;
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

ComparisonSummary summaryOf(const std::vector<ComparedInput> &inputs)
{
    ComparisonSummary summary;
    summary.inputs = inputs.size();
    for (const ComparedInput &input : inputs) {
        if (!input.answered()) {
            ++summary.refused;
            continue;
        }
        summary.compared += input.comparable ? 1 : 0;
        summary.changed += input.compared() && input.changed ? 1 : 0;
        summary.runs += input.runs;
    }
    addCloseness(inputs, summary);
    summary.infer = {medianOver(inputs, [](const auto &input) { return input.first.infer; }),
                     medianOver(inputs, [](const auto &input) { return input.second.infer; })};
    summary.total = {medianOver(inputs, [](const auto &input) { return input.first.total; }),
                     medianOver(inputs, [](const auto &input) { return input.second.total; })};
    return summary;
}

} // namespace warmbench
