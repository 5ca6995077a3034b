#include "http/open_inference/open_inference_inputs.h"

#include "base/text.h"
#include "http/open_inference/open_inference_types.h"
#include "inference/batching.h"
#include "inference/body/input_bytes.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench::http {

namespace {

Result<void> readType(WireInput &input, const Members &members)
{
    const std::string what = fmt::format("Input \"{}\"", printable(input.name, 60));
    const JsonMember *shape = memberOf(members, "shape");
    const JsonMember *datatype = memberOf(members, "datatype");
    if (!shape || !datatype)
        return invalidArgument(fmt::format("{} has no \"{}\": send name, shape, datatype and data.",
                                           what, shape ? "datatype" : "shape"));
    auto extents =
        shapeOf(shape->value, fmt::format("The shape of input \"{}\"", printable(input.name, 60)));
    if (!extents)
        return extents.error();
    const auto count = elementCount(*extents);
    if (!count)
        return invalidArgument(fmt::format("{}: {}", what, count.error().message));
    input.shape = std::move(*extents);
    input.count = *count;
    const auto name = jsonString(
        datatype->value, fmt::format("The datatype of input \"{}\"", printable(input.name, 60)));
    if (!name)
        return name.error();
    const auto dtype = dtypeOfOpen(*name);
    if (!dtype)
        return invalidArgument(fmt::format("{} has the unknown datatype \"{}\": known are {}.",
                                           what, printable(*name, 40), openDatatypes()));
    input.dtype = *dtype;
    return {};
}

// Takes the input's bytes off the front of `binary`.
Result<void> readData(WireInput &input, const Members &members, std::string_view &binary)
{
    const std::string what = fmt::format("input \"{}\"", printable(input.name, 60));
    const auto parameters = parametersOf(members, what);
    if (!parameters)
        return parameters.error();
    const JsonMember *data = memberOf(members, "data");
    const JsonMember *size = memberOf(*parameters, "binary_data_size");
    if (memberOf(*parameters, "shared_memory_region"))
        return invalidArgument(fmt::format(
            "The {} lies in shared memory, which is not supported: send its data.", what));
    if (!size) {
        if (!data)
            return invalidArgument(fmt::format("The {} has no data: send \"data\", or the "
                                               "parameter \"binary_data_size\" and the bytes "
                                               "behind the JSON.",
                                               what));
        input.json = data->value;
        return {};
    }
    if (data)
        return invalidArgument(
            fmt::format("The {} has both \"data\" and \"binary_data_size\": send one.", what));
    const auto bytes = wholeNumber(size->value, fmt::format("\"binary_data_size\" of {}", what));
    if (!bytes)
        return bytes.error();
    const auto wanted = static_cast<std::size_t>(*bytes);
    if (wanted > binary.size())
        return invalidArgument(
            fmt::format("The {} announces {} bytes behind the JSON, but {} are left there: check "
                        "\"binary_data_size\" and the field Inference-Header-Content-Length.",
                        what, wanted, binary.size()));
    input.blob = binary.substr(0, wanted);
    binary.remove_prefix(wanted);
    return {};
}

Result<WireInput> readInput(const ModelBundle &model, std::string_view json,
                            std::string_view &binary, RunControl &control)
{
    const auto members = uniqueMembers(json, "An element of \"inputs\"", &control);
    if (!members)
        return members.error();
    WireInput input;
    const JsonMember *name = memberOf(*members, "name");
    if (!name)
        return invalidArgument("An element of \"inputs\" has no \"name\".");
    auto text = jsonString(name->value, "The name of an input");
    if (!text)
        return text.error();
    input.name = std::move(*text);
    if (auto done = readType(input, *members); !done)
        return withExpected(done.error(), model, input.name);
    if (auto done = readData(input, *members, binary); !done)
        return withExpected(done.error(), model, input.name);
    return input;
}

bool holdsNothing(const ModelBundle &model, const TensorSpec &spec, const WireInput &input)
{
    return input.count == 0 && !model.spec().takesEmpty &&
           std::any_of(spec.shape.begin(), spec.shape.end(),
                       [](const Dimension &extent) { return extent.free(); });
}

Error differs(const ModelBundle &model, const TensorSpec &spec, const WireInput &input)
{
    const bool picture = model.input.kind == InputKind::Image;
    if (holdsNothing(model, spec, input) && matches(spec.shape, input.shape))
        return invalidArgument(fmt::format(
            "Input \"{}\" of \"{}\" came as {} {}, without any element, which is not known to be "
            "safe with the network's operators; send one sample at least.",
            spec.name, model.id.name, openDatatype(input.dtype), shapeText(input.shape)));
    return invalidArgument(fmt::format(
        "Input \"{}\" of \"{}\" came as {} {}, expected {} {}{}.", spec.name, model.id.name,
        openDatatype(input.dtype), shapeText(input.shape), openDatatype(spec.dtype),
        openShape(spec.shape), picture ? ", or pictures as BYTES [N]" : ""));
}

// A batch for a network that takes one sample at a time, as its samples.
bool runsOneByOne(const ModelBundle &model, const Shape &shape)
{
    const NetworkSpec &spec = model.spec();
    if (spec.inputs.size() != 1 || !hasBatchDimension(spec) || shape.empty() || shape[0] < 2)
        return false;
    const bool together =
        spec.inputs[0].shape[0].free() && (model.network->batches() || spec.samplesDepend);
    return !together && matches(sampleShape(spec, 0), std::span(shape).subspan(1));
}

} // namespace

