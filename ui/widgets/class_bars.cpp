#include "ui/widgets/class_bars.h"

#include "ui/widgets/display_text.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <cmath>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int barHeight = 8;
constexpr int spacing = 8;

QString scoreText(float score, bool share)
{
    return share ? u"%1 %"_s.arg(double(score) * 100, 0, 'f', 1) : numberText(double(score));
}

} // namespace

ClassBars::ClassBars(QWidget *parent)
    : QWidget(parent)
{
    setAccessibleName(tr("Classes, best first"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Minimum);
}

void ClassBars::setClasses(std::vector<ScoredClass> classes)
{
    m_classes = std::move(classes);
    m_shares = std::all_of(m_classes.begin(), m_classes.end(),
                           [](const ScoredClass &c) { return c.score >= 0 && c.score <= 1.0001F; });
    QStringList spoken;
    for (const ScoredClass &c : m_classes)
        spoken << u"%1 %2"_s.arg(text(c.label), scoreText(c.score, m_shares));
    setAccessibleDescription(spoken.join(u"; "_s));
    updateGeometry();
    update();
}

int ClassBars::rowHeight() const
{
    return fontMetrics().height() + 4 + barHeight + spacing;
}

QSize ClassBars::sizeHint() const
{
    return {220, std::max(1, static_cast<int>(m_classes.size())) * rowHeight() - spacing};
}

QSize ClassBars::minimumSizeHint() const
{
    return {120, sizeHint().height()};
}

void ClassBars::paintEvent(QPaintEvent *)
{
    const ThemeColours colours = themeColours();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    float largest = 0;
    for (const ScoredClass &c : m_classes)
        largest = std::max(largest, std::isfinite(c.score) ? std::abs(c.score) : 0.0F);
    const double full = m_shares ? 1.0 : std::max(double(largest), 1e-12);

    int top = 0;
    QFont first = font();
    first.setWeight(QFont::DemiBold);
    for (std::size_t i = 0; i < m_classes.size(); ++i, top += rowHeight()) {
        const ScoredClass &c = m_classes[i];
        painter.setFont(i == 0 ? first : font());
        painter.setPen(palette().color(QPalette::WindowText));
        const QString score = scoreText(c.score, m_shares);
        const QFontMetrics metrics(painter.font());
        const int scoreWidth = metrics.horizontalAdvance(score);
        const QRect line(0, top, width(), metrics.height());
        painter.drawText(
            line, Qt::AlignLeft | Qt::AlignVCenter,
            metrics.elidedText(text(c.label), Qt::ElideRight, width() - scoreWidth - 12));
        painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, score);

        const QRectF bar(0, top + metrics.height() + 4, width(), barHeight);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours.subtle);
        painter.drawRoundedRect(bar, barHeight / 2.0, barHeight / 2.0);
        const double share =
            std::isfinite(c.score) ? std::clamp(std::abs(double(c.score)) / full, 0.0, 1.0) : 0;
        if (share * bar.width() < 1)
            continue;
        QRectF filled = bar;
        filled.setWidth(std::max<double>(barHeight, bar.width() * share));
        painter.setBrush(i == 0 ? palette().color(QPalette::Highlight) : colours.muted);
        painter.drawRoundedRect(filled, barHeight / 2.0, barHeight / 2.0);
    }
}

} // namespace warmbench::ui
