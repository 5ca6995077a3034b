// Paints a picture of the strip: its thumbnail, its name and the answer in a few words, with a sign
// where it was refused or is out of date. Thread: GUI.
#pragma once

#include <QStyledItemDelegate>

namespace warmbench::ui {

class InputDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    static constexpr int thumbnailSide = 44; // logical pixels

    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

} // namespace warmbench::ui
