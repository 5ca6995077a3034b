#include "ui/api/request_table.h"

#include "tensor/csv.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <QDateTime>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int firstRefusal = 400;

QString timeText(std::chrono::system_clock::time_point time)
{
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
    return QDateTime::fromMSecsSinceEpoch(since.count()).toString(u"HH:mm:ss.zzz"_s);
}

QString cacheText(const std::string &cache)
{
    if (cache == "hit")
        return RequestTable::tr("hit");
    if (cache == "miss")
        return RequestTable::tr("miss");
    return cache.empty() ? QString() : RequestTable::tr("joined");
}

QString cellText(const ServedRequest &request, int column)
{
    switch (column) {
    case RequestTable::Time:
        return timeText(request.time);
    case RequestTable::Client:
        return text(request.client);
    case RequestTable::Method:
        return text(request.method);
    case RequestTable::Path:
        return text(request.path);
    case RequestTable::Status:
        return QString::number(request.status);
    case RequestTable::Model:
        return text(request.model);
    case RequestTable::Cache:
        return cacheText(request.cache);
    case RequestTable::Took:
        return text(std::chrono::nanoseconds(static_cast<std::int64_t>(request.totalMs * 1e6)));
    case RequestTable::In:
        return grouped(request.requestBytes);
    case RequestTable::Out:
        return grouped(request.responseBytes);
    default:
        return text(request.sentence);
    }
}

QString columnName(int column)
{
    const std::array<QString, RequestTable::ColumnCount> names{
        RequestTable::tr("Time"),      RequestTable::tr("Client"), RequestTable::tr("Method"),
        RequestTable::tr("Path"),      RequestTable::tr("Status"), RequestTable::tr("Model"),
        RequestTable::tr("Cache"),     RequestTable::tr("Took"),   RequestTable::tr("Bytes in"),
        RequestTable::tr("Bytes out"), RequestTable::tr("Why")};
    return names.at(static_cast<std::size_t>(column));
}

char lower(char letter)
{
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

// Without a copy, because it is asked for each of 100,000 rows at every key.
bool contains(const std::string &text, const std::string &words)
{
    return std::search(text.begin(), text.end(), words.begin(), words.end(),
                       [](char a, char b) { return lower(a) == b; }) != text.end();
}

} // namespace

void RequestTable::add(std::vector<ServedRequest> requests)
{
    if (requests.empty())
        return;
    const std::size_t dropped = requests.size() > mostRequests ? requests.size() - mostRequests : 0;
    requests.erase(requests.begin(), requests.begin() + static_cast<std::ptrdiff_t>(dropped));
    const std::size_t all = m_requests.size() + requests.size();
    if (all > mostRequests) {
        const int leaving = static_cast<int>(all - mostRequests);
        beginRemoveRows({}, 0, leaving - 1);
        m_requests.erase(m_requests.begin(), m_requests.begin() + leaving);
        endRemoveRows();
    }
    const int first = static_cast<int>(m_requests.size());
    beginInsertRows({}, first, first + static_cast<int>(requests.size()) - 1);
    for (ServedRequest &request : requests)
        m_requests.push_back(std::make_shared<const ServedRequest>(std::move(request)));
    endInsertRows();
}

void RequestTable::clear()
{
    beginResetModel();
    m_requests.clear();
    m_requests.shrink_to_fit();
    endResetModel();
}

int RequestTable::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_requests.size());
}

int RequestTable::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RequestTable::data(const QModelIndex &index, int role) const
{
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole)
        return cellText(at(index.row()), index.column());
    const bool number = index.column() == Status || index.column() == Took ||
                        index.column() == In || index.column() == Out;
    if (role == Qt::TextAlignmentRole && number)
        return int(Qt::AlignRight | Qt::AlignVCenter);
    return {};
}

QVariant RequestTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal)
        return {};
    return columnName(section);
}

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

void RequestFilter::setRefusedOnly(bool only)
{
    m_refusedOnly = only;
    invalidateFilter();
}

bool RequestFilter::filterAcceptsRow(int row, const QModelIndex &) const
{
    const ServedRequest &request = m_table.at(row);
    if (m_refusedOnly && request.status < firstRefusal)
        return false;
    return m_words.empty() || contains(request.path, m_words) || contains(request.model, m_words) ||
           contains(request.client, m_words) || contains(request.sentence, m_words);
}

KeptRequests RequestFilter::shown() const
{
    KeptRequests requests;
    requests.reserve(static_cast<std::size_t>(rowCount()));
    for (int row = 0; row < rowCount(); ++row)
        requests.push_back(m_table.kept(mapToSource(index(row, 0)).row()));
    return requests;
}

std::string requestsAsCsv(const KeptRequests &requests)
{
    std::string table;
    const auto addRow = [&table](auto textOf) {
        for (int column = 0; column < RequestTable::ColumnCount; ++column) {
            if (column > 0)
                table += ',';
            appendCsvCell(table, textOf(column).toStdString());
        }
        table += '\n';
    };
    addRow(columnName);
    for (const auto &request : requests)
        addRow([&request](int column) { return cellText(*request, column); });
    return table;
}

} // namespace warmbench::ui
