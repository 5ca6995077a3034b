#include "base/text.h"
#include "http/open_inference/open_inference_codec.h"
#include "http/open_inference/open_inference_inputs.h"
#include "http/open_inference/open_inference_types.h"
#include "inference/batching.h"
#include "inference/body/input_bytes.h"
#include "inference/picture_inputs.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace warmbench::http {

namespace {

// ---- outputs ----

OpenOutput plainOutput(std::string name, bool binary)
{
    OpenOutput output;
    output.name = std::move(name);
    output.binary = binary;
    return output;
}

Result<void> readClasses(OpenOutput &output, const ModelBundle &model, std::size_t index,
                         std::string_view json)
{
    const auto classes =
        wholeNumber(json, fmt::format("\"classification\" of output \"{}\"", output.name));
    if (!classes)
        return classes.error();
    const DType dtype = model.spec().outputs[index].dtype;
    if (dtype == DType::String || dtype == DType::Bool)
        return invalidArgument(fmt::format("Output \"{}\" is {}, which has no highest values: ask "
                                           "for it without \"classification\".",
                                           output.name, openDatatype(dtype)));
    output.classes = static_cast<std::size_t>(*classes);
    if (output.classes > 0 && index == model.scoresOutput)
        output.labels = model.settings.labels;
    return {};
}

Result<OpenOutput> readOutput(const ModelBundle &model, std::string_view json, bool binary)
{
    const auto members = uniqueMembers(json, "An element of \"outputs\"");
    if (!members)
        return members.error();
    const JsonMember *name = memberOf(*members, "name");
    if (!name)
        return invalidArgument("An element of \"outputs\" has no \"name\".");
    auto text = jsonString(name->value, "The name of an output");
    if (!text)
        return text.error();
    const auto &specs = model.spec().outputs;
    const auto found = std::find_if(specs.begin(), specs.end(),
                                    [&](const TensorSpec &spec) { return spec.name == *text; });
    if (found == specs.end())
        return unknownTensor(model, "output", *text, specs);

    OpenOutput output = plainOutput(std::move(*text), binary);
    const auto parameters = parametersOf(*members, fmt::format("output \"{}\"", output.name));
    if (!parameters)
        return parameters.error();
    if (const JsonMember *wanted = memberOf(*parameters, "binary_data")) {
        const auto yes =
            flag(wanted->value, fmt::format("\"binary_data\" of output \"{}\"", output.name));
        if (!yes)
            return yes.error();
        output.binary = *yes;
    }
    if (memberOf(*parameters, "shared_memory_region"))
        return invalidArgument(fmt::format("Output \"{}\" is wanted in shared memory, which is not "
                                           "supported: leave that parameter out.",
                                           output.name));
    if (const JsonMember *classes = memberOf(*parameters, "classification")) {
        if (auto done = readClasses(output, model, static_cast<std::size_t>(found - specs.begin()),
                                    classes->value);
            !done)
            return done.error();
    }
    return output;
}

void askForAll(const ModelBundle &model, bool binary, OpenInferenceAsk &ask)
{
    for (const TensorSpec &spec : model.spec().outputs)
        ask.outputs.push_back(plainOutput(spec.name, binary));
}

Result<void> readOutputs(const ModelBundle &model, const Members &members, bool binary,
                         OpenInferenceAsk &ask)
{
    const JsonMember *list = memberOf(members, "outputs");
    const auto elements =
        list ? jsonElements(list->value, "\"outputs\"")
             : Result<std::vector<std::string_view>>(std::vector<std::string_view>());
    if (!elements)
        return elements.error();
    for (const std::string_view element : *elements) {
        auto output = readOutput(model, element, binary);
        if (!output)
            return output.error();
        if (std::any_of(ask.outputs.begin(), ask.outputs.end(),
                        [&](const OpenOutput &other) { return other.name == output->name; }))
            return invalidArgument(
                fmt::format("Output \"{}\" is asked for twice: ask once.", output->name));
        ask.outputs.push_back(std::move(*output));
    }
    if (ask.outputs.empty())
        askForAll(model, binary, ask);
    return {};
}

// ---- the three forms ----

Result<void> readAsk(const ModelBundle &model, const Members &members, OpenInferenceAsk &ask)
{
    if (const JsonMember *id = memberOf(members, "id")) {
        auto text = jsonString(id->value, "\"id\"");
        if (!text)
            return text.error();
        ask.id = std::move(*text);
    }
    const auto parameters = parametersOf(members, "the request");
    if (!parameters)
        return parameters.error();
    bool binary = false;
    if (const JsonMember *wanted = memberOf(*parameters, "binary_data_output")) {
        const auto yes = flag(wanted->value, "\"binary_data_output\"");
        if (!yes)
            return yes.error();
        binary = *yes;
    }
    return readOutputs(model, members, binary, ask);
}

// The shape that so many elements have; nothing where they fit none.
std::optional<Shape> rawShape(const ModelBundle &model, const TensorSpec &spec, std::size_t count)
{
    Shape shape;
    for (const Dimension &extent : spec.shape)
        shape.push_back(extent.free() ? -1 : extent.size);
    if (std::count(shape.begin(), shape.end(), -1) > 1 && hasBatchDimension(model.spec()))
        shape.front() = 1;
    const auto open = std::find(shape.begin(), shape.end(), -1);
    if (open != shape.end())
        *open = 1;
    const auto fixed = elementCount(shape);
    if (!fixed)
        return {};
    if (open == shape.end())
        return *fixed == count ? std::optional(shape) : std::nullopt;
    if (*fixed == 0 || count == 0 || count % *fixed != 0)
        return {};
    *open = static_cast<std::int64_t>(count / *fixed);
    return shape;
}

Result<InferenceInputs> decodeRaw(const ModelBundle &model,
                                  const std::shared_ptr<const std::string> &keeper,
                                  OpenInferenceAsk &ask, RunControl &control)
{
    const std::string_view body = *keeper;
    const auto &specs = model.spec().inputs;
    if (specs.size() != 1)
        return invalidArgument(
            fmt::format("A body without JSON (Inference-Header-Content-Length: 0) is one input, "
                        "but \"{}\" has {}: {}.",
                        model.id.name, specs.size(), joined(namesOf(specs))));
    const TensorSpec &spec = specs.front();
    askForAll(model, true, ask);
    if (takesPictures(model, 0) && looksLikeImage(bytesOf(body)))
        return InferenceInputs(pictureInput(keeper, bytesOf(body)));
    WireInput input;
    input.name = spec.name;
    input.dtype = spec.dtype;
    if (spec.dtype == DType::String) {
        auto text = Tensor::fromStrings(Shape(spec.shape.size(), 1), {std::string(body)});
        if (!text)
            return text.error();
        return InferenceInputs(TensorInputs{{spec.name, std::move(*text)}});
    }
    const std::size_t size = dtypeSize(spec.dtype);
    const auto shape =
        body.size() % size == 0 ? rawShape(model, spec, body.size() / size) : std::nullopt;
    if (!shape)
        return invalidArgument(
            fmt::format("Input \"{}\" of \"{}\" came as {} raw bytes, expected {} {} of {} bytes "
                        "an element.",
                        spec.name, model.id.name, body.size(), openDatatype(spec.dtype),
                        openShape(spec.shape), size));
    input.shape = *shape;
    input.count = body.size() / size;
    input.blob = body;
    return fitted(model, {input}, keeper, control);
}

} // namespace

