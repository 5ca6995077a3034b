#include "ui/models/model_delegate.h"

#include "ui/models/model_table.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <QApplication>
#include <QLineEdit>
#include <QPainter>
#include <QWidget>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int margin = 9;
constexpr int iconSide = 18;
constexpr int gap = 9;
constexpr int lineGap = 3;
constexpr int editorFrame = 3;

QFont nameFont(const QStyleOptionViewItem &option)
{
    QFont font = option.font;
    font.setWeight(QFont::DemiBold);
    return font;
}

} // namespace

void ModelDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                          const QModelIndex &index) const
{
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    item.text.clear();
    item.icon = {};
    const QStyle *style = item.widget ? item.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);

    const bool selected = item.state.testFlag(QStyle::State_Selected);
    const auto state = static_cast<ShownState>(index.data(ModelTable::StateRole).toInt());
    const QColor ink =
        item.palette.color(selected ? QPalette::HighlightedText : QPalette::WindowText);
    const QColor muted = selected ? ink : themeColours().muted;
    const qreal scale = painter->device()->devicePixelRatioF();
    QRect area = item.rect.adjusted(margin, margin - 1, -margin, 1 - margin);

    painter->save();
    const QFontMetrics nameMetrics(nameFont(item));
    const int iconTop = area.top() + (nameMetrics.height() - iconSide) / 2;
    painter->drawPixmap(
        area.left(), iconTop,
        iconPixmap(stateIcon(state), iconSide, scale, selected ? ink : stateColour(state)));
    area.setLeft(area.left() + iconSide + gap);
    int nameWidth = area.width();
    // Marks are at the right end of the name's line, the pin last.
    const auto mark = [&](int role, const QString &name) {
        if (!index.data(role).toBool())
            return;
        nameWidth -= iconSide + gap;
        painter->drawPixmap(area.left() + nameWidth + gap, iconTop,
                            iconPixmap(name, iconSide, scale, ink));
    };
    mark(ModelTable::PinnedRole, u"pin"_s);
    mark(ModelTable::UnnamedRole, u"star"_s);
    painter->setFont(nameFont(item));
    painter->setPen(ink);
    painter->drawText(QRect(area.left(), area.top(), nameWidth, nameMetrics.height()),
                      Qt::AlignLeft | Qt::AlignVCenter,
                      nameMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, nameWidth));
    painter->setFont(item.font);
    painter->setPen(muted);
    int top = area.top() + nameMetrics.height() + lineGap;
    const auto line = [&](const QString &left, const QString &right) {
        const QRect place(area.left(), top, area.width(), item.fontMetrics.height());
        const int kept = item.fontMetrics.horizontalAdvance(left) + gap;
        painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                          item.fontMetrics.elidedText(left, Qt::ElideRight, place.width()));
        // What stands at the right has the room that is left, or none.
        if (kept + item.fontMetrics.horizontalAdvance(right) <= place.width())
            painter->drawText(place, Qt::AlignRight | Qt::AlignVCenter, right);
        top += item.fontMetrics.height() + lineGap;
    };
    line(index.data(ModelTable::StateLineRole).toString(), {});
    QString counts = index.data(ModelTable::CountLineRole).toString();
    if (item.fontMetrics.elidedText(counts, Qt::ElideRight, area.width()) != counts)
        counts = index.data(ModelTable::BriefCountLineRole).toString();
    line(counts, index.data(ModelTable::LastUsedRole).toString());
    painter->restore();
}

QWidget *ModelDelegate::createEditor(QWidget *parent, const QStyleOptionViewItem &option,
                                     const QModelIndex &index) const
{
    QWidget *editor = QStyledItemDelegate::createEditor(parent, option, index);
    if (auto *name = qobject_cast<QLineEdit *>(editor))
        name->setFrame(true);
    return editor;
}

void ModelDelegate::updateEditorGeometry(QWidget *editor, const QStyleOptionViewItem &option,
                                         const QModelIndex &) const
{
    const int line = QFontMetrics(nameFont(option)).height();
    const int high = line + 2 * editorFrame;
    QRect area = option.rect;
    area.setLeft(area.left() + margin + iconSide + gap - 2 * editorFrame);
    area.setTop(area.top() + margin - 1 - editorFrame);
    area.setHeight(high);
    area.setRight(area.right() - editorFrame);
    editor->setGeometry(area);
}

QSize ModelDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    const int lines =
        QFontMetrics(nameFont(option)).height() + 2 * (lineGap + option.fontMetrics.height());
    return {120, lines + 2 * (margin - 1)};
}

} // namespace warmbench::ui