Result<std::vector<WireInput>> readInputs(const ModelBundle &model, const Members &members,
                                          std::string_view binary, RunControl &control)
{
    const JsonMember *list = memberOf(members, "inputs");
    if (!list)
        return invalidArgument("The body has no \"inputs\": send {\"inputs\": [{\"name\": \"x\", "
                               "\"shape\": [1, 4], \"datatype\": \"FP32\", \"data\": [...]}]}.");
    const auto elements = jsonElements(list->value, "\"inputs\"", &control);
    if (!elements)
        return elements.error();
    // Each keeps its name and shape.
    if (auto room = control.reserve(elements->size() * sizeof(WireInput), "inputs"); !room)
        return std::move(room).error();
    std::vector<WireInput> inputs;
    for (const std::string_view element : *elements) {
        if (auto go = control.step(); !go)
            return std::move(go).error();
        auto input = readInput(model, element, binary, control);
        if (!input)
            return input.error();
        inputs.push_back(std::move(*input));
    }
    if (!binary.empty())
        return invalidArgument(
            fmt::format("{} bytes came behind the JSON that no input's \"binary_data_size\" "
                        "speaks for.",
                        binary.size()));
    return inputs;
}

bool takesPictures(const ModelBundle &model, std::size_t index)
{
    return model.input.kind == InputKind::Image && model.input.index == index &&
           model.spec().inputs[index].dtype != DType::String;
}

Result<InferenceInputs> fitted(const ModelBundle &model, const std::vector<WireInput> &inputs,
                               const Keeper &keeper, RunControl &control)
{
    const auto &specs = model.spec().inputs;
    const auto names = namesOf(specs);
    TensorInputs tensors;
    for (const WireInput &input : inputs) {
        const auto found = std::find(names.begin(), names.end(), input.name);
        if (found == names.end())
            return unknownTensor(model, "input", input.name, specs);
        const auto index = static_cast<std::size_t>(found - names.begin());
        const TensorSpec &spec = specs[index];
        if (input.dtype == DType::String && takesPictures(model, index)) {
            if (inputs.size() > 1)
                return invalidArgument(
                    fmt::format("Input \"{}\" came as pictures beside other inputs: send pictures "
                                "alone, or all inputs as numbers.",
                                input.name));
            return picturesOf(model, input, keeper, control);
        }
        const bool oneByOne = runsOneByOne(model, input.shape);
        if (input.dtype != spec.dtype || holdsNothing(model, spec, input) ||
            (!oneByOne && !matches(spec.shape, input.shape)))
            return differs(model, spec, input);
        auto tensor = tensorOf(input, control);
        if (!tensor)
            return withExpected({tensor.error().code,
                                 fmt::format("{} It was declared {} {};", tensor.error().message,
                                             openDatatype(input.dtype), shapeText(input.shape))},
                                model, input.name);
        if (oneByOne && inputs.size() == 1)
            return InferenceInputs(slicesOf(std::move(*tensor)));
        tensors.push_back({input.name, std::move(*tensor)});
    }
    return InferenceInputs(std::move(tensors));
}

} // namespace warmbench::http
