#include "ui/widgets/picture_view.h"

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
    m_boxes.clear();
    update();
}

void PictureView::setBoxes(std::vector<Detection> boxes)
{
    m_boxes = std::move(boxes);
    QStringList spoken;
    for (const Detection &box : m_boxes)
        spoken << tr("%1, %2 %")
                      .arg(QString::fromStdString(box.label))
                      .arg(box.score * 100, 0, 'f', 0);
    setAccessibleDescription(spoken.join(u"; "_s));
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
    }
    painter.drawPixmap(place, m_scaled);
    painter.setPen(QPen(themeColours().line, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRectF(place).adjusted(-0.5, -0.5, 0.5, 0.5));
    paintBoxes(painter, place);
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

void PictureView::paintBoxes(QPainter &painter, const QRect &place)
{
    if (m_size.isEmpty())
        return;
    const double scaleX = double(place.width()) / m_size.width();
    const double scaleY = double(place.height()) / m_size.height();
    QFont font = painter.font();
    font.setWeight(QFont::DemiBold);
    font.setPointSizeF(std::max(7.0, font.pointSizeF() - 1));
    painter.setFont(font);
    const QFontMetrics metrics(font);
    const QColor accent(0x25, 0x63, 0xc4);
    QList<QRectF> tags;
    for (const Detection &box : m_boxes) {
        const QRectF frame(
            QPointF(place.left() + box.left * scaleX, place.top() + box.top * scaleY),
            QPointF(place.left() + box.right * scaleX, place.top() + box.bottom * scaleY));
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(Qt::white, 4));
        painter.drawRoundedRect(frame, 2, 2);
        painter.setPen(QPen(accent, 2));
        painter.drawRoundedRect(frame, 2, 2);
        const QString label =
            u"%1 %2 %"_s.arg(QString::fromStdString(box.label)).arg(box.score * 100, 0, 'f', 0);
        QRectF tag(frame.left() - 1, frame.top() - metrics.height() - 3,
                   metrics.horizontalAdvance(label) + 10, metrics.height() + 2);
        if (tag.top() < place.top())
            tag.moveTop(frame.top() + 1);
        if (tag.right() > place.right())
            tag.moveRight(place.right());
        // If two tags would overlap, only the better box shows its tag; the caption names all
        // boxes.
        if (std::any_of(tags.begin(), tags.end(),
                        [&](const QRectF &other) { return other.intersects(tag); }))
            continue;
        tags << tag;
        painter.setPen(Qt::NoPen);
        painter.setBrush(accent);
        painter.drawRoundedRect(tag, 2, 2);
        painter.setPen(Qt::white);
        painter.drawText(tag, Qt::AlignCenter, label);
    }
}

} // namespace warmbench::ui
