#include "ui/widgets/caption_label.h"

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <QLabel>
#include <QPainter>

namespace warmbench::ui {

namespace {

constexpr int signSide = 14;

} // namespace

QLabel *paneTitle(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    QFont font = label->font();
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    label->setMinimumHeight(label->sizeHint().height() + 8); // the height of a row with buttons
    return label;
}

CaptionLabel::CaptionLabel(QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
}

void CaptionLabel::setText(const QString &text)
{
    if (text == m_text)
        return;
    m_text = text;
    setToolTip(text);
    setAccessibleName(text);
    update();
}

QSize CaptionLabel::sizeHint() const
{
    return {120, fontMetrics().height() + 2};
}

QSize CaptionLabel::minimumSizeHint() const
{
    return {40, fontMetrics().height() + 2};
}

void CaptionLabel::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const ThemeColours colours = themeColours();
    QRect words = rect();
    if (m_urgent && !m_text.isEmpty()) {
        painter.drawPixmap(
            0, (height() - signSide) / 2,
            iconPixmap(QStringLiteral("warning"), signSide, devicePixelRatioF(), colours.warning));
        words.setLeft(signSide + 6);
    }
    painter.setPen(m_urgent ? colours.warning : colours.muted);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(m_text, Qt::ElideRight, words.width()));
}

void CaptionLabel::setUrgent(bool urgent)
{
    m_urgent = urgent;
    update();
}

} // namespace warmbench::ui
