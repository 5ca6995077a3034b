#include "ui/models/model_table.h"

#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

ShownState shownState(const ModelStatus &status)
{
    switch (status.state) {
    case ModelState::Probing:
    case ModelState::Loading:
        return ShownState::Loading;
    case ModelState::Failed:
        return ShownState::Failed;
    case ModelState::Ready:
        if (status.refreshing)
            return ShownState::Refreshing;
        if (!status.reason.empty())
            return ShownState::RefreshFailed;
        return status.changedOnDisk ? ShownState::Changed : ShownState::Loaded;
    case ModelState::Registered:
    case ModelState::Retiring:
        break;
    }
    return ShownState::NotLoaded;
}

QString stateWord(ShownState state)
{
    switch (state) {
    case ShownState::Loading:
        return ModelTable::tr("Loading");
    case ShownState::Loaded:
        return ModelTable::tr("Loaded");
    case ShownState::Refreshing:
        return ModelTable::tr("Refreshing");
    case ShownState::Changed:
        return ModelTable::tr("Changed on disk");
    case ShownState::RefreshFailed:
        return ModelTable::tr("Refresh failed");
    case ShownState::Failed:
        return ModelTable::tr("Failed");
    case ShownState::NotLoaded:
        break;
    }
    return ModelTable::tr("Not loaded");
}

QString stateIcon(ShownState state)
{
    switch (state) {
    case ShownState::Loading:
    case ShownState::Refreshing:
        return u"state-loading"_s;
    case ShownState::Loaded:
        return u"state-loaded"_s;
    case ShownState::Changed:
        return u"state-changed"_s;
    case ShownState::RefreshFailed:
    case ShownState::Failed:
        return u"state-failed"_s;
    case ShownState::NotLoaded:
        break;
    }
    return u"state-idle"_s;
}

QColor stateColour(ShownState state)
{
    const ThemeColours colours = themeColours();
    switch (state) {
    case ShownState::Loaded:
        return colours.good;
    case ShownState::Changed:
    case ShownState::RefreshFailed:
        return colours.warning;
    case ShownState::Failed:
        return colours.bad;
    case ShownState::Loading:
    case ShownState::Refreshing:
        return colours.series[0];
    case ShownState::NotLoaded:
        break;
    }
    return colours.muted;
}

ModelTable::Row ModelTable::rowFor(const ModelView &model, WallTime now)
{
    const ModelStatus &status = model.status;
    Row row;
    row.name = text(model.entry.name);
    row.state = shownState(status);
    if (status.facts && status.state == ModelState::Ready)
        row.memory = text(status.facts->memory);
    row.hits = status.hits;
    row.misses = status.misses;
    row.coalesced = status.coalesced;
    row.inUse = status.inUse;
    if (status.lastUsed)
        row.lastUsed = agoText(*status.lastUsed, now);
    row.pinned = status.pinned;
    row.reason = text(status.reason);
    return row;
}

void ModelTable::setModels(const std::vector<ModelView> &models, WallTime now)
{
    std::vector<Row> next;
    next.reserve(models.size());
    for (const ModelView &model : models)
        next.push_back(rowFor(model, now));
    const auto byName = [](const Row &a, const Row &b) { return a.name < b.name; };
    std::sort(next.begin(), next.end(), byName);

    // Neighbours together: views and proxies take some time for each step, and a folder may bring
    // thousands.
    const auto stays = [&](int row) {
        return std::binary_search(next.begin(), next.end(), m_rows[row], byName);
    };
    for (int last = static_cast<int>(m_rows.size()) - 1; last >= 0; --last) {
        if (stays(last))
            continue;
        int first = last;
        while (first > 0 && !stays(first - 1))
            --first;
        beginRemoveRows({}, first, last);
        m_rows.erase(m_rows.begin() + first, m_rows.begin() + last + 1);
        endRemoveRows();
        last = first;
    }
    // What is left is a part of `next` in the same order.
    for (int row = 0; row < static_cast<int>(next.size()); ++row) {
        const auto known = [&](int of) {
            return row < static_cast<int>(m_rows.size()) && m_rows[row].name == next[of].name;
        };
        if (!known(row)) {
            int last = row;
            while (last + 1 < static_cast<int>(next.size()) && !known(last + 1))
                ++last;
            beginInsertRows({}, row, last);
            m_rows.insert(m_rows.begin() + row, next.begin() + row, next.begin() + last + 1);
            endInsertRows();
            row = last;
        } else if (m_rows[row] != next[row]) {
            m_rows[row] = next[row];
            Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
        }
    }
}

QString ModelTable::nameAt(int row) const
{
    return row >= 0 && row < static_cast<int>(m_rows.size()) ? m_rows[row].name : QString();
}

int ModelTable::rowOf(const QString &name) const
{
    const auto found = std::find_if(m_rows.begin(), m_rows.end(),
                                    [&](const Row &row) { return row.name == name; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int ModelTable::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ModelTable::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString ModelTable::cell(const Row &row, int column) const
{
    switch (column) {
    case Name:
        return row.name;
    case State:
        return stateWord(row.state);
    case Memory:
        return row.memory;
    case Hits:
        return QString::number(row.hits);
    case InUse:
        return QString::number(row.inUse);
    case LastUsed:
        return row.lastUsed;
    default:
        return row.pinned ? tr("Pinned") : QString();
    }
}

QString ModelTable::summary(const Row &row) const
{
    QStringList parts{stateWord(row.state)};
    if (!row.memory.isEmpty())
        parts << row.memory;
    if (row.hits + row.misses + row.coalesced > 0)
        parts << tr("hits %1").arg(row.hits);
    if (row.misses > 0)
        parts << tr("misses %1").arg(row.misses);
    if (row.inUse > 0)
        parts << tr("%1 in use").arg(row.inUse);
    if (!row.lastUsed.isEmpty())
        parts << row.lastUsed;
    return parts.join(u" · "_s);
}

QString ModelTable::spoken(const Row &row) const
{
    QStringList parts{row.name, summary(row)};
    if (row.pinned)
        parts << tr("pinned");
    if (!row.reason.isEmpty())
        parts << row.reason;
    return parts.join(u", "_s);
}

QVariant ModelTable::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return cell(row, index.column());
    case Qt::DecorationRole:
        if (index.column() == State)
            return icon(stateIcon(row.state), stateColour(row.state));
        return {};
    case Qt::ToolTipRole:
        return row.reason.isEmpty() ? summary(row) : row.reason;
    case Qt::AccessibleTextRole:
        return spoken(row);
    case Qt::TextAlignmentRole:
        if (index.column() == Memory || index.column() == Hits || index.column() == InUse)
            return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case StateRole:
        return static_cast<int>(row.state);
    case SummaryRole:
        return summary(row);
    case PinnedRole:
        return row.pinned;
    case ReasonRole:
        return row.reason;
    default:
        return {};
    }
}

QVariant ModelTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Name");
    case State:
        return tr("State");
    case Memory:
        return tr("Memory");
    case Hits:
        return tr("Hits");
    case InUse:
        return tr("In use");
    case LastUsed:
        return tr("Last used");
    default:
        return tr("Pinned");
    }
}

} // namespace warmbench::ui
