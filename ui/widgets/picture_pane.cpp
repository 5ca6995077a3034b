#include "ui/widgets/picture_pane.h"

#include "ui/widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

namespace warmbench::ui {

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
    painter.setPen(themeColours().muted);
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(m_text, Qt::ElideRight, width()));
}

PicturePane::PicturePane(const QString &title, QWidget *parent)
    : QWidget(parent)
    , m_titleRow(new QHBoxLayout)
    , m_view(new PictureView(this))
    , m_caption(new CaptionLabel(this))
{
    m_view->setAccessibleName(title);
    m_titleRow->setSpacing(4);
    m_titleRow->addWidget(paneTitle(title, this));
    m_titleRow->addStretch(1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(m_titleRow);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_caption);
}

void PicturePane::setCaption(const QString &caption)
{
    m_caption->setText(caption);
}

QString PicturePane::caption() const
{
    return m_caption->text();
}

} // namespace warmbench::ui
