#include "http/tensorflow/tensorflow_codec.h"

#include "base/text.h"
#include "inference/answer/answer_bytes.h"
#include "inference/batching.h"
#include "inference/body/base64_text.h"
#include "inference/body/input_bytes.h"
#include "inference/body/json_body.h"
#include "inference/picture_inputs.h"
#include "tensor/json_tensor.h"
#include "tensor/json_writer.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench::http {

namespace {

constexpr std::size_t sampleOverhead = 256; // the object and its blocks on the heap

using Pieces = std::vector<std::string_view>;

const TensorSpec *inputNamed(const ModelBundle &model, std::string_view name)
{
    const auto &specs = model.spec().inputs;
    const auto found = std::find_if(specs.begin(), specs.end(),
                                    [&](const TensorSpec &spec) { return spec.name == name; });
    return found == specs.end() ? nullptr : &*found;
}

Error unknownInput(const ModelBundle &model, std::string_view name)
{
    std::vector<std::string> names;
    for (const TensorSpec &spec : model.spec().inputs)
        names.push_back(spec.name);
    return invalidArgument(fmt::format("\"{}\" has no input named \"{}\"{}: its inputs are {}.",
                                       model.id.name, printable(name, 60), didYouMean(name, names),
                                       joined(names)));
}

Error severalInputs(const ModelBundle &model, std::string_view what)
{
    return invalidArgument(
        fmt::format("\"{}\" has {} inputs: send {} as an object of inputs by name.", model.id.name,
                    model.spec().inputs.size(), what));
}

// The text of {"b64": "..."}; nothing where the piece is something else.
Result<std::optional<std::string>> base64Of(std::string_view json, std::string_view what)
{
    if (jsonKind(json) != "an object")
        return std::optional<std::string>();
    const auto members = jsonMembers(json, what);
    if (!members)
        return members.error();
    if (members->size() != 1 || members->front().key != "b64")
        return std::optional<std::string>();
    const auto text = jsonString(members->front().value, "\"b64\"");
    if (!text)
        return text.error();
    auto data = bytesFromBase64(*text, "\"b64\"");
    if (!data)
        return data.error();
    return std::optional(std::move(*data));
}

bool takesPictures(const ModelBundle &model)
{
    return model.input.kind == InputKind::Image && model.spec().inputs.size() == 1;
}

// ---- instances ----

// The single input of an instance: the instance itself, or the one member of an object.
Result<std::string_view> onlyInput(const ModelBundle &model, std::string_view instance)
{
    if (jsonKind(instance) != "an object")
        return instance;
    const auto members = jsonMembers(instance, "An instance");
    if (!members)
        return members.error();
    if (members->size() == 1 && members->front().key == "b64")
        return instance;
    const TensorSpec &spec = model.spec().inputs.front();
    for (const JsonMember &member : *members) {
        if (member.key != spec.name)
            return unknownInput(model, member.key);
    }
    if (members->size() != 1)
        return invalidArgument(fmt::format("An instance has {} members, expected \"{}\" once.",
                                           members->size(), spec.name));
    return members->front().value;
}

Result<Image> pictureInstance(std::string_view instance, std::size_t index, RunControl &control)
{
    Reservation passing(control);
    if (auto room = passing.grow(base64Bytes(instance.size()), "pictures"); !room)
        return std::move(room).error();
    const auto data = base64Of(instance, "An instance");
    if (!data)
        return data.error();
    if (!*data)
        return invalidArgument(fmt::format("Sample {} is {}, expected a picture as {{\"b64\": "
                                           "\"...\"}}: send pictures alone or numbers alone.",
                                           index, jsonKind(instance)));
    return decodedPicture(std::as_bytes(std::span((*data)->data(), (*data)->size())), control);
}

InferenceInputs pictureInstances(Pieces instances, const Keeper &keeper)
{
    const std::size_t count = instances.size();
    return ImageInputs(
        count, [keeper, instances = std::move(instances)](std::size_t i, RunControl &control) {
            return pictureInstance(instances[i], i, control);
        });
}

// One sample of an input; {"b64"} gives the bytes of a single string.
Result<Tensor> sampleOf(const ModelBundle &model, std::size_t index, std::string_view json,
                        RunControl &control)
{
    Reservation passing(control);
    const TensorSpec &spec = model.spec().inputs[index];
    const auto shape = sampleShape(model.spec(), index);
    if (spec.dtype == DType::String) {
        auto data = base64Of(json, "An instance");
        if (!data)
            return data.error();
        if (*data)
            return Tensor::fromStrings(Shape(shape.size(), 1), {std::move(**data)});
    }
    if (auto room = passing.grow(jsonTensorBytes(json.size(), json.size(), spec.dtype), "numbers");
        !room)
        return std::move(room).error();
    return tensorFromJson(json, spec.name, spec.dtype, shape);
}

// A sample that is stacked with others later.
Result<Tensor> rowOf(const ModelBundle &model, std::size_t index, std::string_view json,
                     RunControl &control)
{
    auto sample = sampleOf(model, index, json, control);
    if (!sample)
        return sample;
    // Once as a sample, once stacked.
    if (auto room = control.reserve(2 * sample->byteSize() + sampleOverhead, "samples"); !room)
        return std::move(room).error();
    return sample;
}

// The rows of one tensor, which the network has to see together.
Result<InferenceInputs> wholeInstances(const ModelBundle &model, const Pieces &instances,
                                       RunControl &control)
{
    std::vector<Tensor> rows;
    for (const std::string_view instance : instances) {
        if (auto go = control.step(); !go)
            return std::move(go).error();
        auto row = rowOf(model, 0, instance, control);
        if (!row)
            return std::move(row).error();
        rows.push_back(*std::move(row));
    }
    auto whole = stacked(rows);
    if (!whole)
        return std::move(whole).error();
    TensorInputs tensors;
    tensors.push_back({model.spec().inputs[0].name, *std::move(whole)});
    return InferenceInputs(std::move(tensors));
}

Result<InferenceInputs> singleInputInstances(const ModelBundle &model, const Pieces &instances,
                                             const Keeper &keeper, RunControl &control)
{
    if (auto room = control.reserve(instances.size() * sizeof(std::string_view), "instances");
        !room)
        return std::move(room).error();
    Pieces inputs;
    inputs.reserve(instances.size());
    for (const std::string_view instance : instances) {
        const auto input = onlyInput(model, instance);
        if (!input)
            return input.error();
        if (auto go = control.step(); !go)
            return std::move(go).error();
        inputs.push_back(*input);
    }
    if (takesPictures(model)) {
        const auto first = base64Of(inputs.front(), "An instance");
        if (!first)
            return first.error();
        if (*first)
            return pictureInstances(std::move(inputs), keeper);
    }
    const std::size_t count = inputs.size();
    if (model.spec().samplesDepend && hasBatchDimension(model.spec()))
        return wholeInstances(model, inputs, control);
    return InferenceInputs(SampleInputs(
        count, [keeper, &model, inputs = std::move(inputs)](std::size_t i, RunControl &limits) {
            return sampleOf(model, 0, inputs[i], limits);
        }));
}

// Samples of each input by name, in the order of the model's inputs.
Result<std::vector<std::vector<Tensor>>> namedSamples(const ModelBundle &model,
                                                      const Pieces &instances, RunControl &control)
{
    const auto &specs = model.spec().inputs;
    std::vector<std::vector<Tensor>> columns(specs.size());
    for (std::size_t row = 0; row < instances.size(); ++row) {
        if (auto go = control.step(); !go)
            return std::move(go).error();
        if (jsonKind(instances[row]) != "an object")
            return severalInputs(model, "each instance");
        const auto members = jsonMembers(instances[row], "An instance");
        if (!members)
            return members.error();
        for (const JsonMember &member : *members) {
            const TensorSpec *spec = inputNamed(model, member.key);
            if (!spec)
                return unknownInput(model, member.key);
            const auto index = static_cast<std::size_t>(spec - specs.data());
            auto sample = rowOf(model, index, member.value, control);
            if (!sample)
                return sample.error();
            columns[index].push_back(std::move(*sample));
        }
        for (std::size_t i = 0; i < specs.size(); ++i) {
            if (columns[i].size() != row + 1)
                return invalidArgument(fmt::format("Instance {} has the input \"{}\" {} times, "
                                                   "expected once.",
                                                   row, specs[i].name,
                                                   columns[i].size() > row ? "several" : "no"));
        }
    }
    return columns;
}

Result<InferenceInputs> instanceInputs(const ModelBundle &model, std::string_view json,
                                       const Keeper &keeper, TensorFlowAsk &ask,
                                       RunControl &control)
{
    const auto instances = jsonElements(json, "\"instances\"", &control);
    if (!instances)
        return instances.error();
    if (instances->empty())
        return invalidArgument("\"instances\" is an empty list: send at least one sample in it.");
    ask.rows = true;
    ask.samples = instances->size();
    const NetworkSpec &spec = model.spec();
    if (spec.inputs.size() == 1)
        return singleInputInstances(model, *instances, keeper, control);
    auto columns = namedSamples(model, *instances, control);
    if (!columns)
        return columns.error();
    if (!hasBatchDimension(spec) && instances->size() > 1)
        return invalidArgument(fmt::format("\"{}\" takes one sample at a time, but {} instances "
                                           "came: send them one by one.",
                                           model.id.name, instances->size()));
    TensorInputs tensors;
    for (std::size_t i = 0; i < columns->size(); ++i) {
        auto tensor = hasBatchDimension(spec) ? stacked((*columns)[i])
                                              : Result<Tensor>(std::move((*columns)[i].front()));
        if (!tensor)
            return tensor.error();
        tensors.push_back({spec.inputs[i].name, std::move(*tensor)});
    }
    return InferenceInputs(std::move(tensors));
}

// ---- inputs ----

// The first element tells: lists of numbers are not walked for it.
bool listsObjects(std::string_view json)
{
    json = trimmed(json);
    return json.starts_with('[') && trimmed(json.substr(1)).starts_with('{');
}

// Pictures of a column; nothing where it holds numbers.
Result<std::optional<InferenceInputs>> columnOfPictures(std::string_view json, const Keeper &keeper,
                                                        RunControl &control)
{
    Pieces pictures;
    if (jsonKind(json) == "an object") {
        pictures.push_back(json);
    } else if (listsObjects(json)) {
        auto elements = jsonElements(json, "\"inputs\"", &control);
        if (!elements)
            return elements.error();
        pictures = *std::move(elements);
    } else {
        return std::optional<InferenceInputs>();
    }
    return std::optional(pictureInstances(std::move(pictures), keeper));
}

// Texts and {"b64"} in one list, one a sample.
Result<Tensor> columnOfStrings(const TensorSpec &spec, std::string_view json, RunControl &control)
{
    const auto elements = jsonElements(json, "\"inputs\"", &control);
    if (!elements)
        return elements.error();
    if (auto room = control.reserve(
            elements->size() * sizeof(std::string) + base64Bytes(json.size()), "texts");
        !room)
        return std::move(room).error();
    std::vector<std::string> texts;
    for (const std::string_view element : *elements) {
        if (auto go = control.step(); !go)
            return std::move(go).error();
        auto data = base64Of(element, "An element of \"inputs\"");
        if (!data)
            return data.error();
        auto text = *data ? Result<std::string>(std::move(**data))
                          : jsonString(element, "An element of \"inputs\"");
        if (!text)
            return text.error();
        texts.push_back(*std::move(text));
    }
    Shape shape(std::max<std::size_t>(spec.shape.size(), 1), 1);
    shape.front() = std::ssize(texts);
    return Tensor::fromStrings(std::move(shape), std::move(texts));
}

Result<Tensor> columnOf(const TensorSpec &spec, std::string_view json, RunControl &control)
{
    if (spec.dtype == DType::String && listsObjects(json))
        return columnOfStrings(spec, json, control);
    Reservation passing(control);
    if (auto room = passing.grow(jsonTensorBytes(json.size(), json.size(), spec.dtype), "numbers");
        !room)
        return std::move(room).error();
    auto tensor = tensorFromJson(json, spec.name, spec.dtype, spec.shape);
    if (tensor) {
        if (auto room = control.reserve(tensor->byteSize(), "numbers"); !room)
            return std::move(room).error();
    }
    return tensor;
}

Result<InferenceInputs> columnInputs(const ModelBundle &model, std::string_view json,
                                     const Keeper &keeper, RunControl &control)
{
    const auto &specs = model.spec().inputs;
    std::vector<JsonMember> members;
    if (jsonKind(json) == "an object") {
        auto named = jsonMembers(json, "\"inputs\"");
        if (!named)
            return named.error();
        members = std::move(*named);
    } else if (specs.size() == 1) {
        members.push_back({specs.front().name, json});
    } else {
        return severalInputs(model, "\"inputs\"");
    }
    if (members.size() == 1 && members.front().key == "b64" && takesPictures(model))
        return pictureInstances({json}, keeper);
    TensorInputs tensors;
    for (const JsonMember &member : members) {
        const TensorSpec *spec = inputNamed(model, member.key);
        if (!spec)
            return unknownInput(model, member.key);
        if (takesPictures(model)) {
            auto images = columnOfPictures(member.value, keeper, control);
            if (!images)
                return images.error();
            if (*images)
                return *std::move(*images);
        }
        auto tensor = columnOf(*spec, member.value, control);
        if (!tensor)
            return tensor.error();
        tensors.push_back({member.key, std::move(*tensor)});
    }
    return InferenceInputs(std::move(tensors));
}

// TensorFlow Serving's words: clients compare them.
Result<void> checkSignature(const ModelBundle &model, std::string_view json)
{
    const auto name = jsonString(json, "\"signature_name\"");
    if (!name)
        return name.error();
    if (name->empty() || *name == "serving_default")
        return {};
    return invalidArgument(fmt::format("Serving signature name: \"{}\" not found in signature "
                                       "def: \"{}\" has \"serving_default\" alone; leave "
                                       "\"signature_name\" out.",
                                       printable(*name, 60), model.id.name));
}

// ---- answers ----

void appendColumns(std::string &out, const Prediction &prediction)
{
    if (prediction.outputs.size() == 1) {
        appendJson(out, prediction.outputs.front().tensor);
        return;
    }
    out += '{';
    for (const NamedTensor &output : prediction.outputs) {
        out += &output == &prediction.outputs.front() ? "" : ", ";
        appendJsonString(out, output.name);
        out += ": ";
        appendJson(out, output.tensor);
    }
    out += '}';
}

// Makes the output one with a slice a sample along its first extent.
Result<void> divideByRows(NamedTensor &output, std::size_t samples)
{
    const Shape &shape = output.tensor.shape();
    if (!shape.empty() && static_cast<std::size_t>(shape.front()) == samples)
        return {};
    if (samples != 1)
        return invalidArgument(
            fmt::format("Output \"{}\" has shape {}, which does not divide by the {} instances "
                        "sent: send \"inputs\" instead of \"instances\".",
                        output.name, shapeText(shape), samples));
    Shape wrapped = shape;
    wrapped.insert(wrapped.begin(), 1);
    return output.tensor.reshape(std::move(wrapped));
}

Result<void> appendRows(std::string &out, Prediction &prediction, std::size_t samples)
{
    for (NamedTensor &output : prediction.outputs) {
        if (auto divided = divideByRows(output, samples); !divided)
            return divided;
    }
    if (prediction.outputs.size() == 1) {
        appendJson(out, prediction.outputs.front().tensor);
        return {};
    }
    out += '[';
    for (std::size_t row = 0; row < samples; ++row) {
        if (auto go = prediction.control.step(); !go)
            return go;
        out += row == 0 ? "{" : ", {";
        for (const NamedTensor &output : prediction.outputs) {
            out += &output == &prediction.outputs.front() ? "" : ", ";
            appendJsonString(out, output.name);
            out += ": ";
            appendJson(out, slice(output.tensor, row));
        }
        out += '}';
    }
    out += ']';
    return {};
}

// Names stand in each row.
std::size_t answerBytes(const Prediction &prediction, const TensorFlowAsk &ask)
{
    std::size_t bytes = 32;
    for (const NamedTensor &output : prediction.outputs)
        bytes += jsonBytes(output.tensor) +
                 (6 * output.name.size() + 12) * std::max<std::size_t>(ask.samples, 1);
    return bytes;
}

} // namespace

