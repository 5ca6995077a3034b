#include "http/bodies/multipart.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench::http {

namespace {

constexpr std::size_t mostParts = 100;
constexpr std::size_t mostNamed = 5; // in a sentence

// A parameter of a header value: name=value or name="value". RFC 2045, 5.1.
std::string parameter(std::string_view value, std::string_view name)
{
    for (auto at = value.find(';'); at != std::string_view::npos; at = value.find(';', at)) {
        ++at;
        const auto equals = value.find('=', at);
        if (equals == std::string_view::npos)
            return {};
        const bool wanted = lowered(trimmed(value.substr(at, equals - at))) == name;
        at = equals + 1;
        std::string text;
        if (at < value.size() && value[at] == '"') {
            for (++at; at < value.size() && value[at] != '"'; ++at) {
                if (value[at] == '\\' && at + 1 < value.size())
                    ++at;
                text += value[at];
            }
        } else {
            const auto end = std::min(value.find(';', at), value.size());
            text = trimmed(value.substr(at, end - at));
            at = end;
        }
        if (wanted)
            return text;
    }
    return {};
}

bool hasParameter(std::string_view value, std::string_view name)
{
    return lowered(value).find(std::string(name) + "=") != std::string::npos;
}

void readPartHeader(std::string_view header, FormPart &part)
{
    for (std::string_view line : split(header, '\n')) {
        line = trimmed(line);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos ||
            lowered(line.substr(0, colon)) != "content-disposition")
            continue;
        part.name = parameter(line, "name");
        part.hasFileName = hasParameter(line, "filename") || hasParameter(line, "filename*");
    }
}

Error broken(std::string_view how)
{
    return invalidArgument(fmt::format("The multipart form is broken: {}. Send it as "
                                       "`curl -F file=@picture.png` does, or send the picture "
                                       "itself as the body.",
                                       how));
}

Result<std::vector<FormPart>> partsOf(std::string_view body, const std::string &boundary)
{
    const std::string delimiter = "\r\n--" + boundary;
    std::vector<FormPart> parts;
    std::size_t at = 0;
    if (body.starts_with(std::string_view(delimiter).substr(2))) {
        at = delimiter.size() - 2;
    } else {
        at = body.find(delimiter);
        if (at == std::string_view::npos)
            return broken(fmt::format("its boundary \"{}\" never comes", printable(boundary, 70)));
        at += delimiter.size();
    }
    for (;;) {
        if (body.substr(at).starts_with("--"))
            return parts;
        if (parts.size() == mostParts)
            return broken(fmt::format("it has more than {} parts", mostParts));
        const auto lineEnd = body.find("\r\n", at);
        const auto end = body.find(delimiter, lineEnd);
        if (lineEnd == std::string_view::npos || end == std::string_view::npos)
            return broken("the boundary that ends it is missing");
        // A part without header fields has its empty line at once.
        const auto headerEnd = body.find("\r\n\r\n", lineEnd);
        if (headerEnd == std::string_view::npos || headerEnd + 2 > end)
            return broken("a part has no empty line between its header and its content");
        FormPart part;
        readPartHeader(body.substr(lineEnd, headerEnd - lineEnd), part);
        const std::size_t from = std::min(headerEnd + 4, end);
        part.content = body.substr(from, end - from);
        parts.push_back(std::move(part));
        at = end + delimiter.size();
    }
}

} // namespace

bool isMultipart(std::string_view contentType)
{
    constexpr std::string_view type = "multipart/";
    return lowered(trimmed(contentType).substr(0, type.size())) == type;
}

Result<std::string> multipartBoundary(std::string_view contentType)
{
    std::string boundary = parameter(contentType, "boundary");
    if (boundary.empty() || boundary.size() > 70)
        return broken("its Content-Type names no boundary of 1 to 70 characters");
    return boundary;
}

Result<std::vector<FormPart>> multipartParts(std::string_view body, std::string_view contentType)
{
    const auto boundary = multipartBoundary(contentType);
    if (!boundary)
        return boundary.error();
    return partsOf(body, *boundary);
}

Result<std::string_view> multipartInput(std::string_view body, std::string_view contentType)
{
    const auto parts = multipartParts(body, contentType);
    if (!parts)
        return parts.error();

    const auto file = std::find_if(parts->begin(), parts->end(),
                                   [](const FormPart &part) { return part.hasFileName; });
    const auto files = std::count_if(parts->begin(), parts->end(),
                                     [](const FormPart &part) { return part.hasFileName; });
    if (files > 1)
        return invalidArgument(fmt::format("The multipart form has {} files, and one is answered a "
                                           "request; send each in a request of its own.",
                                           files));
    if (file != parts->end())
        return file->content;
    const auto named = std::find_if(parts->begin(), parts->end(), [](const FormPart &part) {
        return part.name == "image" || part.name == "file" || part.name == "input";
    });
    if (named != parts->end())
        return named->content;
    if (parts->size() == 1)
        return parts->front().content;
    std::vector<std::string> names;
    for (const FormPart &part : *parts)
        names.push_back(fmt::format("\"{}\"", printable(part.name, 40)));
    if (names.size() > mostNamed)
        names.resize(mostNamed);
    return invalidArgument(
        parts->empty()
            ? std::string("The multipart form has no part at all: send one with a file, as "
                          "`curl -F file=@picture.png` does.")
            : fmt::format("The multipart form has {} parts ({}{}), but none with a file: send one, "
                          "as `curl -F file=@picture.png` does (mind the @).",
                          parts->size(), joined(names), parts->size() > mostNamed ? ", ..." : ""));
}

} // namespace warmbench::http
