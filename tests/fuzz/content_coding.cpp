// Bodies that come packed. What comes out is what zlib makes of the bytes one by one, or a
// sentence; never more than allowed; and what was packed here comes out as it went in.
//
// Input: the field Content-Encoding (or Accept-Encoding), a line feed, the body.
#include "http/transport/content_coding.h"
#include "checks.h"

#include <array>
#include <optional>
#include <zlib.h>

using namespace warmbench;
using namespace warmbench::fuzz;
using namespace warmbench::http;

namespace {

constexpr Bytes allowed{1'200'000}; // beyond what is unpacked without counting first

// RFC 1950, 2.2.
bool beginsAsZlib(std::string_view coded)
{
    return coded.size() >= 2 && (coded[0] & 0x8F) == 0x08 &&
           (static_cast<unsigned char>(coded[0]) * 256 + static_cast<unsigned char>(coded[1])) %
                   31 ==
               0;
}

// zlib fed byte by byte. Nothing where the bytes are no such stream, or none that ends with them.
class Slowly
{
public:
    Slowly(std::string_view coded, bool gzip)
        : m_gzip(gzip)
    {
        const int window = gzip ? 31 : beginsAsZlib(coded) ? 15 : -15;
        require(inflateInit2(&m_stream, window) == Z_OK, "zlib begins");
        for (const char c : coded) {
            if (!take(c))
                break;
        }
    }
    ~Slowly() { inflateEnd(&m_stream); }
    Slowly(const Slowly &) = delete;
    Slowly &operator=(const Slowly &) = delete;

    const std::string &made() const { return m_made; }
    bool whole() const { return m_ended && !m_broken; }

private:
    bool take(char c)
    {
        // Only gzip has members behind one another (RFC 1952, 2.2).
        if (m_ended && (!m_gzip || inflateReset(&m_stream) != Z_OK))
            return fails();
        m_ended = false;
        m_stream.next_in = reinterpret_cast<Bytef *>(&c);
        m_stream.avail_in = 1;
        int outcome = Z_OK;
        do {
            std::array<char, 4096> piece{};
            m_stream.next_out = reinterpret_cast<Bytef *>(piece.data());
            m_stream.avail_out = piece.size();
            outcome = inflate(&m_stream, Z_NO_FLUSH);
            m_made.append(piece.data(), piece.size() - m_stream.avail_out);
        } while (outcome == Z_OK && m_stream.avail_out == 0);
        m_ended = outcome == Z_STREAM_END;
        return m_ended || outcome == Z_OK || outcome == Z_BUF_ERROR || fails();
    }
    bool fails()
    {
        m_broken = true;
        return false;
    }

    z_stream m_stream{};
    std::string m_made;
    bool m_gzip;
    bool m_ended = false;
    bool m_broken = false;
};

void checkError(const CodingError &error)
{
    require(error.status == 400 || error.status == 413, "a body that is refused is bad or large");
    requireSentence(error.sentence);
}

void checkSent(std::string_view body, ContentCoding coding)
{
    const Slowly expected(body, coding == ContentCoding::Gzip);
    const auto size = static_cast<std::int64_t>(expected.made().size());
    const auto plain = decoded(body, coding, allowed);
    if (const auto *error = std::get_if<CodingError>(&plain)) {
        checkError(*error);
        require(!expected.whole() || size > allowed.count, "what zlib unpacks is unpacked");
        require((error->status == 413) == (size > allowed.count),
                "413 is for what comes to more than allowed");
        return;
    }
    require(expected.whole(), "what zlib refuses is refused");
    require(std::get<std::string>(plain) == expected.made(), "it is what zlib makes of it");
    const auto exact = decoded(body, coding, {size});
    require(std::holds_alternative<std::string>(exact), "as much as is allowed is allowed");
    if (size == 0)
        return;
    const auto less = decoded(body, coding, {size - 1});
    const auto *refusal = std::get_if<CodingError>(&less);
    require(refusal && refusal->status == 413, "one byte more than allowed is refused");
    checkError(*refusal);
}

void checkMade(std::string_view plain, ContentCoding coding)
{
    const auto coded = encoded(plain, coding);
    if (!coded)
        return;
    require(coded->size() < plain.size(), "what is packed is smaller");
    const auto back = decoded(*coded, coding, {static_cast<std::int64_t>(plain.size())});
    const auto *text = std::get_if<std::string>(&back);
    require(text && *text == plain, "what is packed comes out as it went in");
    if (coding != ContentCoding::Gzip)
        return;
    const auto twice = decoded(*coded + *coded, coding, allowed);
    text = std::get_if<std::string>(&twice);
    require(text && *text == std::string(plain) + std::string(plain), "two members are one body");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto [field, body] = headAndRest(textOf(data, size));
    const auto coding = sentCoding(field);
    wantedCoding(field);
    for (const ContentCoding each : {ContentCoding::Gzip, ContentCoding::Deflate}) {
        if (coding == each)
            checkSent(body, each);
        checkMade(body, each);
    }
    return 0;
}
