#include "ui/network/tensor_view.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace warmbench::ui {

namespace {

constexpr std::size_t binCount = 64;
constexpr std::int64_t longestSide = 1536; // pixels
constexpr QRgb notANumber = qRgb(128, 128, 128);

double number(Half value)
{
    return toFloat(value);
}

template <typename T>
double number(T value)
{
    return static_cast<double>(value);
}

template <typename T>
void countBins(std::span<const T> values, TensorView &view)
{
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const T raw : values) {
        const double value = number(raw);
        if (!std::isfinite(value))
            continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    if (low > high)
        return;
    view.low = low;
    view.high = high;
    view.bins.assign(binCount, 0);
    const double scale = high > low ? static_cast<double>(binCount) / (high - low) : 0;
    for (const T raw : values) {
        const double value = number(raw);
        if (std::isfinite(value))
            ++view.bins[std::min(binCount - 1, static_cast<std::size_t>((value - low) * scale))];
    }
}

// Where the channels stand in the picture.
struct Grid
{
    std::int64_t across = 1;
    std::int64_t down = 1;
    std::int64_t step = 1;  // every so many numbers is a pixel
    std::int64_t width = 1; // pixels of a channel
    std::int64_t height = 1;
    std::int64_t gap = 0;
};

Grid gridOf(const Planes &planes, std::int64_t channels)
{
    Grid grid;
    const double shape = static_cast<double>(planes.rows) / static_cast<double>(planes.columns);
    const double square = std::sqrt(static_cast<double>(channels) * shape);
    grid.across =
        std::clamp(static_cast<std::int64_t>(std::ceil(square)), std::int64_t{1}, channels);
    grid.down = (channels + grid.across - 1) / grid.across;
    grid.gap = channels > 1 ? 1 : 0;
    const auto steps = [](std::int64_t numbers, std::int64_t places) {
        const std::int64_t room = std::max<std::int64_t>(1, longestSide / places);
        return (numbers + room - 1) / room;
    };
    grid.step = std::max(
        {std::int64_t{1}, steps(planes.columns, grid.across), steps(planes.rows, grid.down)});
    grid.width = (planes.columns + grid.step - 1) / grid.step;
    grid.height = (planes.rows + grid.step - 1) / grid.step;
    return grid;
}

template <typename T>
void paintChannel(std::span<const T> values, const TensorView &view, const Grid &grid,
                  QImage &image, QPoint at)
{
    const double range = view.high - view.low;
    for (std::int64_t y = 0; y < grid.height; ++y) {
        auto *line =
            reinterpret_cast<QRgb *>(image.scanLine(at.y() + static_cast<int>(y))) + at.x();
        for (std::int64_t x = 0; x < grid.width; ++x) {
            const std::int64_t index = y * grid.step * view.planes.columns + x * grid.step;
            if (index >= view.planes.numbers)
                continue;
            const double value = number(values[static_cast<std::size_t>(index)]);
            line[x] = std::isnan(value) ? notANumber
                                        : scaleColour(range > 0 ? (value - view.low) / range : 0.5);
        }
    }
}

} // namespace

Planes planesOf(std::span<const std::int64_t> shape)
{
    std::vector<std::int64_t> extents;
    for (const std::int64_t extent : shape)
        if (extent != 1)
            extents.push_back(extent);
    if (std::find(extents.begin(), extents.end(), 0) != extents.end())
        return {};
    Planes planes;
    planes.channels = 1;
    if (extents.size() < 2) {
        planes.numbers = extents.empty() ? 1 : extents.front();
        planes.columns = static_cast<std::int64_t>(std::ceil(std::sqrt(planes.numbers)));
        planes.rows = (planes.numbers + planes.columns - 1) / planes.columns;
        return planes;
    }
    planes.columns = extents.back();
    planes.rows = extents[extents.size() - 2];
    planes.numbers = planes.rows * planes.columns;
    for (std::size_t i = 0; i + 2 < extents.size(); ++i)
        planes.channels *= extents[i];
    return planes;
}

TensorView viewOf(std::shared_ptr<const InnerTensor> found)
{
    TensorView view;
    const Tensor &tensor = found->tensor.tensor;
    view.planes = planesOf(tensor.shape());
    if (const auto values = statisticsOf(tensor))
        view.values = *values;
    if (tensor.dtype() != DType::String)
        withElementType(tensor.dtype(),
                        [&](auto element) { countBins(tensor.values<decltype(element)>(), view); });
    view.tensor = std::move(found);
    view.picture = channelsImage(view, -1);
    return view;
}

QImage channelsImage(const TensorView &view, std::int64_t channel)
{
    const Tensor &tensor = view.tensor->tensor.tensor;
    if (tensor.dtype() == DType::String || view.planes.channels == 0)
        return {};
    const std::int64_t shown = channel < 0 ? std::min(view.planes.channels, mostChannels) : 1;
    const Grid grid = gridOf(view.planes, shown);
    QImage image(static_cast<int>(grid.across * (grid.width + grid.gap) - grid.gap),
                 static_cast<int>(grid.down * (grid.height + grid.gap) - grid.gap),
                 QImage::Format_ARGB32_Premultiplied);
    if (image.isNull())
        return {};
    image.fill(Qt::transparent);
    withElementType(tensor.dtype(), [&](auto element) {
        const auto values = tensor.values<decltype(element)>();
        const auto numbers = static_cast<std::size_t>(view.planes.numbers);
        for (std::int64_t i = 0; i < shown; ++i) {
            const auto from = static_cast<std::size_t>(channel < 0 ? i : channel) * numbers;
            const QPoint at(static_cast<int>(i % grid.across * (grid.width + grid.gap)),
                            static_cast<int>(i / grid.across * (grid.height + grid.gap)));
            paintChannel(values.subspan(from, numbers), view, grid, image, at);
        }
    });
    return image;
}

QRgb scaleColour(double share)
{
    // Viridis of matplotlib (CC0) at 0, 1/8, ... 1.
    static constexpr std::array<std::array<int, 3>, 9> marks{{{68, 1, 84},
                                                              {71, 45, 123},
                                                              {59, 82, 139},
                                                              {44, 114, 142},
                                                              {33, 145, 140},
                                                              {40, 174, 128},
                                                              {94, 201, 98},
                                                              {173, 220, 48},
                                                              {253, 231, 37}}};
    const double place = std::clamp(share, 0.0, 1.0) * (marks.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), marks.size() - 2);
    const double part = place - static_cast<double>(below);
    const auto mixed = [&](std::size_t i) {
        return static_cast<int>(
            std::lround(marks[below][i] + part * (marks[below + 1][i] - marks[below][i])));
    };
    return qRgb(mixed(0), mixed(1), mixed(2));
}

} // namespace warmbench::ui
