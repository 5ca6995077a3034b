#include "tensor/npy_header.h"

#include "base/text.h"

#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <string_view>

namespace warmbench {

namespace {

constexpr std::size_t mostItemSize = std::size_t{1} << 24;

// Reads just what NumPy writes: a flat dictionary of strings, booleans and a tuple of integers.
class DictionaryParser
{
public:
    explicit DictionaryParser(std::string_view text)
        : m_text(text)
    {
    }

    // Nothing if the text is something else; `structured` says whether it has a list of fields.
    std::optional<NpyHeader> parse()
    {
        NpyHeader header;
        int known = 0;
        if (!taken('{'))
            return std::nullopt;
        while (!taken('}')) {
            const auto key = string();
            if (!key || !taken(':') || !value(*key, header))
                return std::nullopt;
            ++known;
            if (!taken(',') && !ahead('}'))
                return std::nullopt;
        }
        skipBlanks();
        return known == 3 && m_text.empty() && m_seen == 7 ? std::optional(header) : std::nullopt;
    }
    bool structured() const { return m_structured; }

private:
    void skipBlanks()
    {
        const auto at = m_text.find_first_not_of(" \t\r\n");
        m_text.remove_prefix(at == std::string_view::npos ? m_text.size() : at);
    }
    bool ahead(char c)
    {
        skipBlanks();
        return m_text.starts_with(c);
    }
    bool taken(char c)
    {
        if (!ahead(c))
            return false;
        m_text.remove_prefix(1);
        return true;
    }
    bool takenWord(std::string_view word)
    {
        skipBlanks();
        if (!m_text.starts_with(word))
            return false;
        m_text.remove_prefix(word.size());
        return true;
    }

    std::optional<std::string_view> string()
    {
        const char quote = ahead('"') ? '"' : '\'';
        if (!taken(quote))
            return std::nullopt;
        const auto end = m_text.find(quote);
        if (end == std::string_view::npos)
            return std::nullopt;
        const auto content = m_text.substr(0, end);
        m_text.remove_prefix(end + 1);
        return content;
    }

    std::optional<Shape> tuple()
    {
        Shape shape;
        if (!taken('('))
            return std::nullopt;
        while (!taken(')')) {
            skipBlanks();
            std::int64_t extent = 0;
            const auto [end, error] =
                std::from_chars(m_text.data(), m_text.data() + m_text.size(), extent);
            if (error != std::errc() || shape.size() == mostNpyRank)
                return std::nullopt;
            m_text.remove_prefix(static_cast<std::size_t>(end - m_text.data()));
            takenWord("L"); // Python 2 wrote long integers with an L
            shape.push_back(extent);
            if (!taken(',') && !ahead(')'))
                return std::nullopt;
        }
        return shape;
    }

    bool value(std::string_view key, NpyHeader &header)
    {
        if (key == "descr") {
            m_structured = ahead('[');
            const auto type = m_structured ? std::nullopt : string();
            header.type = type.value_or("");
            m_seen |= 1U;
            return type.has_value();
        }
        if (key == "fortran_order") {
            header.fortranOrder = takenWord("True");
            m_seen |= 2U;
            return header.fortranOrder || takenWord("False");
        }
        if (key != "shape")
            return false;
        auto shape = tuple();
        m_seen |= 4U;
        if (shape)
            header.shape = std::move(*shape);
        return shape.has_value();
    }

    std::string_view m_text;
    unsigned m_seen = 0; // one bit for each key
    bool m_structured = false;
};

std::optional<DType> numberType(char kind, std::size_t size)
{
    switch (kind) {
    case 'f':
        return size == 4   ? std::optional(DType::Float32)
               : size == 8 ? std::optional(DType::Float64)
               : size == 2 ? std::optional(DType::Float16)
                           : std::nullopt;
    case 'i':
        return size == 1   ? std::optional(DType::Int8)
               : size == 2 ? std::optional(DType::Int16)
               : size == 4 ? std::optional(DType::Int32)
               : size == 8 ? std::optional(DType::Int64)
                           : std::nullopt;
    case 'u':
        return size == 1   ? std::optional(DType::UInt8)
               : size == 2 ? std::optional(DType::UInt16)
               : size == 4 ? std::optional(DType::UInt32)
               : size == 8 ? std::optional(DType::UInt64)
                           : std::nullopt;
    case 'b':
        return size == 1 ? std::optional(DType::Bool) : std::nullopt;
    default:
        return std::nullopt;
    }
}

// "<f4": byte order, kind, size in bytes (in characters for U).
bool resolveType(NpyHeader &header)
{
    std::string_view type = header.type;
    if (type.size() < 2)
        return false;
    if (std::string_view("<>|=").find(type.front()) != std::string_view::npos) {
        header.bigEndian = type.front() == '>';
        type.remove_prefix(1);
    }
    const char kind = type.empty() ? '?' : type.front();
    type.remove_prefix(type.empty() ? 0 : 1);
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(type.data(), type.data() + type.size(), size);
    if (error != std::errc() || end != type.data() + type.size() || size > mostItemSize)
        return false;
    if (kind == 'U' || kind == 'S' || kind == 'a') {
        header.dtype = DType::String;
        header.unicode = kind == 'U';
        header.itemSize = header.unicode ? 4 * size : size;
        return true;
    }
    const auto dtype = numberType(kind, size);
    header.dtype = dtype.value_or(DType::Float32);
    header.itemSize = size;
    return dtype.has_value();
}

Error refusedType(std::string_view type)
{
    return invalidArgument(
        fmt::format("The .npy file holds {}, which no tensor can; save it as float, integer, bool "
                    "or text, for instance with array.astype('float32').",
                    type));
}

} // namespace

Result<NpyHeader> readNpyHeader(std::span<const std::byte> data)
{
    const std::string_view text(reinterpret_cast<const char *>(data.data()), data.size());
    const auto byte = [text](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : std::size_t{0};
    };
    const std::size_t version = byte(6);
    if (text.size() >= 8 && (version < 1 || version > 3))
        return invalidArgument(fmt::format("The .npy file has version {}.{}; save it with version "
                                           "1.0 to 3.0.",
                                           version, byte(7)));
    const std::size_t start = version == 1 ? 10 : 12;
    std::size_t length = byte(8) | byte(9) << 8U;
    if (version != 1)
        length |= byte(10) << 16U | byte(11) << 24U;
    if (text.size() < start || text.size() - start < length)
        return invalidArgument(
            "The .npy file is truncated within its header; send the whole file.");
    DictionaryParser parser(text.substr(start, length));
    auto header = parser.parse();
    if (!header && parser.structured())
        return refusedType("a structure of fields");
    if (!header)
        return invalidArgument(fmt::format("The header of the .npy file cannot be read (\"{}\"); "
                                           "write it with numpy.save.",
                                           printable(text.substr(start, length), 60)));
    if (!resolveType(*header))
        return refusedType(fmt::format("elements of type '{}'", printable(header->type, 20)));
    header->dataOffset = start + length;
    return std::move(*header);
}

} // namespace warmbench
