#include "ui/widgets/picture_view.h"

#include "painting/answer_painter.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <cmath>
#include <QAccessibleWidget>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr double largestZoom = 32;
constexpr double zoomStep = 1.25;
constexpr double moveStep = 40; // logical pixels an arrow key

// Screen readers call it a picture.
QAccessibleInterface *spokenAsPicture(const QString &className, QObject *object)
{
    if (className != QLatin1StringView(PictureView::staticMetaObject.className()))
        return nullptr;
    return new QAccessibleWidget(static_cast<QWidget *>(object), QAccessible::Graphic);
}

} // namespace

PictureView::PictureView(QWidget *parent)
    : QWidget(parent)
{
    [[maybe_unused]] static const bool spoken =
        (QAccessible::installFactory(spokenAsPicture), true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setFocusPolicy(Qt::StrongFocus);
}

void PictureView::setPicture(const QImage &preview, QSize size)
{
    m_preview = preview;
    m_size = size;
    m_zoom = {};
    setAnswer({}, {});
}

void PictureView::setAnswer(SampleResult answer, const QString &spoken)
{
    m_answer = std::move(answer);
    setAccessibleDescription(spoken);
    setOnly(-1);
}

void PictureView::setOnly(int detection)
{
    m_drawn = m_answer;
    if (detection >= 0 && static_cast<std::size_t>(detection) < m_answer.detections.size())
        m_drawn.detections = {m_answer.detections[static_cast<std::size_t>(detection)]};
    m_scaled = {};
    m_layered = {};
    update();
}

void PictureView::setPlaceholder(const QString &iconName, const QString &text)
{
    m_placeholderIcon = iconName;
    m_placeholder = text;
    update();
}

void PictureView::setZoom(PictureZoom zoom)
{
    m_zoom = zoom;
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

QRectF PictureView::shownPlace() const
{
    const QRectF fit = fitted();
    if (m_zoom.factor <= 1)
        return fit;
    const QSizeF large = fit.size() * m_zoom.factor;
    const QPointF middle = QRectF(rect()).center();
    return {middle.x() - m_zoom.centre.x() * large.width(),
            middle.y() - m_zoom.centre.y() * large.height(), large.width(), large.height()};
}

void PictureView::changeZoom(PictureZoom zoom)
{
    zoom.factor = std::clamp(zoom.factor, 1.0, largestZoom);
    zoom.centre = zoom.factor > 1 ? QPointF(std::clamp(zoom.centre.x(), 0.0, 1.0),
                                            std::clamp(zoom.centre.y(), 0.0, 1.0))
                                  : QPointF(0.5, 0.5);
    if (m_preview.isNull() || zoom == m_zoom)
        return;
    setZoom(zoom);
    Q_EMIT zoomed(zoom);
}

void PictureView::zoomBy(double factor, const QPointF &at)
{
    // The pixel under the pointer stays where it is.
    const QRectF place = shownPlace();
    const QPointF there((at.x() - place.left()) / place.width(),
                        (at.y() - place.top()) / place.height());
    PictureZoom zoom = m_zoom;
    zoom.factor = std::clamp(zoom.factor * factor, 1.0, largestZoom);
    const QSizeF large = QSizeF(fitted().size()) * zoom.factor;
    const QPointF middle = QRectF(rect()).center();
    zoom.centre = {there.x() + (middle.x() - at.x()) / large.width(),
                   there.y() + (middle.y() - at.y()) / large.height()};
    changeZoom(zoom);
}

void PictureView::moveBy(const QPointF &pixels)
{
    const QRectF place = shownPlace();
    changeZoom({m_zoom.factor,
                m_zoom.centre + QPointF(pixels.x() / place.width(), pixels.y() / place.height())});
}

void PictureView::wheelEvent(QWheelEvent *event)
{
    zoomBy(std::pow(zoomStep, event->angleDelta().y() / 120.0), event->position());
    event->accept();
}

void PictureView::mousePressEvent(QMouseEvent *event)
{
    m_dragged = event->position();
}

void PictureView::mouseMoveEvent(QMouseEvent *event)
{
    if (event->buttons().testFlag(Qt::LeftButton) && m_zoom.factor > 1)
        moveBy(m_dragged - event->position());
    m_dragged = event->position();
}

void PictureView::mouseDoubleClickEvent(QMouseEvent *)
{
    changeZoom({});
}

void PictureView::keyPressEvent(QKeyEvent *event)
{
    const QPointF middle = QRectF(rect()).center();
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoomBy(zoomStep, middle);
    case Qt::Key_Minus:
        return zoomBy(1 / zoomStep, middle);
    case Qt::Key_0:
        return changeZoom({});
    case Qt::Key_Left:
    case Qt::Key_Right: {
        const int by = event->key() == Qt::Key_Left ? -1 : 1;
        if (m_zoom.factor > 1)
            return moveBy({by * moveStep, 0});
        return stepped(by);
    }
    case Qt::Key_Up:
        return moveBy({0, -moveStep});
    case Qt::Key_Down:
        return moveBy({0, moveStep});
    default:
        QWidget::keyPressEvent(event);
    }
}

void PictureView::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_preview.isNull()) {
        paintPlaceholder(painter);
    } else {
        const QRectF place = shownPlace();
        paintPicture(painter, place);
        painter.setPen(QPen(themeColours().line, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5));
        paintMarks(painter, m_drawn, {m_size, place, 1});
    }
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void PictureView::paintPicture(QPainter &painter, const QRectF &place)
{
    const QSize pixels = (place.size() * devicePixelRatioF()).toSize();
    const bool enlarged = pixels.width() >= 3 * m_preview.width();
    if (m_zoom.factor > 1) {
        if (m_layered.isNull()) {
            m_layered = QPixmap::fromImage(m_preview);
            if (const QImage layer = colourLayer(m_drawn, m_preview.size()); !layer.isNull())
                QPainter(&m_layered).drawImage(0, 0, layer);
        }
        painter.setRenderHint(QPainter::SmoothPixmapTransform, !enlarged);
        painter.drawPixmap(place, m_layered, QRectF(m_layered.rect()));
        return;
    }
    if (m_scaled.size() != pixels) {
        m_scaled = QPixmap::fromImage(
            m_preview.scaled(pixels, Qt::IgnoreAspectRatio,
                             enlarged ? Qt::FastTransformation : Qt::SmoothTransformation));
        if (const QImage layer = colourLayer(m_drawn, pixels); !layer.isNull())
            QPainter(&m_scaled).drawImage(0, 0, layer);
    }
    painter.drawPixmap(place.toRect(), m_scaled);
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
