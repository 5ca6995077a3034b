// Paints a model as two lines: state icon and name, then state in words, memory, hits and use.
// Thread: GUI.
#pragma once

#include <QStyledItemDelegate>

namespace warmbench::ui {

class ModelDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

} // namespace warmbench::ui
