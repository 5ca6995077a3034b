#include "http/transport/reply_writer.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace warmbench::http {

namespace {

// A value may come from a client: it must not end the line and begin another field.
void appendField(std::string &out, std::string_view name, std::string_view value)
{
    out += name;
    out += ": ";
    const std::size_t begin = out.size();
    out += value;
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
        [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
    out += "\r\n";
}

void appendNumber(std::string &out, std::size_t number)
{
    std::array<char, 24> text;
    out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

} // namespace

std::string serialised(const ApiReply &reply, const ReplyFraming &framing,
                       std::string_view dateField)
{
    std::string out;
    const bool whole = !framing.head && !framing.bodyApart;
    out.reserve(192 + (whole ? reply.body.size() : 0));
    out += "HTTP/1.1 ";
    appendNumber(out, static_cast<std::size_t>(reply.status));
    out += ' ';
    out += statusText(reply.status);
    out += "\r\n";
    out += dateField;
    const bool bodiless = reply.status == 204 || reply.status == 304;
    if (!bodiless) {
        if (!reply.contentType.empty())
            appendField(out, "Content-Type", reply.contentType);
        if (!reply.stream) {
            out += "Content-Length: ";
            appendNumber(out, reply.body.size());
            out += "\r\n";
        } else if (!framing.http10) {
            out += "Transfer-Encoding: chunked\r\n";
        }
    }
    for (const auto &[name, value] : reply.fields)
        appendField(out, name, value);
    if (framing.close)
        out += "Connection: close\r\n";
    else if (framing.http10)
        out += "Connection: keep-alive\r\n";
    out += "\r\n";
    if (whole && !bodiless)
        out += reply.body;
    return out;
}

std::string_view protocolCode(int status)
{
    switch (status) {
    case 401:
        return "UNAUTHENTICATED";
    case 403:
        return "PERMISSION_DENIED";
    case 404:
        return "NOT_FOUND";
    case 405:
        return "METHOD_NOT_ALLOWED";
    case 408:
        return "REQUEST_TIMEOUT";
    case 413:
        return "PAYLOAD_TOO_LARGE";
    case 414:
        return "URI_TOO_LONG";
    case 415:
        return "UNSUPPORTED_MEDIA_TYPE";
    case 417:
        return "EXPECTATION_FAILED";
    case 431:
        return "HEADER_TOO_LARGE";
    case 501:
        return "NOT_IMPLEMENTED";
    case 503:
        return "UNAVAILABLE";
    case 505:
        return "VERSION_NOT_SUPPORTED";
    default:
        return "INVALID_ARGUMENT";
    }
}

} // namespace warmbench::http
