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

} // namespace

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
    if (const JsonValue *const inputs = valueAt(*root, {"signature", "inputs"}))
        readSignature(*inputs, model.hints);
    return model;
}

} // namespace warmbench
