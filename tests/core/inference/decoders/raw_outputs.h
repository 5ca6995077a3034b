// Raw outputs of one sample, as tests write them down.
#pragma once

#include "inference/decoders/decoder.h"

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace warmbench {

struct RawOutput
{
    std::string name;
    Shape shape;
    std::vector<float> values;
};

inline constexpr int rawWidth = 64; // of the network's input
inline constexpr int rawHeight = 96;
inline constexpr float nanValue = std::numeric_limits<float>::quiet_NaN();
inline constexpr float infinite = std::numeric_limits<float>::infinity();

inline Result<std::vector<RelativeBox>>
decodedBy(const char *name, const std::vector<RawOutput> &outputs, std::size_t sample = 0)
{
    RawDetections raw;
    for (const RawOutput &output : outputs)
        raw.outputs.push_back({output.name, output.values, output.shape});
    raw.width = rawWidth;
    raw.height = rawHeight;
    raw.sample = sample;
    raw.settings = decoderDefaults(name);
    return decoderNamed(name)->decode(raw);
}

inline bool liesAt(const RelativeBox &box, const std::array<double, 4> &pixels)
{
    const std::array<double, 4> edges{double(box.left) * rawWidth, double(box.top) * rawHeight,
                                      double(box.right) * rawWidth, double(box.bottom) * rawHeight};
    for (std::size_t i = 0; i < 4; ++i) {
        if (!(std::abs(edges[i] - pixels[i]) < 1e-3))
            return false;
    }
    return true;
}

} // namespace warmbench
