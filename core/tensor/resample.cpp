#include "tensor/resample.h"

#include <algorithm>
#include <cmath>
#include <numbers>

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
    std::vector<std::int32_t> fixed; // the same in units of 2^-fixedBits
};
// As Pillow has them (PRECISION_BITS of Resample.c): a sum of 255 times the weights keeps to 32
// bits.
constexpr int fixedBits = 22;
constexpr std::int64_t mostSteps = 1'000'000;

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
    taps.fixed.push_back(1 << fixedBits);
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
    for (std::int64_t i = first; i < last; ++i) {
        const double share = weight(i) / sum;
        taps.weights.push_back(static_cast<float>(share));
        taps.fixed.push_back(static_cast<std::int32_t>(std::lround(share * (1 << fixedBits))));
    }
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
    if (interpolation == Interpolation::Nearest) {
        // A centre that lies between two pixels goes to the same one as in Pillow, which adds up
        // its steps (ImagingScaleAffine of Geometry.c). So many as nobody's picture has are
        // skipped.
        const std::int64_t begin = from > mostSteps ? from : 0;
        double centre = (static_cast<double>(begin) + 0.5) * scale;
        for (std::int64_t i = begin; i < from + count; ++i, centre += scale) {
            if (i >= from)
                addNearest(taps, centre, inSize);
        }
        return taps;
    }
    for (std::int64_t i = from; i < from + count; ++i)
        addFiltered(taps, (static_cast<double>(i) + 0.5) * scale, std::max(scale, 1.0), inSize,
                    interpolation);
    return taps;
}

// Computes one output row as the weighted sum of input rows, in blocks that stay in the first-level
// cache.
void sumRows(const float *rows, std::size_t stride, const float *weights, std::size_t count,
             float *sum)
{
    constexpr std::size_t block = 2048;
    for (std::size_t from = 0; from < stride; from += block) {
        const std::size_t size = std::min(block, stride - from);
        float *target = sum + from;
        std::fill_n(target, size, 0.0F);
        for (std::size_t k = 0; k < count; ++k) {
            const float *row = rows + k * stride + from;
            const float weight = weights[k];
            for (std::size_t i = 0; i < size; ++i)
                target[i] += weight * row[i];
        }
    }
}

template <int Channels>
void sumColumnsOf(const float *row, const Taps &taps, float *out)
{
    for (const Taps::Position &position : taps.positions) {
        const float *pixel = row + position.first * Channels;
        const float *weight = taps.weights.data() + position.at;
        float sum[Channels] = {};
        for (std::size_t k = 0; k < position.count; ++k, pixel += Channels) {
            for (int c = 0; c < Channels; ++c)
                sum[c] += weight[k] * pixel[c];
        }
        for (int c = 0; c < Channels; ++c)
            *out++ = sum[c];
    }
}

void sumColumns(const float *row, int channels, const Taps &taps, float *out)
{
    if (channels == 1)
        sumColumnsOf<1>(row, taps, out);
    else
        sumColumnsOf<3>(row, taps, out);
}

constexpr std::int32_t half = 1 << (fixedBits - 1);

std::int32_t rounded(std::int32_t sum)
{
    return std::clamp(sum >> fixedBits, 0, 255);
}

// In fixed point, clamped and rounded to 8 bits: a sum that lies between two numbers goes to the
// same one as in Pillow.
template <int Channels>
void roundColumnsOf(const std::uint8_t *row, const Taps &taps, std::uint8_t *out)
{
    for (const Taps::Position &position : taps.positions) {
        const std::uint8_t *pixel = row + position.first * Channels;
        const std::int32_t *weight = taps.fixed.data() + position.at;
        std::int32_t sum[Channels] = {};
        for (std::size_t k = 0; k < position.count; ++k, pixel += Channels) {
            for (int c = 0; c < Channels; ++c)
                sum[c] += weight[k] * pixel[c];
        }
        for (int c = 0; c < Channels; ++c)
            *out++ = static_cast<std::uint8_t>(rounded(sum[c] + half));
    }
}

void roundColumns(const std::uint8_t *row, int channels, const Taps &taps, std::uint8_t *out)
{
    if (channels == 1)
        roundColumnsOf<1>(row, taps, out);
    else
        roundColumnsOf<3>(row, taps, out);
}

void clampPixels(std::span<float> pixels)
{
    for (float &pixel : pixels)
        pixel = std::clamp(pixel, 0.0F, 255.0F);
}

