#include "inference/postprocessing.h"

#include "inference/detections.h"
#include "inference/image_output.h"
#include "inference/model_outputs.h"
#include "inference/segmentation.h"
#include "inference/text_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace warmbench {

namespace {

constexpr int defaultTopK = 5;

// Rounding may lead a little beyond 0 and 1: ensembles of trees add up many small numbers.
bool withinOne(std::span<const float> scores)
{
    constexpr float rounding = 1e-4F;
    return std::all_of(scores.begin(), scores.end(),
                       [](float score) { return score >= -rounding && score <= 1 + rounding; });
}

bool addUpToOne(std::span<const float> scores)
{
    return std::abs(std::accumulate(scores.begin(), scores.end(), 0.0) - 1) < 1e-3;
}

// Whether an operator gives sums, which may be anything.
bool isLinear(std::string_view op)
{
    constexpr std::array linear{"Gemm", "MatMul", "Add", "Conv", "Flatten", "Reshape", "Squeeze"};
    return std::find(linear.begin(), linear.end(), op) != linear.end();
}

// Where nothing is set: scores from 0 to 1 that add up to 1 are probabilities; others are those of
// labels that may hold at once, unless they are sums that lie there by chance.
Activation usualActivation(const std::string &op, std::span<const float> scores)
{
    const bool probabilities = withinOne(scores) && (addUpToOne(scores) || !isLinear(op));
    return probabilities ? Activation::None : Activation::Softmax;
}

// What the network has applied already is not applied twice.
std::vector<float> activated(const ModelBundle &model, std::span<const float> scores)
{
    const std::string &op = model.spec().outputs[model.scoresOutput].producedBy;
    const Activation activation =
        model.settings.output.activation.value_or(usualActivation(op, scores));
    const bool finished = op == "Softmax" || op == "Sigmoid";
    if (activation == Activation::None || finished)
        return {scores.begin(), scores.end()};
    return activation == Activation::Sigmoid ? sigmoid(scores) : softmax(scores);
}

Result<std::vector<ScoredClass>> classify(const ModelBundle &model, const NamedTensor &output,
                                          const OutputFloats &floats, std::size_t index,
                                          bool pictures, const AnswerOptions &wanted)
{
    const SampleView sample = floats.sample(index);
    if (sample.values.empty())
        return formDiffers(model, output, "classification", "one score a class", pictures);
    const int most = wanted.topK.value_or(model.settings.output.topK.value_or(defaultTopK));
    return topK(activated(model, sample.values), most, model.settings.labels);
}

// Channel after channel.
struct PicturePlanes
{
    std::span<const float> values;
    int channels = 1;
    int width = 0;
    int height = 0;
    std::vector<float> turned; // where the channels came last; `values` refers to it
};

// Nothing if the sample is no picture.
std::optional<PicturePlanes> picturePlanes(const SampleView &sample)
{
    const auto &shape = sample.shape;
    const auto coloured = [](std::int64_t extent) { return extent == 1 || extent == 3; };
    const bool first = shape.size() == 3 && coloured(shape[0]);
    const bool last = shape.size() == 3 && !first && coloured(shape[2]);
    if (!sample.filled() || (shape.size() != 2 && !first && !last))
        return std::nullopt;
    const std::size_t rows = first ? 1 : 0;
    PicturePlanes planes{sample.values,
                         first  ? static_cast<int>(shape[0])
                         : last ? static_cast<int>(shape[2])
                                : 1,
                         static_cast<int>(shape[rows + 1]),
                         static_cast<int>(shape[rows]),
                         {}};
    if (last && planes.channels > 1) {
        const auto channels = static_cast<std::size_t>(planes.channels);
        const std::size_t pixels =
            static_cast<std::size_t>(planes.width) * static_cast<std::size_t>(planes.height);
        planes.turned.resize(pixels * channels);
        for (std::size_t i = 0; i < planes.turned.size(); ++i)
            planes.turned[i % channels * pixels + i / channels] = sample.values[i];
        planes.values = planes.turned;
    }
    return planes;
}

Result<SampleResult> picture(const ModelBundle &model, const NamedTensor &output,
                             const OutputFloats &floats, std::size_t index, bool pictures)
{
    SampleResult result;
    const SampleView sample = floats.sample(index);
    const auto planes = picturePlanes(sample);
    if (!planes)
        return formDiffers(model, output, "image",
                           "[N, 1 or 3, height, width], [N, height, width, 1 or 3] or [N, height, "
                           "width]",
                           pictures);
    const auto &set = model.settings.output.range;
    result.imageRange = set ? ImageRange{set->low, set->high, ImageRange::Origin::Settings}
                            : imageRangeOf(sample.values);
    result.image = imageFromPlanes(planes->values, planes->channels, planes->width, planes->height,
                                   *result.imageRange);
    return result;
}

// `picture`: null where none was sent; the line then has no corners.
Result<SampleResult> textOf(const ModelBundle &model, const NamedTensor &output,
                            const SampleView &sample, const ImageMapping *picture)
{
    const auto &names = model.settings.labels;
    const bool steps = sample.shape.size() == 2 && sample.shape[1] > 0;
    if (!steps || (sample.shape[0] > 0 && !sample.filled()))
        return formDiffers(model, output, "text", "[N, steps, classes]", picture != nullptr);
    if (std::ssize(names) != sample.shape[1])
        return failedPrecondition(fmt::format(
            "Output \"{}\" scores {} classes, but {} characters are known; set \"labels\" in the "
            "settings file to all of them, \"\" for the blank first.",
            output.name, sample.shape[1], names.size()));
    TextLine line = readTextLine(sample.values, static_cast<std::size_t>(sample.shape[1]), names);
    if (picture) {
        const auto right = static_cast<float>(picture->originalWidth);
        const auto bottom = static_cast<float>(picture->originalHeight);
        line.corners = {Point{0, 0}, {right, 0}, {right, bottom}, {0, bottom}};
    }
    SampleResult result;
    result.text.push_back(std::move(line));
    return result;
}

Result<SampleResult> segmentation(const ModelBundle &model, const NamedTensor &output,
                                  const OutputFloats &floats, std::size_t index,
                                  const ImageMapping *mapping, RunControl &limits)
{
    const Preprocessing &input = model.input.preprocessing;
    const bool sized = mapping && mapping->networkWidth > 0;
    const int width = sized ? mapping->networkWidth : input.width;
    const int height = sized ? mapping->networkHeight : input.height;
    const auto planes = scorePlanes(floats.sample(index), !isFloating(output.tensor.dtype()), width,
                                    height, input.layout == Layout::Nhwc);
    if (!planes)
        return formDiffers(model, output, "segmentation",
                           "[N, classes, height, width], [N, height, width, classes] or [N, "
                           "height, width]",
                           mapping != nullptr);
    // Where no picture was sent, the answer is as large as the network's own.
    const Placement placement =
        mapping ? Placement(width, height, *mapping) : Placement(planes->width, planes->height);
    auto map = segmented(*planes, placement, model.settings.labels, limits);
    if (!map)
        return std::move(map).error();
    SampleResult result;
    result.segmentation = *std::move(map);
    return result;
}

Result<SampleResult> sampleResult(const ModelBundle &model, Task task, const NamedTensor &primary,
                                  const OutputFloats &floats, std::size_t index,
                                  const ImageMapping *mapping, const AnswerOptions &wanted,
                                  RunControl &limits)
{
    const bool pictures = mapping != nullptr;
    if (task == Task::Segmentation)
        return segmentation(model, primary, floats, index, mapping, limits);
    if (task == Task::Text)
        return textOf(model, primary, floats.sample(index), mapping);
    if (task != Task::Classification)
        return picture(model, primary, floats, index, pictures);
    auto classes = classify(model, primary, floats, index, pictures, wanted);
    if (!classes)
        return std::move(classes).error();
    SampleResult result;
    result.classes = std::move(*classes);
    return result;
}

// Memory that classes and picture of a result take.
std::size_t resultBytes(const SampleResult &result)
{
    std::size_t bytes =
        result.classes.size() * sizeof(ScoredClass) + (result.image ? result.image->rgb.size() : 0);
    for (const ScoredClass &entry : result.classes)
        bytes += entry.label.capacity();
    for (const TextLine &line : result.text)
        bytes += sizeof(TextLine) + line.text.capacity();
    return bytes;
}

} // namespace

