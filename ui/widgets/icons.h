// The program's own SVG icons, drawn in the palette's text colour, sharp at any size and scale.
// Thread: GUI. An unknown name gives an empty icon.
#pragma once

#include <QColor>
#include <QIcon>
#include <QPixmap>
#include <QString>

namespace warmbench::ui {

// ":/icons/NAME.svg". The icon follows changes of the palette, because its colour is looked up
// while painting. With a valid `colour` it always has that colour.
QIcon icon(const QString &name, const QColor &colour = {});
// An icon as a pixmap for painting, sharp at this scale.
QPixmap iconPixmap(const QString &name, int size, qreal scale, const QColor &colour);

} // namespace warmbench::ui
