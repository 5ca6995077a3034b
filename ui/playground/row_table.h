// The rows of a table that was opened as the input, each with its answer. Cells are read from the
// text when they are shown, so that a long table costs no more than its text. Thread: GUI.
#pragma once

#include "tensor/csv.h"

#include <optional>
#include <QAbstractTableModel>
#include <QStringList>

namespace warmbench::ui {

class RowTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    static constexpr std::size_t mostColumns = 64; // of the table that are shown

    using QAbstractTableModel::QAbstractTableModel;

    // Its views live as long as this model has the table. Without a table there are `rows` rows
    // that have nothing but an answer.
    void setRows(std::optional<CsvTable> table, std::size_t rows);
    void setAnswers(QStringList answers);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const std::vector<std::string> &cellsOf(std::size_t row) const;

    std::optional<CsvTable> m_table;
    std::size_t m_rows = 0;
    QStringList m_answers;
    mutable std::size_t m_cachedRow = 0; // a row is painted cell by cell
    mutable std::vector<std::string> m_cells;
};

} // namespace warmbench::ui
