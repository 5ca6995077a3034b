#include "inference/decoders/decoder.h"
#include "inference/decoders/turned_rectangle.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace warmbench {

namespace {

constexpr float inText = 0.3F; // a pixel of the map above this belongs to a line
constexpr float unclipRatio = 1.5F;
constexpr float leastSide = 3;            // pixels of the map, before a box is widened
constexpr std::size_t mostBoxes = 1000;   // max_candidates
constexpr double mostSampled = 1'000'000; // pixels of one box that its score is taken from

struct Map
{
    std::span<const float> values; // row by row
    int width = 0;
    int height = 0;

    std::size_t at(int x, int y) const
    {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
               static_cast<std::size_t>(x);
    }
};

// Takes the pixels of a map apart into groups that touch, corners included.
class Groups
{
public:
    explicit Groups(const Map &map)
        : m_map(map)
        , m_open(map.values.size())
    {
        std::transform(map.values.begin(), map.values.end(), m_open.begin(),
                       [](float value) { return value > inText ? 1 : 0; });
    }

    // The first and the last pixel of each row of the next group, from top to bottom; empty: there
    // is none left.
    std::vector<Point> next()
    {
        const auto found = std::find(m_open.begin() + m_from, m_open.end(), 1);
        m_from = found - m_open.begin();
        if (found == m_open.end())
            return {};
        const int top = static_cast<int>(m_from / m_map.width);
        std::vector<Row> rows;
        m_open[static_cast<std::size_t>(m_from)] = 0;
        m_left.push_back({static_cast<int>(m_from % m_map.width), top});
        while (!m_left.empty()) {
            const Pixel pixel = m_left.back();
            m_left.pop_back();
            widen(rows, pixel, top);
            takeNeighbours(pixel);
        }
        std::vector<Point> ends;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto y = static_cast<float>(top + static_cast<int>(i));
            ends.push_back({static_cast<float>(rows[i].first), y});
            ends.push_back({static_cast<float>(rows[i].last), y});
        }
        return ends;
    }

private:
    struct Pixel
    {
        int x = 0;
        int y = 0;
    };
    struct Row
    {
        int first = 0;
        int last = -1;
    };

    // The first pixel found is in the top row, since rows are looked through from the top.
    static void widen(std::vector<Row> &rows, const Pixel &pixel, int top)
    {
        const auto index = static_cast<std::size_t>(pixel.y - top);
        while (rows.size() <= index)
            rows.push_back({pixel.x, pixel.x});
        rows[index].first = std::min(rows[index].first, pixel.x);
        rows[index].last = std::max(rows[index].last, pixel.x);
    }

    void takeNeighbours(const Pixel &pixel)
    {
        for (int y = std::max(pixel.y - 1, 0); y <= std::min(pixel.y + 1, m_map.height - 1); ++y) {
            for (int x = std::max(pixel.x - 1, 0); x <= std::min(pixel.x + 1, m_map.width - 1);
                 ++x) {
                if (std::exchange(m_open[m_map.at(x, y)], 0))
                    m_left.push_back({x, y});
            }
        }
    }

    const Map &m_map;
    std::vector<std::uint8_t> m_open; // pixels of text that belong to no group yet
    std::ptrdiff_t m_from = 0;
    std::vector<Pixel> m_left; // of this group, whose neighbours are still to be looked at
};

// The mean of the map within the rectangle. Of a very large one only every second or third row and
// column counts, so that no map takes long.
float meanWithin(const Map &map, const TurnedRectangle &rectangle)
{
    const auto corners = cornersOf(rectangle);
    const auto [left, right] =
        std::minmax({corners[0].x, corners[1].x, corners[2].x, corners[3].x});
    const auto [top, bottom] =
        std::minmax({corners[0].y, corners[1].y, corners[2].y, corners[3].y});
    const double area = (double{right} - left + 1) * (double{bottom} - top + 1);
    const int step = std::max(1, static_cast<int>(std::ceil(std::sqrt(area / mostSampled))));
    const float along = std::cos(rectangle.angle);
    const float across = std::sin(rectangle.angle);
    double sum = 0;
    std::int64_t count = 0;
    for (int y = std::max(0, static_cast<int>(top)); y < map.height && y <= bottom; y += step) {
        for (int x = std::max(0, static_cast<int>(left)); x < map.width && x <= right; x += step) {
            const float dx = static_cast<float>(x) - rectangle.centre.x;
            const float dy = static_cast<float>(y) - rectangle.centre.y;
            // Half a pixel more, so that those on the edge are in it, however it is rounded.
            if (std::abs(dx * along + dy * across) > rectangle.width / 2 + 0.5F ||
                std::abs(dy * along - dx * across) > rectangle.height / 2 + 0.5F)
                continue;
            const float value = map.values[map.at(x, y)];
            sum += value > 0 ? std::min(value, 1.0F) : 0.0F; // NaN is no text
            ++count;
        }
    }
    return count > 0 ? static_cast<float>(sum / static_cast<double>(count)) : 0;
}

