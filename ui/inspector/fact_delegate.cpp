#include "ui/inspector/fact_delegate.h"

#include <QComboBox>
#include <QLineEdit>

namespace warmbench::ui {

QWidget *FactDelegate::createEditor(QWidget *parent, const QStyleOptionViewItem & /*option*/,
                                    const QModelIndex &index) const
{
    if (index.column() != 1)
        return nullptr;
    const QString name = index.siblingAtColumn(0).data().toString();
    const QStringList choices = index.data(ChoicesRole).toStringList();
    if (choices.isEmpty()) {
        auto *line = new QLineEdit(parent);
        line->setAccessibleName(name);
        line->setPlaceholderText(tr("empty: what the files say"));
        m_editor = line;
        return line;
    }
    auto *list = new QComboBox(parent);
    list->setAccessibleName(name);
    list->addItems(choices);
    // A choice is complete: nobody has to press Enter after it.
    connect(list, &QComboBox::activated, list, &QWidget::clearFocus);
    m_editor = list;
    return list;
}

void FactDelegate::setEditorData(QWidget *editor, const QModelIndex &index) const
{
    const QString written = index.data(WrittenRole).toString();
    if (auto *list = qobject_cast<QComboBox *>(editor)) {
        list->setCurrentIndex(list->findText(written));
    } else if (auto *line = qobject_cast<QLineEdit *>(editor)) {
        line->setText(written);
        line->selectAll();
    }
}

void FactDelegate::setModelData(QWidget *editor, QAbstractItemModel * /*model*/,
                                const QModelIndex &index) const
{
    const auto *list = qobject_cast<QComboBox *>(editor);
    const auto *line = qobject_cast<QLineEdit *>(editor);
    const QString written = list ? list->currentText() : line ? line->text() : QString();
    if (written != index.data(WrittenRole).toString())
        Q_EMIT entered(index, written);
}

} // namespace warmbench::ui
