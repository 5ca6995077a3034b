#include "http/router.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench::http {

namespace {

int valueOfDigit(char hexadecimal)
{
    const int letter = hexadecimal | 0x20;
    return letter >= 'a' ? letter - 'a' + 10 : hexadecimal - '0';
}

bool isParameter(std::string_view segment)
{
    return segment.starts_with('{');
}

// What follows the parameter within its segment: ":predict" of "{name}:predict".
std::string_view suffixOf(std::string_view segment)
{
    return segment.substr(segment.find('}') + 1);
}

// The segments behind each slash, still encoded. A slash at the end is forgiven.
std::vector<std::string_view> segmentsOf(std::string_view path)
{
    if (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    return split(path.substr(std::min<std::size_t>(path.size(), 1)), '/');
}

bool isEncoded(std::string_view segment)
{
    return segment.find('%') != std::string_view::npos;
}

// Some text with the suffix behind it, which may stand encoded where `orEncoded` says.
bool hasSuffix(std::string_view segment, std::string_view suffix, bool orEncoded)
{
    if (segment.ends_with(suffix))
        return segment.size() > suffix.size();
    if (!orEncoded || !isEncoded(segment))
        return false;
    const std::string decoded = percentDecoded(segment);
    return decoded.size() > suffix.size() && decoded.ends_with(suffix);
}

bool fits(const std::vector<std::string> &pattern, const std::vector<std::string_view> &segments,
          bool orEncoded)
{
    return std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(),
                      [&](const std::string &expected, std::string_view segment) {
                          if (isParameter(expected))
                              return hasSuffix(segment, suffixOf(expected), orEncoded);
                          return segment == expected ||
                                 (isEncoded(segment) && percentDecoded(segment) == expected);
                      });
}

// What stands for the parameter in a segment that fits.
std::string valueIn(std::string_view segment, std::string_view suffix)
{
    if (segment.ends_with(suffix))
        return percentDecoded(segment.substr(0, segment.size() - suffix.size()));
    std::string value = percentDecoded(segment);
    value.resize(value.size() - suffix.size());
    return value;
}

// U+0080 to U+009F, in UTF-8.
bool hasHighControl(std::string_view text)
{
    for (auto at = text.find('\xC2'); at != std::string_view::npos;
         at = text.find('\xC2', at + 1)) {
        if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0)
            return true;
    }
    return false;
}

// No model's name has a slash, a control character or bytes that are no UTF-8; "." and ".." name
// folders.
bool isName(std::string_view text)
{
    return !text.empty() && text != "." && text != ".." &&
           text.find('/') == std::string_view::npos && !hasHighControl(text) &&
           printable(text, text.size()) == text;
}

void addVerb(std::string &allowed, const std::string &verb)
{
    allowed += (allowed.empty() ? "" : ", ") + verb + (verb == "GET" ? ", HEAD" : "");
}

} // namespace

const std::string &RoutedRequest::parameter(std::string_view name) const
{
    static const std::string none;
    const auto found = parameters.find(name);
    return found == parameters.end() ? none : found->second;
}

std::string RoutedRequest::queried(std::string_view name) const
{
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
}

void Router::add(Route route)
{
    auto place = std::find_if(m_places.begin(), m_places.end(), [&route](const Place &known) {
        return known.pattern == route.pattern;
    });
    if (place == m_places.end()) {
        const auto segments = segmentsOf(route.pattern);
        const bool plain = std::none_of(segments.begin(), segments.end(), isParameter);
        if (plain)
            m_plain.emplace(route.pattern, m_places.size());
        place = m_places.insert(m_places.end(), {.pattern = route.pattern,
                                                 .segments = {segments.begin(), segments.end()},
                                                 .plain = plain});
    }
    place->routes.push_back(m_routes.size());
    addVerb(place->allowed, route.verb);
    m_routes.push_back(std::move(route));
}

const Router::Place *Router::placeOf(std::string_view path, std::string_view verb) const
{
    if (const auto plain = m_plain.find(path); plain != m_plain.end())
        return &m_places[plain->second];
    const auto segments = segmentsOf(path);
    // Some clients encode the colon: POST x%3Apredict runs x. With the other verbs it is the name
    // "x:predict".
    const auto place = std::find_if(m_places.begin(), m_places.end(), [&](const Place &known) {
        return fits(known.segments, segments, routeOf(known, verb) != nullptr);
    });
    return place == m_places.end() ? nullptr : &*place;
}

const Route *Router::routeOf(const Place &place, std::string_view verb) const
{
    const auto route = std::find_if(place.routes.begin(), place.routes.end(),
                                    [&](std::size_t r) { return m_routes[r].verb == verb; });
    return route == place.routes.end() ? nullptr : &m_routes[*route];
}

// False where a name is none; match.reply then says so.
bool Router::takeParameters(const Place &place, std::string_view path, Match &match)
{
    const auto segments = segmentsOf(path);
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const std::string_view expected = place.segments[i];
        if (!isParameter(expected))
            continue;
        const std::string_view segment = segments[i];
        std::string value = valueIn(segment, suffixOf(expected));
        if (!isName(value)) {
            match.reply = errorReply(
                400, "INVALID_ARGUMENT",
                fmt::format(
                    "\"{}\" in the address is no name: names have no slashes and no control "
                    "characters, and are UTF-8.",
                    printable(segment, 60)));
            return false;
        }
        match.parameters.emplace(expected.substr(1, expected.find('}') - 1), std::move(value));
    }
    return true;
}

Router::Match Router::match(std::string_view method, std::string_view path) const
{
    Match match;
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    const Place *place = placeOf(path, wanted);
    if (!place) {
        match.reply =
            errorReply(404, "NOT_FOUND",
                       fmt::format("There is nothing at \"{}\": GET / lists what is there.",
                                   printable(path, 100)));
        return match;
    }
    match.allowed = place->allowed;
    const Route *route = routeOf(*place, wanted);
    if (!route) {
        match.reply = errorReply(405, "METHOD_NOT_ALLOWED",
                                 fmt::format("\"{}\" takes {}, not {}.", printable(path, 100),
                                             match.allowed, printable(method, 20)));
        match.reply.fields.emplace_back("Allow", match.allowed + ", OPTIONS");
        return match;
    }
    if (place->plain || takeParameters(*place, path, match))
        match.route = route;
    return match;
}

std::string percentDecoded(std::string_view text, bool plusIsBlank)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            out += static_cast<char>(valueOfDigit(text[i + 1]) * 16 + valueOfDigit(text[i + 2]));
            i += 2;
        } else {
            out += plusIsBlank && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

std::map<std::string, std::string, std::less<>> parsedQuery(std::string_view query)
{
    std::map<std::string, std::string, std::less<>> values;
    if (query.empty())
        return values;
    for (const std::string_view pair : split(query, '&')) {
        const auto equals = std::min(pair.find('='), pair.size());
        std::string key = percentDecoded(pair.substr(0, equals), true);
        if (!key.empty())
            values[std::move(key)] =
                percentDecoded(pair.substr(std::min(equals + 1, pair.size())), true);
    }
    return values;
}

} // namespace warmbench::http
