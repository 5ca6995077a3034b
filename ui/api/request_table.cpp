#include "ui/api/request_table.h"

#include "ui/api/request_text.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/phase_names.h"

#include <array>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

bool isPhase(int column)
{
    return column >= RequestTable::FirstPhase && column < RequestTable::Rest;
}

std::size_t phaseIndex(int column)
{
    return static_cast<std::size_t>(column - RequestTable::FirstPhase);
}

bool isNumber(int column)
{
    return column == RequestTable::Status ||
           (column >= RequestTable::Took && column <= RequestTable::Out);
}

QString cellText(const ServedRequest &request, int column)
{
    if (isPhase(column))
        return request.phases ? text((*request.phases)[phaseIndex(column)]) : QString();
    switch (column) {
    case RequestTable::Time:
        return timeText(request);
    case RequestTable::Client:
        return text(request.client);
    case RequestTable::Method:
        return text(request.method);
    case RequestTable::Path:
        return targetText(request);
    case RequestTable::Status:
        return QString::number(request.status);
    case RequestTable::Model:
        return text(request.model);
    case RequestTable::Cache:
        return cacheText(request);
    case RequestTable::Took:
        return text(request.total);
    case RequestTable::Rest:
        return request.phases ? text(request.rest()) : QString();
    case RequestTable::In:
        return grouped(request.requestBytes);
    case RequestTable::Out:
        return grouped(request.responseBytes);
    case RequestTable::Body:
        return bodyText(request);
    default:
        return text(request.sentence);
    }
}

QString columnName(int column)
{
    if (isPhase(column))
        return phaseText(allPhases.at(phaseIndex(column)));
    switch (column) {
    case RequestTable::Time:
        return RequestTable::tr("Time");
    case RequestTable::Client:
        return RequestTable::tr("Client");
    case RequestTable::Method:
        return RequestTable::tr("Method");
    case RequestTable::Path:
        return RequestTable::tr("Path");
    case RequestTable::Status:
        return RequestTable::tr("Status");
    case RequestTable::Model:
        return RequestTable::tr("Model");
    case RequestTable::Cache:
        return RequestTable::tr("Cache");
    case RequestTable::Took:
        return RequestTable::tr("Took");
    case RequestTable::Rest:
        return RequestTable::tr("Rest");
    case RequestTable::In:
        return RequestTable::tr("Bytes in");
    case RequestTable::Out:
        return RequestTable::tr("Bytes out");
    case RequestTable::Body:
        return RequestTable::tr("Body");
    default:
        return RequestTable::tr("Why");
    }
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

void RequestTable::showBodies()
{
    if (!m_requests.empty())
        Q_EMIT dataChanged(index(0, Body), index(rowCount() - 1, Body));
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
    if (role == Qt::TextAlignmentRole && isNumber(index.column()))
        return int(Qt::AlignRight | Qt::AlignVCenter);
    return {};
}

QVariant RequestTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::DisplayRole)
        return columnName(section);
    if (role == Qt::TextAlignmentRole && isNumber(section))
        return int(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && section == Rest)
        return tr("Reading the request, waiting for its turn to answer, writing the answer");
    return {};
}

} // namespace warmbench::ui
