#include "ui/api/request_text.h"

#include "tensor/csv.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/phase_names.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <QCoreApplication>
#include <QDateTime>
#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString translated(const char *source)
{
    return QCoreApplication::translate("Requests", source);
}

QDateTime localTime(const ServedRequest &request)
{
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(request.time.time_since_epoch());
    return QDateTime::fromMSecsSinceEpoch(since.count());
}

std::string milliseconds(ServedRequest::Span span)
{
    return fmt::format("{}", toMilliseconds(span));
}

class CsvRow
{
public:
    explicit CsvRow(std::string &out)
        : m_out(out)
    {
    }
    ~CsvRow() { m_out += '\n'; }
    CsvRow(const CsvRow &) = delete;
    CsvRow &operator=(const CsvRow &) = delete;

    void add(std::string_view cell)
    {
        if (!m_first)
            m_out += ',';
        m_first = false;
        appendCsvCell(m_out, cell);
    }
    void add(const QString &cell) { add(std::string_view(cell.toStdString())); }

private:
    std::string &m_out;
    bool m_first = true;
};

void addNames(CsvRow row)
{
    for (const char *name :
         {"Time", "Client", "Method", "Path", "Query", "Status", "Model", "Cache", "Took ms"})
        row.add(translated(name));
    for (const Phase phase : allPhases)
        row.add(translated("%1 ms").arg(phaseText(phase)));
    for (const char *name : {"Rest ms", "Bytes in", "Bytes out", "Body", "Why"})
        row.add(translated(name));
}

void addRequest(CsvRow row, const ServedRequest &request)
{
    row.add(localTime(request).toString(Qt::ISODateWithMs));
    row.add(request.client);
    row.add(request.method);
    row.add(request.path);
    row.add(request.query);
    row.add(std::to_string(request.status));
    row.add(request.model);
    row.add(cacheText(request));
    row.add(milliseconds(request.total));
    for (std::size_t i = 0; i < allPhases.size(); ++i)
        row.add(request.phases ? milliseconds((*request.phases)[i]) : std::string());
    row.add(request.phases ? milliseconds(request.rest()) : std::string());
    row.add(std::to_string(request.requestBytes));
    row.add(std::to_string(request.responseBytes));
    row.add(bodyText(request));
    row.add(request.sentence);
}

} // namespace

QString targetText(const ServedRequest &request)
{
    return text(request.query.empty() ? request.path : request.path + '?' + request.query);
}

QString timeText(const ServedRequest &request)
{
    return localTime(request).toString(u"HH:mm:ss.zzz"_s);
}

QString cacheText(const ServedRequest &request)
{
    if (request.cache == "hit")
        return translated("hit");
    if (request.cache == "miss")
        return translated("miss");
    return request.cache.empty() ? QString() : translated("joined");
}

QString bodyText(const ServedRequest &request)
{
    if (request.bodyLimit.count > 0)
        return translated("not kept: larger than %1").arg(text(request.bodyLimit));
    if (!request.bodyKept)
        return {};
    const auto body = request.body.lock();
    return body ? translated("kept, %1").arg(text(Bytes{std::int64_t(body->size())}))
                : translated("forgotten");
}

AnswerOptions askedOptions(const ServedRequest &request)
{
    const QUrlQuery query(text(request.query));
    const auto number = [&query](const QString &key) -> std::optional<double> {
        bool good = false;
        const double value = query.queryItemValue(key).toDouble(&good);
        return good ? std::optional(value) : std::nullopt;
    };
    AnswerOptions options;
    options.scoreThreshold = number(u"score"_s);
    options.nmsThreshold = number(u"iou"_s);
    if (const auto best = number(u"top_k"_s))
        options.topK = static_cast<int>(std::clamp(*best, 1.0, 1e5));
    return options;
}

QString askedText(const ServedRequest &request)
{
    if (!request.query.empty())
        return translated("The client asked with \"%1\": this page runs with the settings that "
                          "it shows.")
            .arg(text(request.query));
    if (request.path.find("/versions/") != std::string::npos)
        return translated("The client asked for one version of the model: this page runs the "
                          "newest.");
    return {};
}

std::string requestsAsCsv(const KeptRequests &requests)
{
    std::string table;
    addNames(CsvRow(table));
    for (const auto &request : requests)
        addRequest(CsvRow(table), *request);
    return table;
}

} // namespace warmbench::ui
