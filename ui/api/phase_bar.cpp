#include "ui/api/phase_bar.h"

#include "ui/api/served_request.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/phase_names.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <QPainter>
#include <QPainterPath>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int barHeight = 12;
constexpr int belowBar = 6;
constexpr int rowGap = 1;
constexpr int columnGap = 28;
constexpr int swatch = 9;
constexpr int leastColumn = 172;
// The phases, the rest and the total, in two columns.
constexpr int rowCount = int(allPhases.size() + 2) / 2;

} // namespace

PhaseBar::PhaseBar(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"phaseBar"_s);
    setAccessibleName(tr("Where the time went"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void PhaseBar::setRequest(const ServedRequest *request)
{
    m_parts.clear();
    m_total = {};
    QStringList spoken;
    if (request && request->phases) {
        for (std::size_t i = 0; i < allPhases.size(); ++i)
            m_parts.push_back({phaseText(allPhases[i]), (*request->phases)[i]});
        m_parts.push_back({tr("Rest"), request->rest()});
        m_total = request->total;
        for (const Part &part : m_parts)
            spoken << u"%1 %2"_s.arg(part.name, text(part.span));
        spoken << tr("total %1").arg(text(m_total));
    }
    setAccessibleDescription(spoken.join(u"; "_s));
    update();
}

QSize PhaseBar::sizeHint() const
{
    return {2 * leastColumn + columnGap,
            barHeight + belowBar + rowCount * (fontMetrics().height() + rowGap)};
}

QSize PhaseBar::minimumSizeHint() const
{
    return sizeHint();
}

void PhaseBar::paintEvent(QPaintEvent *)
{
    if (m_parts.empty())
        return;
    const ThemeColours colours = themeColours();
    const auto phases = phaseColours();
    const auto colourOf = [&](std::size_t part) {
        return part < phases.size() ? phases[part] : colours.line;
    };
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double total = std::max(toMilliseconds(m_total), 1e-9);
    const QRectF bar(0, 0, width(), barHeight);
    QPainterPath outline;
    outline.addRoundedRect(bar, 4, 4);
    painter.save();
    painter.setClipPath(outline);
    double left = 0;
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const double share = bar.width() * toMilliseconds(m_parts[i].span) / total;
        painter.fillRect(QRectF(left, 0, share, barHeight), colourOf(i));
        left += share;
    }
    painter.restore();

    const int line = fontMetrics().height();
    const int column = (width() - columnGap) / 2;
    const auto row = [&](std::size_t place, const QString &name, std::chrono::nanoseconds span,
                         const QColor &colour) {
        const bool right = place >= rowCount;
        const int x = right ? column + columnGap : 0;
        const int y = barHeight + belowBar + (int(place) % rowCount) * (line + rowGap);
        if (colour.isValid()) {
            painter.setPen(colour == colours.line ? QPen(colours.muted) : QPen(Qt::NoPen));
            painter.setBrush(colour);
            painter.drawRoundedRect(QRectF(x, y + (line - swatch) / 2.0, swatch, swatch), 2, 2);
        }
        painter.setPen(colours.muted);
        painter.drawText(QRect(x + swatch + 7, y, column, line), Qt::AlignLeft | Qt::AlignVCenter,
                         name);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(QRect(x, y, column, line), Qt::AlignRight | Qt::AlignVCenter, text(span));
    };
    for (std::size_t i = 0; i < m_parts.size(); ++i)
        row(i, m_parts[i].name, m_parts[i].span, colourOf(i));
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    row(m_parts.size(), tr("Total"), m_total, {});
}

} // namespace warmbench::ui
