#include "http/transport/request_framer.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

namespace warmbench::http {

namespace {

constexpr std::size_t maxChunkLine = 256;
constexpr std::array<std::string_view, 8> knownMethods{"GET",    "HEAD",    "POST",  "PUT",
                                                       "DELETE", "OPTIONS", "PATCH", "CONNECT"};

// RFC 9110, 5.6.2.
bool isTokenCharacter(char c)
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
}

bool isToken(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), isTokenCharacter);
}

bool isControl(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isHexadecimal(char c)
{
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string_view withoutBlanks(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

bool listContains(std::string_view list, std::string_view word)
{
    for (const std::string_view item : split(list, ',')) {
        if (lowered(withoutBlanks(item)) == word)
            return true;
    }
    return false;
}

// What a query holds may be a secret, and the sentence is logged.
std::string brokenEscape(std::string_view target, std::size_t at)
{
    if (target.find('?') < at)
        return "The query has a broken percent escape";
    return fmt::format("\"{}\" in the address is no percent escape",
                       printable(target.substr(at, 3)));
}

// Decimal digits only; empty where they are none or do not fit.
std::optional<std::uint64_t> lengthOf(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || !std::all_of(text.begin(), text.end(), isDigit) || error != std::errc() ||
        end != text.data() + text.size())
        return {};
    return value;
}

} // namespace

void RequestFramer::append(std::string_view bytes)
{
    if (m_state == State::Failed)
        return;
    // A body goes straight to the request.
    if (m_state == State::Body && m_at == m_input.size()) {
        const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, bytes.size()));
        m_request.body.append(bytes.substr(0, most));
        m_left -= most;
        bytes.remove_prefix(most);
    }
    m_input.append(bytes);
}

RequestFramer::Progress RequestFramer::advance()
{
    while (m_state != State::Complete && m_state != State::Failed && step()) {
    }
    compact();
    if (m_state == State::Complete)
        return Progress::Complete;
    return m_state == State::Failed ? Progress::Failed : Progress::NeedMore;
}

FramedRequest RequestFramer::take()
{
    FramedRequest request = std::move(m_request);
    m_request = {};
    m_state = State::RequestLine;
    m_begun = false;
    m_wantsContinue = false;
    m_fieldBytes = 0;
    m_trailers = 0;
    m_authority.clear();
    m_left = 0;
    return request;
}

bool RequestFramer::takeContinueWish()
{
    return std::exchange(m_wantsContinue, false);
}

// True where something was done and more may follow at once.
bool RequestFramer::step()
{
    switch (m_state) {
    case State::RequestLine:
        return readRequestLine();
    case State::Header:
        return readField();
    case State::Body:
        return readBody();
    case State::ChunkSize:
        return readChunkSize();
    case State::ChunkData:
        return readChunkData();
    case State::ChunkEnd:
        return readChunkEnd();
    case State::Trailers:
        return readTrailer();
    case State::Complete:
    case State::Failed:
        break;
    }
    return false;
}

std::optional<std::string_view> RequestFramer::line(std::size_t most)
{
    const auto feed = m_input.find('\n', std::max(m_at, m_scanned));
    const bool whole = feed != std::string::npos;
    std::string_view text =
        std::string_view(m_input).substr(m_at, (whole ? feed : m_input.size()) - m_at);
    // The CR of a line that has not ended yet may belong to its end.
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    m_lineTooLong = text.size() > most;
    m_scanned = m_input.size();
    if (!whole || m_lineTooLong)
        return {};
    m_bareFeed = feed == m_at || m_input[feed - 1] != '\r';
    m_at = feed + 1;
    m_scanned = m_at;
    return text;
}

bool RequestFramer::readRequestLine()
{
    // RFC 9112, 2.2: empty lines before a request are to be ignored.
    while (!m_begun && m_at < m_input.size()) {
        if (m_input[m_at] == '\r' || m_input[m_at] == '\n') {
            ++m_at;
            continue;
        }
        m_begun = true;
        if (m_input[m_at] == '\x16')
            return fail(400, "This looks like TLS, but the server speaks plain HTTP: use http:// "
                             "instead of https://.");
    }
    if (!m_begun)
        return false;
    const auto text = line(m_limits.requestLine);
    if (m_lineTooLong)
        return fail(414, fmt::format("The request line is longer than the {} bytes allowed.",
                                     m_limits.requestLine));
    return text && parseRequestLine(*text);
}

