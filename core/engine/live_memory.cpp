#include "engine/live_memory.h"

#include <algorithm>

namespace warmbench {

namespace {

// For each tensor the one whose memory it uses: itself, or the first of those that share a place.
std::vector<int> placesOf(std::span<const LiveStep> steps, std::size_t tensors)
{
    std::vector<int> places(tensors, -1);
    for (const LiveStep &step : steps) {
        for (const int tensor : step.makes) {
            if (tensor < 0)
                continue;
            const int first = step.reads.empty() ? -1 : step.reads.front();
            const int shared =
                step.inPlace && first >= 0 ? places[static_cast<std::size_t>(first)] : -1;
            places[static_cast<std::size_t>(tensor)] = shared >= 0 ? shared : tensor;
        }
    }
    return places;
}

} // namespace

Bytes busiestMoment(std::span<const LiveStep> steps, std::span<const Bytes> sizes,
                    std::span<const int> kept)
{
    const std::vector<int> places = placesOf(steps, sizes.size());
    std::vector<std::size_t> lastUse(sizes.size(), 0);
    std::vector<Bytes> taken(sizes.size());
    const auto use = [&](int tensor, std::size_t step) {
        const int place = tensor < 0 ? -1 : places[static_cast<std::size_t>(tensor)];
        if (place < 0)
            return;
        const auto at = static_cast<std::size_t>(place);
        lastUse[at] = std::max(lastUse[at], step);
        taken[at] = std::max(taken[at], sizes[static_cast<std::size_t>(tensor)]);
    };
    for (std::size_t i = 0; i < steps.size(); ++i) {
        for (const int tensor : steps[i].reads)
            use(tensor, i);
        for (const int tensor : steps[i].makes)
            use(tensor, i);
    }
    for (const int tensor : kept)
        use(tensor, steps.size());

    std::vector<std::vector<int>> ending(steps.size() + 1);
    for (std::size_t place = 0; place < taken.size(); ++place)
        ending[lastUse[place]].push_back(static_cast<int>(place));
    Bytes now;
    Bytes most;
    std::vector<bool> begun(sizes.size(), false);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        for (const int tensor : steps[i].makes) {
            const int place = tensor < 0 ? -1 : places[static_cast<std::size_t>(tensor)];
            if (place < 0 || begun[static_cast<std::size_t>(place)])
                continue;
            begun[static_cast<std::size_t>(place)] = true;
            now += taken[static_cast<std::size_t>(place)];
        }
        most = std::max(most, now + steps[i].scratch);
        for (const int place : ending[i]) {
            if (begun[static_cast<std::size_t>(place)])
                now -= taken[static_cast<std::size_t>(place)];
        }
    }
    return most;
}

Bytes floatBytes(std::span<const Shape> shapes)
{
    constexpr std::int64_t most = std::int64_t(1) << 44;
    Bytes sum;
    for (const Shape &shape : shapes) {
        const auto count = elementCount(shape);
        sum += {std::min(most, count ? 4 * static_cast<std::int64_t>(*count) : most)};
    }
    return sum;
}

} // namespace warmbench
