// The newest requests that the API has answered, as an item model: at most 100,000, which take some
// 30 MiB. A burst becomes one insertion. Thread: GUI.
#pragma once

#include "ui/api/served_request.h"

#include <deque>
#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <vector>

namespace warmbench::ui {

class RequestTable : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column {
        Time,
        Client,
        Method,
        Path,
        Status,
        Model,
        Cache,
        Took,
        In,
        Out,
        Why,
        ColumnCount
    };
    static constexpr std::size_t mostRequests = 100'000;

    using QAbstractTableModel::QAbstractTableModel;

    void add(std::vector<ServedRequest> requests); // the oldest first
    void clear();
    const ServedRequest &at(int row) const { return m_requests[static_cast<std::size_t>(row)]; }
    QString cell(int row, int column) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::deque<ServedRequest> m_requests;
};

// Shows the requests that were refused, or whose path, model, client or sentence has the words.
class RequestFilter : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    explicit RequestFilter(RequestTable *table);

    void setWords(const QString &words);
    void setRefusedOnly(bool only);

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    const RequestTable &m_table;
    std::string m_words; // in lower case
    bool m_refusedOnly = false;
};

} // namespace warmbench::ui
