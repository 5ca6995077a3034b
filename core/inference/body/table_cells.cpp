#include "inference/body/table_cells.h"

#include "base/text.h"
#include "base/utf8.h"
#include "inference/body/json_body.h"
#include "tensor/json_scan.h"
#include "tensor/json_writer.h"

#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace warmbench {

namespace {

// The digits of a whole number, exactly where they are written out; nothing for a fraction.
std::optional<std::string> wholeNumber(std::string_view text, double value)
{
    constexpr double mostExact = 9007199254740992; // 2^53
    if (text.find_first_of(".eE") == std::string_view::npos && isJsonNumber(text))
        return std::string(text);
    if (std::abs(value) <= mostExact && std::nearbyint(value) == value)
        return std::to_string(static_cast<std::int64_t>(value));
    return std::nullopt;
}

std::optional<std::string> flag(std::string_view text)
{
    const std::string word = lowered(text);
    if (word == "true" || word == "1")
        return "true";
    if (word == "false" || word == "0")
        return "false";
    return std::nullopt;
}

// What a number of that type is written as in JSON; `what` is the beginning of the sentence.
Result<std::string> numberCell(const Feature &feature, std::string_view text, double value,
                               const std::string &what)
{
    if (isFloating(feature.dtype)) {
        std::string json;
        appendJsonNumber(json, value);
        return json;
    }
    if (auto whole = wholeNumber(text, value))
        return *std::move(whole);
    return invalidArgument(fmt::format("{} is {}, but it takes whole numbers ({}).", what,
                                       printable(text, 40), dtypeName(feature.dtype)));
}

} // namespace

Result<std::string> cellOfJson(const Feature &feature, std::string_view json, EmptyCells empty)
{
    json = trimmed(json);
    const std::string what = fmt::format("The feature \"{}\"", printable(feature.name, 60));
    const std::string_view kind = jsonKind(json);
    if (feature.dtype == DType::String) {
        if (kind == "a text")
            return std::string(json);
        return invalidArgument(fmt::format("{} is {} ({}), expected a text in quotes.", what, kind,
                                           printable(json, 40)));
    }
    if (feature.dtype == DType::Bool) {
        if (auto value = flag(json))
            return *std::move(value);
        return invalidArgument(
            fmt::format("{} is {} ({}), expected true or false.", what, kind, printable(json, 40)));
    }
    if (kind == "null" && isFloating(feature.dtype) && empty == EmptyCells::Missing)
        return std::string(json);
    const auto number = jsonNumber(json, what);
    return number ? numberCell(feature, json, *number, what) : number.error();
}

Result<std::string> cellOfCsv(const Feature &feature, std::string_view cell, EmptyCells empty,
                              const CsvPlace &place)
{
    if (feature.dtype == DType::String) {
        if (!isUtf8(cell))
            return invalidArgument(
                fmt::format("{} is no UTF-8; save the file as UTF-8.", place.text()));
        std::string json;
        appendJsonString(json, cell);
        return json;
    }
    if (feature.dtype == DType::Bool) {
        if (auto value = flag(cell))
            return *std::move(value);
        return invalidArgument(fmt::format("{} is \"{}\", expected true or false.", place.text(),
                                           printable(cell, 40)));
    }
    if (cell.empty() && isFloating(feature.dtype) && empty == EmptyCells::Missing)
        return std::string("null");
    const auto number = csvNumber(cell);
    return number ? numberCell(feature, cell, *number, place.text()) : noCsvNumber(place, cell);
}

} // namespace warmbench
