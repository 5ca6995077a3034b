// The rows of the monitor as an item model, the newest first, with a column for the memory of each
// model. Takes all rows each time and emits the differences: a new sample is one inserted row.
// Thread: GUI.
#pragma once

#include "ui/monitor/monitor_rows.h"

#include <QAbstractTableModel>
#include <QStringList>

namespace warmbench::ui {

class SampleTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column {
        Time,
        Hits,
        Misses,
        Answered,
        Refused,
        P50,
        P95,
        P99,
        Queue,
        Process,
        Models,
        Budget,
        FixedColumns // the shares of models follow
    };

    using QAbstractTableModel::QAbstractTableModel;

    void setRows(std::vector<MonitorRow> rows); // the oldest first

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    bool insertNewer(std::vector<MonitorRow> &rows);
    QString cell(const MonitorRow &row, int column) const;

    std::vector<MonitorRow> m_rows; // the oldest first
    std::vector<std::string> m_models;
};

} // namespace warmbench::ui