// Rows are summed first: that works on long stretches of memory, and leaves few rows for the
// columns if the picture shrinks.
void resampleRowsFirst(const PixelView<float> &picture, const Taps &columns, const Taps &rows,
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

template <typename Number, typename Weight>
void addRow(std::span<const Number> row, Weight weight, Weight *sum)
{
    for (std::size_t i = 0; i < row.size(); ++i)
        sum[i] += weight * static_cast<Weight>(row[i]);
}

// Columns are summed first, `narrowed` makes of a row of the picture one of the result's width, and
// each is added to the rows of the result that it counts in, `sums`, at once: a very tall picture
// needs no more memory.
template <typename Number, typename Weight, typename Narrow>
void sumNarrowRows(const Taps &rows, std::span<const Weight> weights, std::size_t outStride,
                   Narrow narrowed, std::vector<Weight> &sums)
{
    std::vector<Number> narrow(outStride);
    // Neither end of the positions' ranges ever goes back, so `open` can be the first position that
    // is not complete.
    const std::vector<Taps::Position> &positions = rows.positions;
    std::size_t open = 0;
    for (std::int64_t y = positions.front().first; open < positions.size(); ++y) {
        narrowed(static_cast<std::size_t>(y), narrow.data());
        for (std::size_t i = open; i < positions.size() && positions[i].first <= y; ++i) {
            const auto tap = static_cast<std::size_t>(y - positions[i].first);
            if (tap < positions[i].count)
                addRow<Number>(narrow, weights[positions[i].at + tap], sums.data() + i * outStride);
        }
        while (open < positions.size() &&
               positions[open].first + static_cast<std::int64_t>(positions[open].count) <= y + 1)
            ++open;
    }
}

void resampleColumnsFirst(const PixelView<float> &picture, const Taps &columns, const Taps &rows,
                          std::size_t outStride, std::vector<float> &out)
{
    const auto stride =
        static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels);
    sumNarrowRows<float, float>(
        rows, rows.weights, outStride,
        [&](std::size_t y, float *narrow) {
            sumColumns(picture.samples + y * stride, picture.channels, columns, narrow);
            clampPixels({narrow, outStride});
        },
        out);
}

struct BothAxes
{
    Taps columns;
    Taps rows;
    std::size_t stride = 0; // of a row of the result
};

template <typename Sample>
BothAxes axesOf(const PixelView<Sample> &picture, const ResizeWindow &window,
                Interpolation interpolation)
{
    return {
        makeTaps(picture.width, window.resizedWidth, window.left, window.width, interpolation),
        makeTaps(picture.height, window.resizedHeight, window.top, window.height, interpolation),
        static_cast<std::size_t>(window.width) * static_cast<std::size_t>(picture.channels)};
}

} // namespace

// Pillow's way with pictures of 8 bits: both passes in fixed point, each clamped and rounded.
std::vector<float> resample(const PixelView<std::uint8_t> &picture, const ResizeWindow &window,
                            Interpolation interpolation)
{
    const BothAxes axes = axesOf(picture, window, interpolation);
    const auto stride =
        static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels);
    std::vector<std::int32_t> sums(axes.stride * axes.rows.positions.size(), half);
    sumNarrowRows<std::uint8_t, std::int32_t>(
        axes.rows, axes.rows.fixed, axes.stride,
        [&](std::size_t y, std::uint8_t *narrow) {
            roundColumns(picture.samples + y * stride, picture.channels, axes.columns, narrow);
        },
        sums);
    std::vector<float> out(sums.size());
    std::transform(sums.begin(), sums.end(), out.begin(),
                   [](std::int32_t sum) { return static_cast<float>(rounded(sum)); });
    return out;
}

std::vector<float> resample(const PixelView<float> &picture, const ResizeWindow &window,
                            Interpolation interpolation)
{
    const BothAxes axes = axesOf(picture, window, interpolation);
    std::vector<float> out(axes.stride * static_cast<std::size_t>(window.height));
    const bool overshoots =
        interpolation == Interpolation::Bicubic || interpolation == Interpolation::Lanczos;
    if (overshoots || picture.height <= window.resizedHeight)
        resampleColumnsFirst(picture, axes.columns, axes.rows, axes.stride, out);
    else
        resampleRowsFirst(picture, axes.columns, axes.rows, axes.stride, out);
    clampPixels(out);
    return out;
}

} // namespace warmbench