bool RequestFramer::parseRequestLine(std::string_view text)
{
    constexpr std::string_view form =
        "The request does not begin with a line like \"GET /health HTTP/1.1\".";
    const auto first = text.find(' ');
    const auto last = text.rfind(' ');
    if (first == std::string_view::npos || last == first)
        return fail(400, std::string(form));
    const std::string_view method = text.substr(0, first);
    const std::string_view whole = text.substr(first + 1, last - first - 1);
    std::string_view target = whole;
    bool absolute = false;
    const std::string_view version = text.substr(last + 1);

    if (!isToken(method) || version.size() != 8 || !version.starts_with("HTTP/") ||
        !isDigit(version[5]) || version[6] != '.' || !isDigit(version[7]))
        return fail(400, std::string(form));
    if (version[5] != '1')
        return fail(505, fmt::format("{} is not spoken here: use HTTP/1.1.", version));
    if (std::find(knownMethods.begin(), knownMethods.end(), method) == knownMethods.end())
        return fail(501,
                    fmt::format("The method \"{}\" is unknown: use GET, HEAD, POST or OPTIONS.",
                                printable(method, 40)));

    // RFC 9112, 3.2.2: a server accepts the absolute form too.
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!lowered(target.substr(0, scheme.size())).starts_with(scheme))
            continue;
        const auto end = std::min(target.find_first_of("/?", scheme.size()), target.size());
        m_authority = target.substr(scheme.size(), end - scheme.size());
        target = target.substr(end);
        absolute = true;
    }
    const bool clean = std::none_of(whole.begin(), whole.end(),
                                    [](char c) { return isControl(c) || c == ' ' || c == '#'; });
    if (!clean ||
        (!target.starts_with('/') && !absolute && !(target == "*" && method == "OPTIONS")))
        return fail(400, "The address asked for is not a path that begins with \"/\" and has its "
                         "blanks and control characters percent-encoded.");
    if (!checkTarget(target))
        return false;

    m_request.method = method;
    m_request.target = target.starts_with('?') || target.empty() ? "/" : "";
    m_request.target += target;
    m_request.http10 = version[7] == '0';
    m_state = State::Header;
    return true;
}

// Only what Qt's parser leaves as it is.
bool RequestFramer::checkTarget(std::string_view target)
{
    if (target.starts_with("//"))
        return fail(400, "The address asked for begins with two slashes: write one.");
    if (!isPrintable(target))
        return fail(400,
                    "The address asked for has bytes that are no text in UTF-8: percent-encode "
                    "them.");
    for (auto at = target.find('%'); at != std::string_view::npos; at = target.find('%', at + 1)) {
        if (at + 2 >= target.size() || !isHexadecimal(target[at + 1]) ||
            !isHexadecimal(target[at + 2]))
            return fail(400,
                        fmt::format("{}: write two hexadecimal digits behind each %, and %25 for "
                                    "the sign itself.",
                                    brokenEscape(target, at)));
    }
    return true;
}

// A line of header or trailer; both share the bytes allowed.
std::optional<std::string_view> RequestFramer::fieldLine()
{
    const std::size_t before = m_at;
    const auto text = line(m_limits.headerBytes - m_fieldBytes);
    m_fieldBytes += m_at - before;
    if (m_lineTooLong || m_fieldBytes > m_limits.headerBytes) {
        fail(431,
             fmt::format("The header is longer than the {} bytes allowed.", m_limits.headerBytes));
        return {};
    }
    return text;
}

bool RequestFramer::readField()
{
    const auto text = fieldLine();
    if (!text)
        return false;
    return text->empty() ? endOfFields() : parseField(*text);
}

