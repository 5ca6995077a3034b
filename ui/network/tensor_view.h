// A tensor as people look at it: its statistics, a histogram, and its numbers as colours.
//
// As pictures: extents of 1 are passed over; the last two of the rest are rows and columns, all
// before them count the channels; numbers in one row are folded into a square. All channels share
// one scale, from the least to the greatest finite number. Thread: any; pure functions. Cost: one
// pass over the numbers each.
#pragma once

#include "inference/inspection/inner_tensor.h"
#include "tensor/value_statistics.h"

#include <memory>
#include <QImage>
#include <vector>

namespace warmbench::ui {

struct Planes
{
    std::int64_t channels = 0;
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t numbers = 0; // of a channel; fewer than rows x columns where a row was folded
};
Planes planesOf(std::span<const std::int64_t> shape);

struct TensorView
{
    std::shared_ptr<const InnerTensor> tensor;
    std::optional<ValueStatistics> values; // strings have none
    double low = 0;                        // of the finite numbers
    double high = 0;
    std::vector<std::int64_t> bins; // of equal width from low to high; empty: nothing is finite
    Planes planes;
    QImage picture; // of all channels, as channelsImage()
};

TensorView viewOf(std::shared_ptr<const InnerTensor> tensor);

// How many channels the picture of all has at most.
constexpr std::int64_t mostChannels = 64;
// One channel, or for -1 the first mostChannels side by side; at most some 1,500 pixels wide and
// high: of larger ones every second, third, ... number. NaN is grey. Null for strings.
QImage channelsImage(const TensorView &view, std::int64_t channel);

} // namespace warmbench::ui
