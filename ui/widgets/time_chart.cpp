#include "ui/widgets/time_chart.h"

#include "ui/widgets/caption_label.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/time_plot.h"

#include <algorithm>
#include <cmath>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolTip>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr Qt::PenStyle dashes[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
constexpr int swatchRoom = 26; // logical pixels of a line of the legend beside its text

constexpr int swatchWidth = 18;
constexpr int leastWidth = 90;
constexpr int longestName = 90; // logical pixels of the legend

// A short piece of a line for the legend.
QPixmap swatch(const QPen &pen, qreal scale)
{
    QPixmap picture(QSize(swatchWidth, 10) * scale);
    picture.setDevicePixelRatio(scale);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(pen);
    painter.drawLine(QPointF(1, 5), QPointF(swatchWidth - 1, 5));
    return picture;
}

} // namespace

double niceCeiling(double value, double base)
{
    if (!(value > 0) || !std::isfinite(value))
        return 1;
    if (base > 10) { // within a unit of KiB, MiB, GiB the steps are decimal again
        const double unit = std::pow(base, std::floor(std::log(value) / std::log(base)));
        return std::min(niceCeiling(value / unit, 10), base) * unit;
    }
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double step : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0})
        if (value <= step * power * (1 + 1e-9))
            return step * power;
    return 10 * power;
}

struct TimeChart::Private
{
    QList<Line> lines;
    Format format;
    QList<QList<QPointF>> points;
    QList<QLabel *> swatches;
    QList<QLabel *> values;
    QLabel *note;
    QLabel *top;
    QLabel *from;
    TimePlot *plot;
    double span = 60;
    double ceiling = 1;

    // "p50 3.2 ms"; nothing was measured: "p50 \u2013".
    QString reading(qsizetype line, double value) const
    {
        return u"%1 %2"_s.arg(lines[line].name,
                              std::isfinite(value) ? format(value) : QStringLiteral("\u2013"));
    }

    QPen penOf(qsizetype i, const QPalette &palette) const
    {
        if (lines[i].limit)
            return {palette.color(QPalette::WindowText), 1.2, Qt::DashLine};
        QPen pen(themeColours().series[lines[i].colour], 2, dashes[i % 4]);
        pen.setCapStyle(Qt::FlatCap);
        return pen;
    }
};

TimeChart::TimeChart(const QString &title, const QList<Line> &lines, Format format, QWidget *parent)
    : QWidget(parent)
    , m_d(std::make_unique<Private>())
{
    m_d->lines = lines;
    m_d->format = format;
    m_d->note = new QLabel(this);
    m_d->top = new QLabel(this);
    m_d->from = new QLabel(this);
    m_d->plot = new TimePlot(this);
    m_d->plot->setAccessibleName(title);
    m_d->plot->setMinimumHeight(40);
    connect(m_d->plot, &TimePlot::pointedAt, this, &TimeChart::showReading);

    auto *legend = new QHBoxLayout;
    legend->setSpacing(3);
    for (const Line &line : lines) {
        m_d->swatches << new QLabel(this);
        m_d->values << new QLabel(this);
        m_d->values.last()->setAccessibleName(line.name);
        legend->addWidget(m_d->swatches.last());
        legend->addWidget(m_d->values.last());
        legend->addSpacing(2);
    }
    legend->addStretch(1);

    auto *heading = new QHBoxLayout;
    heading->addWidget(paneTitle(title, this));
    heading->addStretch(1);
    heading->addWidget(m_d->note);
    // The figure of the upper edge stands within the plot, whose height is dear.
    auto *scale = new QVBoxLayout(m_d->plot);
    scale->setContentsMargins(4, 2, 4, 2);
    scale->addWidget(m_d->top, 0, Qt::AlignLeft | Qt::AlignTop);
    m_d->top->setAttribute(Qt::WA_TransparentForMouseEvents);
    auto *times = new QHBoxLayout;
    times->addWidget(m_d->from);
    times->addStretch(1);
    auto *now = new QLabel(tr("now"), this);
    now->setForegroundRole(QPalette::PlaceholderText);
    times->addWidget(now);
    for (QLabel *label : {m_d->note, m_d->top, m_d->from})
        label->setForegroundRole(QPalette::PlaceholderText);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(3);
    layout->addLayout(heading);
    layout->addLayout(legend);
    layout->addWidget(m_d->plot, 1);
    layout->addLayout(times);
    dress();
    replace(QList<QList<QPointF>>(lines.size()), 60);
}

