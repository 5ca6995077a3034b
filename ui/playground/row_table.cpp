#include "ui/playground/row_table.h"

#include "ui/widgets/display_text.h"

#include <algorithm>

namespace warmbench::ui {

void RowTable::setRows(std::optional<CsvTable> table, std::size_t rows)
{
    beginResetModel();
    m_table = std::move(table);
    m_rows = rows;
    m_answers.clear();
    m_cells.clear();
    endResetModel();
}

void RowTable::setAnswers(QStringList answers)
{
    m_answers = std::move(answers);
    if (m_rows > 0)
        Q_EMIT dataChanged(index(0, 0), index(static_cast<int>(m_rows) - 1, 0));
}

int RowTable::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows);
}

int RowTable::columnCount(const QModelIndex &parent) const
{
    if (parent.isValid())
        return 0;
    return 1 + static_cast<int>(m_table ? std::min(m_table->columns, mostColumns) : 0);
}

const std::vector<std::string> &RowTable::cellsOf(std::size_t row) const
{
    if (m_cells.empty() || m_cachedRow != row) {
        m_cachedRow = row;
        if (auto cells = csvCells(*m_table, row))
            m_cells = *std::move(cells);
        else
            m_cells.clear();
    }
    return m_cells;
}

QVariant RowTable::data(const QModelIndex &index, int role) const
{
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    if (index.column() == 0)
        return m_answers.value(index.row());
    const auto &cells = cellsOf(static_cast<std::size_t>(index.row()));
    const auto column = static_cast<std::size_t>(index.column() - 1);
    return column < cells.size() ? text(cells[column]) : QString();
}

QVariant RowTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole)
        return {};
    if (orientation == Qt::Vertical)
        return section + 1;
    if (section == 0)
        return tr("Answer");
    const auto column = static_cast<std::size_t>(section - 1);
    return m_table && column < m_table->names.size() ? text(m_table->names[column])
                                                     : QString::number(section);
}

} // namespace warmbench::ui
