#include "http/transport/request_line.h"

#include <algorithm>
#include <QHttpServerRequest>
#include <QUrl>

namespace warmbench::http {

namespace {

std::string_view nameOf(QHttpServerRequest::Method method)
{
    using Method = QHttpServerRequest::Method;
    switch (method) {
    case Method::Get:
        return "GET";
    case Method::Put:
        return "PUT";
    case Method::Delete:
        return "DELETE";
    case Method::Post:
        return "POST";
    case Method::Head:
        return "HEAD";
    case Method::Options:
        return "OPTIONS";
    case Method::Patch:
        return "PATCH";
    case Method::Connect:
        return "CONNECT";
    case Method::Trace: // Qt's parser does not know it up to 6.8, so that the guard refuses it
    case Method::Unknown:
    case Method::AnyKnown:
        break;
    }
    return {};
}

// A fully encoded part of a URL is ASCII.
std::string plain(const QString &encoded)
{
    std::string text(static_cast<std::size_t>(encoded.size()), '\0');
    std::transform(encoded.begin(), encoded.end(), text.begin(),
                   [](QChar c) { return c.toLatin1(); });
    return text;
}

} // namespace

std::string headForQt(const FramedRequest &request)
{
    const std::string_view host = request.field("host");
    std::string head;
    head.reserve(request.method.size() + request.target.size() + host.size() + 24);
    head += request.method;
    head += ' ';
    head += request.target;
    head += request.http10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
    if (!host.empty()) {
        head += "Host: ";
        head += host;
        head += "\r\n";
    }
    head += "\r\n";
    return head;
}

RequestLine lineFromQt(const QHttpServerRequest &request)
{
    const QUrl url = request.url();
    RequestLine line;
    line.method = nameOf(request.method());
    line.path = plain(url.path(QUrl::FullyEncoded));
    if (url.hasQuery())
        line.query = plain(url.query(QUrl::FullyEncoded));
    return line;
}

} // namespace warmbench::http
