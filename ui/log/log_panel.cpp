#include "ui/log/log_panel.h"

#include "ui/log/log_table.h"
#include "ui/settings.h"
#include "ui/shortcuts.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"

#include <QAbstractItemView>
#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

class LogFilter : public QSortFilterProxyModel
{
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    void setLevel(int level)
    {
        m_level = level;
        invalidateFilter();
    }
    void setWords(const QString &words)
    {
        m_words = words;
        invalidateFilter();
    }

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override
    {
        const auto cell = [&](int column) { return sourceModel()->index(row, column, parent); };
        if (cell(LogTable::Level).data(LogTable::LevelRole).toInt() < m_level)
            return false;
        return m_words.isEmpty() ||
               cell(LogTable::Message).data().toString().contains(m_words, Qt::CaseInsensitive) ||
               cell(LogTable::Area).data().toString().contains(m_words, Qt::CaseInsensitive);
    }

private:
    int m_level = 0;
    QString m_words;
};

LogPanel::LogPanel(QWidget *parent)
    : QWidget(parent)
    , m_table(new LogTable(this))
    , m_filter(new LogFilter(this))
    , m_view(new QTableView(this))
{
    m_filter->setSourceModel(m_table);
    m_view->setModel(m_filter);
    m_view->setObjectName(u"logView"_s);
    m_view->setAccessibleName(tr("Log"));
    setLines(m_view);
    m_view->setColumnWidth(LogTable::Time, 100);
    m_view->setColumnWidth(LogTable::Level, 96);
    m_view->setColumnWidth(LogTable::Area, 96);
    auto *copy = new QAction(tr("Copy lines"), m_view);
    copy->setShortcut(keysOf(Shortcut::CopySelected));
    copy->setShortcutContext(Qt::WidgetShortcut);
    m_view->addAction(copy);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(copy, &QAction::triggered, this, &LogPanel::copySelected);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeTools());
    layout->addWidget(m_view, 1);
    // Follows the newest line, unless the user has scrolled away from it.
    connect(m_filter, &QAbstractItemModel::rowsAboutToBeInserted, this, [this] {
        const QScrollBar *bar = m_view->verticalScrollBar();
        m_view->setProperty("atEnd", bar->value() >= bar->maximum() - 1);
    });
    connect(m_filter, &QAbstractItemModel::rowsInserted, this, [this] {
        if (m_view->property("atEnd").toBool())
            m_view->scrollToBottom();
    });
}

QWidget *LogPanel::makeTools()
{
    auto *tools = new QWidget(this);
    m_level = new QComboBox(tools);
    m_level->setObjectName(u"logLevel"_s);
    m_level->setAccessibleName(tr("Least level shown"));
    m_level->view()->setAccessibleName(m_level->accessibleName());
    for (const LogLevel level :
         {LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error})
        m_level->addItem(tr("%1 and above").arg(text(logLevelName(level))),
                         static_cast<int>(level));
    m_find = new QLineEdit(tools);
    m_find->setAccessibleName(tr("Find in the log"));
    m_find->setPlaceholderText(tr("Find in the log"));
    addClearButton(m_find);
    m_find->setMaximumWidth(260);
    auto *clear = new QToolButton(tools);
    clear->setText(tr("Clear"));
    clear->setToolTip(tr("Empty this list; the log on standard error is untouched"));
    clear->setFocusPolicy(Qt::StrongFocus);
    auto *layout = new QHBoxLayout(tools);
    layout->setContentsMargins(8, 6, 8, 6);
    layout->addWidget(m_level);
    layout->addWidget(m_find, 1);
    layout->addStretch(1);
    layout->addWidget(clear);
    const auto choose = [this] { m_filter->setLevel(m_level->currentData().toInt()); };
    m_level->setCurrentIndex(std::max(0, m_level->findData(read(settings::logLevel))));
    choose();
    connect(m_level, &QComboBox::currentIndexChanged, this, [this, choose] {
        write(settings::logLevel, m_level->currentData().toInt());
        choose();
    });
    connect(m_find, &QLineEdit::textChanged, this,
            [this](const QString &words) { m_filter->setWords(words); });
    connect(clear, &QToolButton::clicked, m_table, &LogTable::clear);
    return tools;
}

int LogPanel::shownLines() const
{
    return m_filter->rowCount();
}

void LogPanel::copySelected()
{
    QStringList lines;
    for (const QModelIndex &index : m_view->selectionModel()->selectedRows())
        lines << m_table->lineText(m_filter->mapToSource(index).row());
    QGuiApplication::clipboard()->setText(lines.join(u'\n'));
}

} // namespace warmbench::ui
