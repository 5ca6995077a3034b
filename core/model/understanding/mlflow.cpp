#include "model/understanding/mlflow.h"

#include "base/text.h"
#include "model/yaml_value.h"

#include <fmt/format.h>
#include <initializer_list>

namespace warmbench {

namespace {

const JsonValue *valueAt(const JsonValue &root, std::initializer_list<std::string_view> path)
{
    const JsonValue *at = &root;
    for (const std::string_view key : path) {
        if (at)
            at = at->member(key);
    }
    return at;
}

// The names of a table's columns; none if one has no name or is no number, or if these are tensors.
std::vector<Feature> columnsIn(const JsonValue &inputs)
{
    std::vector<Feature> columns;
    for (const JsonValue &input : inputs.items) {
        const JsonValue *const name = input.member("name");
        const JsonValue *const type = input.member("type");
        if (!name || !type || name->text.empty() || type->text == "tensor" ||
            type->text == "string")
            return {};
        columns.push_back({name->text, {}, {}, {}, {}});
    }
    return columns;
}

void readSignature(const JsonValue &signature, Hints &hints)
{
    const auto inputs = parseJson(signature.text);
    if (!inputs || inputs->kind != JsonValue::Kind::List) {
        hints.warnings.push_back(fmt::format("\"signature.inputs\" of MLmodel cannot be read: {}.",
                                             inputs ? "it is no list" : inputs.error().message));
        return;
    }
    hints.input.features = columnsIn(*inputs);
    // One tensor may have a name, which matters if the network has further inputs.
    const JsonValue *const name =
        inputs->items.size() == 1 ? inputs->items.front().member("name") : nullptr;
    if (hints.input.features.empty() && name && !name->text.empty())
        hints.input.name = name->text;
}

// As one would write it; nothing of null, lists and objects.
std::string written(const JsonValue &value)
{
    return value.kind == JsonValue::Kind::Boolean ? (value.boolean ? "1" : "0") : value.text;
}

const JsonValue &firstOf(const JsonValue &value)
{
    const JsonValue *at = &value;
    while (at->kind == JsonValue::Kind::List && !at->items.empty())
        at = &at->items.front();
    return *at;
}

// A row of {"columns": [...], "data": [[...], ...]}, as pandas splits a table.
std::vector<Example> splitRow(const JsonValue &columns, const JsonValue &data)
{
    if (data.items.empty() || data.items.front().items.size() != columns.items.size())
        return {};
    std::vector<Example> row;
    for (std::size_t i = 0; i < columns.items.size(); ++i)
        row.push_back({written(columns.items[i]), written(data.items.front().items[i])});
    return row;
}

// The first row of values by name, of rows with names, or of rows without.
std::vector<Example> firstRow(const JsonValue &table)
{
    const bool rows = table.kind == JsonValue::Kind::List && !table.items.empty() &&
                      (table.items.front().kind == JsonValue::Kind::List ||
                       table.items.front().kind == JsonValue::Kind::Object);
    const JsonValue &first = rows ? table.items.front() : table;
    std::vector<Example> row;
    for (std::size_t i = 0; i < first.items.size(); ++i)
        row.push_back(
            {first.keys.empty() ? std::string() : first.keys[i], written(firstOf(first.items[i]))});
    return row;
}

} // namespace

Result<std::vector<Example>> readMlflowExample(std::string_view text)
{
    const auto root = parseJson(text);
    if (!root)
        return root.error();
    const JsonValue *const split = root->member("dataframe_split");
    const JsonValue &table = split ? *split : *root;
    const JsonValue *const columns = table.member("columns");
    const JsonValue *const data = table.member("data");
    if (columns && data)
        return splitRow(*columns, *data);
    for (const char *const key : {"inputs", "instances", "dataframe_records"}) {
        if (const JsonValue *const rows = root->member(key))
            return firstRow(*rows);
    }
    return firstRow(*root);
}

Result<MlflowModel> readMlmodel(std::string_view text)
{
    const auto root = parseYaml(text);
    if (!root)
        return root.error();
    MlflowModel model;
    model.hints.origin = Origin::Beside;
    model.hints.source = "MLmodel";
    if (const JsonValue *const file = valueAt(*root, {"flavors", "onnx", "data"}))
        model.file = file->text;
    if (const JsonValue *const file = valueAt(*root, {"saved_input_example_info", "artifact_path"}))
        model.exampleFile = file->text;
    if (const JsonValue *const inputs = valueAt(*root, {"signature", "inputs"}))
        readSignature(*inputs, model.hints);
    return model;
}

} // namespace warmbench