bool RequestFramer::parseField(std::string_view text)
{
    if (!checkField(text))
        return false;
    const auto colon = text.find(':');
    m_request.fields.emplace_back(lowered(text.substr(0, colon)),
                                  withoutBlanks(text.substr(colon + 1)));
    return true;
}

bool RequestFramer::checkField(std::string_view text)
{
    if (m_request.fields.size() + m_trailers >= m_limits.headerFields)
        return fail(431, fmt::format("The header has more than the {} fields allowed.",
                                     m_limits.headerFields));
    if (text.front() == ' ' || text.front() == '\t')
        return fail(400, "A header field is continued on a second line, which is not allowed any "
                         "more (RFC 9112, 5.2).");
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || !isToken(text.substr(0, colon))) {
        // What follows the first word may be a secret, and the sentence is logged.
        const auto *const end = std::find_if_not(text.begin(), text.end(), isTokenCharacter);
        return fail(400, fmt::format("The header line that begins with \"{}\" is not of the form "
                                     "\"Name: value\".",
                                     printable({text.begin(), end}, 60)));
    }
    const std::string_view value = withoutBlanks(text.substr(colon + 1));
    if (std::any_of(value.begin(), value.end(), [](char c) { return isControl(c) && c != '\t'; }))
        return fail(400, fmt::format("The header field \"{}\" has a control character in it.",
                                     text.substr(0, colon)));
    return true;
}

bool RequestFramer::endOfFields()
{
    std::string connection;
    std::size_t hosts = 0;
    for (const auto &[name, value] : m_request.fields) {
        if (name == "connection")
            connection += (connection.empty() ? "" : ",") + value;
        else if (name == "host")
            ++hosts;
    }
    if (hosts > 1 || (hosts == 0 && !m_request.http10))
        return fail(400, "A request needs exactly one Host field, such as \"Host: 127.0.0.1\".");
    // RFC 9112, 3.2.2: what Host says does not count then.
    for (auto &[name, value] : m_request.fields) {
        if (name == "host" && !m_authority.empty())
            value = m_authority;
    }
    m_request.keepAlive = m_request.http10 ? listContains(connection, "keep-alive")
                                           : !listContains(connection, "close");
    return decideBody();
}

bool RequestFramer::decideBody()
{
    std::optional<std::string_view> length;
    bool coded = false; // an empty coding is one, too: another parser may see chunks
    std::string coding;
    std::string_view expect;
    for (const auto &[name, value] : m_request.fields) {
        if (name == "content-length") {
            if (length)
                return fail(400, "The request has two Content-Length fields: send one.");
            length = value;
        } else if (name == "transfer-encoding") {
            coded = true;
            coding += (coding.empty() ? "" : ",") + lowered(value);
        } else if (name == "expect") {
            expect = value;
        }
    }
    if (coded && (length || m_request.http10))
        return fail(400, "Transfer-Encoding goes neither with Content-Length nor with HTTP/1.0.");
    if (coded && coding != "chunked")
        return fail(501, fmt::format("The Transfer-Encoding \"{}\" is not understood: use chunked "
                                     "or Content-Length.",
                                     printable(coding, 60)));
    if (!expect.empty() && lowered(expect) != "100-continue")
        return fail(417, fmt::format("The expectation \"{}\" cannot be met; only 100-continue can.",
                                     printable(expect, 60)));
    if (length) {
        const auto size = lengthOf(*length);
        if (!size && !(!length->empty() && std::all_of(length->begin(), length->end(), isDigit)))
            return fail(400, fmt::format("Content-Length is \"{}\", which is no number of bytes.",
                                         printable(*length, 40)));
        if (!size || *size > m_maxBody)
            return tooLarge(size.value_or(~std::uint64_t(0)));
        m_left = *size;
    }
    const bool hasBody = coded || m_left > 0;
    m_wantsContinue = hasBody && !expect.empty() && !m_request.http10;
    m_state = coded ? State::ChunkSize : m_left > 0 ? State::Body : State::Complete;
    // Growing step by step would touch twice the memory, and what only is reserved takes none.
    constexpr std::uint64_t mostReserved = std::uint64_t(4) << 20;
    if (m_state == State::Body)
        m_request.body.reserve(static_cast<std::size_t>(std::min(m_left, mostReserved)));
    return true;
}

