#include "ui/models/model_table.h"

#include "ui/models/second_line.h"
#include "ui/widgets/icons.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString tipOf(const ModelRow &row)
{
    const QString tip = row.reason.isEmpty() ? secondLine(row) : row.reason;
    return row.answersUnnamed
               ? tip + u'\n' + ModelTable::tr("The star: it answers /predict without a name.")
               : tip;
}

} // namespace

void ModelTable::setModels(const std::vector<ModelView> &models, WallTime now,
                           const std::string &defaultModel)
{
    std::vector<ModelRow> next;
    next.reserve(models.size());
    for (const ModelView &model : models)
        next.push_back(modelRow(model, now, model.entry.name == defaultModel));
    const auto byName = [](const ModelRow &a, const ModelRow &b) { return a.name < b.name; };
    std::sort(next.begin(), next.end(), byName);

    // Neighbouring rows are removed or inserted together: views and proxies need some time for each
    // step, and a folder may bring thousands of rows.
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
    // The rows that are left are a part of `next`, in the same order.
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
                                    [&](const ModelRow &row) { return row.name == name; });
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

QString ModelTable::cell(const ModelRow &row, int column) const
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

QVariant ModelTable::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const ModelRow &row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole:
        return cell(row, index.column());
    case Qt::DecorationRole:
        if (index.column() == State)
            return icon(stateIcon(row.state), stateColour(row.state));
        return {};
    case Qt::ToolTipRole:
        return tipOf(row);
    case Qt::AccessibleTextRole:
        return spokenText(row);
    case Qt::TextAlignmentRole:
        if (index.column() == Memory || index.column() == Hits || index.column() == InUse)
            return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case StateRole:
        return static_cast<int>(row.state);
    case StateLineRole:
        return stateLine(row);
    case CountLineRole:
        return countLine(row);
    case BriefCountLineRole:
        return briefCountLine(row);
    case LastUsedRole:
        return row.lastUsed;
    case PinnedRole:
        return row.pinned;
    case UnnamedRole:
        return row.answersUnnamed;
    case ReasonRole:
        return row.reason;
    default:
        return {};
    }
}

Qt::ItemFlags ModelTable::flags(const QModelIndex &index) const
{
    const Qt::ItemFlags usual = QAbstractTableModel::flags(index);
    return index.isValid() && index.column() == Name ? usual | Qt::ItemIsEditable : usual;
}

bool ModelTable::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::EditRole || !checkIndex(index, CheckIndexOption::IndexIsValid) ||
        index.column() != Name)
        return false;
    const QString name = nameAt(index.row());
    const QString wanted = value.toString().trimmed();
    if (wanted != name)
        Q_EMIT renameAsked(name, wanted);
    return true;
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
