#include "http/transport/content_coding.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <span>
#include <zlib.h>

namespace warmbench::http {

namespace {

constexpr std::size_t atOnce = 1024 * 1024; // more is decoded twice, the first time to count it
constexpr std::size_t chunk = 64 * 1024;    // to count in
constexpr std::size_t mostFed = 1U << 30U;  // zlib counts in 32 bits
constexpr std::size_t bestRatio = 1032;     // that deflate can reach (zlib's technical details)
constexpr std::size_t leastWorthCoding = 1024;
constexpr int level = 1; // a reply is made while somebody waits for it
constexpr int windowBits = 15;
constexpr int gzipWindow = windowBits + 16; // as zlib.h says

// RFC 1950, 2.2: the first two bytes of a zlib stream.
bool isZlib(std::string_view coded)
{
    if (coded.size() < 2)
        return false;
    const auto method = static_cast<unsigned char>(coded[0]);
    const auto flags = static_cast<unsigned char>(coded[1]);
    return (method & 0x0FU) == 8 && (method >> 4U) <= 7 && (method * 256U + flags) % 31 == 0;
}

// Takes bytes out of a coding, piece by piece, into memory of the caller.
class Decoding
{
public:
    enum class State { Open, Ended, Truncated, Broken };

    Decoding(std::string_view coded, ContentCoding coding)
        : m_coded(coded)
        , m_gzip(coding == ContentCoding::Gzip)
    {
        const int window = m_gzip ? gzipWindow : isZlib(coded) ? windowBits : -windowBits;
        if (inflateInit2(&m_stream, window) != Z_OK)
            m_state = State::Broken;
    }
    ~Decoding() { inflateEnd(&m_stream); }
    Decoding(const Decoding &) = delete;
    Decoding &operator=(const Decoding &) = delete;

    State state() const { return m_state; }
    // Fills less than the piece only where the state is no longer Open.
    std::size_t fill(std::span<char> piece)
    {
        std::size_t made = 0;
        while (made < piece.size() && m_state == State::Open)
            made += step(piece.subspan(made));
        return made;
    }
    // Whether nothing more comes. Decodes a little further where all that came so far was taken.
    bool ends()
    {
        std::array<char, 1> more{};
        return fill(more) == 0;
    }

private:
    std::size_t step(std::span<char> piece)
    {
        const std::size_t fed = std::min(m_coded.size() - m_at, mostFed);
        const std::size_t room = std::min(piece.size(), mostFed);
        // zlib never writes to its input.
        m_stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(m_coded.data() + m_at));
        m_stream.avail_in = static_cast<uInt>(fed);
        m_stream.next_out = reinterpret_cast<Bytef *>(piece.data());
        m_stream.avail_out = static_cast<uInt>(room);
        const int outcome = inflate(&m_stream, Z_NO_FLUSH);
        m_at += fed - m_stream.avail_in;
        if (outcome == Z_STREAM_END)
            endMember();
        else if (outcome == Z_BUF_ERROR)
            m_state = State::Truncated;
        else if (outcome != Z_OK)
            m_state = State::Broken;
        return room - m_stream.avail_out;
    }

    void endMember()
    {
        if (m_at == m_coded.size())
            m_state = State::Ended;
        else if (!m_gzip || inflateReset(&m_stream) != Z_OK)
            m_state = State::Broken;
    }

    std::string_view m_coded;
    std::size_t m_at = 0;
    bool m_gzip;
    State m_state = State::Open;
    z_stream m_stream{};
};

CodingError problem(Decoding::State state, ContentCoding coding)
{
    if (state == Decoding::State::Truncated)
        return {400, fmt::format("The {} body ends too early: it was cut off, or its "
                                 "Content-Length is too small.",
                                 codingName(coding))};
    return {400, fmt::format("The body is no valid {0}, though Content-Encoding says so: send it "
                             "as {0}, or leave that field out.",
                             codingName(coding))};
}

CodingError tooMuch(Bytes most)
{
    return {413, fmt::format("The body has more than the {} allowed once it is unpacked: send less "
                             "at once, or start the server with a larger --max-body.",
                             toText(most))};
}

// Decodes to learn how much comes out, and throws it away.
std::variant<std::size_t, CodingError> decodedSize(std::string_view coded, ContentCoding coding,
                                                   Bytes most, const std::stop_token &cancellation)
{
    Decoding decoding(coded, coding);
    std::string scratch(chunk, '\0');
    std::size_t size = 0;
    while (decoding.state() == Decoding::State::Open) {
        size += decoding.fill(scratch);
        if (size > static_cast<std::size_t>(most.count))
            return tooMuch(most);
        if (cancellation.stop_requested())
            return CodingError{400, "The client has gone."};
    }
    if (decoding.state() != Decoding::State::Ended)
        return problem(decoding.state(), coding);
    return size;
}

struct Preference
{
    std::string name;
    double quality = 1;
};

std::vector<Preference> preferences(std::string_view field)
{
    std::vector<Preference> list;
    for (const std::string_view item : split(field, ',')) {
        const auto semicolon = std::min(item.find(';'), item.size());
        Preference one;
        one.name = lowered(trimmed(item.substr(0, semicolon)));
        std::string_view weight = trimmed(item.substr(std::min(semicolon + 1, item.size())));
        if (lowered(weight.substr(0, 2)) == "q=") {
            weight.remove_prefix(2);
            // RFC 9110, 12.4.2: 0, 1 or either with up to three decimals; anything else counts as
            // 0.
            const bool form = !weight.empty() && (weight[0] == '0' || weight[0] == '1') &&
                              (weight.size() == 1 || weight[1] == '.') && weight.size() <= 5;
            one.quality = 0;
            double place = 1;
            for (const char c : form ? weight : std::string_view()) {
                if (c < '0' || c > '9')
                    continue;
                one.quality += place * (c - '0');
                place /= 10;
            }
        }
        if (!one.name.empty())
            list.push_back(std::move(one));
    }
    return list;
}

// The kinds of body that packing makes much smaller, and raw numbers of a network, which it makes a
// little smaller.
bool compressible(std::string_view contentType)
{
    const std::string type = lowered(trimmed(contentType.substr(0, contentType.find(';'))));
    constexpr std::array<std::string_view, 3> known{"application/json", "application/octet-stream",
                                                    "image/svg+xml"};
    return type.starts_with("text/") || std::find(known.begin(), known.end(), type) != known.end();
}

} // namespace

