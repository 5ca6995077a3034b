#include "inference/sampling_axis.h"

#include <algorithm>

namespace warmbench {

SamplingAxis samplingAxis(int begin, int end, double scale, double offset, int samples)
{
    SamplingAxis axis;
    const auto count = static_cast<std::size_t>(end - begin);
    axis.before.reserve(count);
    axis.beyond.reserve(count);
    for (int pixel = begin; pixel < end; ++pixel) {
        const double at =
            std::clamp((pixel + 0.5 - offset) / scale - 0.5, 0.0, static_cast<double>(samples - 1));
        const int before = static_cast<int>(at);
        axis.before.push_back(before);
        axis.beyond.push_back(static_cast<float>(at - before));
    }
    axis.first = axis.before.front();
    axis.last = std::min(axis.before.back() + 1, samples - 1);
    return axis;
}

} // namespace warmbench
