// Edits the value of a row of the inspector in its place: a list of choices, or a line. Thread:
// GUI.
#pragma once

#include <QPointer>
#include <QStyledItemDelegate>

namespace warmbench::ui {

class FactDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    // What an item holds beside its text.
    enum Role { WrittenRole = Qt::UserRole + 1, ChoicesRole };

    using QStyledItemDelegate::QStyledItemDelegate;

    QWidget *createEditor(QWidget *parent, const QStyleOptionViewItem &option,
                          const QModelIndex &index) const override;
    void setEditorData(QWidget *editor, const QModelIndex &index) const override;
    void setModelData(QWidget *editor, QAbstractItemModel *model,
                      const QModelIndex &index) const override;

    bool isEditing() const { return m_editor != nullptr; }

Q_SIGNALS:
    void entered(const QModelIndex &index, const QString &written) const;

private:
    mutable QPointer<QWidget> m_editor; // the one that is open
};

} // namespace warmbench::ui