bool RequestFramer::readBody()
{
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, pending()));
    m_request.body.append(m_input, m_at, most);
    m_at += most;
    m_left -= most;
    if (m_left == 0)
        m_state = State::Complete;
    return m_left == 0;
}

bool RequestFramer::readChunkSize()
{
    const auto text = line(maxChunkLine);
    if (m_lineTooLong)
        return fail(400, "The line with the size of a chunk is too long.");
    if (!text)
        return false;
    // Parsers that disagree about this can be made to see different requests.
    if (m_bareFeed)
        return fail(400, "The line with the size of a chunk does not end with CR and LF.");
    const std::string_view digits = withoutBlanks(text->substr(0, text->find(';')));
    const bool clean =
        std::none_of(text->begin(), text->end(), [](char c) { return isControl(c) && c != '\t'; });
    const bool hexadecimal =
        !digits.empty() && std::all_of(digits.begin(), digits.end(), isHexadecimal);
    if (!clean || !hexadecimal)
        return fail(400, fmt::format("\"{}\" is no size of a chunk: a hexadecimal number belongs "
                                     "there.",
                                     printable(*text, 40)));
    std::uint64_t size = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    if (error != std::errc() || size > m_maxBody - m_request.body.size())
        return tooLarge(error != std::errc() ? ~std::uint64_t(0) : m_request.body.size() + size);
    m_left = size;
    m_state = size == 0 ? State::Trailers : State::ChunkData;
    return true;
}

bool RequestFramer::readChunkData()
{
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, pending()));
    m_request.body.append(m_input, m_at, most);
    m_at += most;
    m_left -= most;
    if (m_left == 0)
        m_state = State::ChunkEnd;
    return m_left == 0;
}

bool RequestFramer::readChunkEnd()
{
    const std::string_view rest = std::string_view(m_input).substr(m_at, 2);
    if (!std::string_view("\r\n").starts_with(rest))
        return fail(400, "A chunk is longer than its size says.");
    if (rest.size() < 2)
        return false;
    m_at += 2;
    m_scanned = m_at;
    m_state = State::ChunkSize;
    return true;
}

// Trailer fields are checked and read over: nothing here needs them.
bool RequestFramer::readTrailer()
{
    const auto text = fieldLine();
    if (!text)
        return false;
    if (text->empty())
        m_state = State::Complete;
    else if (!checkField(*text))
        return false;
    else
        ++m_trailers;
    return true;
}

bool RequestFramer::fail(int status, std::string sentence)
{
    m_state = State::Failed;
    m_error = {status, std::move(sentence)};
    m_input.clear();
    m_at = 0;
    m_scanned = 0;
    m_request.body.clear();
    return false;
}

bool RequestFramer::tooLarge(std::uint64_t size)
{
    const Bytes most{static_cast<std::int64_t>(m_maxBody)};
    std::string came = size < (std::uint64_t(1) << 62)
                           ? toText(Bytes{static_cast<std::int64_t>(size)})
                           : std::string("too many bytes to count");
    std::string allowed = toText(most);
    if (came == allowed) { // only rounded
        came = fmt::format("{} bytes", size);
        allowed = fmt::format("{} bytes", most.count);
    }
    return fail(413, fmt::format("The body has {}, more than the {} allowed: send less at once, or "
                                 "start the server with a larger --max-body.",
                                 came, allowed));
}

// Drops what is framed, rarely enough that it costs nothing.
void RequestFramer::compact()
{
    if (m_at == m_input.size()) {
        m_input.clear();
        if (m_input.capacity() > 64 * 1024)
            m_input.shrink_to_fit();
    } else if (m_at > 64 * 1024) {
        m_input.erase(0, m_at);
    } else {
        return;
    }
    m_scanned -= std::min(m_scanned, m_at);
    m_at = 0;
}

} // namespace warmbench::http
