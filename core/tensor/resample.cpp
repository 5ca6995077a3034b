#include "tensor/resample.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <type_traits>

namespace warmbench {

namespace {

// The taps (input positions and their weights) of each output position along one axis.
struct Taps
{
    struct Position
    {
        std::int64_t first = 0; // input index of the first tap
        std::size_t at = 0;     // index of its weight
        std::size_t count = 0;
    };
    std::vector<Position> positions;
    std::vector<float> weights;
};

double supportOf(Interpolation interpolation)
{
    switch (interpolation) {
    case Interpolation::Bilinear:
    case Interpolation::Hamming:
        return 1.0;
    case Interpolation::Lanczos:
        return 3.0;
    case Interpolation::Bicubic:
        return 2.0;
    case Interpolation::Area:
    case Interpolation::Nearest:
        break;
    }
    return 0.5;
}

double sinc(double x)
{
    return x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

// Bicubic: R. Keys, Cubic convolution interpolation, 1981, with a = -0.5 as Pillow has it. Hamming
// and Lanczos: python-pillow/Pillow, src/libImaging/Resample.c.
double filterAt(Interpolation interpolation, double x)
{
    const double distance = std::abs(x);
    if (interpolation == Interpolation::Bilinear)
        return std::max(0.0, 1.0 - distance);
    if (interpolation == Interpolation::Bicubic) {
        constexpr double a = -0.5;
        if (distance < 1)
            return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
        if (distance < 2)
            return a * (((distance - 5) * distance + 8) * distance - 4);
        return 0;
    }
    if (interpolation == Interpolation::Hamming)
        return distance < 1 ? sinc(x) * (0.54 + 0.46 * std::cos(std::numbers::pi * x)) : 0;
    if (interpolation == Interpolation::Lanczos)
        return distance < 3 ? sinc(x) * sinc(x / 3) : 0;
    return x > -0.5 && x <= 0.5 ? 1 : 0;
}

void addNearest(Taps &taps, double centre, std::int64_t inSize)
{
    const auto index = static_cast<std::int64_t>(std::floor(centre));
    taps.positions.push_back(
        {std::clamp<std::int64_t>(index, 0, inSize - 1), taps.weights.size(), 1});
    taps.weights.push_back(1);
}

void addFiltered(Taps &taps, double centre, double stretch, std::int64_t inSize,
                 Interpolation interpolation)
{
    const double reach = supportOf(interpolation) * stretch;
    const auto clamped = [inSize](double edge) {
        return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(edge + 0.5)), 0,
                                        inSize);
    };
    // Taps with weight 0 are kept, so that the starts and ends of the ranges never go back.
    const std::int64_t first = clamped(centre - reach);
    const std::int64_t last = clamped(centre + reach); // one past the last tap
    const auto weight = [&](std::int64_t i) {
        return filterAt(interpolation, (static_cast<double>(i) - centre + 0.5) / stretch);
    };
    double sum = 0;
    for (std::int64_t i = first; i < last; ++i)
        sum += weight(i);
    const Taps::Position position{first, taps.weights.size(),
                                  static_cast<std::size_t>(last - first)};
    for (std::int64_t i = first; i < last; ++i)
        taps.weights.push_back(static_cast<float>(weight(i) / sum));
    taps.positions.push_back(position);
}

// Makes the taps of `count` output positions, beginning with `from`, for an axis that is resized
// from `inSize` to `outSize` pixels.
Taps makeTaps(std::int64_t inSize, std::int64_t outSize, std::int64_t from, int count,
              Interpolation interpolation)
{
    const double scale = static_cast<double>(inSize) / static_cast<double>(outSize);
    Taps taps;
    taps.positions.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = from; i < from + count; ++i) {
        const double centre = (static_cast<double>(i) + 0.5) * scale;
        if (interpolation == Interpolation::Nearest)
            addNearest(taps, centre, inSize);
        else
            addFiltered(taps, centre, std::max(scale, 1.0), inSize, interpolation);
    }
    return taps;
}

// Computes one output row as the weighted sum of input rows, in blocks that stay in the first-level
// cache.
template <typename Sample>
void sumRows(const Sample *rows, std::size_t stride, const float *weights, std::size_t count,
             float *sum)
{
    constexpr std::size_t block = 2048;
    for (std::size_t from = 0; from < stride; from += block) {
        const std::size_t size = std::min(block, stride - from);
        float *target = sum + from;
        std::fill_n(target, size, 0.0F);
        for (std::size_t k = 0; k < count; ++k) {
            const Sample *row = rows + k * stride + from;
            const float weight = weights[k];
            for (std::size_t i = 0; i < size; ++i)
                target[i] += weight * static_cast<float>(row[i]);
        }
    }
}

