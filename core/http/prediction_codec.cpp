#include "http/prediction_codec.h"

#include "base/text.h"
#include "http/api_types.h"
#include "http/base64_text.h"
#include "http/json_body.h"
#include "http/multipart.h"
#include "inference/batching.h"
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

Result<InferenceInputs> decodePicture(std::string_view data)
{
    auto image = decodeImage(bytesOf(data));
    if (!image)
        return image.error();
    ImageInputs images;
    images.push_back(std::move(*image));
    return InferenceInputs(std::move(images));
}

const TensorSpec *plannedInput(const LoadedModel &model)
{
    const auto &inputs = model.spec().inputs;
    return model.input.index < inputs.size() ? &inputs[model.input.index] : nullptr;
}

Error noInputs(const LoadedModel &model)
{
    return failedPrecondition(fmt::format("The model \"{}\" declares no inputs.", model.id.name));
}

// A whole batch, one sample, or several samples for a network that takes one at a time.
Result<InferenceInputs> fitTensor(const LoadedModel &model, Tensor tensor)
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
    SampleInputs samples;
    if (matches(sample, tensor.shape())) {
        samples.push_back(std::move(tensor));
        return InferenceInputs(std::move(samples));
    }
    const std::span<const std::int64_t> shape = tensor.shape();
    if (hasBatchDimension(model.spec()) && shape.size() == spec->shape.size() && shape[0] > 0 &&
        matches(sample, shape.subspan(1))) {
        for (std::int64_t i = 0; i < shape[0]; ++i)
            samples.push_back(slice(tensor, static_cast<std::size_t>(i)));
        return InferenceInputs(std::move(samples));
    }
    return invalidArgument(fmt::format(
        "Input \"{}\" of \"{}\": the .npy file has shape {}, expected {} or, for one sample, {}. "
        "Reshape it with numpy.reshape before saving.",
        printable(spec->name), model.id.name, shapeText(shape), shapeText(spec->shape),
        shapeText(sample)));
}

Result<InferenceInputs> decodeSamples(const LoadedModel &model,
                                      std::span<const std::string_view> pieces)
{
    const TensorSpec *spec = plannedInput(model);
    if (!spec)
        return noInputs(model);
    const auto shape = sampleShape(model.spec(), model.input.index);
    SampleInputs samples;
    samples.reserve(pieces.size());
    for (const std::string_view piece : pieces) {
        auto tensor = tensorFromJson(piece, spec->name, spec->dtype, shape);
        if (!tensor)
            return tensor.error();
        samples.push_back(std::move(*tensor));
    }
    return InferenceInputs(std::move(samples));
}

Result<InferenceInputs> decodeInputs(const LoadedModel &model, std::string_view json)
{
    const auto pieces = jsonElements(json, "\"inputs\"");
    if (!pieces)
        return pieces.error();
    if (pieces->empty())
        return invalidArgument("\"inputs\" is an empty list: send at least one sample in it.");
    return decodeSamples(model, *pieces);
}

Result<InferenceInputs> decodeTensors(const LoadedModel &model, std::string_view json)
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
        auto tensor = tensorFromJson(value, spec.name, spec.dtype, spec.shape);
        if (!tensor)
            return tensor.error();
        tensors.push_back({key, std::move(*tensor)});
    }
    return InferenceInputs(std::move(tensors));
}

// ---- table models ----

std::vector<std::string> featureNames(const LoadedModel &model)
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

Result<std::vector<double>> featureRow(const LoadedModel &model,
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

Result<Tensor> featureSample(const LoadedModel &model, const TensorSpec &spec,
                             std::span<const double> values)
{
    Shape shape;
    for (const Dimension &extent : sampleShape(model.spec(), model.input.index))
        shape.push_back(extent.free() ? static_cast<std::int64_t>(values.size()) : extent.size);
    auto tensor = Tensor::fromValues<double>(shape, values);
    return tensor ? converted(*tensor, spec.dtype) : std::move(tensor);
}

Result<InferenceInputs> decodeFeatures(const LoadedModel &model, std::string_view json)
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
        auto elements = jsonElements(json, "\"features\"");
        if (!elements)
            return elements.error();
        rows = std::move(*elements);
    }
    if (rows.empty())
        return invalidArgument("\"features\" is an empty list: send at least one row in it.");
    const std::vector<std::string> names = featureNames(model);
    SampleInputs samples;
    for (const std::string_view row : rows) {
        const auto values = featureRow(model, names, row);
        if (!values)
            return values.error();
        auto sample = featureSample(model, *spec, *values);
        if (!sample)
            return sample.error();
        samples.push_back(std::move(*sample));
    }
    return InferenceInputs(std::move(samples));
}