std::vector<float> softmax(std::span<const float> logits)
{
    if (logits.empty())
        return {};
    const double highest = *std::max_element(logits.begin(), logits.end());
    std::vector<double> powers(logits.size());
    std::transform(logits.begin(), logits.end(), powers.begin(),
                   [&](float logit) { return std::exp(static_cast<double>(logit) - highest); });
    const double sum = std::accumulate(powers.begin(), powers.end(), 0.0);
    std::vector<float> scores(logits.size());
    std::transform(powers.begin(), powers.end(), scores.begin(),
                   [&](double power) { return static_cast<float>(power / sum); });
    return scores;
}

std::vector<float> sigmoid(std::span<const float> logits)
{
    std::vector<float> scores(logits.size());
    std::transform(logits.begin(), logits.end(), scores.begin(), [](float logit) {
        return static_cast<float>(1 / (1 + std::exp(-static_cast<double>(logit))));
    });
    return scores;
}

std::vector<ScoredClass> topK(std::span<const float> scores, int k,
                              std::span<const std::string> labels)
{
    std::vector<int> order(scores.size());
    std::iota(order.begin(), order.end(), 0);
    const auto score = [&](int index) { return scores[static_cast<std::size_t>(index)]; };
    const auto better = [&](int a, int b) {
        const bool aIsNan = std::isnan(score(a));
        const bool bIsNan = std::isnan(score(b));
        if (aIsNan || bIsNan)
            return aIsNan == bIsNan ? a < b : bIsNan;
        return score(a) != score(b) ? score(a) > score(b) : a < b;
    };
    const auto count = std::min(order.size(), static_cast<std::size_t>(std::max(k, 0)));
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count),
                      order.end(), better);
    std::vector<ScoredClass> best;
    for (std::size_t i = 0; i < count; ++i)
        best.push_back({order[i], labelOf(labels, order[i]), score(order[i])});
    return best;
}

