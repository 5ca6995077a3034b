#include "inference/body/table_rows.h"

#include "base/text.h"
#include "inference/body/json_body.h"
#include "tensor/conversion.h"
#include "tensor/csv.h"
#include "tensor/json_writer.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace warmbench {

namespace {

// The names for a message; a long list is cut.
std::string listed(const std::vector<std::string> &names)
{
    constexpr std::size_t most = 12;
    return joined(names, most);
}

// Which feature a name means.
Result<std::size_t> featureAt(const BodyTarget &target, const std::vector<std::string> &names,
                              std::string_view name)
{
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
        return invalidArgument(
            fmt::format("\"{}\" has no feature named \"{}\"{}: its features are {}.", target.model,
                        printable(name, 60), didYouMean(name, names), listed(names)));
    return static_cast<std::size_t>(found - names.begin());
}

using Row = std::vector<std::optional<double>>; // one entry for each feature

// A sample of the planned input, with the defaults of features that are not given.
Result<Tensor> sampleOf(const BodyTarget &target, const std::vector<std::string> &names,
                        const Row &row)
{
    std::vector<double> values;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const auto value = row[i] ? row[i] : target.input.features[i].fallback;
        if (!value)
            return invalidArgument(fmt::format("The feature \"{}\" is missing: \"{}\" needs {}.",
                                               printable(names[i], 60), target.model,
                                               listed(names)));
        values.push_back(*value);
    }
    Shape shape;
    for (const Dimension &extent : sampleShape(target))
        shape.push_back(extent.free() ? static_cast<std::int64_t>(values.size()) : extent.size);
    auto tensor = Tensor::fromValues<double>(shape, values);
    return tensor ? converted(*tensor, plannedInput(target)->dtype) : std::move(tensor);
}

Result<Tensor> sampleOfObject(const BodyTarget &target, const std::vector<std::string> &names,
                              std::string_view json, RunControl &control)
{
    const auto members = jsonMembers(json, "\"features\"", &control);
    if (!members)
        return members.error();
    Row row(names.size());
    for (const auto &[key, value] : *members) {
        const auto index = featureAt(target, names, key);
        if (!index)
            return index.error();
        if (row[*index])
            return invalidArgument(
                fmt::format("\"features\" has \"{}\" twice: send it once.", printable(key, 60)));
        auto number = jsonNumber(value, fmt::format("The feature \"{}\"", printable(key, 60)));
        if (!number)
            return number.error();
        row[*index] = *number;
    }
    return sampleOf(target, names, row);
}

// A single sample is made at once, several are made one after the other.
template <typename Make>
Result<InferenceInputs> samplesOf(std::size_t count, Make make, RunControl &control)
{
    if (count > 1)
        return InferenceInputs(SampleInputs(count, std::move(make)));
    auto tensor = make(0, control);
    return tensor ? Result<InferenceInputs>(oneSample(std::move(*tensor)))
                  : std::move(tensor).error();
}

bool settingsNameFeatures(const BodyTarget &target)
{
    const auto origin = target.input.origins.find("features");
    return target.input.kind == InputKind::Features &&
           (origin == target.input.origins.end() || origin->second != Origin::Network);
}

// The feature of each column.
Result<std::vector<std::size_t>> columnFeatures(const BodyTarget &target, const CsvTable &table,
                                                const std::vector<std::string> &names)
{
    std::vector<std::size_t> features;
    for (const std::string &column : table.names) {
        const auto index = featureAt(target, names, column);
        if (!index)
            return index.error();
        if (std::find(features.begin(), features.end(), *index) != features.end())
            return invalidArgument(fmt::format("The CSV has the column \"{}\" twice: send it once.",
                                               printable(column, 60)));
        features.push_back(*index);
    }
    if (features.size() < table.columns)
        return invalidArgument(fmt::format("The CSV has {} columns, more than the {} that can have "
                                           "names; send the columns that the model knows.",
                                           table.columns, features.size()));
    return features;
}

// A sample of numbers in their order, as the same list in JSON gives it.
Result<Tensor> sampleOfList(const BodyTarget &target, const std::vector<double> &numbers,
                            RunControl &control)
{
    std::string json = "[";
    for (const double number : numbers) {
        json += json.size() > 1 ? "," : "";
        appendJsonNumber(json, number);
    }
    json += ']';
    return tensorOfJson(json, *plannedInput(target), sampleShape(target), control);
}

// Memory while a row of so much text is read: its numbers, in a list that grows, and their JSON.
constexpr std::size_t csvRowBytes(std::size_t text)
{
    return 12 * text;
}

} // namespace

std::vector<std::string> featureNames(const BodyTarget &target)
{
    std::vector<std::string> names;
    for (const Feature &feature : target.input.features)
        names.push_back(feature.name);
    return names;
}

Result<InferenceInputs> featureInputs(const BodyTarget &target, std::string_view json,
                                      const Keeper &keeper, RunControl &control)
{
    if (!plannedInput(target))
        return noInputs(target);
    if (target.input.kind != InputKind::Features)
        return invalidArgument(fmt::format("\"{}\" is no table model, so it has no features: send "
                                           "{{\"input\": [...]}} with shape {}.",
                                           target.model, shapeText(sampleShape(target))));
    std::vector<std::string_view> rows{json};
    if (jsonKind(json) == "a list") {
        auto elements = jsonElements(json, "\"features\"", &control);
        if (!elements)
            return elements.error();
        rows = std::move(*elements);
    }
    if (rows.empty())
        return invalidArgument("\"features\" is an empty list: send at least one row in it.");
    const std::size_t count = rows.size();
    return samplesOf(
        count,
        [keeper, target, names = featureNames(target), rows = std::move(rows)](std::size_t i,
                                                                               RunControl &limits) {
            return sampleOfObject(target, names, rows[i], limits);
        },
        control);
}

Result<InferenceInputs> csvInputs(const BodyTarget &target, std::string_view csv,
                                  const Keeper &keeper, RunControl &control)
{
    if (!plannedInput(target))
        return noInputs(target);
    const auto lines = static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n') +
                                                std::count(csv.begin(), csv.end(), '\r'));
    // The list of rows grows while it is made.
    if (auto room = control.reserve(3 * (lines + 1) * sizeof(CsvRow), "rows"); !room)
        return std::move(room).error();
    // While it is read, the text of a cell and the names of the columns stand beside it.
    Reservation reading(control);
    if (auto room = reading.grow(2 * csv.size(), "rows"); !room)
        return std::move(room).error();
    auto table = readCsv(csv);
    if (!table)
        return table.error();
    if (auto going = control.check(); !going)
        return std::move(going).error();
    std::vector<std::size_t> features;
    const auto names = featureNames(target);
    const bool byName = !table->names.empty() && settingsNameFeatures(target);
    if (byName) {
        auto found = columnFeatures(target, *table, names);
        if (!found)
            return found.error();
        features = *std::move(found);
    }
    const std::size_t count = table->rows.size();
    return samplesOf(
        count,
        [keeper, target, names, features, byName,
         table = *std::move(table)](std::size_t i, RunControl &limits) -> Result<Tensor> {
            Reservation passing(limits);
            if (auto room = passing.grow(csvRowBytes(table.rows[i].text.size()), "numbers"); !room)
                return std::move(room).error();
            const auto numbers = csvNumbers(table, i);
            if (!numbers)
                return numbers.error();
            if (!byName)
                return sampleOfList(target, *numbers, limits);
            Row row(names.size());
            for (std::size_t column = 0; column < features.size(); ++column)
                row[features[column]] = (*numbers)[column];
            return sampleOf(target, names, row);
        },
        control);
}

} // namespace warmbench
