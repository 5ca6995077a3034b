#include "inference/postprocessing.h"

#include "inference/decoders/decoder.h"
#include "inference/detection.h"
#include "inference/image_output.h"
#include "tensor/conversion.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace warmbench {

namespace {

constexpr int defaultTopK = 5;
constexpr std::size_t mostDetections = 300; // max_det of ultralytics/ultralytics: cfg/default.yaml

// The floats of one sample of an output.
struct SampleView
{
    std::span<const float> values;
    std::span<const std::int64_t> shape; // without the batch dimension
};

class Floats // outputs cast to float32 once, viewed sample by sample
{
public:
    static Result<Floats> of(const NamedTensor &output, std::size_t samples)
    {
        const Shape &shape = output.tensor.shape();
        if (samples > 1 && (shape.empty() || shape[0] != static_cast<std::int64_t>(samples)))
            return invalidArgument(fmt::format(
                "Output \"{}\" has shape {}, which does not count the {} samples sent; send them "
                "one at a time.",
                output.name, shapeText(shape), samples));
        Floats floats;
        if (output.tensor.dtype() == DType::Float32) {
            floats.m_tensor = &output.tensor;
            return floats;
        }
        auto cast = converted(output.tensor, DType::Float32);
        if (!cast)
            return failedPrecondition(
                fmt::format("Output \"{}\" holds no numbers that scores can be made of: {}",
                            output.name, cast.error().message));
        floats.m_owned = std::make_unique<Tensor>(std::move(*cast));
        floats.m_tensor = floats.m_owned.get();
        return floats;
    }

