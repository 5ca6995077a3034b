// The boxes of one sample whose score is above the threshold, as fractions of the network's input.
// Boxes with a number that is not finite, or absurd, are dropped. Thread: one at a time. Private to
// this folder.
#pragma once

#include "inference/decoders/decoder.h"

#include <cmath>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace warmbench {

struct Edges
{
    float left = 0;
    float top = 0;
    float right = 0;
    float bottom = 0;
};
// Of a box whose first four numbers are its centre, x and y, its width and its height.
inline Edges edgesAround(std::span<const float> box)
{
    return {box[0] - box[2] / 2, box[1] - box[3] / 2, box[0] + box[2] / 2, box[1] + box[3] / 2};
}

class KeptBoxes
{
public:
    enum class Units : std::uint8_t { Fractions, Pixels };
    static constexpr float farthest = 1e9F; // of an edge

    KeptBoxes(const RawDetections &raw, Units units)
        : m_width(units == Units::Pixels ? static_cast<float>(raw.width) : 1)
        , m_height(units == Units::Pixels ? static_cast<float>(raw.height) : 1)
        , m_least(static_cast<float>(raw.settings.scoreThreshold))
    {
    }

    bool counts(float score) const { return score > m_least && std::isfinite(score); }
    // The score counts. The box is dropped if its edges are in the wrong order.
    void add(std::size_t row, int index, float score, const Edges &box,
             std::optional<float> angle = {})
    {
        const auto usable = [](float number) { return std::abs(number) <= farthest; };
        if (!usable(box.left) || !usable(box.top) || !usable(box.right) || !usable(box.bottom) ||
            !usable(score) || !usable(angle.value_or(0)) || box.right < box.left ||
            box.bottom < box.top)
            return;
        m_found.push_back({index, score, box.left / m_width, box.top / m_height,
                           box.right / m_width, box.bottom / m_height, row, angle});
    }
    // Of a network that has finished its detections: the box is dropped, too, if its score does not
    // count or no class has this number.
    void addFinished(std::size_t row, float number, float score, const Edges &box)
    {
        constexpr float largest = 1 << 24; // above this a float cannot hold every whole number
        if (counts(score) && number >= 0 && number <= largest)
            add(row, static_cast<int>(number), score, box);
    }
    std::vector<RelativeBox> take() { return std::move(m_found); }

private:
    const float m_width;
    const float m_height;
    const float m_least;
    std::vector<RelativeBox> m_found;
};

} // namespace warmbench
