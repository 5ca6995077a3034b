#include "ui/monitor/sample_table.h"

#include "ui/monitor/monitor_text.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <QDateTime>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr qsizetype longestName = 25; // characters; the tool tip has all of them

QString shortName(const QString &name)
{
    const qsizetype end = longestName / 2;
    return name.size() <= longestName ? name : name.first(end) + u'…' + name.last(end);
}

} // namespace

void SampleTable::setRows(std::vector<MonitorRow> rows)
{
    std::vector<std::string> models = sharingModels(rows);
    std::sort(models.begin(), models.end());
    if (models == m_models && insertNewer(rows))
        return;
    beginResetModel();
    m_rows = std::move(rows);
    m_models = std::move(models);
    endResetModel();
}

// False: the rows do not go on from those that are shown.
bool SampleTable::insertNewer(std::vector<MonitorRow> &rows)
{
    if (m_rows.empty() || rows.empty())
        return m_rows.empty() && rows.empty();
    const auto byTime = [](const MonitorRow &row, SteadyTime time) { return row.time < time; };
    const auto kept = std::lower_bound(m_rows.begin(), m_rows.end(), rows.front().time, byTime);
    const auto old = static_cast<std::size_t>(kept - m_rows.begin());
    const std::size_t common = m_rows.size() - old;
    const auto same = [](const MonitorRow &a, const MonitorRow &b) { return a.time == b.time; };
    if (common == 0 || common > rows.size() || !std::equal(kept, m_rows.end(), rows.begin(), same))
        return false;
    if (old > 0) {
        beginRemoveRows({}, static_cast<int>(common), static_cast<int>(m_rows.size()) - 1);
        m_rows.erase(m_rows.begin(), kept);
        endRemoveRows();
    }
    if (rows.size() > common) {
        beginInsertRows({}, 0, static_cast<int>(rows.size() - common) - 1);
        m_rows.insert(m_rows.end(), rows.begin() + static_cast<std::ptrdiff_t>(common), rows.end());
        endInsertRows();
    }
    return true;
}

int SampleTable::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int SampleTable::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : FixedColumns + static_cast<int>(m_models.size());
}

QString SampleTable::cell(const MonitorRow &row, int column) const
{
    switch (column) {
    case Time:
        return QDateTime::fromSecsSinceEpoch(std::chrono::system_clock::to_time_t(row.wallTime))
            .toString(u"HH:mm:ss"_s);
    case Hits:
        return rateText(row.hits);
    case Misses:
        return rateText(row.misses);
    case Answered:
        return rateText(row.answered);
    case Refused:
        return rateText(row.refused);
    case P50:
        return latencyText(row.p50);
    case P95:
        return latencyText(row.p95);
    case P99:
        return latencyText(row.p99);
    case Queue:
        return grouped(row.queue);
    case Process:
        return text(row.process);
    case Models:
        return text(row.models);
    case Budget:
        return text(row.budget);
    default:
        return text(shareOf(row, m_models.at(static_cast<std::size_t>(column - FixedColumns))));
    }
}

QVariant SampleTable::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    if (role == Qt::DisplayRole)
        return cell(m_rows[m_rows.size() - 1 - static_cast<std::size_t>(index.row())],
                    index.column());
    if (role == Qt::TextAlignmentRole && index.column() != Time)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    return {};
}

QVariant SampleTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::ToolTipRole && section >= FixedColumns)
        return text(m_models.at(static_cast<std::size_t>(section - FixedColumns)));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Time:
        return tr("Time");
    case Hits:
        return tr("Hits");
    case Misses:
        return tr("Misses");
    case Answered:
        return tr("Answered");
    case Refused:
        return tr("Refused");
    case P50:
        return tr("p50");
    case P95:
        return tr("p95");
    case P99:
        return tr("p99");
    case Queue:
        return tr("Waiting");
    case Process:
        return tr("Process");
    case Models:
        return tr("Models");
    case Budget:
        return tr("Budget");
    default:
        return shortName(text(m_models.at(static_cast<std::size_t>(section - FixedColumns))));
    }
}

} // namespace warmbench::ui
