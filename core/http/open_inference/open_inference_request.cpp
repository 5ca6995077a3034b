#include "base/text.h"
#include "http/bodies/base64_text.h"
#include "http/bodies/input_bytes.h"
#include "http/open_inference/open_inference_codec.h"
#include "http/open_inference/open_inference_members.h"
#include "http/open_inference/open_inference_types.h"
#include "inference/batching.h"
#include "inference/picture_inputs.h"
#include "tensor/json_tensor.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <functional>

namespace warmbench::http {

namespace {

using Keeper = std::shared_ptr<const void>; // owns the text that views point into

// One input as it stands in the request; the views point into the body.
struct WireInput
{
    std::string name;
    DType dtype = DType::Float32;
    Shape shape;
    std::size_t count = 0;
    std::string_view json;                // of "data"; empty where there is none
    std::optional<std::string_view> blob; // behind the JSON
};

std::span<const std::byte> bytesOf(std::string_view text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

// ---- inputs ----

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

constexpr std::size_t lengthSize = 4; // before each element of a BYTES tensor

// What its texts take at most: those that are there, however many were announced.
std::size_t stringBytes(const WireInput &input)
{
    return input.blob->size() +
           std::min(input.count, input.blob->size() / lengthSize) * 2 * sizeof(std::string);
}

// Gives the elements of a BYTES tensor one by one, each behind its length of 4 bytes,
// little-endian, to `take`, whose error ends it.
Result<void> eachElement(const WireInput &input,
                         const std::function<Result<void>(std::string_view)> &take)
{
    std::size_t taken = 0;
    std::string_view rest = *input.blob;
    for (; taken < input.count && rest.size() >= lengthSize; ++taken) {
        std::size_t length = 0;
        for (std::size_t i = lengthSize; i-- > 0;)
            length = length << 8U | static_cast<unsigned char>(rest[i]);
        rest.remove_prefix(lengthSize);
        if (length > rest.size())
            return invalidArgument(fmt::format(
                "Element {} of the BYTES tensor \"{}\" announces {} bytes, but {} are left.", taken,
                printable(input.name, 60), length, rest.size()));
        if (auto done = take(rest.substr(0, length)); !done)
            return done;
        rest.remove_prefix(length);
    }
    if (taken < input.count || !rest.empty())
        return invalidArgument(fmt::format(
            "The BYTES tensor \"{}\" came with {} elements and {} bytes left over, expected {} "
            "elements as its shape {} says, each behind its length in 4 bytes.",
            printable(input.name, 60), taken, rest.size(), input.count, shapeText(input.shape)));
    return {};
}

std::vector<Dimension> fixedShape(const Shape &shape)
{
    std::vector<Dimension> extents;
    for (const std::int64_t extent : shape)
        extents.push_back({extent, {}});
    return extents;
}

Result<Tensor> tensorOfBlob(const WireInput &input, RunControl &control)
{
    if (input.dtype == DType::String) {
        if (auto room = control.reserve(stringBytes(input), "texts"); !room)
            return std::move(room).error();
        std::vector<std::string> texts;
        const auto done = eachElement(input, [&](std::string_view element) -> Result<void> {
            texts.emplace_back(element);
            return control.step();
        });
        return done ? Tensor::fromStrings(input.shape, std::move(texts)) : done.error();
    }
    const std::size_t expected = input.count * dtypeSize(input.dtype);
    if (input.blob->size() != expected)
        return invalidArgument(
            fmt::format("Input \"{}\" came with {} bytes behind the JSON, expected {} for {} {}.",
                        printable(input.name, 60), input.blob->size(), expected,
                        openDatatype(input.dtype), shapeText(input.shape)));
    if (auto room = control.reserve(expected, "numbers"); !room)
        return std::move(room).error();
    const auto large = [](char c) { return static_cast<unsigned char>(c) > 1; };
    if (input.dtype == DType::Bool && std::any_of(input.blob->begin(), input.blob->end(), large))
        return invalidArgument(fmt::format("Input \"{}\" is BOOL, whose bytes are 0 or 1 alone.",
                                           printable(input.name, 60)));
    return Tensor::fromBytes(input.dtype, input.shape, bytesOf(*input.blob));
}

Result<Tensor> tensorOf(const WireInput &input, RunControl &control)
{
    if (input.blob)
        return tensorOfBlob(input, control);
    Reservation passing(control);
    if (auto room =
            passing.grow(jsonTensorBytes(input.json.size(), input.count, input.dtype), "numbers");
        !room)
        return std::move(room).error();
    auto tensor = tensorFromJson(input.json, input.name, input.dtype, fixedShape(input.shape));
    if (tensor) {
        if (auto room = control.reserve(tensor->byteSize(), "numbers"); !room)
            return std::move(room).error();
    }
    return tensor;
}

// ---- pictures ----

using Pieces = std::vector<std::string_view>;

// The files behind the JSON, one an element.
Result<Pieces> blobPieces(const WireInput &input, RunControl &control)
{
    // Each element takes four bytes at least, however many were announced.
    const std::size_t most = std::min(input.count, input.blob->size() / lengthSize);
    if (auto room = control.reserve(most * sizeof(std::string_view), "elements"); !room)
        return std::move(room).error();
    Pieces pieces;
    pieces.reserve(most);
    const auto done = eachElement(input, [&](std::string_view element) -> Result<void> {
        pieces.push_back(element);
        return control.step();
    });
    return done ? Result<Pieces>(std::move(pieces)) : done.error();
}

// The texts of a list in JSON, or of lists of one each; nothing where it is anything else.
Result<std::optional<Pieces>> textPieces(const WireInput &input, RunControl &control)
{
    if (jsonKind(input.json) != "a list")
        return std::optional<Pieces>();
    auto elements =
        jsonElements(input.json, fmt::format("The data of \"{}\"", input.name), &control);
    if (!elements)
        return elements.error();
    for (std::string_view &element : *elements) {
        if (jsonKind(element) == "a list") {
            const auto inner = jsonElements(element, "A list in it");
            if (!inner)
                return inner.error();
            if (inner->size() == 1)
                element = inner->front();
        }
        if (jsonKind(element) != "a text")
            return std::optional<Pieces>();
        if (auto go = control.step(); !go)
            return std::move(go).error();
    }
    return elements->size() == input.count ? std::optional(*std::move(elements))
                                           : std::optional<Pieces>();
}

Result<Image> pictureOfText(std::string_view json, const std::string &what, RunControl &control)
{
    Reservation passing(control);
    if (auto room = passing.grow(base64Bytes(json.size()), "pictures"); !room)
        return std::move(room).error();
    const auto text = jsonString(json, what);
    if (!text)
        return text.error();
    const auto data = bytesFromBase64(*text, what);
    return data ? decodedPicture(bytesOf(*data), control) : data.error();
}

Result<InferenceInputs> pictures(const ModelBundle &model, const WireInput &input,
                                 const Keeper &keeper, RunControl &control)
{
    const bool listed = input.shape.size() == 1 || (input.shape.size() == 2 && input.shape[1] == 1);
    if (!listed || input.count == 0)
        return invalidArgument(
            fmt::format("Input \"{}\" of \"{}\" came as BYTES {}, expected pictures as BYTES [N], "
                        "one element a picture.",
                        printable(input.name, 60), model.id.name, shapeText(input.shape)));
    if (input.blob) {
        auto files = blobPieces(input, control);
        if (!files)
            return files.error();
        return InferenceInputs(ImageInputs(
            input.count, [keeper, files = std::move(*files)](std::size_t i, RunControl &limits) {
                return decodedPicture(bytesOf(files[i]), limits);
            }));
    }
    auto texts = textPieces(input, control);
    if (!texts)
        return texts.error();
    if (!*texts) { // which says what it is instead
        const auto tensor = tensorOf(input, control);
        return tensor
                   ? invalidArgument(fmt::format("Input \"{}\" has no list of texts as its data: "
                                                 "send one text of base64 a picture.",
                                                 printable(input.name, 60)))
                   : tensor.error();
    }
    return InferenceInputs(ImageInputs(
        input.count, [keeper, what = fmt::format("A picture in input \"{}\"", input.name),
                      texts = std::move(**texts)](std::size_t i, RunControl &limits) {
            return pictureOfText(texts[i], what, limits);
        }));
}

// ---- what the model takes ----

Error differs(const ModelBundle &model, const TensorSpec &spec, const WireInput &input)
{
    const bool picture = model.input.kind == InputKind::Image;
    return invalidArgument(fmt::format(
        "Input \"{}\" of \"{}\" came as {} {}, expected {} {}{}.", spec.name, model.id.name,
        openDatatype(input.dtype), shapeText(input.shape), openDatatype(spec.dtype),
        openShape(spec.shape), picture ? ", or pictures as BYTES [N]" : ""));
}

bool takesPictures(const ModelBundle &model, std::size_t index)
{
    return model.input.kind == InputKind::Image && model.input.index == index &&
           model.spec().inputs[index].dtype != DType::String;
}

// A batch for a network that takes one sample at a time, as its samples.
bool runsOneByOne(const ModelBundle &model, const Shape &shape)
{
    const NetworkSpec &spec = model.spec();
    if (spec.inputs.size() != 1 || !hasBatchDimension(spec) || shape.empty() || shape[0] < 2)
        return false;
    const bool together = spec.inputs[0].shape[0].free() && model.network->batches();
    return !together && matches(sampleShape(spec, 0), std::span(shape).subspan(1));
}

bool holdsNothing(const TensorSpec &spec, const WireInput &input)
{
    return input.count == 0 && std::any_of(spec.shape.begin(), spec.shape.end(),
                                           [](const Dimension &extent) { return extent.free(); });
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
            return pictures(model, input, keeper, control);
        }
        const bool oneByOne = runsOneByOne(model, input.shape);
        if (input.dtype != spec.dtype || holdsNothing(spec, input) ||
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
    if (output.classes > 0 && index == model.primaryOutput)
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
