#include "http/simple/prediction_body.h"

#include "base/text.h"
#include "http/api_types.h"
#include "http/bodies/base64_text.h"
#include "http/bodies/input_bytes.h"
#include "http/bodies/json_body.h"
#include "http/bodies/multipart.h"
#include "inference/batching.h"
#include "inference/picture_inputs.h"
#include "tensor/conversion.h"
#include "tensor/json_tensor.h"
#include "tensor/npy.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace warmbench::http {

namespace {

constexpr std::string_view acceptedForms =
    "{\"input\": [...]}, {\"inputs\": [[...], ...]}, {\"tensors\": {\"NAME\": [...]}}, "
    "{\"features\": {...}} or {\"image_b64\": \"...\"}";

std::span<const std::byte> bytesOf(std::string_view text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

using Keeper = std::shared_ptr<const void>; // owns the text that views point into

// What reading JSON into numbers takes in passing beside the numbers.
Result<Tensor> tensorOf(std::string_view json, const TensorSpec &spec,
                        std::span<const Dimension> shape, RunControl &control)
{
    Reservation passing(control);
    if (auto room = passing.grow(jsonTensorBytes(json.size(), json.size(), spec.dtype), "numbers");
        !room)
        return std::move(room).error();
    return tensorFromJson(json, spec.name, spec.dtype, shape);
}

const TensorSpec *plannedInput(const ModelBundle &model)
{
    const auto &inputs = model.spec().inputs;
    return model.input.index < inputs.size() ? &inputs[model.input.index] : nullptr;
}

Error noInputs(const ModelBundle &model)
{
    return failedPrecondition(fmt::format("The model \"{}\" declares no inputs.", model.id.name));
}

// A whole batch, one sample, or several samples for a network that takes one at a time.
Result<InferenceInputs> fitTensor(const ModelBundle &model, Tensor tensor)
{
    const TensorSpec *spec = plannedInput(model);
    if (!spec)
        return noInputs(model);
    if (matches(spec->shape, tensor.shape())) {
        TensorInputs named;
        named.push_back({spec->name, std::move(tensor)});
        return InferenceInputs(std::move(named));
    }
    const auto sample = sampleShape(model.spec(), model.input.index);
    if (matches(sample, tensor.shape()))
        return InferenceInputs(oneSample(std::move(tensor)));
    const std::span<const std::int64_t> shape = tensor.shape();
    if (hasBatchDimension(model.spec()) && shape.size() == spec->shape.size() && shape[0] > 0 &&
        matches(sample, shape.subspan(1)))
        return InferenceInputs(slicesOf(std::move(tensor)));
    return invalidArgument(fmt::format(
        "Input \"{}\" of \"{}\": the .npy file has shape {}, expected {} or, for one sample, {}. "
        "Reshape it with numpy.reshape before saving.",
        printable(spec->name), model.id.name, shapeText(shape), shapeText(spec->shape),
        shapeText(sample)));
}

// Read in their turn where there are several: most of what many samples take is not their numbers.
Result<InferenceInputs> decodeSamples(const ModelBundle &model,
                                      std::vector<std::string_view> pieces, const Keeper &keeper,
                                      RunControl &control)
{
    const TensorSpec *spec = plannedInput(model);
    if (!spec)
        return noInputs(model);
    auto shape = sampleShape(model.spec(), model.input.index);
    if (pieces.size() == 1) {
        auto tensor = tensorOf(pieces.front(), *spec, shape, control);
        return tensor ? Result<InferenceInputs>(oneSample(std::move(*tensor)))
                      : std::move(tensor).error();
    }
    const std::size_t count = pieces.size();
    return InferenceInputs(
        SampleInputs(count,
                     [keeper, spec, shape = std::move(shape), pieces = std::move(pieces)](
                         std::size_t i, RunControl &limits) -> Result<Tensor> {
                         return tensorOf(pieces[i], *spec, shape, limits);
                     }));
}

Result<InferenceInputs> decodeInputs(const ModelBundle &model, std::string_view json,
                                     const Keeper &keeper, RunControl &control)
{
    auto pieces = jsonElements(json, "\"inputs\"", &control);
    if (!pieces)
        return pieces.error();
    if (pieces->empty())
        return invalidArgument("\"inputs\" is an empty list: send at least one sample in it.");
    return decodeSamples(model, std::move(*pieces), keeper, control);
}

Result<InferenceInputs> decodeTensors(const ModelBundle &model, std::string_view json,
                                      RunControl &control)
{
    const auto members = jsonMembers(json, "\"tensors\"");
    if (!members)
        return members.error();
    const auto &specs = model.spec().inputs;
    std::vector<std::string> names;
    for (const TensorSpec &spec : specs)
        names.push_back(spec.name);
    TensorInputs tensors;
    for (const auto &[key, value] : *members) {
        const auto found = std::find(names.begin(), names.end(), key);
        if (found == names.end()) {
            const std::string near = nearest(key, names);
            return invalidArgument(fmt::format(
                "\"{}\" has no input named \"{}\"{}: its inputs are {}.", model.id.name,
                printable(key, 60), near.empty() ? "" : fmt::format(", did you mean \"{}\"?", near),
                joined(names)));
        }
        const TensorSpec &spec = specs[static_cast<std::size_t>(found - names.begin())];
        auto tensor = tensorOf(value, spec, spec.shape, control);
        if (!tensor)
            return tensor.error();
        if (auto room = control.reserve(tensor->byteSize(), "numbers"); !room)
            return room.error();
        tensors.push_back({key, std::move(*tensor)});
    }
    return InferenceInputs(std::move(tensors));
}

// ---- table models ----

std::vector<std::string> featureNames(const ModelBundle &model)
{
    std::vector<std::string> names;
    for (const Feature &feature : model.input.features)
        names.push_back(feature.name);
    return names;
}

// As many names as one can read.
std::string listed(const std::vector<std::string> &names)
{
    constexpr std::size_t most = 12;
    return joined(names, most);
}

Result<std::vector<double>> featureRow(const ModelBundle &model,
                                       const std::vector<std::string> &names, std::string_view json)
{
    const auto members = jsonMembers(json, "\"features\"");
    if (!members)
        return members.error();
    std::vector<std::optional<double>> row(names.size());
    for (const auto &[key, value] : *members) {
        const auto found = std::find(names.begin(), names.end(), key);
        if (found == names.end()) {
            const std::string near = nearest(key, names);
            return invalidArgument(fmt::format(
                "\"{}\" has no feature named \"{}\"{}: its features are {}.", model.id.name,
                printable(key, 60), near.empty() ? "" : fmt::format(", did you mean \"{}\"?", near),
                listed(names)));
        }
        auto &slot = row[static_cast<std::size_t>(found - names.begin())];
        if (slot)
            return invalidArgument(
                fmt::format("\"features\" has \"{}\" twice: send it once.", printable(key, 60)));
        auto number = jsonNumber(value, fmt::format("The feature \"{}\"", printable(key, 60)));
        if (!number)
            return number.error();
        slot = *number;
    }
    std::vector<double> values;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const auto value = row[i] ? row[i] : model.input.features[i].fallback;
        if (!value)
            return invalidArgument(fmt::format("The feature \"{}\" is missing: \"{}\" needs {}.",
                                               printable(names[i], 60), model.id.name,
                                               listed(names)));
        values.push_back(*value);
    }
    return values;
}

Result<Tensor> featureSample(const ModelBundle &model, const TensorSpec &spec,
                             std::span<const double> values)
{
    Shape shape;
    for (const Dimension &extent : sampleShape(model.spec(), model.input.index))
        shape.push_back(extent.free() ? static_cast<std::int64_t>(values.size()) : extent.size);
    auto tensor = Tensor::fromValues<double>(shape, values);
    return tensor ? converted(*tensor, spec.dtype) : std::move(tensor);
}

Result<InferenceInputs> decodeFeatures(const ModelBundle &model, std::string_view json,
                                       const Keeper &keeper, RunControl &control)
{
    const TensorSpec *spec = plannedInput(model);
    if (!spec)
        return noInputs(model);
    if (model.input.kind != InputKind::Features)
        return invalidArgument(
            fmt::format("\"{}\" is no table model, so it has no features: send "
                        "{{\"input\": [...]}} with shape {}.",
                        model.id.name, shapeText(sampleShape(model.spec(), model.input.index))));
    std::vector<std::string_view> rows{json};
    if (jsonKind(json) == "a list") {
        auto elements = jsonElements(json, "\"features\"", &control);
        if (!elements)
            return elements.error();
        rows = std::move(*elements);
    }
    if (rows.empty())
        return invalidArgument("\"features\" is an empty list: send at least one row in it.");
    const auto sample = [keeper, &model, spec,
                         names = featureNames(model)](std::string_view row) -> Result<Tensor> {
        const auto values = featureRow(model, names, row);
        return values ? featureSample(model, *spec, *values) : values.error();
    };
    const std::size_t count = rows.size();
    if (count == 1) {
        auto tensor = sample(rows.front());
        return tensor ? Result<InferenceInputs>(oneSample(std::move(*tensor)))
                      : std::move(tensor).error();
    }
    return InferenceInputs(SampleInputs(
        count, [sample, rows = std::move(rows)](std::size_t i, RunControl & /*control*/) {
            return sample(rows[i]);
        }));
}

// ---- pictures in JSON ----

Result<InferenceInputs> decodeImageText(std::string_view json, RunControl &control)
{
    if (auto room = control.reserve(base64Bytes(json.size()), "pictures"); !room)
        return std::move(room).error();
    auto text = jsonString(json, "\"image_b64\"");
    if (!text)
        return text.error();
    auto data = bytesFromBase64(*text, "\"image_b64\"");
    if (!data)
        return data.error();
    if (data->empty())
        return invalidArgument("\"image_b64\" is empty: encode the picture's bytes as "
                               "`base64 -w0 picture.png` does.");
    const auto kept = std::make_shared<const std::string>(std::move(*data));
    return InferenceInputs(pictureInput(kept, bytesOf(*kept)));
}

Result<InferenceInputs> decodeJson(const ModelBundle &model, std::string_view body,
                                   RunControl &control)
{
    // Its copy stays as long as samples are read from it.
    if (auto room = control.reserve(body.size(), "numbers"); !room)
        return std::move(room).error();
    const auto text = std::make_shared<const JsonText>(body);
    const auto members = jsonMembers(text->view(), "The body", &control);
    if (!members)
        return members.error();
    static const std::vector<std::string> forms{"input", "inputs", "tensors", "features",
                                                "image_b64"};
    const JsonMember *form = nullptr;
    for (const JsonMember &member : *members) {
        if (std::find(forms.begin(), forms.end(), member.key) == forms.end()) {
            const std::string near = nearest(member.key, forms);
            return invalidArgument(fmt::format(
                "The body has the unknown key \"{}\"{}: send one of {}.", printable(member.key, 60),
                near.empty() ? "" : fmt::format(", did you mean \"{}\"?", near), acceptedForms));
        }
        if (form)
            return invalidArgument(fmt::format("The body has both \"{}\" and \"{}\": send one.",
                                               form->key, member.key));
        form = &member;
    }
    if (!form)
        return invalidArgument(
            fmt::format("The body is an object without input: send one of {}.", acceptedForms));
    if (form->key == "inputs")
        return decodeInputs(model, form->value, text, control);
    if (form->key == "tensors")
        return decodeTensors(model, form->value, control);
    if (form->key == "features")
        return decodeFeatures(model, form->value, text, control);
    if (form->key == "image_b64")
        return decodeImageText(form->value, control);
    return decodeSamples(model, {form->value}, text, control);
}

std::string_view withoutJsonBlanks(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n"; // RFC 8259, section 2
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

// What stands behind `{"input":` up to the last brace; empty where it begins in another way.
std::string_view loneInput(std::string_view body)
{
    body = withoutJsonBlanks(body);
    for (const std::string_view token : {"{", "\"input\"", ":"}) {
        if (!body.starts_with(token))
            return {};
        body = withoutJsonBlanks(body.substr(token.size()));
    }
    return body.ends_with('}') ? withoutJsonBlanks(body.substr(0, body.size() - 1))
                               : std::string_view();
}

// The usual body, one list of plain numbers as "input", read in a single pass. Nothing where it is
// any other, which decodeJson then takes or refuses.
std::optional<InferenceInputs> decodePlain(const ModelBundle &model, std::string_view body)
{
    const TensorSpec *spec = plannedInput(model);
    const std::string_view list = loneInput(body);
    if (list.empty() || !spec || spec->dtype != DType::Float32)
        return std::nullopt;
    auto tensor = plainTensorFromJson(list, sampleShape(model.spec(), model.input.index));
    if (!tensor)
        return std::nullopt;
    return InferenceInputs(oneSample(*std::move(tensor)));
}

// `keeper` owns the body.
Result<InferenceInputs> decodeBody(const ModelBundle &model, std::string_view body,
                                   const Keeper &keeper, RunControl &control)
{
    if (looksLikeImage(bytesOf(body)))
        return InferenceInputs(pictureInput(keeper, bytesOf(body)));
    if (looksLikeNpy(bytesOf(body))) {
        if (auto room = control.reserve(body.size(), "numbers"); !room)
            return std::move(room).error();
        auto tensor = readNpy(bytesOf(body));
        return tensor ? fitTensor(model, std::move(*tensor))
                      : Result<InferenceInputs>(tensor.error());
    }
    if (body.starts_with("\xEF\xBB\xBF"))
        body.remove_prefix(3);
    // No more numbers than half of its bytes, of four bytes each.
    if (auto room = control.reserve(2 * body.size(), "numbers"); !room)
        return std::move(room).error();
    if (auto plain = decodePlain(model, body))
        return *std::move(plain);
    control.giveBack(2 * body.size());
    if (jsonKind(body) == "an object")
        return decodeJson(model, body, control);
    if (jsonKind(body) != "something that is no JSON")
        return invalidArgument(
            fmt::format("The body is {}, expected an object: {}.", jsonKind(body), acceptedForms));
    return invalidArgument(fmt::format(
        "The body is neither a picture (PNG, JPEG, WebP, BMP or GIF) nor .npy nor JSON; "
        "it begins with \"{}\". Send one of these, JSON as {}.",
        printable(body.substr(0, 16), 16), acceptedForms));
}

} // namespace

Result<InputDecoder> decoderFor(std::string body, std::string_view contentType)
{
    if (trimmed(body).empty())
        return invalidArgument(fmt::format("The body is empty: send a picture, a .npy file or JSON "
                                           "such as {}.",
                                           acceptedForms));
    auto kept = std::make_shared<const std::string>(std::move(body));
    if (!isMultipart(contentType))
        return InputDecoder([kept](const ModelBundle &model, RunControl &control) {
            return decodeBody(model, *kept, kept, control);
        });

    if (const auto boundary = multipartBoundary(contentType); !boundary)
        return boundary.error();
    return InputDecoder(
        [kept, type = std::string(contentType)](const ModelBundle &model, RunControl &control) {
            const auto content = multipartInput(*kept, type);
            return content ? decodeBody(model, *content, kept, control)
                           : Result<InferenceInputs>(content.error());
        });
}

} // namespace warmbench::http
