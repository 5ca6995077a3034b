#include "ui/playground/input_delegate.h"

#include "ui/playground/input_list.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <QApplication>
#include <QPainter>
#include <QWidget>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int margin = 4;
constexpr int gap = 8;
constexpr int wordsWidth = 116;
constexpr int signSide = 14;

} // namespace

void InputDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                          const QModelIndex &index) const
{
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const QPixmap picture = index.data(Qt::DecorationRole).value<QPixmap>();
    item.text.clear();
    item.icon = {};
    const QStyle *style = item.widget ? item.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);

    const ThemeColours colours = themeColours();
    const bool selected = item.state.testFlag(QStyle::State_Selected);
    const bool refused =
        index.data(InputList::StateRole).toInt() == static_cast<int>(InputList::State::Refused);
    const bool waiting =
        index.data(InputList::StateRole).toInt() == static_cast<int>(InputList::State::Waiting);
    const bool stale = index.data(InputList::StaleRole).toBool();
    const QColor ink =
        item.palette.color(selected ? QPalette::HighlightedText : QPalette::WindowText);
    const QColor muted = selected ? ink : colours.muted;

    painter->save();
    painter->setRenderHint(QPainter::SmoothPixmapTransform);
    QRect area = item.rect.adjusted(margin, margin, -margin, -margin);
    const QRect frame(area.left(), area.top() + (area.height() - thumbnailSide) / 2, thumbnailSide,
                      thumbnailSide);
    if (picture.isNull()) {
        painter->fillRect(frame, colours.subtle);
    } else {
        QRect place(QPoint(), picture.size().scaled(frame.size(), Qt::KeepAspectRatio));
        place.moveCenter(frame.center());
        painter->drawPixmap(place, picture);
    }
    area.setLeft(frame.right() + 1 + gap);
    const int line = item.fontMetrics.height();
    int top = area.top() + (area.height() - 2 * line) / 2;
    painter->setPen(muted);
    painter->drawText(
        QRect(area.left(), top, area.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
        item.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, area.width()));
    top += line;
    QRect words(area.left(), top, area.width(), line);
    if (refused || stale) {
        const QColor tone = selected ? ink : refused ? colours.bad : colours.warning;
        painter->drawPixmap(words.left(), words.top() + (line - signSide) / 2,
                            iconPixmap(refused ? u"error"_s : u"state-changed"_s, signSide,
                                       painter->device()->devicePixelRatioF(), tone));
        words.setLeft(words.left() + signSide + margin);
    }
    painter->setPen(waiting || stale ? muted : ink);
    painter->drawText(words, Qt::AlignLeft | Qt::AlignVCenter,
                      item.fontMetrics.elidedText(index.data(InputList::PhraseRole).toString(),
                                                  Qt::ElideRight, words.width()));
    painter->restore();
}

QSize InputDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    const int high = std::max(thumbnailSide, 2 * option.fontMetrics.height());
    return {thumbnailSide + gap + wordsWidth + 2 * margin, high + 2 * margin};
}

} // namespace warmbench::ui
