// Detectors that answer a fixed number of queries.
#include "inference/decoders/kept_boxes.h"
#include "inference/postprocessing.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace warmbench {

namespace {

struct Queries
{
    std::span<const float> boxes;  // [count, 4]
    std::span<const float> scores; // [count, classes]
    std::size_t count = 0;
    std::size_t classes = 0;

    std::span<const float> scoresOf(std::size_t query) const
    {
        return scores.subspan(query * classes, classes);
    }
    // From centre and size to edges.
    Edges box(std::size_t query) const { return edgesAround(boxes.subspan(query * 4, 4)); }
};

const OutputView *tableNamed(const RawDetections &raw, std::string_view name)
{
    const auto found =
        std::find_if(raw.outputs.begin(), raw.outputs.end(), [&](const OutputView &output) {
            return output.name == name && output.shape.size() == 2 &&
                   static_cast<std::size_t>(output.shape[0] * output.shape[1]) ==
                       output.values.size();
        });
    return found == raw.outputs.end() ? nullptr : &*found;
}

Result<Queries> queriesOf(const RawDetections &raw)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 2> names{
        {{"pred_boxes", "logits"}, {"dets", "labels"}}};
    for (const auto &[boxName, scoreName] : names) {
        const auto *const boxes = tableNamed(raw, boxName);
        const auto *const scores = tableNamed(raw, scoreName);
        if (!boxes || !scores)
            continue;
        if (boxes->shape[1] != 4 || scores->shape[1] < 1 || boxes->shape[0] != scores->shape[0])
            return failedPrecondition("they do not have as many boxes of four numbers as scores");
        return Queries{boxes->values, scores->values, static_cast<std::size_t>(boxes->shape[0]),
                       static_cast<std::size_t>(scores->shape[1])};
    }
    return failedPrecondition("the model has no outputs of these names and this form");
}

} // namespace

Result<std::vector<RelativeBox>> decodeDetr(const RawDetections &raw)
{
    const auto queries = queriesOf(raw);
    if (!queries)
        return queries.error();
    if (queries->classes < 2)
        return failedPrecondition("there is a single score, where the last one means \"none\"");
    KeptBoxes kept(raw, KeptBoxes::Units::Fractions);
    for (std::size_t query = 0; query < queries->count; ++query) {
        const auto logits = queries->scoresOf(query);
        const auto best = std::max_element(logits.begin(), logits.end() - 1) - logits.begin();
        kept.addFinished(query, static_cast<float>(best),
                         softmax(logits)[static_cast<std::size_t>(best)], queries->box(query));
    }
    return kept.take();
}

Result<std::vector<RelativeBox>> decodeRtDetr(const RawDetections &raw)
{
    const auto queries = queriesOf(raw);
    if (!queries)
        return queries.error();
    KeptBoxes kept(raw, KeptBoxes::Units::Fractions);
    const std::vector<float> scores = sigmoid(queries->scores);
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (kept.counts(scores[i]))
            kept.addFinished(i / queries->classes, static_cast<float>(i % queries->classes),
                             scores[i], queries->box(i / queries->classes));
    }
    auto boxes = kept.take();
    std::stable_sort(boxes.begin(), boxes.end(), betterFirst);
    boxes.resize(std::min(boxes.size(), queries->count));
    return boxes;
}

Result<std::vector<RelativeBox>> decodeRtDetrRows(const RawDetections &raw)
{
    for (const OutputView &output : raw.outputs) {
        if (output.shape.size() != 2 || output.shape[1] < 5)
            continue;
        const auto columns = static_cast<std::size_t>(output.shape[1]);
        KeptBoxes kept(raw, KeptBoxes::Units::Fractions);
        for (std::size_t row = 0; row < output.values.size() / columns; ++row) {
            const auto at = output.values.subspan(row * columns, columns);
            const auto scores = at.subspan(4);
            const auto best = std::max_element(scores.begin(), scores.end());
            kept.addFinished(row, static_cast<float>(best - scores.begin()), *best,
                             edgesAround(at));
        }
        return kept.take();
    }
    return failedPrecondition("no output has this form");
}

} // namespace warmbench
