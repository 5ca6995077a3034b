#include "inference/answer/answer_text.h"

#include "base/text.h"
#include "tensor/conversion.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <vector>

namespace warmbench {

namespace {

constexpr std::size_t longestLabel = 40;
constexpr std::size_t mostParts = 4; // of what was found, of classes, of numbers

std::string scoreText(double score, int digits)
{
    if (score >= 0 && score <= 1)
        return fmt::format("{:.{}f} %", score * 100, digits);
    return fmt::format("{:.4g}", score);
}

// The first few of them, and dots for the others.
template <typename T, typename Text>
std::string listed(const std::vector<T> &all, const Text &text)
{
    std::string list;
    for (std::size_t i = 0; i < std::min(all.size(), mostParts); ++i)
        list += (i > 0 ? ", " : "") + text(all[i]);
    return all.size() > mostParts ? list + ", ..." : list;
}

std::string foundText(const std::vector<Detection> &detections)
{
    if (detections.empty())
        return "nothing found";
    return fmt::format("{} found: {}", detections.size(),
                       listed(detections, [](const Detection &found) {
                           return fmt::format("{} {}", printable(found.label, longestLabel),
                                              scoreText(found.score, 0));
                       }));
}

std::string sharesText(const Segmentation &segmentation)
{
    return listed(segmentation.shares, [](const Segmentation::Share &part) {
        return fmt::format("{} {}", printable(part.label, longestLabel), scoreText(part.share, 1));
    });
}

std::string linesText(const std::vector<TextLine> &lines)
{
    return listed(lines, [](const TextLine &line) {
        return fmt::format("\"{}\" {}", printable(line.text, longestLabel),
                           scoreText(line.score, 0));
    });
}

std::string rangeText(const Shape &shape, const std::vector<double> &values)
{
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const double value : values) {
        low = value < low ? value : low; // NaN is neither
        high = value > high ? value : high;
    }
    if (low > high)
        return fmt::format("{}, no number", shapeText(shape));
    return fmt::format("{}, {:.4g} to {:.4g}", shapeText(shape), low, high);
}

std::string numbersText(const Tensor &output)
{
    if (output.dtype() == DType::String)
        return listed(output.strings(), [](const std::string &text) {
            return fmt::format("\"{}\"", printable(text, longestLabel));
        });
    const auto converted = warmbench::converted(output, DType::Float64);
    if (!converted)
        return shapeText(output.shape());
    const auto span = converted->values<double>();
    const std::vector<double> values(span.begin(), span.end());
    if (!values.empty() && values.size() <= mostParts)
        return listed(values, [](double value) { return fmt::format("{:.6g}", value); });
    return rangeText(output.shape(), values);
}

// Empty where the task leaves nothing but numbers.
std::string sampleText(const SampleResult &sample, Task task)
{
    if (!sample.classes.empty())
        return fmt::format("{} {}", printable(sample.classes.front().label, longestLabel),
                           scoreText(sample.classes.front().score, 1));
    if (task == Task::Detection)
        return foundText(sample.detections);
    if (sample.segmentation)
        return sharesText(*sample.segmentation);
    if (!sample.text.empty())
        return linesText(sample.text);
    if (sample.image)
        return fmt::format("a picture of {} x {}", sample.image->width, sample.image->height);
    return task == Task::Text ? "no text" : "";
}

} // namespace

std::string answerText(const Prediction &prediction)
{
    std::string text;
    if (!prediction.results.empty())
        text = sampleText(prediction.results.front(), prediction.task);
    const bool numbers = text.empty() && prediction.primary < prediction.outputs.size();
    if (numbers) // they are those of all samples
        return numbersText(prediction.outputs[prediction.primary].tensor);
    if (text.empty())
        return "no answer";
    const std::size_t samples = prediction.results.size();
    return samples > 1 ? fmt::format("{} and {} more", text, samples - 1) : text;
}

} // namespace warmbench
