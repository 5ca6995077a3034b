#include "inference/body/json_body.h"

#include "base/text.h"
#include "tensor/json_scan.h"

#include <fmt/format.h>
#include <memory>
#include <simdjson.h>

namespace warmbench {

namespace {

namespace ondemand = simdjson::ondemand;

// The longest text whose parser is kept; the buffers of a parser are some five times the text.
constexpr std::size_t mostTextKept = std::size_t(4) << 20;

// Lends the thread's parser or, for a large text, one of its own. A thread uses only one at a time.
class ParserLease
{
public:
    explicit ParserLease(std::size_t size)
    {
        thread_local ondemand::parser kept;
        if (size > mostTextKept)
            m_own = std::make_unique<ondemand::parser>();
        m_parser = m_own ? m_own.get() : &kept;
    }
    ondemand::parser &operator*() const { return *m_parser; }
    ondemand::parser *operator->() const { return m_parser; }

private:
    std::unique_ptr<ondemand::parser> m_own;
    ondemand::parser *m_parser;
};

simdjson::padded_string_view padded(std::string_view piece)
{
    return simdjson::padded_string_view(piece.data(), piece.size(),
                                        piece.size() + simdjson::SIMDJSON_PADDING);
}

// The text after the object or list that `json` begins with, if that is complete.
std::string_view behindValue(std::string_view json)
{
    std::size_t depth = 0;
    bool inText = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (inText && c == '\\')
            ++i;
        else if (c == '"')
            inText = !inText;
        else if (!inText && (c == '{' || c == '['))
            ++depth;
        else if (!inText && (c == '}' || c == ']') && (depth == 0 || --depth == 0))
            return trimmed(json.substr(i + 1));
    }
    return {};
}

Error invalidJson(std::string_view what, std::string_view json, simdjson::error_code code)
{
    if (code == simdjson::MEMALLOC)
        return {ErrorCode::ResourceExhausted,
                fmt::format("There is not enough memory to read {}; send less at once.", what)};
    if (const std::string_view rest = behindValue(json); !rest.empty())
        return invalidArgument(fmt::format(
            "{} has something behind its JSON: \"{}\" from byte {} on; send one object alone.",
            what, printable(rest, 40), rest.data() - json.data()));
    std::string_view reason = simdjson::error_message(code);
    while (reason.ends_with('.'))
        reason.remove_suffix(1);
    return invalidArgument(
        fmt::format("{} is no valid JSON ({}); send it whole, with every bracket "
                    "and quote closed.",
                    what, reason));
}

Error wrongKind(std::string_view what, std::string_view json, std::string_view expected)
{
    return invalidArgument(fmt::format("{} is {}, expected {}.", what, jsonKind(json), expected));
}

// Checks what simdjson leaves unchecked: it looks at a token only as closely as it is asked to.
bool isScalar(std::string_view token)
{
    const char first = token.empty() ? '\0' : token.front();
    if (first == '-' || (first >= '0' && first <= '9'))
        return token.find_first_not_of("+-.0123456789eE") == std::string_view::npos;
    return first == '"' || token == "true" || token == "false" || token == "null";
}

simdjson::error_code pieceOf(ondemand::value value, std::string_view &piece)
{
    ondemand::json_type type{};
    if (const auto error = value.type().get(type))
        return error;
    if (type == ondemand::json_type::array) {
        ondemand::array list;
        const auto error = value.get_array().get(list);
        return error ? error : list.raw_json().get(piece);
    }
    if (type == ondemand::json_type::object) {
        ondemand::object object;
        const auto error = value.get_object().get(object);
        return error ? error : object.raw_json().get(piece);
    }
    piece = trimmed(value.raw_json_token());
    return isScalar(piece) ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
}

// Limits the memory of a text's pieces while they are collected; without a control there is no
// limit.
class Allowance
{
public:
    explicit Allowance(RunControl *control)
        : m_control(control)
    {
    }

