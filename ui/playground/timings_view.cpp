#include "ui/playground/timings_view.h"

#include "ui/widgets/display_text.h"
#include "ui/widgets/phase_names.h"
#include "ui/widgets/theme.h"

#include <QPainter>
#include <QPainterPath>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int barHeight = 10;
constexpr int rowGap = 4;

} // namespace

TimingsView::TimingsView(QWidget *parent)
    : QWidget(parent)
{
    setAccessibleName(tr("Timings by phase"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void TimingsView::setTimings(const std::optional<PhaseTimings> &timings)
{
    m_timings = timings;
    QStringList spoken;
    if (timings) {
        for (const Phase phase : allPhases)
            spoken << u"%1 %2"_s.arg(phaseText(phase), text((*timings)[phase]));
        spoken << tr("total %1").arg(text(timings->total));
    }
    setAccessibleDescription(spoken.join(u"; "_s));
    update();
}

QSize TimingsView::sizeHint() const
{
    const int rows = static_cast<int>(allPhases.size()) + 1;
    return {210, barHeight + 10 + rows * (fontMetrics().height() + rowGap)};
}

QSize TimingsView::minimumSizeHint() const
{
    return {170, sizeHint().height()};
}

void TimingsView::paintEvent(QPaintEvent *)
{
    const ThemeColours colours = themeColours();
    const auto phases = phaseColours();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF bar(0, 0, width(), barHeight);
    QPainterPath outline;
    outline.addRoundedRect(bar, barHeight / 2.0, barHeight / 2.0);
    painter.fillPath(outline, colours.subtle);
    double sum = 0;
    if (m_timings)
        for (const Phase phase : allPhases)
            sum += toMilliseconds((*m_timings)[phase]);
    painter.save();
    painter.setClipPath(outline);
    double left = 0;
    int top = barHeight + 10;
    for (std::size_t i = 0; i < allPhases.size() && sum > 0; ++i) {
        const double width = bar.width() * toMilliseconds((*m_timings)[allPhases[i]]) / sum;
        painter.fillRect(QRectF(left, 0, width, barHeight), phases[i]);
        left += width;
    }
    painter.restore();

    const int line = fontMetrics().height();
    const auto row = [&](const QString &name, const QString &value, const QColor &colour) {
        if (colour.isValid()) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(colour);
            painter.drawRoundedRect(QRectF(0, top + (line - 9) / 2.0, 9, 9), 2, 2);
        }
        painter.setPen(colours.muted);
        painter.drawText(QRect(17, top, width() - 17, line), Qt::AlignLeft | Qt::AlignVCenter,
                         name);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(QRect(0, top, width(), line), Qt::AlignRight | Qt::AlignVCenter, value);
        top += line + rowGap;
    };
    for (std::size_t i = 0; i < allPhases.size(); ++i)
        row(phaseText(allPhases[i]), m_timings ? text((*m_timings)[allPhases[i]]) : u"–"_s,
            phases[i]);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    row(tr("Total"), m_timings ? text(m_timings->total) : u"–"_s, {});
}

} // namespace warmbench::ui
