#include "tensor/json_reader.h"

#include "base/text.h"
#include "tensor/json_scan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <memory>
#include <optional>
#include <simdjson.h>
#include <span>
#include <type_traits>

namespace warmbench {

namespace {

namespace ondemand = simdjson::ondemand;

// The longest text whose parser a thread keeps between calls; the buffers of a parser are some five
// times the text.
constexpr std::size_t mostTextKept = std::size_t{4} << 20;

struct ThreadParser
{
    std::string text; // padded as simdjson needs it
    std::unique_ptr<ondemand::parser> parser;
};

std::string_view withoutBlanks(std::string_view token)
{
    while (!token.empty() && std::strchr(" \t\r\n", token.back()))
        token.remove_suffix(1);
    return token;
}

std::optional<double> wordAsNumber(std::string_view word)
{
    if (word == "NaN")
        return std::numeric_limits<double>::quiet_NaN();
    if (word == "Infinity")
        return std::numeric_limits<double>::infinity();
    if (word == "-Infinity")
        return -std::numeric_limits<double>::infinity();
    return std::nullopt;
}

template <typename T>
constexpr const char *expectedText()
{
    if constexpr (std::is_same_v<T, std::string>)
        return "a text in quotes";
    else if constexpr (std::is_integral_v<T>)
        return "a whole number";
    else
        return "a number";
}

template <typename T>
class Reader
{
public:
    explicit Reader(std::size_t most)
        : m_most(most)
    {
    }

    Result<JsonNumbers<T>> read(ondemand::parser &parser, simdjson::padded_string_view text);

private:
    bool readValue(ondemand::value value, std::size_t depth);
    bool readList(ondemand::array list, std::size_t depth);
    bool readLeaf(ondemand::value value, ondemand::json_type type);
    bool readNumber(ondemand::value value);
    bool readUnusualNumber(std::string_view token);
    bool readText(ondemand::value value);
    bool endList(std::size_t depth, std::int64_t size);

    // simdjson 3.0.1 misreads numbers below 1 of more than 19 decimals: 0.53464871092675424624 is
    // 0.018 to it.
    static bool takesWell(ondemand::value value)
    {
        return std::is_integral_v<T> || value.raw_json_token().size() <= 19;
    }
    bool take(T value)
    {
        if (m_result.count++ < m_most)
            m_result.values.push_back(std::move(value));
        return true;
    }
    bool refuse(std::string message)
    {
        if (!m_error)
            m_error = invalidArgument(std::move(message));
        return false;
    }
    bool refuse(simdjson::error_code code)
    {
        return refuse(fmt::format("is no valid JSON near element {} ({}); send a list such as "
                                  "[0.1, 0.2]",
                                  place(), simdjson::error_message(code)));
    }
    bool refuseValue(std::string_view came)
    {
        return refuse(
            fmt::format("element {} is {}, expected {}", place(), came, expectedText<T>()));
    }
    // The position of the value that is being read: "[0, 2]".
    std::string place() const { return shapeText(std::span(m_path).first(m_depth)); }