// The network was trained with lines that were shrunk; this widens them again on all sides.
TurnedRectangle widened(TurnedRectangle rectangle)
{
    const float distance = rectangle.width * rectangle.height * unclipRatio /
                           (2 * (rectangle.width + rectangle.height));
    rectangle.width += 2 * distance;
    rectangle.height += 2 * distance;
    // Pixels are counted by their middle; places, by the corner of the first one.
    rectangle.centre.x += 0.5F;
    rectangle.centre.y += 0.5F;
    return rectangle;
}

RelativeBox boxOf(const TurnedRectangle &rectangle, float score, const Map &map)
{
    const auto width = static_cast<float>(map.width);
    const auto height = static_cast<float>(map.height);
    RelativeBox box;
    box.score = score;
    box.left = (rectangle.centre.x - rectangle.width / 2) / width;
    box.right = (rectangle.centre.x + rectangle.width / 2) / width;
    box.top = (rectangle.centre.y - rectangle.height / 2) / height;
    box.bottom = (rectangle.centre.y + rectangle.height / 2) / height;
    box.angle = rectangle.angle;
    return box;
}

} // namespace

Result<std::vector<RelativeBox>> decodePpocrBoxes(const RawDetections &raw)
{
    if (raw.outputs.empty() || raw.outputs[0].shape.size() != 3 || raw.outputs[0].shape[0] != 1 ||
        raw.outputs[0].values.empty())
        return failedPrecondition("the first output is no map of one plane");
    const OutputView &output = raw.outputs[0];
    const Map map{output.values, static_cast<int>(output.shape[2]),
                  static_cast<int>(output.shape[1])};
    Groups groups(map);
    std::vector<RelativeBox> boxes;
    for (std::size_t i = 0; i < mostBoxes; ++i) {
        const auto ends = groups.next();
        if (ends.empty())
            break;
        const TurnedRectangle rectangle = smallestAround(ends);
        if (std::min(rectangle.width, rectangle.height) < leastSide)
            continue;
        const float score = meanWithin(map, rectangle);
        if (score >= static_cast<float>(raw.settings.scoreThreshold))
            boxes.push_back(boxOf(widened(rectangle), score, map));
    }
    return boxes;
}

Result<void> detailPpocrBoxes(const RawDetections &raw, const RelativeBox &box,
                              const Placement &placement, Detection &found)
{
    const auto width = static_cast<float>(raw.width);
    const auto height = static_cast<float>(raw.height);
    const TurnedRectangle rectangle{
        .centre = {(box.left + box.right) / 2 * width, (box.top + box.bottom) / 2 * height},
        .width = (box.right - box.left) * width,
        .height = (box.bottom - box.top) * height,
        .angle = box.angle.value_or(0)};
    auto corners = cornersOf(rectangle);
    const Point from = placement.at(corners[0].x / width, corners[0].y / height);
    const Point to = placement.at(corners[1].x / width, corners[1].y / height);
    found.angle = std::atan2(to.y - from.y, to.x - from.x);
    for (Point &corner : corners)
        corner = placement.clamped(corner.x / width, corner.y / height);
    const auto [left, right] =
        std::minmax({corners[0].x, corners[1].x, corners[2].x, corners[3].x});
    const auto [top, bottom] =
        std::minmax({corners[0].y, corners[1].y, corners[2].y, corners[3].y});
    found.corners = corners;
    found.left = left;
    found.top = top;
    found.right = right;
    found.bottom = bottom;
    return {};
}

} // namespace warmbench