Task taskOf(const ModelBundle &model)
{
    if (model.settings.task)
        return *model.settings.task;
    if (model.settings.decoder)
        return Task::Detection;
    if (model.spec().outputs.empty())
        return Task::Tensor;
    const TensorSpec &primary = model.spec().outputs[model.scoresOutput];
    const bool picture = model.input.kind == InputKind::Image;
    if (classesOf(primary) &&
        (picture || !model.settings.labels.empty() || primary.producedBy == "Softmax"))
        return Task::Classification;
    const auto coloured = [](const Dimension &extent) {
        return extent.size == 1 || extent.size == 3;
    };
    const bool last = model.input.preprocessing.layout == Layout::Nhwc;
    if (picture && primary.shape.size() == 4 && coloured(primary.shape[last ? 3 : 1]))
        return Task::Image;
    return Task::Tensor;
}

Result<std::vector<SampleResult>> postprocess(const ModelBundle &model,
                                              std::span<const NamedTensor> outputs,
                                              std::span<const ImageMapping> mappings,
                                              std::size_t samples, const AnswerOptions &wanted,
                                              RunControl *control)
{
    const Task task = taskOf(model);
    RunControl unlimited;
    RunControl &limits = control ? *control : unlimited;
    if (auto room = limits.reserve(samples * sizeof(SampleResult), "results"); !room)
        return std::move(room).error();
    std::vector<SampleResult> results(samples);
    if (task == Task::Tensor || samples == 0)
        return results;
    const auto keep = [&](std::size_t index, SampleResult result) {
        auto done = limits.reserve(resultBytes(result), "results");
        results[index] = std::move(result);
        return done ? limits.step() : done;
    };

    if (task == Task::Detection) {
        auto decoder = model.settings.decoder;
        if (!decoder)
            return failedPrecondition("The task \"detection\" needs a decoder; add \"decoder\": "
                                      "{\"type\": \"yolov8\"} or the one that fits to the "
                                      "settings file.");
        decoder->scoreThreshold = wanted.scoreThreshold.value_or(decoder->scoreThreshold);
        decoder->nmsThreshold = wanted.nmsThreshold.value_or(decoder->nmsThreshold);
        const auto detections = Detections::of(model, outputs, samples, *decoder, !mappings.empty(),
                                               wanted.masks != MaskForm::None);
        if (!detections)
            return detections.error();
        for (std::size_t i = 0; i < samples; ++i) {
            auto found = detections->sample(i, mappings.empty() ? nullptr : &mappings[i], limits);
            if (!found)
                return std::move(found).error();
            SampleResult result;
            result.detections = std::move(*found);
            if (auto kept = keep(i, std::move(result)); !kept)
                return std::move(kept).error();
        }
        return results;
    }

    const NamedTensor &primary = outputs[model.scoresOutput];
    const auto floats = OutputFloats::of(primary, samples);
    if (!floats)
        return floats.error();
    for (std::size_t i = 0; i < samples; ++i) {
        auto result = sampleResult(model, task, primary, *floats, i,
                                   mappings.empty() ? nullptr : &mappings[i], wanted, limits);
        if (!result)
            return std::move(result).error();
        if (auto kept = keep(i, std::move(*result)); !kept)
            return std::move(kept).error();
    }
    return results;
}

Result<std::vector<SampleResult>>
answerAgain(const ModelBundle &model, const Prediction &prediction, const AnswerOptions &wanted)
{
    const std::size_t samples = prediction.results.size();
    if (model.digest != prediction.digest)
        return failedPrecondition("The model was refreshed or set otherwise since it gave this "
                                  "answer; run it again.");
    const bool pictures = model.input.kind == InputKind::Image;
    if (prediction.outputs.empty() || (pictures && samples > 1))
        return failedPrecondition("An answer to several pictures does not keep what a change of "
                                  "its options needs; run it again.");
    std::vector<ImageMapping> mappings;
    if (prediction.mapping)
        mappings.push_back(*prediction.mapping);
    return postprocess(model, prediction.outputs, mappings, samples, wanted);
}

} // namespace warmbench
