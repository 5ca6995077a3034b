// Bytes of a connection into requests. However they are cut into pieces, the same requests and the
// same refusal come out; what is framed keeps within the limits, and written down plainly and
// framed once more it is the same.
//
// Input: the bytes of a connection.
#include "checks.h"
#include "http/transport/request_framer.h"

#include <array>
#include <tuple>
#include <vector>

using namespace warmbench;
using namespace warmbench::fuzz;
using namespace warmbench::http;

namespace {

struct Scale
{
    HttpLimits limits;
    Bytes maxBody;
};

// Small enough that inputs of a few hundred bytes meet every limit.
Scale smallScale()
{
    Scale scale;
    scale.limits.requestLine = 60;
    scale.limits.headerBytes = 200;
    scale.limits.headerFields = 6;
    scale.maxBody = Bytes{40};
    return scale;
}

Scale usualScale()
{
    return {{}, mebibytes(1)};
}

// All that the framer said of a stream.
struct Outcome
{
    std::vector<FramedRequest> requests;
    std::vector<bool> wishes; // for "100 Continue", one a request and one of what is not complete
    FramingError error;       // status 0: none
    bool begun = false;
    bool inBody = false;
    std::size_t buffered = 0;
};

auto parts(const FramedRequest &request)
{
    return std::tie(request.method, request.target, request.fields, request.body, request.http10,
                    request.keepAlive);
}

bool same(const Outcome &a, const Outcome &b)
{
    return std::equal(a.requests.begin(), a.requests.end(), b.requests.begin(), b.requests.end(),
                      [](const FramedRequest &one, const FramedRequest &other) {
                          return parts(one) == parts(other);
                      }) &&
           a.wishes == b.wishes && a.error.status == b.error.status &&
           a.error.sentence == b.error.sentence && a.begun == b.begun && a.inBody == b.inBody &&
           a.buffered == b.buffered;
}

// Feeds a framer as a connection does, piece by piece.
class Feeder
{
public:
    explicit Feeder(const Scale &scale)
        : m_scale(scale)
        , m_framer(scale.limits, scale.maxBody)
    {
        m_outcome.error.status = 0;
        m_outcome.wishes.push_back(false);
    }

    void append(std::string_view piece) { m_framer.append(piece); }

    // Takes what is complete; at most one request where the connection would wait.
    void advance(bool all = true)
    {
        auto progress = m_framer.advance();
        for (;; progress = m_framer.advance()) {
            if (m_framer.takeContinueWish()) {
                require(!m_outcome.wishes.back(), "a request asks for 100 Continue once");
                m_outcome.wishes.back() = true;
            }
            if (progress != RequestFramer::Progress::Complete)
                break;
            require(m_framer.advance() == RequestFramer::Progress::Complete,
                    "a complete request stays complete");
            m_outcome.requests.push_back(m_framer.take());
            m_outcome.wishes.push_back(false);
            if (!all)
                return;
        }
        if (progress == RequestFramer::Progress::Failed)
            m_outcome.error = m_framer.error();
        else
            checkMemory();
    }

