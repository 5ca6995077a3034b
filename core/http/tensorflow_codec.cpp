#include "http/tensorflow_codec.h"

#include "base/text.h"
#include "http/base64_text.h"
#include "http/json_body.h"
#include "inference/batching.h"
#include "tensor/json_tensor.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench::http {

namespace {

using Pieces = std::vector<std::string_view>;

const TensorSpec *inputNamed(const LoadedModel &model, std::string_view name)
{
    const auto &specs = model.spec().inputs;
    const auto found = std::find_if(specs.begin(), specs.end(),
                                    [&](const TensorSpec &spec) { return spec.name == name; });
    return found == specs.end() ? nullptr : &*found;
}

Error unknownInput(const LoadedModel &model, std::string_view name)
{
    std::vector<std::string> names;
    for (const TensorSpec &spec : model.spec().inputs)
        names.push_back(spec.name);
    const std::string near = nearest(name, names);
    return invalidArgument(fmt::format(
        "\"{}\" has no input named \"{}\"{}: its inputs are {}.", model.id.name,
        printable(name, 60), near.empty() ? "" : fmt::format(", did you mean \"{}\"?", near),
        joined(names)));
}

Error severalInputs(const LoadedModel &model, std::string_view what)
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

bool takesPictures(const LoadedModel &model)
{
    return model.input.kind == InputKind::Image && model.spec().inputs.size() == 1;
}

// ---- instances ----

// The single input of an instance: the instance itself, or the one member of an object.
Result<std::string_view> onlyInput(const LoadedModel &model, std::string_view instance)
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

Result<InferenceInputs> pictureInstances(const Pieces &instances)
{
    ImageInputs images;
    std::int64_t pixels = 0;
    for (const std::string_view instance : instances) {
        const auto data = base64Of(instance, "An instance");
        if (!data)
            return data.error();
        if (!*data)
            return invalidArgument(fmt::format("Sample {} is {}, expected a picture as {{\"b64\": "
                                               "\"...\"}}: send pictures alone or numbers alone.",
                                               images.size(), jsonKind(instance)));
        auto image = decodeImage(std::as_bytes(std::span((*data)->data(), (*data)->size())));
        if (!image)
            return image.error();
        pixels += std::int64_t{image->width} * image->height;
        if (pixels > maxImagePixels)
            return invalidArgument(fmt::format("The pictures of one request have more than {} "
                                               "pixels together: send fewer at once.",
                                               maxImagePixels));
        images.push_back(std::move(*image));
    }
    return InferenceInputs(std::move(images));
}

// One sample of an input; {"b64"} gives the bytes of a single string.
Result<Tensor> sampleOf(const LoadedModel &model, std::size_t index, std::string_view json)
{
    const TensorSpec &spec = model.spec().inputs[index];
    const auto shape = sampleShape(model.spec(), index);
    if (spec.dtype == DType::String) {
        auto data = base64Of(json, "An instance");
        if (!data)
            return data.error();
        if (*data)
            return Tensor::fromStrings(Shape(shape.size(), 1), {std::move(**data)});
    }
    return tensorFromJson(json, spec.name, spec.dtype, shape);
}

Result<InferenceInputs> singleInputInstances(const LoadedModel &model, const Pieces &instances)
{
    Pieces inputs;
    for (const std::string_view instance : instances) {
        const auto input = onlyInput(model, instance);
        if (!input)
            return input.error();
        inputs.push_back(*input);
    }
    if (takesPictures(model)) {
        const auto first = base64Of(inputs.front(), "An instance");
        if (!first)
            return first.error();
        if (*first)
            return pictureInstances(inputs);
    }
    SampleInputs samples;
    for (const std::string_view input : inputs) {
        auto sample = sampleOf(model, 0, input);
        if (!sample)
            return sample.error();
        samples.push_back(std::move(*sample));
    }
    return InferenceInputs(std::move(samples));
}

// Samples of each input by name, in the order of the model's inputs.
Result<std::vector<SampleInputs>> namedSamples(const LoadedModel &model, const Pieces &instances)
{
    const auto &specs = model.spec().inputs;
    std::vector<SampleInputs> columns(specs.size());
    for (std::size_t row = 0; row < instances.size(); ++row) {
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
            auto sample = sampleOf(model, index, member.value);
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

Result<InferenceInputs> instanceInputs(const LoadedModel &model, std::string_view json,
                                       TensorFlowAsk &ask)
{
    const auto instances = jsonElements(json, "\"instances\"");
    if (!instances)
        return instances.error();
    if (instances->empty())
        return invalidArgument("\"instances\" is an empty list: send at least one sample in it.");
    ask.rows = true;
    ask.samples = instances->size();
    const NetworkSpec &spec = model.spec();
    if (spec.inputs.size() == 1)
        return singleInputInstances(model, *instances);
    auto columns = namedSamples(model, *instances);
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
Result<std::optional<InferenceInputs>> columnOfPictures(std::string_view json)
{
    Pieces pictures;
    if (jsonKind(json) == "an object") {
        pictures.push_back(json);
    } else if (listsObjects(json)) {
        auto elements = jsonElements(json, "\"inputs\"");
        if (!elements)
            return elements.error();
        pictures = *std::move(elements);
    } else {
        return std::optional<InferenceInputs>();
    }
    auto images = pictureInstances(pictures);
    if (!images)
        return images.error();
    return std::optional(*std::move(images));
}

// Texts and {"b64"} in one list, one a sample.
Result<Tensor> columnOfStrings(const TensorSpec &spec, std::string_view json)
{
    const auto elements = jsonElements(json, "\"inputs\"");
    if (!elements)
        return elements.error();
    std::vector<std::string> texts;
    for (const std::string_view element : *elements) {
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

Result<InferenceInputs> columnInputs(const LoadedModel &model, std::string_view json)
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
        return pictureInstances({json});
    TensorInputs tensors;
    for (const JsonMember &member : members) {
        const TensorSpec *spec = inputNamed(model, member.key);
        if (!spec)
            return unknownInput(model, member.key);
        if (takesPictures(model)) {
            auto images = columnOfPictures(member.value);
            if (!images)
                return images.error();
            if (*images)
                return *std::move(*images);
        }
        auto tensor = spec->dtype == DType::String && listsObjects(member.value)
                          ? columnOfStrings(*spec, member.value)
                          : tensorFromJson(member.value, spec->name, spec->dtype, spec->shape);
        if (!tensor)
            return tensor.error();
        tensors.push_back({member.key, std::move(*tensor)});
    }
    return InferenceInputs(std::move(tensors));
}

// TensorFlow Serving's words: clients compare them.
Result<void> checkSignature(const LoadedModel &model, std::string_view json)
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

// The output with one slice a sample along its first extent.
Result<Tensor> byRows(const NamedTensor &output, std::size_t samples)
{
    Tensor tensor = output.tensor;
    const Shape &shape = tensor.shape();
    if (!shape.empty() && static_cast<std::size_t>(shape.front()) == samples)
        return tensor;
    if (samples != 1)
        return failedPrecondition(
            fmt::format("Output \"{}\" has shape {}, which does not divide by the {} instances "
                        "sent: send \"inputs\" instead of \"instances\".",
                        output.name, shapeText(shape), samples));
    Shape wrapped = shape;
    wrapped.insert(wrapped.begin(), 1);
    if (auto done = tensor.reshape(std::move(wrapped)); !done)
        return done.error();
    return tensor;
}

Result<void> appendRows(std::string &out, const Prediction &prediction, std::size_t samples)
{
    std::vector<NamedTensor> outputs;
    for (const NamedTensor &output : prediction.outputs) {
        auto rows = byRows(output, samples);
        if (!rows)
            return rows.error();
        outputs.push_back({output.name, std::move(*rows)});
    }
    if (outputs.size() == 1) {
        appendJson(out, outputs.front().tensor);
        return {};
    }
    out += '[';
    for (std::size_t row = 0; row < samples; ++row) {
        out += row == 0 ? "{" : ", {";
        for (const NamedTensor &output : outputs) {
            out += &output == &outputs.front() ? "" : ", ";
            appendJsonString(out, output.name);
            out += ": ";
            appendJson(out, slice(output.tensor, row));
        }
        out += '}';
    }
    out += ']';
    return {};
}

} // namespace

Result<InferenceInputs> decodeTensorFlow(const LoadedModel &model, std::string_view body,
                                         TensorFlowAsk &ask)
{
    const JsonText json(body);
    const auto members = jsonMembers(json.view(), "The body");
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
    return form->key == "instances" ? instanceInputs(model, form->value, ask)
                                    : columnInputs(model, form->value);
}

Result<std::string> tensorFlowJson(const Prediction &prediction, const TensorFlowAsk &ask)
{
    std::string out = ask.rows ? "{\"predictions\": " : "{\"outputs\": ";
    if (!ask.rows)
        appendColumns(out, prediction);
    else if (auto done = appendRows(out, prediction, ask.samples); !done)
        return done.error();
    return out + "}";
}

} // namespace warmbench::http
