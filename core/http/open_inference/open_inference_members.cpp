#include "http/open_inference/open_inference_members.h"

#include "base/text.h"
#include "http/open_inference/open_inference_types.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

namespace warmbench::http {

namespace {

constexpr std::size_t mostDimensions = 32;
constexpr double mostExtent = 0x1p40;

} // namespace

Result<Members> uniqueMembers(std::string_view json, std::string_view what, RunControl *control)
{
    auto members = jsonMembers(json, what, control);
    if (!members)
        return members;
    std::set<std::string_view> keys;
    for (const JsonMember &member : *members) {
        if (!keys.insert(member.key).second)
            return invalidArgument(
                fmt::format("{} has \"{}\" twice: send it once.", what, printable(member.key, 60)));
    }
    return members;
}

const JsonMember *memberOf(const Members &members, std::string_view key)
{
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const JsonMember &member) { return member.key == key; });
    return found == members.end() || trimmed(found->value) == "null" ? nullptr : &*found;
}

std::vector<std::string> namesOf(const std::vector<TensorSpec> &specs)
{
    std::vector<std::string> names;
    for (const TensorSpec &spec : specs)
        names.push_back(spec.name);
    return names;
}

Error unknownTensor(const ModelBundle &model, std::string_view kind, std::string_view name,
                    const std::vector<TensorSpec> &specs)
{
    const auto names = namesOf(specs);
    return invalidArgument(fmt::format("\"{}\" has no {} named \"{}\"{}: its {}s are {}.",
                                       model.id.name, kind, printable(name, 60),
                                       didYouMean(name, names), kind, joined(names)));
}

Error withExpected(const Error &error, const ModelBundle &model, std::string_view input)
{
    const auto &specs = model.spec().inputs;
    const auto found = std::find_if(specs.begin(), specs.end(),
                                    [&](const TensorSpec &spec) { return spec.name == input; });
    if (found == specs.end())
        return error;
    return {error.code, fmt::format("{} \"{}\" expects {} {}.", error.message, model.id.name,
                                    openDatatype(found->dtype), openShape(found->shape))};
}

Result<std::int64_t> wholeNumber(std::string_view json, std::string_view what)
{
    const auto number = jsonNumber(json, what);
    if (!number)
        return number.error();
    if (*number < 0 || *number > mostExtent || std::trunc(*number) != *number)
        return invalidArgument(fmt::format("{} is {}, expected a whole number from 0 to 2^40.",
                                           what, printable(json, 40)));
    return static_cast<std::int64_t>(*number);
}

Result<bool> flag(std::string_view json, std::string_view what)
{
    const std::string_view word = trimmed(json);
    if (word != "true" && word != "false")
        return invalidArgument(
            fmt::format("{} is {}, expected true or false.", what, printable(json, 40)));
    return word == "true";
}

Result<Shape> shapeOf(std::string_view json, std::string_view what)
{
    const auto elements = jsonElements(json, what);
    if (!elements)
        return elements.error();
    if (elements->size() > mostDimensions)
        return invalidArgument(fmt::format("{} has {} extents, expected at most {}.", what,
                                           elements->size(), mostDimensions));
    Shape shape;
    for (const std::string_view element : *elements) {
        const auto extent = wholeNumber(element, what);
        if (!extent)
            return invalidArgument(
                fmt::format("{} is {}, expected a list of whole numbers from 0 to 2^40.", what,
                            printable(trimmed(json), 100)));
        shape.push_back(*extent);
    }
    return shape;
}

Result<Members> parametersOf(const Members &members, std::string_view what)
{
    const JsonMember *parameters = memberOf(members, "parameters");
    if (!parameters)
        return Members();
    return uniqueMembers(parameters->value, fmt::format("\"parameters\" of {}", what));
}

} // namespace warmbench::http