    Outcome end()
    {
        advance();
        m_outcome.begun = m_framer.begun();
        m_outcome.inBody = m_framer.inBody();
        m_outcome.buffered = m_framer.buffered();
        if (m_outcome.error.status != 0) {
            append("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            require(m_framer.advance() == RequestFramer::Progress::Failed, "a refusal is final");
        }
        return std::move(m_outcome);
    }

private:
    // What waits for more bytes keeps within the limits.
    void checkMemory() const
    {
        constexpr std::size_t lineEnd = 2;
        constexpr std::size_t chunkLine = 256;
        const HttpLimits &limits = m_scale.limits;
        require(m_framer.pending() <=
                    std::max({limits.requestLine, limits.headerBytes, chunkLine}) + lineEnd,
                "an unfinished line keeps within its limit");
        require(m_framer.buffered() - m_framer.pending() <=
                    static_cast<std::size_t>(m_scale.maxBody.count),
                "an unfinished body keeps within its limit");
    }

    const Scale &m_scale;
    RequestFramer m_framer;
    Outcome m_outcome;
};

Outcome inOnePiece(const Scale &scale, std::string_view stream)
{
    Feeder feeder(scale);
    feeder.append(stream);
    return feeder.end();
}

Outcome byteByByte(const Scale &scale, std::string_view stream)
{
    Feeder feeder(scale);
    for (std::size_t i = 0; i < stream.size(); ++i) {
        feeder.append(stream.substr(i, 1));
        feeder.advance();
    }
    return feeder.end();
}

// Pieces of any size; the framer is asked now and then only, as for a connection that waits.
Outcome inPieces(const Scale &scale, std::string_view stream, Draw &draw)
{
    Feeder feeder(scale);
    const std::size_t most = std::array<std::size_t, 4>{3, 16, 100, 1000}.at(draw.below(4));
    for (std::size_t at = 0; at < stream.size();) {
        const std::size_t size = 1 + draw.below(most);
        feeder.append(stream.substr(at, size));
        at += size;
        if (draw.below(4) != 0)
            feeder.advance(draw.below(2) == 0);
    }
    return feeder.end();
}

std::string_view fieldOf(const FramedRequest &request, std::string_view name)
{
    for (const auto &[key, value] : request.fields) {
        if (key == name)
            return value;
    }
    return {};
}

bool hasField(const FramedRequest &request, std::string_view name)
{
    return std::any_of(request.fields.begin(), request.fields.end(),
                       [&](const auto &field) { return field.first == name; });
}

void checkFields(const FramedRequest &request, const HttpLimits &limits)
{
    std::size_t bytes = 0;
    for (const auto &[name, value] : request.fields) {
        bytes += name.size() + value.size();
        require(!name.empty() && std::none_of(name.begin(), name.end(),
                                              [](char c) {
                                                  return c <= ' ' || c == ':' || c == 0x7F ||
                                                         (c >= 'A' && c <= 'Z');
                                              }),
                "a field's name is a token in small letters", name);
        require(std::none_of(value.begin(), value.end(),
                             [](char c) { return c == '\r' || c == '\n' || c == '\0'; }),
                "a field's value is one line", value);
    }
    require(bytes <= limits.headerBytes, "the header keeps within its limit");
    require(request.fields.size() <= limits.headerFields, "the fields keep within their limit");
}

void checkRequest(const FramedRequest &request, const Scale &scale)
{
    checkFields(request, scale.limits);
    require(request.method.size() + request.target.size() <= scale.limits.requestLine,
            "the request line keeps within its limit");
    require(request.target.starts_with('/') || request.target == "*", "a target is a path",
            request.target);
    require(std::none_of(request.target.begin(), request.target.end(),
                         [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; }),
            "a target has neither blanks nor control characters", request.target);
    require(request.body.size() <= static_cast<std::size_t>(scale.maxBody.count),
            "a body keeps within its limit");
    const bool chunked = hasField(request, "transfer-encoding");
    require(!chunked || !hasField(request, "content-length"), "a body has one length");
    require(chunked || request.body.size() ==
                           std::strtoull(std::string(fieldOf(request, "content-length")).c_str(),
                                         nullptr, 10),
            "a body is as long as announced");
}

void checkRefusal(const FramingError &error)
{
    constexpr std::array known{400, 413, 414, 417, 431, 501, 505};
    require(std::find(known.begin(), known.end(), error.status) != known.end(),
            "a refusal has a known status", std::to_string(error.status));
    requireSentence(error.sentence);
}

bool speaksOfLength(const std::pair<std::string, std::string> &field)
{
    return field.first == "content-length" || field.first == "transfer-encoding";
}

// The request as a plain client would write it, with the length of its body.
void checkRewritten(FramedRequest request)
{
    std::erase_if(request.fields, speaksOfLength);
    std::string text = request.method + " " + request.target +
                       (request.http10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    for (const auto &[name, value] : request.fields)
        text.append(name).append(": ").append(value).append("\r\n");
    if (!request.body.empty())
        text += "content-length: " + std::to_string(request.body.size()) + "\r\n";
    Outcome again = inOnePiece(usualScale(), text + "\r\n" + request.body);
    require(again.requests.size() == 1, "a request written down anew is one request", text);
    FramedRequest &other = again.requests.front();
    std::erase_if(other.fields, speaksOfLength);
    require(parts(request) == parts(other), "a request written down anew is the same", text);
}

void check(const Scale &scale, std::string_view stream)
{
    const Outcome whole = inOnePiece(scale, stream);
    Draw draw(stream);
    require(same(whole, byteByByte(scale, stream)), "byte by byte gives the same as one piece");
    for (int round = 0; round < 3; ++round)
        require(same(whole, inPieces(scale, stream, draw)), "pieces give the same as the whole");
    for (const FramedRequest &request : whole.requests) {
        checkRequest(request, scale);
        checkRewritten(request);
    }
    if (whole.error.status != 0)
        checkRefusal(whole.error);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view stream = textOf(data, size);
    check(smallScale(), stream);
    check(usualScale(), stream);
    return 0;
}
