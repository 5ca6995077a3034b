#include "inference/comparison/answer_difference.h"

#include "engine/verdicts/agreement.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <vector>

namespace warmbench {

namespace {

constexpr std::size_t mostBoxes = 2000;

template <typename Class>
bool sameClass(const Class &first, const Class &second, KnownBy by)
{
    return by == KnownBy::Label ? first.label == second.label : first.index == second.index;
}

double area(const Detection &box)
{
    return double{box.right - box.left} * double{box.bottom - box.top};
}

double overlap(const Detection &first, const Detection &second)
{
    const double width = std::min(first.right, second.right) - std::max(first.left, second.left);
    const double height = std::min(first.bottom, second.bottom) - std::max(first.top, second.top);
    if (width < 0 || height < 0)
        return 0;
    const double both = width * height;
    const double either = area(first) + area(second) - both;
    // Boxes without an area that touch are at the same place.
    return either > 0 ? both / either : 1;
}

// ---- one sample

struct Change
{
    bool changed = false;
    std::string how;
};

Change classChange(const SampleResult &first, const SampleResult &second, KnownBy by)
{
    if (first.classes.empty() || second.classes.empty())
        return {first.classes.empty() != second.classes.empty(), "one of them scores no classes"};
    return {!sameClass(first.classes.front(), second.classes.front(), by), {}};
}

Change boxChange(const SampleResult &first, const SampleResult &second, KnownBy by)
{
    const BoxMatches boxes = matchBoxes(first.detections, second.detections, by);
    if (boxes.onlyFirst + boxes.onlySecond == 0)
        return {};
    return {true, fmt::format("{} found by both, {} by A alone, {} by B alone", boxes.matched,
                              boxes.onlyFirst, boxes.onlySecond)};
}

Change textChange(const SampleResult &first, const SampleResult &second)
{
    return {!std::equal(first.text.begin(), first.text.end(), second.text.begin(),
                        second.text.end(),
                        [](const TextLine &a, const TextLine &b) { return a.text == b.text; }),
            {}};
}

// ---- maps of classes

// A number for each class of a map that is the same in both maps.
class ClassNumbers
{
public:
    explicit ClassNumbers(KnownBy by)
        : m_by(by)
    {
    }
    std::vector<int> of(const Segmentation &map)
    {
        std::vector<int> numbers(std::size_t{Segmentation::unseen} + 1);
        for (std::size_t i = 0; i < numbers.size(); ++i)
            numbers[i] = static_cast<int>(i);
        if (m_by == KnownBy::Index)
            return numbers;
        for (const Segmentation::Share &share : map.shares) {
            const auto next = static_cast<int>(numbers.size() + m_known.size());
            numbers.at(static_cast<std::size_t>(share.index)) =
                m_known.emplace(share.label, next).first->second;
        }
        return numbers;
    }

private:
    const KnownBy m_by;
    std::map<std::string, int> m_known;
};

// Of the pixels that one of the networks saw at least.
double changedPixels(const Segmentation &first, const Segmentation &second, KnownBy by)
{
    ClassNumbers names(by);
    const auto one = names.of(first);
    const auto other = names.of(second);
    std::size_t seen = 0;
    std::size_t changed = 0;
    for (std::size_t i = 0; i < first.classes.size(); ++i) {
        const auto a = first.classes[i];
        const auto b = second.classes[i];
        if (a == Segmentation::unseen && b == Segmentation::unseen)
            continue;
        ++seen;
        changed += one[a] != other[b] ? 1 : 0;
    }
    return seen > 0 ? static_cast<double>(changed) / static_cast<double>(seen) : 0;
}

Change pixelChange(const SampleResult &first, const SampleResult &second, KnownBy by,
                   AnswerDifference &all)
{
    if (!first.segmentation || !second.segmentation)
        return {first.segmentation.has_value() != second.segmentation.has_value(),
                "one of them gives no map of classes"};
    const Segmentation &one = *first.segmentation;
    const Segmentation &other = *second.segmentation;
    if (one.width != other.width || one.height != other.height)
        return {true, fmt::format("maps of {} x {} and {} x {} pixels", one.width, one.height,
                                  other.width, other.height)};
    const double share = changedPixels(one, other, by);
    all.pixels = std::max(all.pixels.value_or(0), share);
    return {share > samePixelsShare, fmt::format("{:.2f} % of the pixels differ", share * 100)};
}

// ---- numbers

Change numberChange(const Tensor &first, const Tensor &second,
                    const std::optional<Closeness> &closeness)
{
    if (!sameForm(first.shape(), second.shape()))
        return {true, fmt::format("shapes {} and {}", shapeText(first.shape()),
                                  shapeText(second.shape()))};
    if (!closeness)
        return {!(first == second), {}};
    const bool halves = first.dtype() == DType::Float16 || second.dtype() == DType::Float16;
    const bool whole = !isFloating(first.dtype()) && !isFloating(second.dtype());
    const double allowed = whole ? 0 : halves ? agreedShareOfHalves : agreedShare;
    return {closeness->share > allowed,
            whole ? std::string()
                  : fmt::format("differs by {:.2g} of the largest number", closeness->share)};
}

const Tensor *primaryOf(const Prediction &prediction)
{
    return prediction.primary < prediction.outputs.size()
               ? &prediction.outputs[prediction.primary].tensor
               : nullptr;
}

std::optional<Closeness> closenessOf(const Tensor *first, const Tensor *second)
{
    if (!first || !second || !sameForm(first->shape(), second->shape()))
        return {};
    auto close = warmbench::closenessOf(*first, *second, {}, "The output");
    if (!close)
        return {};
    if (close->largest == 0) // zeros have no direction, but these are the same
        close->cosine = 1;
    return *close;
}

bool sameOutputs(const Prediction &first, const Prediction &second)
{
    return !first.outputs.empty() &&
           std::equal(first.outputs.begin(), first.outputs.end(), second.outputs.begin(),
                      second.outputs.end(), [](const NamedTensor &a, const NamedTensor &b) {
                          return a.tensor == b.tensor;
                      });
}

Change sampleChange(const SampleResult &first, const SampleResult &second, Task task, KnownBy by,
                    AnswerDifference &all)
{
    switch (task) {
    case Task::Classification:
        return classChange(first, second, by);
    case Task::Detection:
        return boxChange(first, second, by);
    case Task::Segmentation:
        return pixelChange(first, second, by, all);
    case Task::Text:
        return textChange(first, second);
    case Task::Image:
    case Task::Tensor:
        break;
    }
    return {};
}

void compareSamples(const Prediction &first, const Prediction &second, KnownBy by,
                    AnswerDifference &all)
{
    const std::size_t samples = first.results.size();
    std::size_t changed = 0;
    for (std::size_t i = 0; i < samples; ++i) {
        Change change = sampleChange(first.results[i], second.results[i], first.task, by, all);
        if (change.changed && ++changed == 1)
            all.how = std::move(change.how);
    }
    all.changed = changed > 0;
    if (all.changed && samples > 1)
        all.how = fmt::format("{} of {} samples{}{}", changed, samples,
                              all.how.empty() ? "" : "; the first: ", all.how);
}

} // namespace

BoxMatches matchBoxes(std::span<const Detection> first, std::span<const Detection> second,
                      KnownBy by)
{
    struct Pair
    {
        double overlap = 0;
        std::size_t first = 0;
        std::size_t second = 0;
    };
    first = first.first(std::min(first.size(), mostBoxes));
    second = second.first(std::min(second.size(), mostBoxes));
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < first.size(); ++i) {
        for (std::size_t k = 0; k < second.size(); ++k) {
            const double share = overlap(first[i], second[k]);
            if (share >= sameBoxOverlap && sameClass(first[i], second[k], by))
                pairs.push_back({share, i, k});
        }
    }
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const Pair &a, const Pair &b) { return a.overlap > b.overlap; });
    std::vector<bool> oneTaken(first.size());
    std::vector<bool> otherTaken(second.size());
    BoxMatches matches;
    for (const Pair &pair : pairs) {
        if (oneTaken[pair.first] || otherTaken[pair.second])
            continue;
        oneTaken[pair.first] = true;
        otherTaken[pair.second] = true;
        ++matches.matched;
    }
    matches.onlyFirst = first.size() - matches.matched;
    matches.onlySecond = second.size() - matches.matched;
    return matches;
}

AnswerDifference differenceOf(const Prediction &first, const Prediction &second, KnownBy by)
{
    AnswerDifference all;
    const Tensor *const one = primaryOf(first);
    const Tensor *const other = primaryOf(second);
    all.closeness = closenessOf(one, other);
    if (first.task != second.task && !all.closeness) {
        all.comparable = false;
        all.how = fmt::format("A is for {}, B for {}", taskName(first.task), taskName(second.task));
    } else if (first.results.size() != second.results.size()) {
        all.changed = true;
        all.how = fmt::format("{} samples and {}", first.results.size(), second.results.size());
    } else if (first.task != second.task || first.task == Task::Image ||
               first.task == Task::Tensor) {
        Change change = one && other ? numberChange(*one, *other, all.closeness) : Change();
        all.changed = change.changed;
        all.how = change.changed ? std::move(change.how) : std::string();
    } else {
        compareSamples(first, second, by, all);
        if (all.changed && sameOutputs(first, second))
            all.how +=
                fmt::format("{}the networks give the same numbers: labels or settings differ",
                            all.how.empty() ? "" : "; ");
    }
    return all;
}

} // namespace warmbench