    SampleView sample(std::size_t index, std::size_t samples) const
    {
        const auto values = m_tensor->values<float>();
        const std::size_t each = values.size() / samples;
        const std::span<const std::int64_t> shape = m_tensor->shape();
        return {values.subspan(index * each, each), shape.empty() ? shape : shape.subspan(1)};
    }

private:
    std::unique_ptr<Tensor> m_owned;
    const Tensor *m_tensor = nullptr;
};

// Rounding may lead a little beyond 0 and 1: ensembles of trees add up many small numbers.
bool areProbabilities(std::span<const float> scores)
{
    constexpr float rounding = 1e-4F;
    double sum = 0;
    for (const float score : scores) {
        if (!(score >= -rounding && score <= 1 + rounding))
            return false;
        sum += score;
    }
    return std::abs(sum - 1) < 1e-3;
}

std::vector<float> activated(const ModelBundle &model, std::span<const float> scores)
{
    const bool softmaxed = model.spec().outputs[model.scoresOutput].producedBy == "Softmax";
    const auto wanted = model.settings.output.activation;
    const Activation activation =
        wanted ? *wanted : (areProbabilities(scores) ? Activation::None : Activation::Softmax);
    if (activation == Activation::Sigmoid)
        return sigmoid(scores);
    if (activation == Activation::Softmax && !softmaxed)
        return softmax(scores);
    return {scores.begin(), scores.end()};
}

// Whether the size of an output depends on what the client sent, apart from the number of samples.
// With pictures it does not: the settings say how large they are made.
bool sizeIsSent(const ModelBundle &model, const std::string &output, bool pictures)
{
    if (pictures)
        return false;
    for (const TensorSpec &spec : model.spec().outputs) {
        if (spec.name == output && !spec.shape.empty())
            return std::any_of(spec.shape.begin() + 1, spec.shape.end(),
                               [](const Dimension &extent) { return extent.free(); });
    }
    return false;
}

Error formDiffers(const ModelBundle &model, const NamedTensor &output, std::string_view task,
                  std::string_view expected, bool pictures)
{
    if (sizeIsSent(model, output.name, pictures))
        return invalidArgument(
            fmt::format("What was sent gives the output \"{}\" the shape {}, but "
                        "the task \"{}\" needs {}; send an input of another "
                        "size.",
                        output.name, shapeText(output.tensor.shape()), task, expected));
    return failedPrecondition(fmt::format("Output \"{}\" has shape {}, but the task \"{}\" needs "
                                          "{}; set \"task\" or \"output.primary\" in the "
                                          "settings file to what the model does.",
                                          output.name, shapeText(output.tensor.shape()), task,
                                          expected));
}

std::string labelOf(std::span<const std::string> labels, int index)
{
    const auto at = static_cast<std::size_t>(index);
    return index >= 0 && at < labels.size() ? labels[at] : std::to_string(index);
}

Result<std::vector<ScoredClass>> classify(const ModelBundle &model, const NamedTensor &output,
                                          const Floats &floats, std::size_t index,
                                          std::size_t samples, bool pictures,
                                          const AnswerOptions &wanted)
{
    const SampleView sample = floats.sample(index, samples);
    if (sample.values.empty())
        return formDiffers(model, output, "classification", "one score a class", pictures);
    const int most = wanted.topK.value_or(model.settings.output.topK.value_or(defaultTopK));
    return topK(activated(model, sample.values), most, model.settings.labels);
}

Result<SampleResult> picture(const ModelBundle &model, const NamedTensor &output,
                             const Floats &floats, std::size_t index, std::size_t samples,
                             Task task, bool pictures)
{
    SampleResult result;
    const SampleView sample = floats.sample(index, samples);
    const bool planes = sample.shape.size() == 3 && sample.shape[1] > 0 && sample.shape[2] > 0;
    if (task == Task::Segmentation) {
        if (!planes || sample.shape[0] < 1)
            return formDiffers(model, output, "segmentation", "[N, classes, height, width]",
                               pictures);
        result.image =
            colouredClasses(sample.values, static_cast<int>(sample.shape[0]),
                            static_cast<int>(sample.shape[2]), static_cast<int>(sample.shape[1]));
        return result;
    }
    if (!planes || (sample.shape[0] != 1 && sample.shape[0] != 3))
        return formDiffers(model, output, "image", "[N, 1 or 3, height, width]", pictures);
    const auto &set = model.settings.output.range;
    result.imageRange = set ? ImageRange{set->low, set->high, ImageRange::Origin::Settings}
                            : imageRangeOf(sample.values);
    result.image = imageFromPlanes(sample.values, static_cast<int>(sample.shape[0]),
                                   static_cast<int>(sample.shape[2]),
                                   static_cast<int>(sample.shape[1]), *result.imageRange);
    return result;
}

// The output whose samples are [P, columns], preferring the given name.
const NamedTensor *outputWithColumns(std::span<const NamedTensor> outputs, std::string_view name,
                                     std::int64_t columns)
{
    const auto fits = [&](const NamedTensor &output) {
        const Shape &shape = output.tensor.shape();
        return shape.size() >= 2 && shape.back() == columns;
    };
    for (const NamedTensor &output : outputs) {
        if (output.name == name && fits(output))
            return &output;
    }
    const auto found = std::find_if(outputs.begin(), outputs.end(), fits);
    return found == outputs.end() ? nullptr : &*found;
}

Result<std::vector<RelativeBox>> ultraface(const ModelBundle &model,
                                           std::span<const NamedTensor> outputs, std::size_t index,
                                           std::size_t samples, double scoreThreshold,
                                           bool pictures)
{
    const NamedTensor *scores = outputWithColumns(outputs, "scores", 2);
    const NamedTensor *boxes = outputWithColumns(outputs, "boxes", 4);
    if (!scores || !boxes)
        return failedPrecondition(
            "The ultraface decoder needs outputs \"scores\" [N, P, 2] and \"boxes\" [N, P, 4]; the "
            "model has none of this form: remove \"decoder\" from the settings file.");
    auto scoreFloats = Floats::of(*scores, samples);
    auto boxFloats = Floats::of(*boxes, samples);
    if (!scoreFloats || !boxFloats)
        return scoreFloats ? boxFloats.error() : scoreFloats.error();
    const auto s = scoreFloats->sample(index, samples).values;
    const auto b = boxFloats->sample(index, samples).values;
    if (s.size() / 2 != b.size() / 4)
        return formDiffers(model, *boxes, "detection", "as many boxes as there are scores",
                           pictures);
    auto found = decodeUltraface(s, b, model.input.preprocessing.width,
                                 model.input.preprocessing.height, scoreThreshold);
    if (!found && sizeIsSent(model, boxes->name, pictures))
        return invalidArgument(fmt::format(
            "What was sent gives {} boxes, but the decoder \"ultraface\" reads those of "
            "an input of {}x{} pixels; send one of that size.",
            b.size() / 4, model.input.preprocessing.width, model.input.preprocessing.height));
    return found;
}

Result<std::vector<RelativeBox>> ssd(std::span<const NamedTensor> outputs, std::size_t index,
                                     double scoreThreshold)
{
    const NamedTensor *rows = outputWithColumns(outputs, "detection_out", 7);
    if (!rows)
        return failedPrecondition(
            "The ssd decoder needs an output [1, 1, D, 7]; the model has none of this form: remove "
            "\"decoder\" from the settings file.");
    auto floats = Floats::of(*rows, 1); // taken as one sample: each row names its own
    if (!floats)
        return std::move(floats).error();
    return decodeSsd(floats->sample(0, 1).values, static_cast<int>(index), scoreThreshold);
}

Result<std::vector<RelativeBox>> decodedBy(const Decoder &family, const ModelBundle &model,
                                           std::span<const NamedTensor> outputs, std::size_t index,
                                           std::size_t samples, const DecoderSettings &decoder)
{
    RawDetections raw;
    std::vector<Floats> owned; // outputs that had to be converted
    owned.reserve(outputs.size());
    for (const NamedTensor &output : outputs) {
        auto floats = Floats::of(output, samples);
        if (!floats)
            return std::move(floats).error();
        owned.push_back(*std::move(floats));
        const SampleView sample = owned.back().sample(index, samples);
        raw.outputs.push_back({output.name, sample.values, sample.shape});
    }
    raw.width = model.input.preprocessing.width;
    raw.height = model.input.preprocessing.height;
    raw.scoreThreshold = decoder.scoreThreshold;
    raw.classes = decoder.classes;
    auto boxes = family.decode(raw);
    if (!boxes)
        return failedPrecondition(fmt::format(
            "The decoder \"{}\" reads outputs {}, but {}; set the \"decoder\" that fits in the "
            "settings file, or \"task\" to \"tensor\".",
            family.name, family.form, boxes.error().message));
    return boxes;
}

// Converts fractions of the network's input to pixels of the picture that was sent.
Detection laidOver(const RelativeBox &box, const ModelBundle &model, const ImageMapping *mapping)
{
    const auto width = static_cast<double>(model.input.preprocessing.width);
    const auto height = static_cast<double>(model.input.preprocessing.height);
    const ImageMapping same{
        1, 1, 0, 0, model.input.preprocessing.width, model.input.preprocessing.height};
    const ImageMapping &map = mapping ? *mapping : same;
    const auto x = [&](float fraction) {
        return static_cast<float>(std::clamp(fraction * width * map.scaleX + map.offsetX, 0.0,
                                             static_cast<double>(map.originalWidth)));
    };
    const auto y = [&](float fraction) {
        return static_cast<float>(std::clamp(fraction * height * map.scaleY + map.offsetY, 0.0,
                                             static_cast<double>(map.originalHeight)));
    };
    return {box.index,    labelOf(model.settings.labels, box.index),
            box.score,    x(box.left),
            y(box.top),   x(box.right),
            y(box.bottom)};
}

Result<std::vector<Detection>> detect(const ModelBundle &model,
                                      std::span<const NamedTensor> outputs,
                                      const ImageMapping *mapping, std::size_t index,
                                      std::size_t samples, const DecoderSettings &decoder)
{
    const Decoder *const family = decoderNamed(decoder.type);
    auto boxes = family ? decodedBy(*family, model, outputs, index, samples, decoder)
                 : decoder.type == "ssd" ? ssd(outputs, index, decoder.scoreThreshold)
                                         : ultraface(model, outputs, index, samples,
                                                     decoder.scoreThreshold, mapping != nullptr);
    if (!boxes)
        return std::move(boxes).error();
    if (family && family->suppressed)
        std::stable_sort(boxes->begin(), boxes->end(), betterFirst);
    else
        boxes = family
                    ? nonMaximumSuppression(std::move(*boxes), decoder.nmsThreshold, mostDetections)
                    : nonMaximumSuppression(std::move(*boxes), decoder.nmsThreshold);
    std::vector<Detection> detections;
    for (const RelativeBox &box : *boxes)
        detections.push_back(laidOver(box, model, mapping));
    return detections;
}

Result<SampleResult> sampleResult(const ModelBundle &model, Task task, const NamedTensor &primary,
                                  const Floats &floats, std::size_t index, std::size_t samples,
                                  bool pictures, const AnswerOptions &wanted)
{
    if (task != Task::Classification)
        return picture(model, primary, floats, index, samples, task, pictures);
    auto classes = classify(model, primary, floats, index, samples, pictures, wanted);
    if (!classes)
        return std::move(classes).error();
    SampleResult result;
    result.classes = std::move(*classes);
    return result;
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
    if (picture && primary.shape.size() == 4 &&
        (primary.shape[1].size == 1 || primary.shape[1].size == 3))
        return Task::Image;
    return Task::Tensor;
}

std::size_t resultBytes(const SampleResult &result)
{
    std::size_t bytes = result.classes.size() * sizeof(ScoredClass) +
                        result.detections.size() * sizeof(Detection) +
                        (result.image ? result.image->rgb.size() : 0);
    for (const ScoredClass &entry : result.classes)
        bytes += entry.label.capacity();
    for (const Detection &found : result.detections)
        bytes += found.label.capacity();
    return bytes;
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
        for (std::size_t i = 0; i < samples; ++i) {
            auto found = detect(model, outputs, mappings.empty() ? nullptr : &mappings[i], i,
                                samples, *decoder);
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
    const auto floats = Floats::of(primary, samples);
    if (!floats)
        return floats.error();
    for (std::size_t i = 0; i < samples; ++i) {
        auto result =
            sampleResult(model, task, primary, *floats, i, samples, !mappings.empty(), wanted);
        if (!result)
            return std::move(result).error();
        if (auto kept = keep(i, std::move(*result)); !kept)
            return std::move(kept).error();
    }
    return results;
}

} // namespace warmbench