TimeChart::~TimeChart() = default;

void TimeChart::replace(const QList<QList<QPointF>> &points, double spanSeconds)
{
    double highest = 0;
    for (const QList<QPointF> &line : points) {
        for (const QPointF &point : line)
            highest = std::isfinite(point.y()) ? std::max(highest, point.y()) : highest;
    }
    m_d->points = points;
    m_d->span = spanSeconds;
    m_d->ceiling = m_d->format(1024.0 * 1024.0).contains(u'i') // binary units
                       ? niceCeiling(highest * 1.05, 1024)
                       : niceCeiling(highest * 1.05, 10);
    m_d->top->setText(m_d->format(m_d->ceiling));
    m_d->from->setText(spanSeconds >= 120 ? tr("%1 min ago").arg(spanSeconds / 60)
                                          : tr("%1 s ago").arg(spanSeconds));
    showLines();
    showLegend();
}

void TimeChart::showLines()
{
    QList<TimePlot::Line> lines;
    for (qsizetype i = 0; i < m_d->points.size(); ++i)
        lines << TimePlot::Line{m_d->points[i], m_d->penOf(i, palette())};
    m_d->plot->setLines(std::move(lines), m_d->span, m_d->ceiling);
}

// The values of the sample that is nearest to the pointer.
QString TimeChart::readingAt(double seconds) const
{
    QStringList text;
    for (qsizetype i = 0; i < m_d->points.size(); ++i) {
        const QList<QPointF> &points = m_d->points[i];
        const auto nearest =
            std::min_element(points.begin(), points.end(), [&](const QPointF &a, const QPointF &b) {
                return std::abs(a.x() - seconds) < std::abs(b.x() - seconds);
            });
        if (nearest == points.end())
            continue;
        if (text.isEmpty())
            text << tr("%1 s ago").arg(std::lround(-nearest->x()));
        text << m_d->reading(i, nearest->y());
    }
    return text.join(u'\n');
}

void TimeChart::showReading(double seconds, const QPoint &at)
{
    QToolTip::showText(at, readingAt(seconds), m_d->plot);
}

void TimeChart::rename(int line, const QString &name)
{
    m_d->lines[line].name = name;
    m_d->values[line]->setAccessibleName(name);
}

void TimeChart::setNote(const QString &note)
{
    m_d->note->setText(note);
}

QList<QPointF> TimeChart::pointsOf(int line) const
{
    return m_d->points.value(line);
}

void TimeChart::showLegend()
{
    QStringList readings;
    QList<bool> drawn;
    const auto needed = [&](const QStringList &texts) {
        int width = 0;
        for (qsizetype i = 0; i < texts.size(); ++i)
            width += drawn[i] ? fontMetrics().horizontalAdvance(texts[i]) + swatchRoom : 0;
        return width;
    };
    QStringList names;
    for (qsizetype i = 0; i < m_d->lines.size(); ++i) {
        // A limit is not measured, so its value is shown beside the title.
        const Line &line = m_d->lines[i];
        const QList<QPointF> points = m_d->points.value(i);
        drawn << (!points.isEmpty() || (!line.limit && !line.optional));
        const double newest = points.isEmpty() ? std::nan("") : points.last().y();
        names << fontMetrics().elidedText(line.name, Qt::ElideMiddle, longestName);
        readings << (line.limit ? line.name : m_d->reading(i, newest));
    }
    // Where there is no room for the values, the names stand alone, and names that are optional
    // leave; pointing shows all.
    const bool full = needed(readings) <= width();
    for (qsizetype i = names.size(); i-- > 0;)
        drawn[i] = drawn[i] && (full || !m_d->lines[i].optional || needed(names) <= width());
    for (qsizetype i = 0; i < m_d->lines.size(); ++i) {
        m_d->swatches[i]->setVisible(drawn[i]);
        m_d->values[i]->setVisible(drawn[i]);
        m_d->values[i]->setText(full ? readings[i] : names[i]);
    }
}

void TimeChart::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    showLegend();
}

QSize TimeChart::minimumSizeHint() const
{
    return {leastWidth, layout()->minimumSize().height()};
}

void TimeChart::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        dress();
}

void TimeChart::dress()
{
    for (qsizetype i = 0; i < m_d->lines.size(); ++i)
        m_d->swatches[i]->setPixmap(swatch(m_d->penOf(i, palette()), devicePixelRatioF()));
    showLines();
}

} // namespace warmbench::ui
