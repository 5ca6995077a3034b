#include "ui/api/request_filter.h"

#include <algorithm>
#include <cctype>

namespace warmbench::ui {

namespace {

constexpr int firstRefusal = 400;
constexpr int firstFailure = 500;

char lower(char letter)
{
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

// Without a copy, because it is asked for each of many thousand rows at every key.
bool contains(const std::string &text, const std::string &words)
{
    return std::search(text.begin(), text.end(), words.begin(), words.end(),
                       [](char a, char b) { return lower(a) == b; }) != text.end();
}

bool isOf(RequestFilter::Statuses statuses, int status)
{
    using Statuses = RequestFilter::Statuses;
    switch (statuses) {
    case Statuses::All:
        break;
    case Statuses::Answered:
        return status < firstRefusal;
    case Statuses::Refused:
        return status >= firstRefusal && status < firstFailure;
    case Statuses::Failed:
        return status >= firstFailure;
    }
    return true;
}

} // namespace

RequestFilter::RequestFilter(RequestTable *table)
    : QSortFilterProxyModel(table)
    , m_table(*table)
{
    setSourceModel(table);
}

void RequestFilter::setWords(const QString &words)
{
    m_words = words.toLower().toStdString();
    invalidateFilter();
}

void RequestFilter::setStatuses(Statuses statuses)
{
    m_statuses = statuses;
    invalidateFilter();
}

bool RequestFilter::filterAcceptsRow(int row, const QModelIndex &) const
{
    const ServedRequest &request = m_table.at(row);
    if (!isOf(m_statuses, request.status))
        return false;
    return m_words.empty() || contains(request.path, m_words) || contains(request.query, m_words) ||
           contains(request.model, m_words) || contains(request.client, m_words) ||
           contains(request.sentence, m_words);
}

KeptRequests RequestFilter::shown() const
{
    KeptRequests requests;
    requests.reserve(static_cast<std::size_t>(rowCount()));
    for (int row = 0; row < rowCount(); ++row)
        requests.push_back(m_table.kept(mapToSource(index(row, 0)).row()));
    return requests;
}

} // namespace warmbench::ui
