#include "ui/network/histogram_view.h"

#include "ui/widgets/colour_scale.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <cmath>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

HistogramView::HistogramView(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"tensorHistogram"_s);
    setAccessibleName(tr("Histogram"));
    setWords([](double number) { return numberText(number); }, tr("%1 numbers"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void HistogramView::setBins(std::vector<std::int64_t> bins, double low, double high,
                            const QString &last)
{
    m_last = last;
    m_bins = std::move(bins);
    m_low = low;
    m_high = high;
    const auto most = std::max_element(m_bins.begin(), m_bins.end());
    setAccessibleDescription(
        most == m_bins.end()
            ? QString()
            : tr("Most often %1").arg(reading(static_cast<int>(most - m_bins.begin()))));
    update();
}

void HistogramView::setWords(std::function<QString(double)> number, const QString &counted)
{
    m_number = std::move(number);
    m_counted = counted;
}

QString HistogramView::lastText() const
{
    return m_last.isEmpty() ? m_number(m_high) : m_last;
}

QString HistogramView::reading(int bin) const
{
    const double width = (m_high - m_low) / static_cast<double>(m_bins.size());
    const bool isLast = bin + 1 == static_cast<int>(m_bins.size());
    return tr("%1 to %2: %3")
        .arg(m_number(m_low + bin * width),
             isLast ? lastText() : m_number(m_low + (bin + 1) * width),
             m_counted.arg(grouped(m_bins[static_cast<std::size_t>(bin)])));
}

bool HistogramView::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip || m_bins.empty())
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    const int count = static_cast<int>(m_bins.size());
    QToolTip::showText(help->globalPos(),
                       reading(std::clamp(help->x() * count / std::max(1, width()), 0, count - 1)),
                       this);
    return true;
}

void HistogramView::paintEvent(QPaintEvent *)
{
    if (m_bins.empty())
        return;
    QPainter painter(this);
    const ThemeColours colours = themeColours();
    const int line = fontMetrics().height() + 2;
    const double floor = height() - line;
    const auto most = static_cast<double>(*std::max_element(m_bins.begin(), m_bins.end()));
    const double step = static_cast<double>(width()) / static_cast<double>(m_bins.size());
    for (std::size_t i = 0; i < m_bins.size(); ++i) {
        if (m_bins[i] == 0)
            continue;
        const auto count = static_cast<double>(m_bins[i]);
        const double part = m_plain ? count / most : std::log1p(count) / std::log1p(most);
        const double tall = std::max(1.0, floor * part);
        const double share =
            m_bins.size() > 1 ? static_cast<double>(i) / static_cast<double>(m_bins.size() - 1) : 0;
        painter.fillRect(
            QRectF(static_cast<double>(i) * step, floor - tall, std::max(1.0, step - 1), tall),
            m_plain ? colours.series[0] : QColor(scaleColour(share)));
        // The ends of the scale are nearly those of the ground in one theme or the other.
        painter.fillRect(
            QRectF(static_cast<double>(i) * step, floor - tall, std::max(1.0, step), 1),
            colours.muted);
    }
    painter.setPen(colours.line);
    painter.drawLine(QPointF(0, floor), QPointF(width(), floor));
    painter.setPen(colours.muted);
    const QRectF words(0, floor, width(), line);
    QString first = m_number(m_low);
    QString last = lastText();
    const auto fits = [&] {
        return fontMetrics().horizontalAdvance(first + u"  "_s + last) <= width();
    };
    if (!fits() && !m_last.isEmpty())
        last = m_number(m_high) + u'+'; // pointing tells how far it reaches
    if (!fits())
        first.clear();
    painter.drawText(words, Qt::AlignLeft | Qt::AlignBottom, first);
    painter.drawText(words, Qt::AlignRight | Qt::AlignBottom, last);
}

} // namespace warmbench::ui
