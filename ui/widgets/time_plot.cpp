#include "ui/widgets/time_plot.h"

#include "ui/widgets/theme.h"

#include <algorithm>
#include <cmath>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <utility>

namespace warmbench::ui {

namespace {
constexpr int columns = 6; // of the grid
constexpr int rows = 2;
// So that one miss is seen beside thousands of hits.
constexpr double leastRise = 4; // logical pixels of what is more than nothing
} // namespace

TimePlot::TimePlot(QWidget *parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void TimePlot::setLines(QList<Line> lines, double spanSeconds, double ceiling)
{
    m_lines = std::move(lines);
    m_span = spanSeconds;
    m_ceiling = ceiling;
    update();
}

QPointF TimePlot::placeOf(const QPointF &point) const
{
    const double right = width() - 1.5;
    const double bottom = height() - 1.5;
    const double rise = point.y() / m_ceiling * (bottom - 1.5);
    return {right + point.x() / m_span * (right - 1.5),
            bottom - (point.y() > 0 ? std::max(rise, leastRise) : rise)};
}

// A point between two gaps is a dot.
void TimePlot::draw(QPainter &painter, const Line &line) const
{
    QPainterPath path;
    bool open = false;
    for (qsizetype i = 0; i < line.points.size(); ++i) {
        const QPointF &point = line.points[i];
        if (!std::isfinite(point.y())) {
            open = false;
            continue;
        }
        const QPointF place = placeOf(point);
        const bool goesOn = i + 1 < line.points.size() && std::isfinite(line.points[i + 1].y());
        if (!open && !goesOn) {
            painter.setPen(
                QPen(line.pen.color(), line.pen.widthF() + 1, Qt::SolidLine, Qt::RoundCap));
            painter.drawPoint(place);
        } else if (open) {
            path.lineTo(place);
        } else {
            path.moveTo(place);
        }
        open = true;
    }
    painter.setPen(line.pen);
    painter.drawPath(path);
}

void TimePlot::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), palette().brush(QPalette::Base));
    painter.setPen(QPen(themeColours().line, 1));
    for (int i = 1; i < columns; ++i) {
        const double x = std::floor(static_cast<double>(i) / columns * width()) + 0.5;
        painter.drawLine(QLineF(x, 0, x, height()));
    }
    for (int i = 1; i < rows; ++i) {
        const double y = std::floor(static_cast<double>(i) / rows * height()) + 0.5;
        painter.drawLine(QLineF(0, y, width(), y));
    }
    painter.drawRect(QRectF(0.5, 0.5, width() - 1, height() - 1));
    if (m_pointer >= 0) {
        painter.setPen(QPen(themeColours().muted, 1));
        painter.drawLine(QLineF(m_pointer + 0.5, 1, m_pointer + 0.5, height() - 1));
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setClipRect(rect().adjusted(1, 1, -1, -1));
    for (const Line &line : m_lines)
        draw(painter, line);
}

void TimePlot::mouseMoveEvent(QMouseEvent *event)
{
    m_pointer = event->position().toPoint().x();
    update();
    const double right = width() - 1.5;
    Q_EMIT pointedAt((event->position().x() - right) / (right - 1.5) * m_span,
                     event->globalPosition().toPoint());
}

void TimePlot::leaveEvent(QEvent *event)
{
    QWidget::leaveEvent(event);
    m_pointer = -1;
    update();
}

} // namespace warmbench::ui
