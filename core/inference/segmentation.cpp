#include "inference/segmentation.h"

#include "inference/sampling_axis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace warmbench {

namespace {

constexpr int mostClasses = Segmentation::unseen; // classes from 0 up to, but without this

bool inProportion(std::int64_t height, std::int64_t width, int inputHeight, int inputWidth)
{
    return std::abs(height * inputWidth - width * inputHeight) <=
           std::max<std::int64_t>(inputHeight, inputWidth);
}

std::size_t size(std::int64_t extent)
{
    return static_cast<std::size_t>(extent);
}

// What counts as the class of each number of the plane, before enlarging.
class Plane
{
public:
    explicit Plane(const ScorePlanes &planes)
        : m_planes(planes)
        , m_least(planes.classes == 1 ? threshold() : 0)
        , m_best(size(planes.width) * size(planes.height))
    {
        for (int y = 0; y < planes.height; ++y) {
            for (int x = 0; x < planes.width; ++x)
                m_best[size(y) * size(planes.width) + size(x)] = classAt(at(x, y));
        }
    }

    std::uint16_t best(int x, int y) const
    {
        return m_best[size(y) * size(m_planes.width) + size(x)];
    }

    // The best class of the scores between four numbers; `across` and `down` are the shares of
    // those to the right and below.
    std::uint16_t between(int left, int right, int upper, int lower, float across, float down) const
    {
        const std::array corners{best(left, upper), best(right, upper), best(left, lower),
                                 best(right, lower)};
        const bool alike = std::all_of(corners.begin(), corners.end(),
                                       [&](auto corner) { return corner == corners[0]; });
        if (alike)
            return corners[0];
        if (m_planes.classes == 0) // whole numbers cannot be mixed: the nearest one counts
            return best(across < 0.5F ? left : right, down < 0.5F ? upper : lower);
        const std::array places{at(left, upper), at(right, upper), at(left, lower),
                                at(right, lower)};
        const auto score = [&](int index) {
            const auto value = [&](std::size_t corner) {
                return m_planes.values[places[corner] + size(index) * m_planes.eachClass];
            };
            const float above = value(0) + (value(1) - value(0)) * across;
            const float below = value(2) + (value(3) - value(2)) * across;
            return above + (below - above) * down;
        };
        if (m_planes.classes == 1)
            return score(0) > m_least ? 1 : 0;
        int winner = 0;
        float most = score(0);
        for (int c = 1; c < m_planes.classes; ++c) {
            if (const float value = score(c); value > most) {
                most = value;
                winner = c;
            }
        }
        return static_cast<std::uint16_t>(winner);
    }

private:
    std::size_t at(int x, int y) const
    {
        return size(y) * m_planes.eachRow + size(x) * m_planes.eachColumn;
    }
    // Probabilities lie between 0 and 1; other scores are logits.
    float threshold() const
    {
        const bool probabilities =
            std::all_of(m_planes.values.begin(), m_planes.values.end(),
                        [](float value) { return value >= 0 && value <= 1; });
        return probabilities ? 0.5F : 0;
    }
    std::uint16_t classAt(std::size_t place) const
    {
        const float first = m_planes.values[place];
        if (m_planes.classes == 0)
            return first >= 0 && first < mostClasses ? static_cast<std::uint16_t>(first)
                                                     : Segmentation::unseen;
        if (m_planes.classes == 1)
            return first > m_least ? 1 : 0;
        int winner = 0;
        float most = first;
        for (int c = 1; c < m_planes.classes; ++c) {
            const float value = m_planes.values[place + size(c) * m_planes.eachClass];
            if (value > most) {
                most = value;
                winner = c;
            }
        }
        return static_cast<std::uint16_t>(winner);
    }