// ---- pictures in JSON ----

Result<InferenceInputs> decodeImageText(std::string_view json)
{
    auto text = jsonString(json, "\"image_b64\"");
    if (!text)
        return text.error();
    const auto data = bytesFromBase64(*text, "\"image_b64\"");
    if (!data)
        return data.error();
    if (data->empty())
        return invalidArgument("\"image_b64\" is empty: encode the picture's bytes as "
                               "`base64 -w0 picture.png` does.");
    return decodePicture(*data);
}

Result<InferenceInputs> decodeJson(const LoadedModel &model, std::string_view json)
{
    const auto members = jsonMembers(json, "The body");
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
        return decodeInputs(model, form->value);
    if (form->key == "tensors")
        return decodeTensors(model, form->value);
    if (form->key == "features")
        return decodeFeatures(model, form->value);
    if (form->key == "image_b64")
        return decodeImageText(form->value);
    return decodeSamples(model, {&form->value, 1});
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
std::optional<InferenceInputs> decodePlain(const LoadedModel &model, std::string_view body)
{
    const TensorSpec *spec = plannedInput(model);
    const std::string_view list = loneInput(body);
    if (list.empty() || !spec || spec->dtype != DType::Float32)
        return std::nullopt;
    auto tensor = plainTensorFromJson(list, sampleShape(model.spec(), model.input.index));
    if (!tensor)
        return std::nullopt;
    SampleInputs samples;
    samples.push_back(*std::move(tensor));
    return InferenceInputs(std::move(samples));
}

Result<InferenceInputs> decodeBody(const LoadedModel &model, std::string_view body)
{
    if (looksLikeImage(bytesOf(body)))
        return decodePicture(body);
    if (looksLikeNpy(bytesOf(body))) {
        auto tensor = readNpy(bytesOf(body));
        return tensor ? fitTensor(model, std::move(*tensor))
                      : Result<InferenceInputs>(tensor.error());
    }
    if (body.starts_with("\xEF\xBB\xBF"))
        body.remove_prefix(3);
    if (auto plain = decodePlain(model, body))
        return *std::move(plain);
    if (jsonKind(body) == "an object")
        return decodeJson(model, JsonText(body).view());
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
        return InputDecoder([kept](const LoadedModel &model) { return decodeBody(model, *kept); });

    if (const auto boundary = multipartBoundary(contentType); !boundary)
        return boundary.error();
    return InputDecoder([kept, type = std::string(contentType)](const LoadedModel &model) {
        const auto content = multipartInput(*kept, type);
        return content ? decodeBody(model, *content) : Result<InferenceInputs>(content.error());
    });
}

bool decodesQuickly(std::string_view body)
{
    constexpr std::size_t most = 64 * 1024;
    if (body.size() > most)
        return false;
    // Pictures come as "image_b64", {"b64": ...} or tensors of type "BYTES".
    const auto holds = [body](std::string_view word) {
        return body.find(word) != std::string_view::npos;
    };
    return looksLikeNpy(bytesOf(body)) ||
           (trimmed(body.substr(0, 64)).starts_with('{') && !holds("b64") && !holds("BYTES"));
}

std::string errorJson(const Error &error)
{
    return errorReply(httpStatus(error.code), errorCodeName(error.code), error.message).body;
}

int httpStatus(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidArgument:
        return 400;
    case ErrorCode::NotFound:
        return 404;
    case ErrorCode::FailedPrecondition:
        return 424;
    case ErrorCode::ResourceExhausted:
        return 507;
    case ErrorCode::DeadlineExceeded:
        return 504;
    case ErrorCode::Cancelled:
        return 499;
    case ErrorCode::Unavailable:
        return 503;
    case ErrorCode::Internal:
        break;
    }
    return 500;
}

} // namespace warmbench::http
