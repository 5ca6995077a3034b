// Where the centres of a picture's pixels lie between the samples of a coarser or finer plane,
// along one axis: what enlarging bilinearly needs. Thread: values. Private to this room.
#pragma once

#include <cstddef>
#include <vector>

namespace warmbench {

struct SamplingAxis
{
    std::vector<int> before;   // for each pixel, the sample at or before its centre
    std::vector<float> beyond; // how far the centre lies towards the next one, 0 to 1
    int first = 0;             // of the samples that are needed
    int last = 0;

    // How many samples are needed.
    std::size_t count() const { return static_cast<std::size_t>(last - first) + 1; }
    int next(std::size_t pixel) const { return before[pixel] < last ? before[pixel] + 1 : last; }
};

// For the pixels from `begin` up to but without `end`, of which there is at least one. `scale` and
// `offset` lead from samples to pixels: pixel = sample * scale + offset, with both counted from the
// plane's edge. Beyond the edge the outermost sample counts.
SamplingAxis samplingAxis(int begin, int end, double scale, double offset, int samples);

} // namespace warmbench
