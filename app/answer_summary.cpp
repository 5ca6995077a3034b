#include "answer_summary.h"

#include "inference/body/json_body.h"
#include "tensor/json_reader.h"
#include "tensor/json_writer.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace warmbench::app {

namespace {

template <typename T>
std::string numberJson(T value)
{
    if constexpr (std::is_integral_v<T>) {
        return std::to_string(value);
    } else {
        std::string digits;
        appendJsonNumber(digits, value);
        return digits;
    }
}

template <typename T>
bool isNan(T value)
{
    if constexpr (std::is_floating_point_v<T>)
        return std::isnan(value);
    return false;
}

// The summary of a list in JSON; nothing if it does not hold numbers but, for example, texts.
template <typename T>
std::optional<std::string> summaryAs(std::string_view json, const std::string &dtype)
{
    auto numbers = readJsonNumbers<T>(json, json.size());
    if (!numbers)
        return {};
    auto &values = numbers->values;
    std::erase_if(values, isNan<T>);
    const std::size_t nans = numbers->count - values.size();
    std::string least = "null";
    std::string greatest = "null";
    std::string mean = "null";
    if (!values.empty()) {
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        least = numberJson(*low);
        greatest = numberJson(*high);
        long double sum = 0; // wide enough that large float64 numbers do not add up to infinity
        for (const T value : values)
            sum += static_cast<long double>(value);
        mean = numberJson(static_cast<double>(sum / static_cast<long double>(values.size())));
    }
    std::string out = "{\"dtype\": ";
    if (dtype.empty())
        out += "null";
    else
        appendJsonString(out, dtype);
    out += ", \"shape\": " + shapeText(numbers->shape) + ", \"min\": " + least +
           ", \"max\": " + greatest + ", \"mean\": " + mean;
    if (nans > 0)
        out += ", \"nan\": " + std::to_string(nans);
    return out + "}";
}

bool hasManyNumbers(std::string_view json)
{
    if (json.size() <= 2 * mostNumbersShown) // too short for a list of more
        return false;
    const auto numbers = readJsonNumbers<double>(json, 0);
    return numbers && numbers->count > mostNumbersShown;
}

class Summary
{
public:
    explicit Summary(const std::function<Result<OutputTypes>()> &types)
        : m_askTypes(types)
    {
    }

    // The value of an output as it is shown; an empty name means the primary output.
    Result<std::string> shown(std::string_view json, std::string_view name)
    {
        if (!hasManyNumbers(json))
            return std::string(json);
        if (!m_types) {
            auto types = m_askTypes();
            if (!types)
                return types.error();
            m_types = *std::move(types);
        }
        const std::string_view wanted = name.empty() ? std::string_view(m_types->primary) : name;
        const auto found = std::find_if(m_types->dtypes.begin(), m_types->dtypes.end(),
                                        [&](const auto &entry) { return entry.first == wanted; });
        const std::string dtype = found == m_types->dtypes.end() ? std::string() : found->second;
        const auto summary = dtype == "int64"    ? summaryAs<std::int64_t>(json, dtype)
                             : dtype == "uint64" ? summaryAs<std::uint64_t>(json, dtype)
                                                 : summaryAs<double>(json, dtype);
        return summary.value_or(std::string(json));
    }

private:
    const std::function<Result<OutputTypes>()> &m_askTypes;
    std::optional<OutputTypes> m_types;
};

void appendMember(std::string &out, std::string_view key, std::string_view json)
{
    out += out.size() > 1 ? ", " : "";
    appendJsonString(out, key);
    out += ": ";
    out += json;
}

} // namespace

Result<std::string> summarised(std::string_view answer,
                               const std::function<Result<OutputTypes>()> &types)
{
    const JsonText text(answer);
    const auto members = jsonMembers(text.view(), "The answer");
    if (!members)
        return members.error();
    Summary summary(types);
    std::string out = "{";
    for (const JsonMember &member : *members) {
        if (member.key == "prediction") {
            auto shown = summary.shown(member.value, {});
            if (!shown)
                return shown;
            appendMember(out, member.key, *shown);
        } else if (member.key == "outputs") {
            const auto outputs = jsonMembers(member.value, "\"outputs\"");
            if (!outputs)
                return outputs.error();
            std::string all = "{";
            for (const JsonMember &output : *outputs) {
                auto shown = summary.shown(output.value, output.key);
                if (!shown)
                    return shown;
                appendMember(all, output.key, *shown);
            }
            appendMember(out, member.key, all + "}");
        } else {
            appendMember(out, member.key, member.value);
        }
    }
    return out + "}\n";
}

} // namespace warmbench::app
