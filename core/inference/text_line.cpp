#include "inference/text_line.h"

#include <algorithm>
#include <cmath>

namespace warmbench {

namespace {

constexpr std::size_t blank = 0;

// The highest that is a number; `blank` if none is.
std::size_t bestOf(std::span<const float> step)
{
    std::size_t best = blank;
    for (std::size_t i = 0; i < step.size(); ++i) {
        if (step[i] > step[best] || (std::isnan(step[best]) && !std::isnan(step[i])))
            best = i;
    }
    return std::isnan(step[best]) ? blank : best;
}

float probabilityOf(std::span<const float> step, std::size_t best, bool logits)
{
    if (!logits)
        return std::clamp(step[best], 0.0F, 1.0F);
    double sum = 0;
    for (const float value : step) {
        if (!std::isnan(value))
            sum += std::exp(static_cast<double>(value) - step[best]);
    }
    return std::isfinite(sum) && sum >= 1 ? static_cast<float>(1 / sum) : 0;
}

} // namespace

TextLine readTextLine(std::span<const float> scores, std::size_t classes,
                      std::span<const std::string> names)
{
    TextLine line;
    if (classes == 0 || names.size() < classes)
        return line;
    constexpr float rounding = 1e-4F;
    const bool logits = std::any_of(scores.begin(), scores.end(), [](float value) {
        return value < -rounding || value > 1 + rounding;
    });
    double sum = 0;
    std::size_t characters = 0;
    std::size_t last = blank;
    for (; scores.size() >= classes; scores = scores.subspan(classes)) {
        const auto step = scores.first(classes);
        const std::size_t best = bestOf(step);
        if (best != blank && best != last) {
            line.text += names[best];
            sum += probabilityOf(step, best, logits);
            ++characters;
        }
        last = best;
    }
    line.score = characters > 0 ? static_cast<float>(sum / static_cast<double>(characters)) : 0;
    return line;
}

} // namespace warmbench
