// Search everything: the window's commands, its models and the files that were opened last, found
// by some letters of each word. Thread: GUI.
#pragma once

#include <functional>
#include <QDialog>
#include <QList>

class QLineEdit;
class QListWidget;

namespace warmbench::ui {

struct Command
{
    QString text;
    QString hint; // its keys, or what kind of thing it is
    std::function<void()> run;
};

class CommandPalette : public QDialog
{
    Q_OBJECT

public:
    explicit CommandPalette(QList<Command> commands, QWidget *parent = nullptr);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void show(const QString &words);
    void runCurrent();

    QList<Command> m_commands;
    QLineEdit *m_find;
    QListWidget *m_list;
};

} // namespace warmbench::ui
