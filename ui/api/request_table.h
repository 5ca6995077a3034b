// The newest requests that the API has answered, as an item model: at most 20,000, which take some
// 10 MiB. A burst becomes one insertion. Thread: GUI.
#pragma once

#include "inference/inference_types.h"
#include "ui/api/served_request.h"

#include <deque>
#include <memory>
#include <QAbstractTableModel>
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
        FirstPhase, // one column each, in the order of allPhases
        Rest = FirstPhase + int(allPhases.size()),
        In,
        Out,
        Body,
        Why,
        ColumnCount
    };
    static constexpr std::size_t mostRequests = 20'000;

    using QAbstractTableModel::QAbstractTableModel;

    void add(std::vector<ServedRequest> requests); // the oldest first
    void clear();
    // Bodies were forgotten.
    void showBodies();
    const ServedRequest &at(int row) const { return *m_requests[static_cast<std::size_t>(row)]; }
    // For another thread, too: the request stays as it is, even when the table has dropped it.
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

} // namespace warmbench::ui