Result<std::optional<std::size_t>> openHeaderLength(std::string_view field, std::size_t bodySize)
{
    const std::string_view text = trimmed(field);
    if (text.empty())
        return std::optional<std::size_t>();
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size())
        return invalidArgument(
            fmt::format("Inference-Header-Content-Length is \"{}\", expected the length of the "
                        "body's JSON in bytes.",
                        printable(text, 40)));
    if (length > bodySize)
        return invalidArgument(fmt::format(
            "Inference-Header-Content-Length is {}, but the body has {} bytes.", length, bodySize));
    return std::optional(length);
}

Result<InferenceInputs> decodeOpenInference(const ModelBundle &model,
                                            const std::shared_ptr<const std::string> &body,
                                            std::optional<std::size_t> headerLength,
                                            OpenInferenceAsk &ask, RunControl &control)
{
    ask = {}; // a request of heavy pictures is decoded anew
    ask.batched = hasBatchDimension(model.spec());
    if (headerLength == std::size_t{0})
        return decodeRaw(model, body, ask, control);
    const std::size_t length = headerLength.value_or(body->size());
    if (auto room = control.reserve(length, "numbers"); !room)
        return std::move(room).error();
    // Pictures are read from both in their turn.
    struct Both
    {
        std::shared_ptr<const std::string> body;
        JsonText json;
    };
    const std::string_view whole = *body;
    const auto keeper = std::make_shared<const Both>(Both{body, JsonText(whole.substr(0, length))});
    const auto members = uniqueMembers(keeper->json.view(), "The body", &control);
    if (!members)
        return members.error();
    if (auto done = readAsk(model, *members, ask); !done)
        return done.error();
    const auto inputs = readInputs(model, *members, whole.substr(length), control);
    if (!inputs)
        return inputs.error();
    return fitted(model, *inputs, keeper, control);
}

} // namespace warmbench::http
