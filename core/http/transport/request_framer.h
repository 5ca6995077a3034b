// Bytes of one connection into requests, by RFC 9112, strict where leniency lets two parsers
// disagree: Content-Length with Transfer-Encoding, differing lengths, folded fields, blanks before
// a colon, bare CR, a second length and loose chunk lines are refused. So is a request line that Qt
// HTTP Server (6.4 to 6.8) would alter: two slashes at its start, a broken percent escape, bytes
// that are no UTF-8, an unknown verb. How the bytes are split into pieces never matters.
//
// Thread: one at a time. Errors: the status and sentence to answer with; the framer is then spent.
// Memory: what was appended and not yet taken; a body grows as it comes, not as it was announced.
#pragma once

#include "base/bytes.h"
#include "http/api_types.h"
#include "http/transport/http_limits.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warmbench::http {

struct FramedRequest
{
    std::string method;
    std::string target; // "*", or path and query that begin with one slash
    Fields fields;      // names lower-case
    std::string body;
    bool http10 = false;
    bool keepAlive = true; // as version and Connection say

    // The first field of that name (lower-case), or empty.
    std::string_view field(std::string_view name) const { return firstOf(fields, name); }
};

struct FramingError
{
    int status = 400;
    std::string sentence;
};

class RequestFramer
{
public:
    enum class Progress { NeedMore, Complete, Failed };

    RequestFramer(const HttpLimits &limits, Bytes maxBody)
        : m_limits(limits)
        , m_maxBody(static_cast<std::uint64_t>(maxBody.count))
    {
    }

    void append(std::string_view bytes);
    // Goes on until a request is complete, bytes are missing or something is wrong. Once Complete,
    // stays so until take().
    Progress advance();
    FramedRequest take();
    const FramingError &error() const { return m_error; }

    bool begun() const { return m_begun; } // a byte of a request that is not complete has come
    bool inBody() const { return m_state == State::Body || inChunks(); }
    // The client waits for "100 Continue"; true once a request.
    bool takeContinueWish();
    std::size_t buffered() const { return m_input.size() - m_at + m_request.body.size(); }
    // Bytes waiting behind what was framed.
    std::size_t pending() const { return m_input.size() - m_at; }
    const FramedRequest &request() const { return m_request; } // as far as it came

private:
    enum class State {
        RequestLine,
        Header,
        Body,
        ChunkSize,
        ChunkData,
        ChunkEnd,
        Trailers,
        Complete,
        Failed
    };

    bool inChunks() const { return m_state >= State::ChunkSize && m_state <= State::Trailers; }
    // One line without its end, where it is there whole; sets m_lineTooLong.
    std::optional<std::string_view> line(std::size_t most);
    std::optional<std::string_view> fieldLine();
    bool step();
    bool readRequestLine();
    bool parseRequestLine(std::string_view text);
    bool checkTarget(std::string_view target);
    bool readField();
    bool parseField(std::string_view text);
    bool checkField(std::string_view text);
    bool endOfFields();
    bool decideBody();
    bool readBody();
    bool readChunkSize();
    bool readChunkData();
    bool readChunkEnd();
    bool readTrailer();
    bool fail(int status, std::string sentence);
    bool tooLarge(std::uint64_t size);
    void compact();

    HttpLimits m_limits;
    std::uint64_t m_maxBody;
    std::string m_input;
    std::size_t m_at = 0;      // start of what is not framed yet
    std::size_t m_scanned = 0; // up to here there is no line feed
    State m_state = State::RequestLine;
    bool m_begun = false;
    bool m_wantsContinue = false;
    bool m_lineTooLong = false;
    bool m_bareFeed = false;    // the line ended without a CR
    std::size_t m_trailers = 0; // fields
    std::string m_authority;    // of a target in absolute form: counts instead of Host
    std::size_t m_fieldBytes = 0;
    std::uint64_t m_left = 0; // of the body or of the chunk
    FramedRequest m_request;
    FramingError m_error;
};

} // namespace warmbench::http
