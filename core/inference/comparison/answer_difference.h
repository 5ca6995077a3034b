// Whether two predictions for the same input say the same, and how far apart their numbers are.
//
// Thread: any; pure functions. Cost: some looks at each number of the primary outputs, which become
// float64 meanwhile; pairs of boxes, of the first 2,000 on each side.
#pragma once

#include "inference/inference_types.h"
#include "inference/matching/closeness.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace warmbench {

// Two boxes of one class are the same find from this overlap on (intersection over union).
inline constexpr double sameBoxOverlap = 0.5;
// A map of classes has changed where a larger share of its pixels has another class. Rounding alone
// moves some pixels on the borders.
inline constexpr double samePixelsShare = 1e-3;

// What makes two classes the same one: indices count where one of the models has no labels.
enum class KnownBy : std::uint8_t { Label, Index };

struct AnswerDifference
{
    // False: the models have other tasks, and numbers of other shapes too; `how` says so.
    bool comparable = true;
    bool changed = false;
    std::string how;                    // a phrase: "0.42 % of the pixels differ"; or empty
    std::optional<double> pixels;       // share of those that differ; of a segmentation alone
    std::optional<Closeness> closeness; // of the primary outputs; none: other shapes, or texts
};

// Classes: another best one has changed. Detections: boxes without a counterpart have. Maps of
// classes: pixels, text: its letters. Everything else: the numbers of the primary output, beyond
// agreedShare of the largest number of `first`; whole numbers have to be equal. So do answers of
// two tasks, where both give numbers of one shape. Of several samples each one counts.
AnswerDifference differenceOf(const Prediction &first, const Prediction &second, KnownBy by);

struct BoxMatches
{
    std::size_t matched = 0;
    std::size_t onlyFirst = 0;
    std::size_t onlySecond = 0;
};
// Pairs of one class that overlap by sameBoxOverlap at least, those that overlap most first; each
// box is in one pair at most.
BoxMatches matchBoxes(std::span<const Detection> first, std::span<const Detection> second,
                      KnownBy by);

} // namespace warmbench
