// Draws a cell's share as a thin bar under its text. Thread: GUI.
#pragma once

#include <QStyledItemDelegate>

namespace warmbench::ui {

class ShareDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    // `role` has the share, 0 to 1.
    ShareDelegate(int role, QObject *parent);

    // With some room around the text, for all cells of its row.
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

protected:
    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;

private:
    int m_role;
};

} // namespace warmbench::ui
