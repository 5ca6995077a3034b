#include "ui/network/tensor_view.h"

#include "ui/widgets/colour_scale.h"

#include <algorithm>
#include <cmath>

namespace warmbench::ui {

namespace {

constexpr std::size_t binCount = 64;
constexpr std::int64_t longestTensorSide = 1536; // pixels

double number(Half value)
{
    return toFloat(value);
}

template <typename T>
double number(T value)
{
    return static_cast<double>(value);
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
        const std::int64_t room = std::max<std::int64_t>(1, longestTensorSide / places);
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
    for (std::int64_t y = 0; y < grid.height; ++y) {
        auto *line =
            reinterpret_cast<QRgb *>(image.scanLine(at.y() + static_cast<int>(y))) + at.x();
        for (std::int64_t x = 0; x < grid.width; ++x) {
            const std::int64_t index = y * grid.step * view.planes.columns + x * grid.step;
            if (index >= view.planes.numbers)
                continue;
            const double value = number(values[static_cast<std::size_t>(index)]);
            line[x] = valueColour(value, view.low, view.high);
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
    if (const auto values = statisticsOf(tensor)) {
        view.values = *values;
        view.bins = histogramOf(tensor, *values, binCount);
        if (!view.bins.empty()) {
            view.low = values->low;
            view.high = values->high;
        }
    }
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

} // namespace warmbench::ui
