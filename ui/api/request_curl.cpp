#include "ui/api/request_curl.h"

#include "inference/body/prediction_body.h"
#include "tensor/image.h"
#include "ui/api/snippets.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <QStringDecoder>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr std::size_t longestInLine = 4096; // bytes

// A method may have any of a shell's signs.
QString word(const std::string &method)
{
    const bool plain =
        std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    return plain ? text(method) : shellQuoted(text(method));
}

// curl leaves a field out that has no value, and sends one of its own that is not named.
QString fieldsOf(const ServedRequest &request)
{
    QString fields;
    bool typed = false;
    for (const auto &[name, value] : request.fields) {
        typed |= name == "content-type";
        fields += u" -H "_s + shellQuoted(text(name) + u": "_s + text(value));
    }
    return typed ? fields : fields + u" -H 'content-type:'"_s;
}

} // namespace

bool fitsCommandLine(std::string_view body)
{
    if (body.size() > longestInLine)
        return false;
    const bool plain = std::none_of(body.begin(), body.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
    });
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString decoded = decoder(QByteArrayView(body.data(), qsizetype(body.size())));
    return plain && !decoder.hasError() &&
           std::none_of(decoded.begin(), decoded.end(),
                        [](QChar c) { return c.category() == QChar::Other_Control && c > u'~'; });
}

QString bodyFileName(std::string_view body)
{
    switch (bodyKind(body)) {
    case BodyKind::Npy:
        return u"request-body.npy"_s;
    case BodyKind::Object:
    case BodyKind::List:
        return u"request-body.json"_s;
    case BodyKind::Csv:
        return u"request-body.csv"_s;
    case BodyKind::Picture:
        return body.starts_with("\xff\xd8") ? u"request-body.jpg"_s
               : body.starts_with("GIF")    ? u"request-body.gif"_s
               : body.starts_with("BM")     ? u"request-body.bmp"_s
               : body.starts_with("RIFF")   ? u"request-body.webp"_s
                                            : u"request-body.png"_s;
    case BodyKind::Empty:
    case BodyKind::Unknown:
        break;
    }
    return u"request-body.bin"_s;
}

QString requestCurl(const QString &url, const ServedRequest &request, const QString &file)
{
    QString target = text(request.path);
    if (!request.query.empty())
        target += u'?' + text(request.query);
    QString line = u"curl"_s;
    // As the client sent it: curl would take brackets for a pattern, and dots for a way up.
    if (std::any_of(target.begin(), target.end(), [](QChar c) { return u"[]{}"_s.contains(c); }))
        line += u" --globoff"_s;
    if (target.contains(u"/."_s))
        line += u" --path-as-is"_s;
    const auto body = request.body.lock();
    if (request.method == "HEAD")
        line += u" --head"_s;
    else if (request.method != (body ? "POST" : "GET") && !request.method.empty())
        line += u" -X "_s + word(request.method);
    if (body) {
        line += fieldsOf(request);
        // --data would take a text that begins with @ for the name of a file.
        line += fitsCommandLine(*body) ? u" --data-raw "_s + shellQuoted(text(*body))
                                       : u" --data-binary @"_s + shellQuoted(file);
    }
    return line + u' ' + shellQuoted(url + target);
}

} // namespace warmbench::ui
