#include "http/pages/web_files.h"

#include "base/text.h"

#include <array>
#include <fmt/format.h>
#include <QCryptographicHash>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>

namespace warmbench::http {

namespace {

constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view contentTypeOf(const QString &ending)
{
    using Entry = std::pair<const char *, std::string_view>;
    static constexpr std::array types{
        Entry{"html", "text/html; charset=utf-8"},
        Entry{"css", "text/css; charset=utf-8"},
        Entry{"js", "text/javascript; charset=utf-8"},
        Entry{"svg", "image/svg+xml"},
    };
    for (const auto &[known, type] : types) {
        if (ending == QLatin1String(known))
            return type;
    }
    return "application/octet-stream";
}

// RFC 9110, 13.1.2.
bool hasTag(std::string_view list, std::string_view tag)
{
    for (std::string_view item : split(list, ',')) {
        item = trimmed(item);
        if (item.starts_with("W/"))
            item.remove_prefix(2);
        if (item == tag || item == "*")
            return true;
    }
    return false;
}

} // namespace

WebFiles::WebFiles()
{
    QDirIterator files(QStringLiteral(":/web"), QDir::Files);
    while (files.hasNext()) {
        QFile file(files.next());
        if (!file.open(QIODevice::ReadOnly))
            continue;
        const QFileInfo info(file.fileName());
        const QByteArray content = file.readAll();
        const QByteArray digest = QCryptographicHash::hash(content, QCryptographicHash::Sha256);
        File entry;
        entry.body = content.toStdString();
        entry.contentType = contentTypeOf(info.suffix());
        entry.tag = fmt::format("\"{}\"", digest.toHex().left(16).toStdString());
        m_files.emplace(info.fileName().toStdString(), std::move(entry));
    }
}

ApiReply WebFiles::reply(std::string_view name, const ApiRequest &request) const
{
    const auto found = m_files.find(name);
    if (found == m_files.end())
        return errorReply(404, "NOT_FOUND",
                          fmt::format("There is no page \"{}\": the browser's start at \"/\".",
                                      printable(name, 60)));
    const File &file = found->second;
    ApiReply answer;
    answer.contentType = file.contentType;
    answer.fields = {{"Cache-Control", "no-cache"},
                     {"ETag", file.tag},
                     {"Content-Security-Policy", std::string(policy)},
                     {"X-Content-Type-Options", "nosniff"},
                     {"Referrer-Policy", "no-referrer"}};
    if (hasTag(request.field("if-none-match"), file.tag)) {
        answer.status = 304;
        answer.contentType.clear();
    } else {
        answer.body = file.body;
    }
    return answer;
}

bool WebFiles::wantsPage(const ApiRequest &request)
{
    for (const std::string_view item : split(request.field("accept"), ',')) {
        const std::string_view type = trimmed(item.substr(0, item.find(';')));
        if (type == "text/html")
            return true;
        if (type == "application/json")
            return false;
    }
    return false;
}

} // namespace warmbench::http
