#include "ui/widgets/window_style.h"

#include "ui/widgets/theme.h"

#include <QPainter>
#include <QStyleOption>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

WindowStyle::WindowStyle()
    : QProxyStyle(u"Fusion"_s)
{
}

// Fusion's own frame is a darker shade of the window, which on dark ground is none.
void WindowStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option,
                                QPainter *painter, const QWidget *widget) const
{
    QProxyStyle::drawPrimitive(element, option, painter, widget);
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
