#include "inference/body/table_rows.h"

#include "base/text.h"
#include "inference/body/json_body.h"
#include "inference/body/table_cells.h"
#include "tensor/csv.h"
#include "tensor/json_writer.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <numeric>
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

// The JSON value of each feature; nothing where the row has none.
using Row = std::vector<std::optional<std::string>>;
using MakeRow = std::function<Result<Row>(std::size_t index, RunControl &control)>;

EmptyCells emptyCells(const BodyTarget &target)
{
    return target.input.columns ? EmptyCells::Missing : EmptyCells::Refused;
}

// The row with the defaults of features that are not given.
Result<Row> completed(const BodyTarget &target, const std::vector<std::string> &names, Row row)
{
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i])
            continue;
        const auto &fallback = target.input.features[i].fallback;
        if (!fallback)
            return invalidArgument(fmt::format("The feature \"{}\" is missing: \"{}\" needs {}.",
                                               printable(names[i], 60), target.model,
                                               listed(names)));
        appendJsonNumber(row[i].emplace(), *fallback);
    }
    return row;
}

// A sample of the planned input.
Result<Tensor> sampleOf(const BodyTarget &target, const Row &row, RunControl &control)
{
    std::string json = "[";
    for (const auto &cell : row) {
        json += json.size() > 1 ? "," : "";
        json += *cell;
    }
    json += ']';
    return tensorOfJson(json, *plannedInput(target), sampleShape(target), control);
}

// All rows at once, as one tensor for each column.
Result<InferenceInputs> columnTensors(const BodyTarget &target, std::size_t count,
                                      const MakeRow &make, RunControl &control)
{
    const auto &specs = target.spec.inputs;
    std::vector<std::string> lists(specs.size(), "[");
    Reservation passing(control);
    for (std::size_t i = 0; i < count; ++i) {
        auto row = make(i, control);
        if (!row)
            return std::move(row).error();
        std::size_t bytes = 0;
        for (std::size_t column = 0; column < lists.size(); ++column) {
            bytes += (*row)[column]->size() + 1;
            lists[column] += i > 0 ? "," : "";
            lists[column] += *(*row)[column];
        }
        if (auto room = passing.grow(2 * bytes, "rows"); !room) // the lists grow by doubling
            return std::move(room).error();
        if (auto going = control.step(); !going)
            return std::move(going).error();
    }
    TensorInputs tensors;
    for (std::size_t column = 0; column < lists.size(); ++column) {
        lists[column] += ']';
        const TensorSpec &spec = specs[column];
        auto tensor = tensorOfJson(lists[column], spec, spec.shape, control);
        if (!tensor)
            return std::move(tensor).error();
        if (auto room = control.reserve(tensor->byteSize(), "numbers"); !room)
            return std::move(room).error();
        tensors.push_back({spec.name, *std::move(tensor)});
    }
    return InferenceInputs(std::move(tensors));
}

Result<Row> rowOfObject(const BodyTarget &target, const std::vector<std::string> &names,
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
        auto cell = cellOfJson(target.input.features[*index], value, emptyCells(target));
        if (!cell)
            return std::move(cell).error();
        row[*index] = *std::move(cell);
    }
    return completed(target, names, std::move(row));
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

Result<InferenceInputs> rowsOf(const BodyTarget &target, std::size_t count, MakeRow make,
                               RunControl &control)
{
    if (target.input.columns)
        return columnTensors(target, count, make, control);
    return samplesOf(
        count,
        [target, make = std::move(make)](std::size_t i, RunControl &limits) -> Result<Tensor> {
            const auto row = make(i, limits);
            return row ? sampleOf(target, *row, limits) : row.error();
        },
        control);
}

// Whether the features have names that a header may use.
bool namesAreKnown(const BodyTarget &target)
{
    const auto origin = target.input.origins.find("features");
    return target.input.columns ||
           (target.input.kind == InputKind::Features &&
            (origin == target.input.origins.end() || origin->second != Origin::Network));
}

// The feature of each column that the header names.
Result<std::vector<std::size_t>> namedColumns(const BodyTarget &target, const CsvTable &table,
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

// The feature of each column; empty if the row is a list of numbers for the network's input.
Result<std::vector<std::size_t>> columnFeatures(const BodyTarget &target, const CsvTable &table,
                                                const std::vector<std::string> &names)
{
    if (!table.names.empty() && namesAreKnown(target))
        return namedColumns(target, table, names);
    std::vector<std::size_t> features;
    const bool texts =
        target.input.kind == InputKind::Features && plannedInput(target)->dtype == DType::String;
    if (!target.input.columns && !texts)
        return features;
    if (table.columns != names.size())
        return invalidArgument(
            fmt::format("The CSV has {} columns, but \"{}\" needs {}: {}; send all of them in this "
                        "order, or under a header with their names.",
                        table.columns, target.model, names.size(), listed(names)));
    features.resize(names.size());
    std::iota(features.begin(), features.end(), std::size_t(0));
    return features;
}

Result<Row> rowOfCsv(const BodyTarget &target, const std::vector<std::string> &names,
                     const CsvTable &table, const std::vector<std::size_t> &features,
                     std::size_t index)
{
    const auto cells = csvCells(table, index);
    if (!cells)
        return cells.error();
    Row row(names.size());
    for (std::size_t column = 0; column < features.size(); ++column) {
        auto cell = cellOfCsv(target.input.features[features[column]], (*cells)[column],
                              emptyCells(target), placeIn(table, index, column));
        if (!cell)
            return std::move(cell).error();
        row[features[column]] = *std::move(cell);
    }
    return completed(target, names, std::move(row));
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
    return rowsOf(
        target, count,
        [keeper, target, names = featureNames(target), rows = std::move(rows)](std::size_t i,
                                                                               RunControl &limits) {
            return rowOfObject(target, names, rows[i], limits);
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
    const auto names = featureNames(target);
    auto features = columnFeatures(target, *table, names);
    if (!features)
        return std::move(features).error();
    const std::size_t count = table->rows.size();
    const bool list = features->empty();
    const auto whole = std::make_shared<const CsvTable>(*std::move(table));
    const auto room = [whole](std::size_t i, Reservation &passing) {
        return passing.grow(csvRowBytes(whole->rows[i].text.size()), "numbers");
    };
    if (!list)
        return rowsOf(
            target, count,
            [keeper, target, names, features = *std::move(features), whole,
             room](std::size_t i, RunControl &limits) -> Result<Row> {
                Reservation passing(limits);
                if (auto done = room(i, passing); !done)
                    return std::move(done).error();
                return rowOfCsv(target, names, *whole, features, i);
            },
            control);
    return samplesOf(
        count,
        [keeper, target, whole, room](std::size_t i, RunControl &limits) -> Result<Tensor> {
            Reservation passing(limits);
            if (auto done = room(i, passing); !done)
                return std::move(done).error();
            const auto numbers = csvNumbers(*whole, i);
            return numbers ? sampleOfList(target, *numbers, limits) : numbers.error();
        },
        control);
}

} // namespace warmbench