Result<InferenceInputs> decodeTensorFlow(const ModelBundle &model, std::string_view body,
                                         TensorFlowAsk &ask, RunControl &control)
{
    // Its copy stays as long as samples are read from it.
    if (auto room = control.reserve(body.size(), "numbers"); !room)
        return std::move(room).error();
    const auto json = std::make_shared<const JsonText>(body);
    const auto members = jsonMembers(json->view(), "The body", &control);
    if (!members)
        return members.error();
    const JsonMember *form = nullptr;
    for (const JsonMember &member : *members) {
        if (member.key == "signature_name") {
            if (auto known = checkSignature(model, member.value); !known)
                return known.error();
        }
        if (member.key != "instances" && member.key != "inputs")
            continue;
        if (form)
            return invalidArgument("The body has both \"instances\" and \"inputs\", or one of them "
                                   "twice: send one.");
        form = &member;
    }
    if (!form)
        return invalidArgument("The body has neither \"instances\" nor \"inputs\": send "
                               "{\"instances\": [...]}, one element a sample.");
    if (model.spec().inputs.empty())
        return failedPrecondition(
            fmt::format("The model \"{}\" declares no inputs.", model.id.name));
    return form->key == "instances" ? instanceInputs(model, form->value, json, ask, control)
                                    : columnInputs(model, form->value, json, control);
}

Result<std::string> tensorFlowJson(Prediction &prediction, const TensorFlowAsk &ask)
{
    std::string out = ask.rows ? "{\"predictions\": " : "{\"outputs\": ";
    if (auto room = makeRoom(out, answerBytes(prediction, ask), prediction.control); !room)
        return std::move(room).error();
    if (!ask.rows)
        appendColumns(out, prediction);
    else if (auto done = appendRows(out, prediction, ask.samples); !done)
        return done.error();
    out += '}';
    return out;
}

} // namespace warmbench::http
