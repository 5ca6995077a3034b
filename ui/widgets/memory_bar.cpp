#include "ui/widgets/memory_bar.h"

#include "ui/widgets/display_text.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <QPainter>

namespace warmbench::ui {

namespace {
constexpr int memoryBarHeight = 6;
} // namespace

MemoryBar::MemoryBar(QWidget *parent)
    : QWidget(parent)
{
    setAccessibleName(tr("Memory of the loaded models"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void MemoryBar::setMemory(Bytes used, Bytes budget)
{
    if (used == m_used && budget == m_budget)
        return;
    m_used = used;
    m_budget = budget;
    setAccessibleDescription(text());
    setToolTip(text());
    update();
}

QString MemoryBar::text() const
{
    return tr("%1 of %2 in use").arg(ui::text(m_used), ui::text(m_budget));
}

QSize MemoryBar::sizeHint() const
{
    return {160, memoryBarHeight};
}

void MemoryBar::paintEvent(QPaintEvent *)
{
    const ThemeColours colours = themeColours();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const QRectF bar(0, 0, width(), memoryBarHeight);
    painter.setBrush(colours.line);
    painter.drawRoundedRect(bar, memoryBarHeight / 2.0, memoryBarHeight / 2.0);
    const double share = m_budget.count > 0
                             ? std::clamp(double(m_used.count) / double(m_budget.count), 0.0, 1.0)
                             : 0.0;
    if (share > 0) {
        // The bar is never narrower than it is high, so that a small amount can be seen.
        const double filled = std::max<double>(memoryBarHeight, bar.width() * share);
        painter.setBrush(share > 0.9 ? colours.warning : palette().color(QPalette::Highlight));
        painter.drawRoundedRect(QRectF(0, 0, filled, memoryBarHeight), memoryBarHeight / 2.0,
                                memoryBarHeight / 2.0);
    }
}

} // namespace warmbench::ui
