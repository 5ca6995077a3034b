#include "ui/widgets/window_style.h"

#include "ui/widgets/theme.h"

#include <algorithm>
#include <QPainter>
#include <QStyleOption>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

WindowStyle::WindowStyle()
    : QProxyStyle(u"Fusion"_s)
{
}

namespace {

constexpr int shortestThumb = 24; // logical pixels
constexpr int thumbMargin = 3;

// Where the parts of a scroll bar are along it: the thumb between the two halves of the groove.
QRect barPart(const QStyleOptionSlider &bar, QStyle::SubControl part)
{
    const bool across = bar.orientation == Qt::Horizontal;
    const QRect all = bar.rect;
    const int length = across ? all.width() : all.height();
    const qint64 range = qint64(bar.maximum) - bar.minimum;
    int thumb = length;
    if (range > 0)
        thumb = std::clamp(static_cast<int>(qint64(bar.pageStep) * length / (range + bar.pageStep)),
                           std::min(shortestThumb, length), length);
    const int start = QStyle::sliderPositionFromValue(bar.minimum, bar.maximum, bar.sliderPosition,
                                                      length - thumb, bar.upsideDown);
    const auto along = [&](int from, int to) {
        const QRect place = across ? QRect(all.x() + from, all.y(), to - from, all.height())
                                   : QRect(all.x(), all.y() + from, all.width(), to - from);
        return QStyle::visualRect(bar.direction, all, place);
    };
    switch (part) {
    case QStyle::SC_ScrollBarSlider:
        return along(start, start + thumb);
    case QStyle::SC_ScrollBarSubPage:
        return along(0, start);
    case QStyle::SC_ScrollBarAddPage:
        return along(start + thumb, length);
    case QStyle::SC_ScrollBarGroove:
        return all;
    default:
        return {};
    }
}

void drawBar(const QStyleOptionSlider &bar, QPainter &painter)
{
    const bool used = (bar.activeSubControls & QStyle::SC_ScrollBarSlider) != 0 &&
                      (bar.state & (QStyle::State_Sunken | QStyle::State_MouseOver)) != 0;
    QColor thumb = themeColours().muted;
    thumb.setAlpha(used ? 255 : 180);
    painter.save();
    painter.fillRect(bar.rect, bar.palette.window());
    if (bar.maximum > bar.minimum) {
        const QRectF place = QRectF(barPart(bar, QStyle::SC_ScrollBarSlider))
                                 .adjusted(thumbMargin, thumbMargin, -thumbMargin, -thumbMargin);
        const double radius = std::min(place.width(), place.height()) / 2;
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(thumb);
        painter.drawRoundedRect(place, radius, radius);
    }
    painter.restore();
}

// Fusion's own frame is a darker shade of the window, which on dark ground is none.
void drawFrame(const QStyleOption &option, QPainter &painter)
{
    if (!isDark(option.palette) || (option.state & QStyle::State_HasFocus) != 0)
        return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(option.palette.color(QPalette::Disabled, QPalette::Text));
    painter.drawRoundedRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
    painter.restore();
}

} // namespace

void WindowStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option,
                                     QPainter *painter, const QWidget *widget) const
{
    if (const auto *bar = qstyleoption_cast<const QStyleOptionSlider *>(option);
        bar && control == CC_ScrollBar)
        return drawBar(*bar, *painter);
    QProxyStyle::drawComplexControl(control, option, painter, widget);
    if (control == CC_SpinBox || control == CC_ComboBox)
        drawFrame(*option, *painter);
}

QRect WindowStyle::subControlRect(ComplexControl control, const QStyleOptionComplex *option,
                                  SubControl part, const QWidget *widget) const
{
    if (const auto *bar = qstyleoption_cast<const QStyleOptionSlider *>(option);
        bar && control == CC_ScrollBar)
        return barPart(*bar, part);
    return QProxyStyle::subControlRect(control, option, part, widget);
}

void WindowStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option,
                                QPainter *painter, const QWidget *widget) const
{
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    if (element == PE_FrameLineEdit)
        drawFrame(*option, *painter);
    const bool box = element == PE_IndicatorCheckBox;
    const bool round = element == PE_IndicatorRadioButton;
    const bool focused =
        (option->state & State_HasFocus) != 0 && (option->state & State_KeyboardFocusChange) != 0;
    if ((!box && !round) || focused || !isDark(option->palette))
        return;
    const bool usable = (option->state & State_Enabled) != 0;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing, round);
    painter->setBrush(Qt::NoBrush);
    painter->setPen(option->palette.color(usable ? QPalette::Normal : QPalette::Disabled,
                                          usable ? QPalette::PlaceholderText : QPalette::Text));
    const QRectF frame = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
    if (box)
        painter->drawRect(frame);
    else
        painter->drawEllipse(frame);
    painter->restore();
}

} // namespace warmbench::ui