    const ScorePlanes &m_planes;
    const float m_least;
    std::vector<std::uint16_t> m_best;
};

// The part of the picture along one axis that the network saw.
struct Seen
{
    int begin = 0;
    int end = 0;
};
Seen seenAlong(double scale, double offset, int input, int picture)
{
    const int begin = std::clamp(static_cast<int>(std::lround(offset)), 0, picture);
    const int end =
        std::clamp(static_cast<int>(std::lround(offset + scale * input)), begin, picture);
    return {begin, end};
}

void addShares(Segmentation &map, std::span<const std::string> labels)
{
    std::vector<std::size_t> counts(mostClasses + 1);
    for (const std::uint16_t index : map.classes)
        ++counts[index];
    counts.back() = 0; // pixels that were not seen
    const auto seen = std::accumulate(counts.begin(), counts.end(), std::size_t(0));
    for (std::size_t index = 0; index < counts.size(); ++index) {
        if (counts[index] > 0)
            map.shares.push_back({static_cast<int>(index), labelOf(labels, static_cast<int>(index)),
                                  static_cast<double>(counts[index]) / static_cast<double>(seen)});
    }
    std::stable_sort(map.shares.begin(), map.shares.end(),
                     [](const auto &one, const auto &other) { return one.share > other.share; });
}

} // namespace

std::optional<ScorePlanes> scorePlanes(const SampleView &sample, bool whole, int inputWidth,
                                       int inputHeight, bool channelsLast)
{
    constexpr std::int64_t longest = 65'536;
    const auto &shape = sample.shape;
    const bool usual = std::all_of(shape.begin(), shape.end(), [](std::int64_t extent) {
        return extent >= 1 && extent <= longest;
    });
    if (!usual || !sample.filled() || (shape.size() != 2 && shape.size() != 3))
        return std::nullopt;
    const auto planes = [&](std::int64_t classes, std::int64_t height, std::int64_t width,
                            bool last) {
        const bool indices = whole && classes == 1;
        return ScorePlanes{sample.values,
                           indices ? 0 : static_cast<int>(classes),
                           static_cast<int>(width),
                           static_cast<int>(height),
                           last ? 1 : size(height * width),
                           size(last ? width * classes : width),
                           size(last ? classes : 1)};
    };
    if (shape.size() == 2)
        return planes(1, shape[0], shape[1], false);
    const bool first = inProportion(shape[1], shape[2], inputHeight, inputWidth);
    const bool last = inProportion(shape[0], shape[1], inputHeight, inputWidth);
    if (first != last ? last : channelsLast)
        return planes(shape[2], shape[0], shape[1], true);
    return planes(shape[0], shape[1], shape[2], false);
}

Result<Segmentation> segmented(const ScorePlanes &planes, const Placement &placement,
                               std::span<const std::string> labels, RunControl &limits)
{
    if (planes.classes > mostClasses)
        return invalidArgument(fmt::format("A segmentation of {} classes is more than the {} that "
                                           "pictures of classes hold; set \"task\" to \"tensor\".",
                                           planes.classes, mostClasses));
    Segmentation map;
    map.width = placement.pictureWidth();
    map.height = placement.pictureHeight();
    const std::size_t pixels = size(map.width) * size(map.height);
    if (auto room = limits.reserve(pixels * sizeof(std::uint16_t), "results"); !room)
        return std::move(room).error();
    map.classes.assign(pixels, Segmentation::unseen);
    const ImageMapping &how = placement.mapping();
    const Seen across = seenAlong(how.scaleX, how.offsetX, placement.inputWidth(), map.width);
    const Seen down = seenAlong(how.scaleY, how.offsetY, placement.inputHeight(), map.height);
    if (across.begin == across.end || down.begin == down.end)
        return map;
    const Plane plane(planes);
    const SamplingAxis x =
        samplingAxis(across.begin, across.end, how.scaleX * placement.inputWidth() / planes.width,
                     how.offsetX, planes.width);
    const SamplingAxis y =
        samplingAxis(down.begin, down.end, how.scaleY * placement.inputHeight() / planes.height,
                     how.offsetY, planes.height);
    for (std::size_t row = 0; row < y.before.size(); ++row) {
        if (auto going = limits.step(); !going)
            return std::move(going).error();
        std::uint16_t *const to =
            map.classes.data() + (size(down.begin) + row) * size(map.width) + size(across.begin);
        for (std::size_t column = 0; column < x.before.size(); ++column)
            to[column] = plane.between(x.before[column], x.next(column), y.before[row], y.next(row),
                                       x.beyond[column], y.beyond[row]);
    }
    addShares(map, labels);
    return map;
}

} // namespace warmbench
