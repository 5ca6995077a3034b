// The inputs of a comparison as an item model: what A and B said, whether that is the same, how far
// apart and how fast. Inputs are added as they come. Thread: GUI.
#pragma once

#include "inference/comparison/comparison.h"

#include <QAbstractTableModel>
#include <QIcon>
#include <QSortFilterProxyModel>
#include <vector>

namespace warmbench::ui {

class CompareTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column {
        Input,
        Verdict, // changed, same or refused
        First,   // A's answer
        Second,
        Cosine,
        Largest,
        FirstTime, // A's inference
        SecondTime,
        ColumnCount
    };
    // Gives what a column is sorted by.
    static constexpr int SortRole = Qt::UserRole;

    explicit CompareTable(QObject *parent = nullptr);

    // Names of inputs below the folder are shown without it; empty: without their folders.
    void setFolder(const QString &folder);
    void add(std::vector<ComparedInput> inputs);
    void clear();
    const std::vector<ComparedInput> &inputs() const { return m_inputs; }
    const ComparedInput &at(int row) const { return m_inputs[static_cast<std::size_t>(row)]; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString nameOf(const ComparedInput &input) const;
    QString cell(const ComparedInput &input, int column) const;
    QVariant sortedBy(const ComparedInput &input, int column) const;

    std::vector<ComparedInput> m_inputs;
    QString m_folder;
    const QIcon m_changed;
    const QIcon m_refused;
};

// Shows all inputs, or those whose answers differ; sorts by the numbers behind the cells.
class CompareFilter : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    explicit CompareFilter(CompareTable *table);

    void setChangedOnly(bool only);

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    const CompareTable &m_table;
    bool m_changedOnly = false;
};

// "changed", "same", or "refused" where one of the models did not answer.
QString verdictWord(const ComparedInput &input);
// The answer, or why there is none.
QString answerOf(const ComparedAnswer &answer);

} // namespace warmbench::ui
