#include "ui/widgets/time_chart.h"

#include "ui/widgets/picture_pane.h"
#include "ui/widgets/theme.h"

#include <cmath>
#include <QChart>
#include <QChartView>
#include <QEvent>
#include <QGraphicsLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineSeries>
#include <QPainter>
#include <QValueAxis>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr Qt::PenStyle dashes[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};

// A short piece of a line for the legend.
QPixmap swatch(const QPen &pen, qreal scale)
{
    QPixmap picture(QSize(20, 10) * scale);
    picture.setDevicePixelRatio(scale);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(pen);
    painter.drawLine(QPointF(1, 5), QPointF(19, 5));
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
    QList<QLineSeries *> series;
    QList<QLabel *> swatches;
    QList<QLabel *> values;
    QList<double> newest;
    QLabel *note;
    QLabel *top;
    QLabel *from;
    QChart *chart;
    QValueAxis *x;
    QValueAxis *y;

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
    m_d->chart = new QChart;
    m_d->x = new QValueAxis(m_d->chart);
    m_d->y = new QValueAxis(m_d->chart);
    m_d->chart->addAxis(m_d->x, Qt::AlignBottom);
    m_d->chart->addAxis(m_d->y, Qt::AlignLeft);
    m_d->chart->legend()->hide();
    m_d->chart->setMargins({});
    m_d->chart->setBackgroundRoundness(0);
    m_d->chart->layout()->setContentsMargins(0, 0, 0, 0);
    for (QValueAxis *axis : {m_d->x, m_d->y}) {
        axis->setLabelsVisible(false);
        axis->setTickCount(axis == m_d->x ? 7 : 3);
    }

    auto *legend = new QHBoxLayout;
    legend->setSpacing(4);
    for (const Line &line : lines) {
        auto *series = new QLineSeries(m_d->chart);
        m_d->chart->addSeries(series);
        series->attachAxis(m_d->x);
        series->attachAxis(m_d->y);
        m_d->series << series;
        m_d->swatches << new QLabel(this);
        m_d->values << new QLabel(this);
        m_d->values.last()->setAccessibleName(line.name);
        m_d->newest << 0;
        legend->addWidget(m_d->swatches.last());
        legend->addWidget(m_d->values.last());
        legend->addSpacing(4);
    }
    legend->addStretch(1);
    auto *view = new QChartView(m_d->chart, this);
    view->setRenderHint(QPainter::Antialiasing);
    view->setFrameShape(QFrame::NoFrame);
    view->setFocusPolicy(Qt::NoFocus);
    view->viewport()->setFocusPolicy(Qt::NoFocus);
    view->setAccessibleName(title);
    view->setMinimumHeight(60);

    auto *heading = new QHBoxLayout;
    heading->addWidget(paneTitle(title, this));
    heading->addStretch(1);
    heading->addWidget(m_d->note);
    auto *scale = new QHBoxLayout;
    scale->addWidget(m_d->top);
    scale->addStretch(1);
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
    layout->addLayout(scale);
    layout->addWidget(view, 1);
    layout->addLayout(times);
    dress();
    replace(QList<QList<QPointF>>(lines.size()), 60);
}

TimeChart::~TimeChart() = default;

void TimeChart::replace(const QList<QList<QPointF>> &points, double spanSeconds)
{
    double highest = 0;
    for (qsizetype i = 0; i < m_d->series.size(); ++i) {
        m_d->series[i]->replace(points[i]);
        m_d->newest[i] = points[i].isEmpty() ? 0 : points[i].last().y();
        for (const QPointF &point : points[i])
            highest = std::max(highest, point.y());
    }
    const double ceiling = m_d->format(1024.0 * 1024.0).contains(u'i') // binary units
                               ? niceCeiling(highest * 1.05, 1024)
                               : niceCeiling(highest * 1.05, 10);
    m_d->x->setRange(-spanSeconds, 0);
    m_d->y->setRange(0, ceiling);
    m_d->top->setText(m_d->format(ceiling));
    m_d->from->setText(spanSeconds >= 120 ? tr("%1 min ago").arg(spanSeconds / 60)
                                          : tr("%1 s ago").arg(spanSeconds));
    showLegend();
}

void TimeChart::setNote(const QString &note)
{
    m_d->note->setText(note);
}

QList<QPointF> TimeChart::pointsOf(int line) const
{
    return m_d->series[line]->points();
}

void TimeChart::showLegend()
{
    for (qsizetype i = 0; i < m_d->lines.size(); ++i) {
        // A limit is not measured, so its value is shown beside the title.
        const bool limit = m_d->lines[i].limit;
        const bool drawn = !limit || m_d->series[i]->count() > 0;
        const QString &name = m_d->lines[i].name;
        m_d->swatches[i]->setVisible(drawn);
        m_d->values[i]->setVisible(drawn);
        m_d->values[i]->setText(limit ? name : u"%1 %2"_s.arg(name, m_d->format(m_d->newest[i])));
    }
}

void TimeChart::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        dress();
}

void TimeChart::dress()
{
    const ThemeColours colours = themeColours();
    m_d->chart->setBackgroundBrush(palette().brush(QPalette::Window));
    m_d->chart->setPlotAreaBackgroundVisible(true);
    m_d->chart->setPlotAreaBackgroundBrush(palette().brush(QPalette::Base));
    m_d->chart->setPlotAreaBackgroundPen(QPen(colours.line, 1));
    for (QValueAxis *axis : {m_d->x, m_d->y}) {
        axis->setGridLinePen(QPen(colours.line, 1));
        axis->setLinePen(Qt::NoPen);
    }
    for (qsizetype i = 0; i < m_d->series.size(); ++i) {
        const QPen pen = m_d->penOf(i, palette());
        m_d->series[i]->setPen(pen);
        m_d->swatches[i]->setPixmap(swatch(pen, devicePixelRatioF()));
    }
}

} // namespace warmbench::ui
