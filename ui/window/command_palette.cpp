#include "ui/window/command_palette.h"

#include <algorithm>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

CommandPalette::CommandPalette(QList<Command> commands, QWidget *parent)
    : QDialog(parent)
    , m_commands(std::move(commands))
    , m_find(new QLineEdit(this))
    , m_list(new QListWidget(this))
{
    setObjectName(u"commandPalette"_s);
    setWindowTitle(tr("Search everything"));
    m_find->setObjectName(u"findCommand"_s);
    m_find->setAccessibleName(tr("Search commands, models and recent files"));
    m_find->setPlaceholderText(m_find->accessibleName());
    m_find->installEventFilter(this);
    m_list->setObjectName(u"commands"_s);
    m_list->setAccessibleName(tr("Commands"));
    m_list->setFrameShape(QFrame::NoFrame);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_find);
    layout->addWidget(m_list);
    resize(520, 380);
    connect(m_find, &QLineEdit::textChanged, this, &CommandPalette::show);
    connect(m_find, &QLineEdit::returnPressed, this, &CommandPalette::runCurrent);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::runCurrent);
    show({});
}

void CommandPalette::show(const QString &typed)
{
    const QStringList words = typed.split(u' ', Qt::SkipEmptyParts);
    m_list->clear();
    for (qsizetype i = 0; i < m_commands.size(); ++i) {
        const Command &command = m_commands[i];
        const bool wanted = std::all_of(words.begin(), words.end(), [&](const QString &word) {
            return command.text.contains(word, Qt::CaseInsensitive);
        });
        if (!wanted)
            continue;
        auto *item = new QListWidgetItem(
            command.hint.isEmpty() ? command.text : command.text + u"   "_s + command.hint, m_list);
        item->setData(Qt::UserRole, i);
    }
    m_list->setCurrentRow(0);
}

bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    // The arrows move in the list while the words are typed.
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        const int step = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0;
        if (step != 0 && m_list->count() > 0) {
            m_list->setCurrentRow(std::clamp(m_list->currentRow() + step, 0, m_list->count() - 1));
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

void CommandPalette::runCurrent()
{
    const QListWidgetItem *chosen = m_list->currentItem();
    if (!chosen)
        return;
    const auto run = m_commands[chosen->data(Qt::UserRole).toLongLong()].run;
    accept();
    run();
}

} // namespace warmbench::ui
