#include "ui/compare/compare_table.h"

#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"

#include <array>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString numberOr(const std::optional<double> &number, int digits)
{
    return number ? numberText(*number, digits) : u"–"_s;
}

QString timeOf(const ComparedAnswer &answer)
{
    return answer.refusal.empty() ? text(answer.infer) : u"–"_s;
}

// Sorts what has no number before all that have one.
double numberOf(const std::optional<double> &number)
{
    return number.value_or(-2);
}

} // namespace

QString verdictWord(const ComparedInput &input)
{
    if (!input.answered())
        return CompareTable::tr("refused");
    if (!input.comparable)
        return CompareTable::tr("incomparable");
    return input.changed ? CompareTable::tr("changed") : CompareTable::tr("same");
}

QString answerOf(const ComparedAnswer &answer)
{
    return text(answer.refusal.empty() ? answer.text : answer.refusal);
}

CompareTable::CompareTable(QObject *parent)
    : QAbstractTableModel(parent)
    , m_changed(icon(u"warning"_s))
    , m_refused(icon(u"error"_s))
{
}

void CompareTable::setFolder(const QString &folder)
{
    m_folder = folder.isEmpty() || folder.endsWith(u'/') ? folder : folder + u'/';
}

void CompareTable::add(std::vector<ComparedInput> inputs)
{
    if (inputs.empty())
        return;
    const int first = static_cast<int>(m_inputs.size());
    beginInsertRows({}, first, first + static_cast<int>(inputs.size()) - 1);
    std::move(inputs.begin(), inputs.end(), std::back_inserter(m_inputs));
    endInsertRows();
}

void CompareTable::clear()
{
    beginResetModel();
    m_inputs.clear();
    endResetModel();
}

int CompareTable::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_inputs.size());
}

int CompareTable::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString CompareTable::nameOf(const ComparedInput &input) const
{
    const QString name = text(input.name);
    if (!m_folder.isEmpty() && name.startsWith(m_folder))
        return name.mid(m_folder.size());
    return name.mid(name.lastIndexOf(u'/') + 1);
}

QString CompareTable::cell(const ComparedInput &input, int column) const
{
    switch (column) {
    case Input:
        return nameOf(input);
    case Verdict:
        return verdictWord(input);
    case First:
        return answerOf(input.first);
    case Second:
        return answerOf(input.second);
    case Cosine:
        return numberOr(input.cosine, 6);
    case Largest:
        return numberOr(input.largest, 3);
    case FirstTime:
        return timeOf(input.first);
    default:
        return timeOf(input.second);
    }
}

QVariant CompareTable::sortedBy(const ComparedInput &input, int column) const
{
    switch (column) {
    case Cosine:
        return numberOf(input.cosine);
    case Largest:
        return numberOf(input.largest);
    case FirstTime:
        return qlonglong{input.first.infer.count()};
    case SecondTime:
        return qlonglong{input.second.infer.count()};
    default:
        return cell(input, column);
    }
}

QVariant CompareTable::data(const QModelIndex &index, int role) const
{
    const ComparedInput &input = at(index.row());
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return cell(input, column);
    case Qt::ToolTipRole:
        if (column == Verdict && !input.difference.empty())
            return text(input.difference);
        return column == Input ? text(input.name) : cell(input, column);
    case Qt::DecorationRole:
        if (column == Verdict && !input.compared())
            return m_refused;
        return column == Verdict && input.changed ? QVariant(m_changed) : QVariant();
    case Qt::TextAlignmentRole:
        return column >= Cosine ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter)) : QVariant();
    case SortRole:
        return sortedBy(input, column);
    default:
        return {};
    }
}

QVariant CompareTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    const std::array<QString, ColumnCount> names{tr("Input"),    tr("Answer"),  tr("A"),
                                                 tr("B"),        tr("Cosine"),  tr("Difference"),
                                                 tr("A infers"), tr("B infers")};
    const std::array<QString, ColumnCount> tips{
        tr("The input that both models got"),
        tr("Whether B answers as A does"),
        tr("What A answers"),
        tr("What B answers"),
        tr("Cosine of the primary outputs: 1 where they point the same way"),
        tr("Largest difference of two numbers of the primary outputs"),
        tr("Time of A's inference, the median of the runs"),
        tr("Time of B's inference, the median of the runs")};
    if (role == Qt::DisplayRole)
        return names.at(static_cast<std::size_t>(section));
    if (role == Qt::ToolTipRole)
        return tips.at(static_cast<std::size_t>(section));
    if (role == Qt::TextAlignmentRole)
        return int((section >= Cosine ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    return {};
}

CompareFilter::CompareFilter(CompareTable *table)
    : QSortFilterProxyModel(table)
    , m_table(*table)
{
    setSourceModel(table);
    setSortRole(CompareTable::SortRole);
}

void CompareFilter::setChangedOnly(bool only)
{
    m_changedOnly = only;
    invalidateFilter();
}

bool CompareFilter::filterAcceptsRow(int row, const QModelIndex &) const
{
    const ComparedInput &input = m_table.at(row);
    return !m_changedOnly || (input.compared() && input.changed);
}

} // namespace warmbench::ui
