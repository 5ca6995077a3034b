// The program's own SVG icons, drawn in the palette's text colour at whatever size and scale they
// are shown. Thread: GUI. An icon that is not built in is empty.
#pragma once

#include <QColor>
#include <QIcon>
#include <QPixmap>
#include <QString>

namespace warmbench::ui {

// ":/icons/NAME.svg". Drawn anew when the palette changes, since the colour is looked up while
// painting. A valid `colour` stays whatever the palette says.
QIcon icon(const QString &name, const QColor &colour = {});
// One picture of an icon for painting by hand, sharp at this scale.
QPixmap iconPixmap(const QString &name, int size, qreal scale, const QColor &colour);

} // namespace warmbench::ui
