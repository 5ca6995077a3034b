#include "ui/widgets/picture_view.h"

#include "painting/answer_painter.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

PictureView::PictureView(QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void PictureView::setPicture(const QImage &preview, QSize size)
{
    m_preview = preview;
    m_size = size;
    m_scaled = {};
    m_answer = {};
    setAccessibleDescription({});
    update();
}

void PictureView::setAnswer(SampleResult answer, const QString &spoken)
{
    m_answer = std::move(answer);
    m_scaled = {};
    setAccessibleDescription(spoken);
    update();
}

void PictureView::setPlaceholder(const QString &iconName, const QString &text)
{
    m_placeholderIcon = iconName;
    m_placeholder = text;
    update();
}

QRect PictureView::fitted() const
{
    const QSize room = size() - QSize(2, 2);
    QSize shown = m_preview.size().scaled(room, Qt::KeepAspectRatio);
    // A small picture is enlarged by a whole factor.
    const int factor = std::min(room.width() / std::max(1, m_preview.width()),
                                room.height() / std::max(1, m_preview.height()));
    if (factor >= 4)
        shown = m_preview.size() * factor;
    QRect place(QPoint(), shown);
    place.moveCenter(rect().center());
    return place;
}

void PictureView::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_preview.isNull()) {
        paintPlaceholder(painter);
        return;
    }
    const QRect place = fitted();
    const QSize pixels = place.size() * devicePixelRatioF();
    if (m_scaled.size() != pixels) {
        const bool enlarged = pixels.width() >= 3 * m_preview.width();
        m_scaled = QPixmap::fromImage(
            m_preview.scaled(pixels, Qt::IgnoreAspectRatio,
                             enlarged ? Qt::FastTransformation : Qt::SmoothTransformation));
        if (const QImage layer = colourLayer(m_answer, pixels); !layer.isNull())
            QPainter(&m_scaled).drawImage(0, 0, layer);
    }
    painter.drawPixmap(place, m_scaled);
    painter.setPen(QPen(themeColours().line, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRectF(place).adjusted(-0.5, -0.5, 0.5, 0.5));
    paintMarks(painter, m_answer, {m_size, QRectF(place), 1});
}

void PictureView::paintPlaceholder(QPainter &painter)
{
    const ThemeColours colours = themeColours();
    constexpr int side = 36;
    const QFontMetrics metrics = fontMetrics();
    const QRect words = metrics.boundingRect(rect().adjusted(12, 0, -12, 0),
                                             Qt::AlignHCenter | Qt::TextWordWrap, m_placeholder);
    int top = (height() - side - 10 - words.height()) / 2;
    painter.drawPixmap((width() - side) / 2, top,
                       iconPixmap(m_placeholderIcon, side, devicePixelRatioF(), colours.muted));
    top += side + 10;
    painter.setPen(colours.muted);
    painter.drawText(QRect(12, top, width() - 24, words.height()),
                     Qt::AlignHCenter | Qt::TextWordWrap, m_placeholder);
}

} // namespace warmbench::ui
