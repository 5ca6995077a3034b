// The requests that a person wants to see: by words in path, model, client or sentence, and by
// whether they were answered. Thread: GUI.
#pragma once

#include "ui/api/request_table.h"

#include <cstdint>
#include <QSortFilterProxyModel>
#include <string>

namespace warmbench::ui {

class RequestFilter : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    // Refused: 4xx, the request was wrong or came at a bad time; Failed: 5xx.
    enum class Statuses : std::uint8_t { All, Answered, Refused, Failed };

    explicit RequestFilter(RequestTable *table);

    void setWords(const QString &words);
    void setStatuses(Statuses statuses);
    KeptRequests shown() const; // takes some milliseconds for as many as there may be

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    const RequestTable &m_table;
    std::string m_words; // in lower case
    Statuses m_statuses = Statuses::All;
};

} // namespace warmbench::ui
