#include "ui/playground/slice_view.h"

#include "ui/widgets/colour_scale.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <QPainter>
#include <span>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr std::int64_t longestSide = 1024; // pixels of a heat map
constexpr std::int64_t mostBars = 512;
constexpr int legendHeight = 10;
constexpr int partGap = 6;

template <typename T>
double number(T value)
{
    if constexpr (std::is_same_v<T, Half>)
        return static_cast<double>(toFloat(value));
    else
        return static_cast<double>(value);
}

template <typename T>
void drawHeat(std::span<const T> values, SlicePicture &picture)
{
    const std::int64_t step =
        (std::max(picture.rows, picture.columns) + longestSide - 1) / longestSide;
    const auto pixels = [step](std::int64_t extent) {
        return static_cast<int>((extent + step - 1) / step);
    };
    picture.heat = QImage(pixels(picture.columns), pixels(picture.rows), QImage::Format_RGB32);
    for (int y = 0; y < picture.heat.height(); ++y) {
        auto *line = reinterpret_cast<QRgb *>(picture.heat.scanLine(y));
        for (int x = 0; x < picture.heat.width(); ++x) {
            const auto at = static_cast<std::size_t>((y * picture.columns + x) * step);
            line[x] = valueColour(number(values[at]), picture.low, picture.high);
        }
    }
}

template <typename T>
void measureBars(std::span<const T> values, SlicePicture &picture)
{
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    const std::int64_t each = (picture.columns + mostBars - 1) / mostBars;
    picture.bars.assign(static_cast<std::size_t>((picture.columns + each - 1) / each),
                        {none, none});
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double value = number(values[i]);
        if (!std::isfinite(value))
            continue;
        auto &[least, greatest] = picture.bars[i / static_cast<std::size_t>(each)];
        least = std::fmin(least, value); // fmin leaves out a NaN
        greatest = std::fmax(greatest, value);
    }
}

} // namespace

SlicePlan slicePlan(const Shape &shape)
{
    SlicePlan plan;
    if (std::find(shape.begin(), shape.end(), 0) != shape.end())
        return plan;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape[i] != 1)
            plan.leading.push_back(i);
    plan.rows = 1;
    plan.columns = 1;
    if (!plan.leading.empty()) {
        plan.columns = shape[plan.leading.back()];
        plan.leading.pop_back();
    }
    if (!plan.leading.empty()) {
        plan.rows = shape[plan.leading.back()];
        plan.leading.pop_back();
    }
    return plan;
}

SlicePicture slicePicture(const Tensor &tensor, const ValueStatistics &values,
                          const std::vector<std::int64_t> &chosen)
{
    SlicePicture picture;
    const SlicePlan plan = slicePlan(tensor.shape());
    picture.rows = plan.rows;
    picture.columns = plan.columns;
    if (plan.rows == 0 || std::isnan(values.low))
        return picture;
    picture.low = values.low;
    picture.high = values.high;
    std::int64_t slice = 0;
    for (std::size_t i = 0; i < plan.leading.size(); ++i)
        slice = slice * tensor.shape()[plan.leading[i]] + chosen[i];
    const auto count = static_cast<std::size_t>(plan.rows * plan.columns);
    withElementType(tensor.dtype(), [&](auto element) {
        const auto part = tensor.values<decltype(element)>().subspan(
            static_cast<std::size_t>(slice) * count, count);
        if (plan.rows > 1)
            drawHeat(part, picture);
        else
            measureBars(part, picture);
    });
    return picture;
}

SliceView::SliceView(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"sliceView"_s);
    setAccessibleName(tr("Values as colours or bars"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void SliceView::setPicture(SlicePicture picture)
{
    m_picture = std::move(picture);
    setAccessibleDescription(tr("%1 rows of %2 columns, from %3 to %4")
                                 .arg(m_picture.rows)
                                 .arg(m_picture.columns)
                                 .arg(numberText(m_picture.low), numberText(m_picture.high)));
    update();
}

void SliceView::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const int words = fontMetrics().height();
    QRect area = rect();
    if (m_picture.heat.isNull() && m_picture.bars.empty()) {
        painter.setPen(themeColours().muted);
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap,
                         tr("There are no numbers to draw."));
        return;
    }
    const int foot = m_picture.heat.isNull() ? 0 : legendHeight + partGap + words + partGap;
    const QRect legend(area.left(), area.bottom() + 1 - foot + partGap, area.width(),
                       foot - partGap);
    area.setBottom(area.bottom() - foot);
    if (m_picture.heat.isNull())
        return paintBars(painter, area);
    paintHeat(painter, area);
    paintLegend(painter, legend);
}

void SliceView::paintHeat(QPainter &painter, const QRect &area)
{
    const QSize size = m_picture.heat.size();
    QSize shown = size.scaled(area.size(), Qt::KeepAspectRatio);
    // A slice that is much longer than wide fills the area, as it could not be seen otherwise.
    constexpr int thinnest = 24;
    shown = shown.expandedTo(QSize(thinnest, thinnest).boundedTo(area.size()));
    QRect place(QPoint(), shown);
    place.moveCenter(area.center());
    const bool smaller = shown.width() < size.width() || shown.height() < size.height();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, smaller);
    painter.drawImage(place, m_picture.heat);
}

void SliceView::paintLegend(QPainter &painter, const QRect &area)
{
    QLinearGradient gradient(area.left(), 0, area.right(), 0);
    constexpr int marks = 16;
    for (int i = 0; i <= marks; ++i)
        gradient.setColorAt(double(i) / marks, QColor(scaleColour(double(i) / marks)));
    painter.fillRect(QRect(area.left(), area.top(), area.width(), legendHeight), gradient);
    painter.setPen(palette().color(QPalette::WindowText));
    const QRect words = area.adjusted(0, legendHeight + partGap, 0, 0);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignTop, numberText(m_picture.low));
    painter.drawText(words, Qt::AlignRight | Qt::AlignTop, numberText(m_picture.high));
}

void SliceView::paintBars(QPainter &painter, const QRect &area)
{
    const ThemeColours colours = themeColours();
    const int words = fontMetrics().height() + partGap;
    const QRect chart = area.adjusted(0, words, 0, -words);
    // The bars stand on zero.
    const double low = std::min(0.0, m_picture.low);
    const double high = std::max(0.0, m_picture.high);
    const double range = high > low ? high - low : 1;
    const auto y = [&](double value) {
        return chart.bottom() - (value - low) / range * chart.height();
    };
    const double width = double(chart.width()) / double(m_picture.bars.size());
    for (std::size_t i = 0; i < m_picture.bars.size(); ++i) {
        const auto [least, greatest] = m_picture.bars[i];
        if (std::isnan(least))
            continue;
        const double top = y(std::max(0.0, greatest));
        const double bottom = y(std::min(0.0, least));
        painter.fillRect(QRectF(chart.left() + double(i) * width, top,
                                std::max(1.0, width - (width > 4 ? 1 : 0)),
                                std::max(1.0, bottom - top)),
                         colours.series[0]);
    }
    painter.setPen(colours.line);
    painter.drawLine(QPointF(chart.left(), y(0)), QPointF(chart.right(), y(0)));
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(area, Qt::AlignLeft | Qt::AlignTop,
                     tr("greatest %1").arg(numberText(m_picture.high)));
    painter.drawText(area, Qt::AlignLeft | Qt::AlignBottom,
                     tr("least %1").arg(numberText(m_picture.low)));
    painter.drawText(area, Qt::AlignRight | Qt::AlignBottom,
                     tr("%1 values").arg(grouped(m_picture.columns)));
}

} // namespace warmbench::ui