template <int Channels, typename Sample>
void sumColumnsOf(const Sample *row, const Taps &taps, float *out)
{
    for (const Taps::Position &position : taps.positions) {
        const Sample *pixel = row + position.first * Channels;
        const float *weight = taps.weights.data() + position.at;
        float sum[Channels] = {};
        for (std::size_t k = 0; k < position.count; ++k, pixel += Channels) {
            for (int c = 0; c < Channels; ++c)
                sum[c] += weight[k] * static_cast<float>(pixel[c]);
        }
        for (int c = 0; c < Channels; ++c)
            *out++ = sum[c];
    }
}

template <typename Sample>
void sumColumns(const Sample *row, int channels, const Taps &taps, float *out)
{
    if (channels == 1)
        sumColumnsOf<1>(row, taps, out);
    else
        sumColumnsOf<3>(row, taps, out);
}

void clampPixels(std::span<float> pixels)
{
    for (float &pixel : pixels)
        pixel = std::clamp(pixel, 0.0F, 255.0F);
}

// Rows are summed first: that works on long stretches of memory, and leaves few rows for the
// columns if the picture shrinks.
template <typename Sample>
void resampleRowsFirst(const PixelView<Sample> &picture, const Taps &columns, const Taps &rows,
                       std::size_t outStride, std::vector<float> &out)
{
    const auto stride =
        static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels);
    std::vector<float> sum(stride);
    float *target = out.data();
    for (const Taps::Position &row : rows.positions) {
        sumRows(picture.samples + static_cast<std::size_t>(row.first) * stride, stride,
                rows.weights.data() + row.at, row.count, sum.data());
        sumColumns(sum.data(), picture.channels, columns, target);
        target += outStride;
    }
}

void addRow(std::span<const float> row, float weight, float *sum)
{
    for (std::size_t i = 0; i < row.size(); ++i)
        sum[i] += weight * row[i];
}

// Columns are summed first, and 8-bit pictures are clamped and rounded to 8 bits in between. That
// is Pillow's way, and with a filter that overshoots, order and rounding make a difference. Each
// input row is used at once, so that a very tall picture needs no more memory.
template <typename Sample>
void resampleColumnsFirst(const PixelView<Sample> &picture, const Taps &columns, const Taps &rows,
                          std::size_t outStride, bool rounds, std::vector<float> &out)
{
    const auto stride =
        static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels);
    std::vector<float> narrow(outStride);
    // Neither end of the positions' ranges ever goes back, so `open` can be the first position that
    // is not complete.
    const std::vector<Taps::Position> &positions = rows.positions;
    std::size_t open = 0;
    for (std::int64_t y = positions.front().first; open < positions.size(); ++y) {
        sumColumns(picture.samples + static_cast<std::size_t>(y) * stride, picture.channels,
                   columns, narrow.data());
        clampPixels(narrow);
        if (rounds)
            std::transform(narrow.begin(), narrow.end(), narrow.begin(),
                           [](float pixel) { return std::floor(pixel + 0.5F); });
        for (std::size_t i = open; i < positions.size() && positions[i].first <= y; ++i) {
            const auto tap = static_cast<std::size_t>(y - positions[i].first);
            if (tap < positions[i].count)
                addRow(narrow, rows.weights[positions[i].at + tap], out.data() + i * outStride);
        }
        while (open < positions.size() &&
               positions[open].first + static_cast<std::int64_t>(positions[open].count) <= y + 1)
            ++open;
    }
}

template <typename Sample>
std::vector<float> resampleAny(const PixelView<Sample> &picture, const ResizeWindow &window,
                               Interpolation interpolation)
{
    const Taps columns =
        makeTaps(picture.width, window.resizedWidth, window.left, window.width, interpolation);
    const Taps rows =
        makeTaps(picture.height, window.resizedHeight, window.top, window.height, interpolation);
    const auto outStride =
        static_cast<std::size_t>(window.width) * static_cast<std::size_t>(picture.channels);
    std::vector<float> out(outStride * static_cast<std::size_t>(window.height));
    const bool overshoots =
        interpolation == Interpolation::Bicubic || interpolation == Interpolation::Lanczos;
    if (overshoots || picture.height <= window.resizedHeight)
        resampleColumnsFirst(picture, columns, rows, outStride,
                             overshoots && std::is_same_v<Sample, std::uint8_t>, out);
    else
        resampleRowsFirst(picture, columns, rows, outStride, out);
    clampPixels(out);
    return out;
}

} // namespace

std::vector<float> resample(const PixelView<std::uint8_t> &picture, const ResizeWindow &window,
                            Interpolation interpolation)
{
    return resampleAny(picture, window, interpolation);
}

std::vector<float> resample(const PixelView<float> &picture, const ResizeWindow &window,
                            Interpolation interpolation)
{
    return resampleAny(picture, window, interpolation);
}

} // namespace warmbench
