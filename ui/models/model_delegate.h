// Paints a model as two lines: state icon and name with its marks (a star: it answers
// /predict without a name; a pin), then the second line (second_line.h).
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
    QWidget *createEditor(QWidget *parent, const QStyleOptionViewItem &option,
                          const QModelIndex &index) const override;
    // The editor of a name covers the first line alone.
    void updateEditorGeometry(QWidget *editor, const QStyleOptionViewItem &option,
                              const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

} // namespace warmbench::ui
