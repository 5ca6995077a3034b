#include "ui/log/log_table.h"

#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <QDateTime>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString iconOf(LogLevel level)
{
    switch (level) {
    case LogLevel::Error:
        return u"error"_s;
    case LogLevel::Warning:
        return u"warning"_s;
    default:
        return u"info"_s;
    }
}

QColor colourOf(LogLevel level)
{
    const ThemeColours colours = themeColours();
    switch (level) {
    case LogLevel::Error:
        return colours.bad;
    case LogLevel::Warning:
        return colours.warning;
    default:
        return colours.muted;
    }
}

QString timeText(const LogRecord &record)
{
    const auto ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(record.time.time_since_epoch());
    return QDateTime::fromMSecsSinceEpoch(ms.count()).toString(u"HH:mm:ss.zzz"_s);
}

} // namespace

LogTable::LogTable(QObject *parent)
    : QAbstractTableModel(parent)
{
    m_listener = std::make_unique<LogListener>([queue = m_queue](const LogRecord &record) {
        const std::lock_guard lock(queue->mutex);
        queue->records.push_back(record);
        if (queue->records.size() > mostLines)
            queue->records.pop_front();
    });
    connect(&m_timer, &QTimer::timeout, this, &LogTable::takeQueued);
    m_timer.start(150);
}

LogTable::~LogTable()
{
    m_listener.reset();
}

void LogTable::takeQueued()
{
    std::deque<LogRecord> fresh;
    {
        const std::lock_guard lock(m_queue->mutex);
        fresh.swap(m_queue->records);
    }
    if (fresh.empty())
        return;
    const std::size_t total = m_records.size() + fresh.size();
    if (total > mostLines) {
        const std::size_t surplus = std::min(total - mostLines, m_records.size());
        if (surplus > 0) {
            beginRemoveRows({}, 0, static_cast<int>(surplus) - 1);
            m_records.erase(m_records.begin(),
                            m_records.begin() + static_cast<std::ptrdiff_t>(surplus));
            endRemoveRows();
        }
    }
    const int first = static_cast<int>(m_records.size());
    beginInsertRows({}, first, first + static_cast<int>(fresh.size()) - 1);
    std::move(fresh.begin(), fresh.end(), std::back_inserter(m_records));
    endInsertRows();
}

void LogTable::clear()
{
    beginResetModel();
    m_records.clear();
    endResetModel();
}

QString LogTable::lineText(int row) const
{
    return text(formatLogText(m_records[static_cast<std::size_t>(row)]));
}

int LogTable::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_records.size());
}

int LogTable::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant LogTable::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const LogRecord &record = m_records[static_cast<std::size_t>(index.row())];
    if (role == LevelRole)
        return static_cast<int>(record.level);
    if (role == Qt::DecorationRole && index.column() == Level)
        return icon(iconOf(record.level), colourOf(record.level));
    if (role == Qt::ToolTipRole && index.column() == Message)
        return text(record.message);
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Time:
        return timeText(record);
    case Level:
        return text(logLevelName(record.level));
    case Area:
        return text(record.area);
    default:
        return text(record.message);
    }
}

QVariant LogTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Time:
        return tr("Time");
    case Level:
        return tr("Level");
    case Area:
        return tr("From");
    default:
        return tr("Message");
    }
}

} // namespace warmbench::ui