    std::size_t m_most;
    JsonNumbers<T> m_result;
    std::optional<Error> m_error;
    std::array<std::int64_t, mostJsonDepth + 1> m_path{};
    std::size_t m_depth = 0;             // of the value that is being read
    std::optional<std::size_t> m_leaves; // the depth at which there are numbers
};

template <typename T>
Result<JsonNumbers<T>> Reader<T>::read(ondemand::parser &parser, simdjson::padded_string_view text)
{
    ondemand::document document;
    // The text gets brackets around it, so that a bare number is an element, too.
    ondemand::array outer;
    ondemand::value value;
    auto error = parser.iterate(text).get(document);
    if (!error)
        error = document.get_array().get(outer);
    if (error) {
        refuse(error);
        return *m_error;
    }
    m_result.values.reserve(std::min(m_most, text.size() / 2)); // the shortest element is "1,"
    std::size_t values = 0;
    for (auto element : outer) {
        if ((error = element.get(value)) || ++values > 1)
            break;
        if (!readValue(value, 0))
            return *m_error;
    }
    m_depth = 0;
    if (!error && values == 0)
        error = simdjson::EMPTY;
    if (!error && (values > 1 || document.current_location().error() != simdjson::OUT_OF_BOUNDS))
        error = simdjson::TRAILING_CONTENT;
    if (error) {
        refuse(error);
        return *m_error;
    }
    return std::move(m_result);
}

template <typename T>
bool Reader<T>::readValue(ondemand::value value, std::size_t depth)
{
    m_depth = depth;
    // This comes first because nearly every value is a number.
    if constexpr (!std::is_same_v<T, std::string>) {
        T number{};
        if (m_leaves == depth && takesWell(value) && !value.get(number))
            return take(number);
    }
    ondemand::json_type type{};
    if (const auto error = value.type().get(type))
        return refuse(error);
    if (type == ondemand::json_type::array) {
        ondemand::array list;
        if (const auto error = value.get_array().get(list))
            return refuse(error);
        return readList(list, depth);
    }
    if (type == ondemand::json_type::object)
        return refuseValue("an object");
    if (m_leaves.value_or(depth) != depth)
        return refuse(fmt::format("element {} is a single value where its neighbours are lists; "
                                  "nest all alike",
                                  place()));
    m_leaves = depth;
    return readLeaf(value, type);
}

template <typename T>
bool Reader<T>::readList(ondemand::array list, std::size_t depth)
{
    if (depth == mostJsonDepth)
        return refuse(
            fmt::format("is nested more than {} deep; send one list a dimension", mostJsonDepth));
    if (m_leaves && depth >= *m_leaves)
        return refuse(fmt::format("element {} is a list where its neighbours are single values; "
                                  "nest all alike",
                                  place()));
    std::int64_t size = 0;
    for (auto element : list) {
        m_path[depth] = size++;
        m_depth = depth + 1;
        ondemand::value value;
        if (const auto error = element.get(value))
            return refuse(error);
        if (!readValue(value, depth + 1))
            return false;
    }
    m_depth = depth;
    return endList(depth, size);
}

// The first list at each depth sets the extent of that dimension. An empty list also sets the rank.
template <typename T>
bool Reader<T>::endList(std::size_t depth, std::int64_t size)
{
    if (size == 0) {
        if (m_leaves.value_or(depth + 1) != depth + 1)
            return refuse(fmt::format("list {} is empty where its neighbours are not; give all "
                                      "lists of a dimension the same length",
                                      place()));
        m_leaves = depth + 1;
    }
    Shape &shape = m_result.shape;
    if (shape.size() <= depth)
        shape.resize(depth + 1, -1);
    if (shape[depth] >= 0 && shape[depth] != size)
        return refuse(fmt::format("list {} has {} elements where its neighbours have {}; give all "
                                  "lists of a dimension the same length",
                                  place(), size, shape[depth]));
    shape[depth] = size;
    return true;
}

template <typename T>
bool Reader<T>::readLeaf(ondemand::value value, ondemand::json_type type)
{
    if (type == ondemand::json_type::string)
        return readText(value);
    if (type == ondemand::json_type::null) {
        bool null = false;
        if (const auto error = value.is_null().get(null))
            return refuse(error);
        if (!null)
            return refuse(simdjson::N_ATOM_ERROR);
        if constexpr (std::is_same_v<T, double>)
            return take(std::numeric_limits<double>::quiet_NaN());
        return refuseValue("null");
    }
    if (type == ondemand::json_type::boolean) {
        bool flag = false;
        if (const auto error = value.get_bool().get(flag))
            return refuse(error);
        if constexpr (!std::is_same_v<T, std::string>)
            return take(flag ? 1 : 0);
        return refuseValue(flag ? "true" : "false");
    }
    return readNumber(value);
}

template <typename T>
bool Reader<T>::readNumber(ondemand::value value)
{
    if constexpr (!std::is_same_v<T, std::string>) {
        T number{};
        if (takesWell(value) && !value.get(number))
            return take(number);
    }
    std::string_view token = value.raw_json_token();
    return readUnusualNumber(withoutBlanks(token));
}

// Takes numbers that simdjson refuses or misreads: long ones, integers of more than 64 bits, and
// 3.0 or 1e2 as whole numbers. Refuses a token that is no number at all.
template <typename T>
bool Reader<T>::readUnusualNumber(std::string_view token)
{
    if (!isJsonNumber(token))
        return refuse(simdjson::NUMBER_ERROR);
    if constexpr (std::is_same_v<T, std::string>) {
        return refuseValue(fmt::format("the number {}", printable(token, 40)));
    } else {
        const auto read = numberFromJson(token);
        if (!read)
            return refuse(fmt::format("element {} is {}, which float64 cannot hold; send a number "
                                      "within 1.79e308",
                                      place(), printable(token, 40)));
        const double number = *read;
        if constexpr (std::is_same_v<T, double>) {
            return take(number);
        } else {
            if (std::nearbyint(number) != number)
                return refuseValue(printable(token, 40));
            constexpr double end = std::is_signed_v<T> ? 0x1p63 : 0x1p64;
            if (number >= end || number < (std::is_signed_v<T> ? -end : 0.0))
                return refuse(fmt::format("element {} is {}, which {} cannot hold", place(),
                                          printable(token, 40),
                                          std::is_signed_v<T> ? "int64" : "uint64"));
            return take(static_cast<T>(number));
        }
    }
}

template <typename T>
bool Reader<T>::readText(ondemand::value value)
{
    std::string_view text;
    if (const auto error = value.get_string().get(text))
        return refuse(error);
    if constexpr (std::is_same_v<T, std::string>) {
        return take(std::string(text));
    } else {
        if (const auto number = wordAsNumber(text)) {
            if constexpr (std::is_same_v<T, double>)
                return take(*number);
        }
        return refuseValue(fmt::format("the text \"{}\"", printable(text, 40)));
    }
}

} // namespace

template <typename T>
Result<JsonNumbers<T>> readJsonNumbers(std::string_view json, std::size_t most)
{
    // simdjson takes a zero byte for the end of a number.
    if (json.find('\0') != std::string_view::npos)
        return invalidArgument("is no valid JSON (it holds a zero byte); send text");
    thread_local ThreadParser kept;
    ThreadParser passing;
    ThreadParser &use = json.size() > mostTextKept ? passing : kept;
    if (!use.parser)
        use.parser = std::make_unique<ondemand::parser>();
    use.text.clear();
    use.text.reserve(json.size() + 2 + simdjson::SIMDJSON_PADDING);
    use.text += '[';
    use.text += json;
    use.text += ']';
    return Reader<T>(most).read(
        *use.parser,
        simdjson::padded_string_view(use.text.data(), use.text.size(), use.text.capacity()));
}

template Result<JsonNumbers<double>> readJsonNumbers(std::string_view, std::size_t);
template Result<JsonNumbers<std::int64_t>> readJsonNumbers(std::string_view, std::size_t);
template Result<JsonNumbers<std::uint64_t>> readJsonNumbers(std::string_view, std::size_t);
template Result<JsonNumbers<std::string>> readJsonNumbers(std::string_view, std::size_t);

} // namespace warmbench
