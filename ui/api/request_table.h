// The newest requests that the API has answered, as an item model: at most 100,000, which take some
// 30 MiB. A burst becomes one insertion. Thread: GUI; the free functions any.
#pragma once

#include "ui/api/served_request.h"

#include <deque>
#include <memory>
#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <vector>

namespace warmbench::ui {

using KeptRequests = std::vector<std::shared_ptr<const ServedRequest>>;

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
    const ServedRequest &at(int row) const { return *m_requests[static_cast<std::size_t>(row)]; }
    // For another thread: the request stays as it is, even when the table has dropped it.
    std::shared_ptr<const ServedRequest> kept(int row) const
    {
        return m_requests[static_cast<std::size_t>(row)];
    }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::deque<std::shared_ptr<const ServedRequest>> m_requests;
};

// Shows the requests that were refused, or whose path, model, client or sentence has the words.
class RequestFilter : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    explicit RequestFilter(RequestTable *table);

    void setWords(const QString &words);
    void setRefusedOnly(bool only);
    KeptRequests shown() const; // takes some milliseconds for 100,000

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    const RequestTable &m_table;
    std::string m_words; // in lower case
    bool m_refusedOnly = false;
};

// The texts of the table, below a row of the columns' names.
std::string requestsAsCsv(const KeptRequests &requests);

} // namespace warmbench::ui
