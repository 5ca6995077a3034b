// Qt's Fusion style with check boxes and radio buttons whose frames can be seen on dark ground.
// Thread: GUI.
#pragma once

#include <QProxyStyle>

namespace warmbench::ui {

class WindowStyle : public QProxyStyle
{
    Q_OBJECT

public:
    WindowStyle();

    void drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                       const QWidget *widget) const override;
};

} // namespace warmbench::ui
