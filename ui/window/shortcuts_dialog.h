// The keyboard shortcuts by groups, found by words or keys. Thread: GUI.
#pragma once

#include <QDialog>

class QLineEdit;
class QTreeWidget;

namespace warmbench::ui {

class ShortcutsDialog : public QDialog
{
    Q_OBJECT

public:
    explicit ShortcutsDialog(QWidget *parent = nullptr);

private:
    void fill();
    void showFound(const QString &words);

    QLineEdit *m_find;
    QTreeWidget *m_list;
};

} // namespace warmbench::ui