    const Result<void> &going() const { return m_going; }
    // False if the work must stop.
    bool step(std::size_t bytes)
    {
        if (m_control && m_going)
            m_going = bytes > 0 ? m_control->reserve(bytes, "elements") : Result<void>();
        if (m_control && m_going)
            m_going = m_control->step();
        return m_going.has_value();
    }
    bool counts() const { return m_control != nullptr; }

private:
    RunControl *m_control;
    Result<void> m_going;
};

simdjson::error_code collectMembers(ondemand::document &document, std::vector<JsonMember> &members,
                                    Allowance &allowance)
{
    // For the list, which grows, and for the check for double keys.
    constexpr std::size_t each = 3 * sizeof(JsonMember);
    ondemand::object object;
    if (const auto error = document.get_object().get(object))
        return error;
    for (auto field : object) {
        std::string_view key;
        ondemand::value value;
        JsonMember member;
        if (const auto error = field.unescaped_key().get(key))
            return error;
        if (!allowance.step(each + key.size()))
            return simdjson::SUCCESS;
        member.key = key;
        if (const auto error = field.value().get(value))
            return error;
        if (const auto error = pieceOf(value, member.value))
            return error;
        members.push_back(std::move(member));
    }
    return simdjson::SUCCESS;
}

// The views of a long list are large themselves, so they are counted and allocated at once.
simdjson::error_code makeRoom(ondemand::array &list, std::vector<std::string_view> &elements,
                              Allowance &allowance)
{
    std::size_t count = 0;
    if (const auto error = list.count_elements().get(count))
        return error;
    if (allowance.step(count * sizeof(std::string_view)))
        elements.reserve(count);
    return simdjson::SUCCESS;
}

simdjson::error_code collectElements(ondemand::document &document,
                                     std::vector<std::string_view> &elements, bool large,
                                     Allowance &allowance)
{
    ondemand::array list;
    if (const auto error = document.get_array().get(list))
        return error;
    if (large) {
        if (const auto error = makeRoom(list, elements, allowance))
            return error;
    }
    for (auto element : list) {
        if (!allowance.step(0))
            return simdjson::SUCCESS;
        ondemand::value value;
        if (const auto error = element.get(value))
            return error;
        std::string_view piece;
        if (const auto error = pieceOf(value, piece))
            return error;
        elements.push_back(piece);
    }
    return simdjson::SUCCESS;
}

// Memory for the buffers of a parser and for its structures.
constexpr std::size_t parsingBytes(std::size_t text)
{
    return 5 * text;
}

template <typename Collect>
simdjson::error_code collected(std::string_view json, const Collect &collect)
{
    // simdjson treats a zero byte as the end of a number.
    if (json.find('\0') != std::string_view::npos)
        return simdjson::UNESCAPED_CHARS;
    const ParserLease parser(json.size());
    ondemand::document document;
    if (const auto error = parser->iterate(padded(json)).get(document))
        return error;
    if (const auto error = collect(document))
        return error;
    const bool atEnd = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
    return atEnd ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
}

} // namespace

JsonText::JsonText(std::string_view text)
{
    m_text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    m_text = text;
}

Result<std::vector<JsonMember>> jsonMembers(std::string_view json, std::string_view what,
                                            RunControl *control)
{
    if (jsonKind(json) != "an object")
        return wrongKind(what, json, "an object in braces");
    RunControl unlimited;
    Reservation passing(control ? *control : unlimited);
    if (auto room = passing.grow(parsingBytes(json.size()), "numbers"); !room)
        return std::move(room).error();
    Allowance allowance(control);
    std::vector<JsonMember> members;
    const auto error = collected(json, [&](ondemand::document &document) {
        return collectMembers(document, members, allowance);
    });
    if (!allowance.going())
        return allowance.going().error();
    if (error)
        return invalidJson(what, json, error);
    return members;
}

Result<std::vector<std::string_view>> jsonElements(std::string_view json, std::string_view what,
                                                   RunControl *control)
{
    constexpr std::size_t worthCounting = 64 * 1024;
    if (jsonKind(json) != "a list")
        return wrongKind(what, json, "a list in brackets");
    RunControl unlimited;
    Reservation passing(control ? *control : unlimited);
    if (auto room = passing.grow(parsingBytes(json.size()), "numbers"); !room)
        return std::move(room).error();
    Allowance allowance(control);
    std::vector<std::string_view> elements;
    const auto error = collected(json, [&](ondemand::document &document) {
        const bool large = allowance.counts() && json.size() > worthCounting;
        return collectElements(document, elements, large, allowance);
    });
    if (!allowance.going())
        return allowance.going().error();
    if (error)
        return invalidJson(what, json, error);
    return elements;
}

Result<std::string> jsonString(std::string_view json, std::string_view what)
{
    if (jsonKind(json) != "a text")
        return wrongKind(what, json, "a text in quotes");
    std::string text;
    const auto error = collected(json, [&](ondemand::document &document) {
        std::string_view view;
        const auto failed = document.get_string().get(view);
        text = view;
        return failed;
    });
    if (error)
        return invalidJson(what, json, error);
    return text;
}

Result<double> jsonNumber(std::string_view json, std::string_view what)
{
    if (jsonKind(json) != "a number")
        return invalidArgument(fmt::format("{} is {} ({}), expected a number.", what,
                                           jsonKind(json), printable(json, 40)));
    const auto number = numberFromJson(trimmed(json));
    if (!number)
        return invalidArgument(fmt::format("{} is {}, which is no number that can be used.", what,
                                           printable(json, 40)));
    return *number;
}

std::string_view jsonKind(std::string_view json)
{
    const std::string_view text = trimmed(json);
    switch (text.empty() ? '\0' : text.front()) {
    case '{':
        return "an object";
    case '[':
        return "a list";
    case '"':
        return "a text";
    case 't':
    case 'f':
        return "true or false";
    case 'n':
        return "null";
    case '\0':
        return "nothing";
    default:
        return text.front() == '-' || (text.front() >= '0' && text.front() <= '9')
                   ? "a number"
                   : "something that is no JSON";
    }
}

} // namespace warmbench