double acceptedWeight(std::string_view accept, std::string_view name)
{
    const auto list = preferences(accept);
    const auto found = std::find_if(list.begin(), list.end(),
                                    [&](const Preference &one) { return one.name == name; });
    return found == list.end() ? 0 : found->quality;
}

std::string_view codingName(ContentCoding coding)
{
    switch (coding) {
    case ContentCoding::Gzip:
        return "gzip";
    case ContentCoding::Deflate:
        return "deflate";
    case ContentCoding::Identity:
        break;
    }
    return "identity";
}

std::optional<ContentCoding> sentCoding(std::string_view contentEncoding)
{
    ContentCoding coding = ContentCoding::Identity;
    for (const std::string_view item : split(contentEncoding, ',')) {
        const std::string name = lowered(trimmed(item));
        if (name.empty() || name == "identity")
            continue;
        const bool gzip = name == "gzip" || name == "x-gzip"; // RFC 9110, 8.4.1.3
        if (coding != ContentCoding::Identity || (!gzip && name != "deflate"))
            return {};
        coding = gzip ? ContentCoding::Gzip : ContentCoding::Deflate;
    }
    return coding;
}

ContentCoding wantedCoding(std::string_view acceptEncoding)
{
    std::optional<double> any;
    std::optional<double> gzip;
    std::optional<double> deflate;
    std::optional<double> identity;
    for (const Preference &each : preferences(acceptEncoding)) {
        if (each.name == "*")
            any = each.quality;
        else if (each.name == "gzip" || each.name == "x-gzip")
            gzip = each.quality;
        else if (each.name == "deflate")
            deflate = each.quality;
        else if (each.name == "identity")
            identity = each.quality;
    }
    const double forGzip = gzip.value_or(any.value_or(0));
    const double forDeflate = deflate.value_or(any.value_or(0));
    const double best = std::max(forGzip, forDeflate);
    if (best <= 0 || best < identity.value_or(0))
        return ContentCoding::Identity;
    return forGzip >= forDeflate ? ContentCoding::Gzip : ContentCoding::Deflate;
}

std::variant<std::string, CodingError> decoded(std::string_view coded, ContentCoding coding,
                                               Bytes most, const std::stop_token &cancellation)
{
    const auto allowed = static_cast<std::size_t>(most.count);
    // No more room is needed than the coded bytes can come to.
    const std::size_t likely = std::min(coded.size(), atOnce) * bestRatio;
    std::string plain(std::min({allowed, atOnce, likely}), '\0');
    Decoding decoding(coded, coding);
    const std::size_t made = decoding.fill(plain);
    if (decoding.state() == Decoding::State::Open && !decoding.ends()) {
        std::string().swap(plain); // its memory too
        const auto size = decodedSize(coded, coding, most, cancellation);
        if (const auto *error = std::get_if<CodingError>(&size))
            return *error;
        plain.resize(std::get<std::size_t>(size));
        Decoding again(coded, coding);
        again.fill(plain);
        return plain;
    }
    if (decoding.state() != Decoding::State::Ended)
        return problem(decoding.state(), coding);
    plain.resize(made);
    return plain;
}

std::optional<std::string> encoded(std::string_view plain, ContentCoding coding)
{
    z_stream stream{};
    const int window = coding == ContentCoding::Gzip ? gzipWindow : windowBits;
    constexpr int memory = 8; // zlib's default
    if (coding == ContentCoding::Identity || plain.empty() || plain.size() > mostFed ||
        deflateInit2(&stream, level, Z_DEFLATED, window, memory, Z_DEFAULT_STRATEGY) != Z_OK)
        return {};
    std::string coded(plain.size() - 1, '\0'); // more is of no use
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef *>(coded.data());
    stream.avail_out = static_cast<uInt>(coded.size());
    const bool fits = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    coded.resize(coded.size() - stream.avail_out);
    deflateEnd(&stream);
    return fits ? std::optional(std::move(coded)) : std::nullopt;
}

bool worthCoding(const ApiReply &reply)
{
    return reply.status == 200 && !reply.stream && reply.body.size() >= leastWorthCoding &&
           compressible(reply.contentType);
}

void encodeReply(ApiReply &reply, ContentCoding coding)
{
    auto coded = encoded(reply.body, coding);
    if (!coded)
        return;
    reply.body = std::move(*coded);
    reply.fields.emplace_back("Content-Encoding", codingName(coding));
    for (auto &[name, value] : reply.fields) {
        // The same page in other bytes: RFC 9110, 8.8.3.
        if (name == "ETag" && !value.starts_with("W/"))
            value.insert(0, "W/");
    }
}

void addVary(Fields &fields, std::string_view field)
{
    const auto known = std::find_if(fields.begin(), fields.end(),
                                    [](const auto &entry) { return entry.first == "Vary"; });
    if (known == fields.end())
        fields.emplace_back("Vary", field);
    else
        known->second.append(", ").append(field);
}

} // namespace warmbench::http
