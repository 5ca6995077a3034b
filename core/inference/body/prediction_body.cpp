#include "inference/body/prediction_body.h"

#include "base/text.h"
#include "base/utf8.h"
#include "inference/batching.h"
#include "inference/body/json_body.h"
#include "inference/body/json_inputs.h"
#include "inference/body/table_rows.h"
#include "inference/picture_inputs.h"
#include "tensor/csv.h"
#include "tensor/image.h"
#include "tensor/json_tensor.h"
#include "tensor/npy.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace warmbench {

namespace {

// Inputs from .npy: a whole batch, one sample, or several samples for a network that takes one at a
// time.
Result<InferenceInputs> npyInputs(const BodyTarget &target, Tensor tensor)
{
    const TensorSpec *spec = plannedInput(target);
    if (!spec)
        return noInputs(target);
    if (target.input.columns)
        return rowsByName(target);
    if (matches(spec->shape, tensor.shape())) {
        TensorInputs named;
        named.push_back({spec->name, std::move(tensor)});
        return InferenceInputs(std::move(named));
    }
    const auto sample = sampleShape(target);
    if (matches(sample, tensor.shape()))
        return InferenceInputs(oneSample(std::move(tensor)));
    const std::span<const std::int64_t> shape = tensor.shape();
    if (hasBatchDimension(target.spec) && shape.size() == spec->shape.size() && shape[0] > 0 &&
        matches(sample, shape.subspan(1)))
        return InferenceInputs(slicesOf(std::move(tensor)));
    return invalidArgument(fmt::format(
        "Input \"{}\" of \"{}\": the .npy file has shape {}, expected {} or, for one sample, {}. "
        "Reshape it with numpy.reshape before saving.",
        printable(spec->name), target.model, shapeText(shape), shapeText(spec->shape),
        shapeText(sample)));
}

Result<InferenceInputs> npyInputs(const BodyTarget &target, std::string_view body,
                                  RunControl &control)
{
    if (auto room = control.reserve(body.size(), "numbers"); !room)
        return std::move(room).error();
    auto tensor = readNpy(bytesOf(body));
    return tensor ? npyInputs(target, std::move(*tensor)) : Result<InferenceInputs>(tensor.error());
}

std::string_view withoutJsonBlanks(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n"; // RFC 8259, section 2
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

// The text after `{"input":` up to the last brace; empty if the body begins otherwise.
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

// The usual body, one list of plain numbers as "input", read in a single pass. Nothing for any
// other body, which objectInputs then takes or refuses.
std::optional<InferenceInputs> plainInput(const BodyTarget &target, std::string_view body)
{
    const TensorSpec *spec = plannedInput(target);
    const std::string_view list = loneInput(body);
    if (list.empty() || !spec || spec->dtype != DType::Float32 || target.input.columns)
        return std::nullopt;
    auto tensor = plainTensorFromJson(list, sampleShape(target));
    if (!tensor)
        return std::nullopt;
    return InferenceInputs(oneSample(*std::move(tensor)));
}

Result<InferenceInputs> fromObject(const BodyTarget &target, std::string_view body,
                                   RunControl &control)
{
    // There are at most half as many numbers as bytes, and each takes four bytes.
    if (auto room = control.reserve(2 * body.size(), "numbers"); !room)
        return std::move(room).error();
    if (auto plain = plainInput(target, body))
        return *std::move(plain);
    control.giveBack(2 * body.size());
    return objectInputs(target, body, control);
}

bool holdsTexts(const BodyTarget &target)
{
    const auto &features = target.input.features;
    return std::any_of(features.begin(), features.end(),
                       [](const Feature &feature) { return feature.dtype == DType::String; });
}

// A text with commas looks like CSV; rows of numbers begin otherwise.
bool isProse(BodyKind kind, std::string_view body)
{
    const std::string_view text = trimmed(withoutByteOrderMark(body));
    return kind == BodyKind::Unknown ||
           (kind == BodyKind::Csv &&
            std::string_view("+-.0123456789").find(text.front()) == std::string_view::npos);
}

Error emptyBody()
{
    return invalidArgument(fmt::format("The body is empty: send a picture, a .npy file, CSV or "
                                       "JSON such as {}.",
                                       acceptedObjects));
}

Error unknownBody(std::string_view body)
{
    const std::string_view text = trimmed(body);
    if (text.starts_with('"') || text == "true" || text == "false" || text == "null")
        return invalidArgument(fmt::format("The body is {}, expected an object: {}.",
                                           jsonKind(text), acceptedObjects));
    return invalidArgument(fmt::format(
        "The body is neither a picture (PNG, JPEG, WebP, BMP or GIF) nor .npy nor JSON nor rows "
        "of CSV; it begins with \"{}\". Send one of these, JSON as {}.",
        printable(body.substr(0, 16), 16), acceptedObjects));
}

} // namespace

BodyKind bodyKind(std::string_view body)
{
    if (looksLikeImage(bytesOf(body)))
        return BodyKind::Picture;
    if (looksLikeNpy(bytesOf(body)))
        return BodyKind::Npy;
    const std::string_view text = trimmed(withoutByteOrderMark(body));
    if (text.empty())
        return BodyKind::Empty;
    if (text.front() == '{')
        return BodyKind::Object;
    if (text.front() == '[')
        return BodyKind::List;
    return looksLikeCsv(text) ? BodyKind::Csv : BodyKind::Unknown;
}

std::vector<std::string_view> bodyEndings()
{
    const auto pictures = pictureEndings();
    std::vector<std::string_view> endings(pictures.begin(), pictures.end());
    endings.insert(endings.end(), {".npy", ".csv", ".json"});
    return endings;
}

Result<InferenceInputs> readBody(const BodyTarget &target, std::string_view body,
                                 const Keeper &keeper, RunControl &control)
{
    const BodyKind kind = bodyKind(body);
    if (!target.input.unserved.empty() && isProse(kind, body))
        return invalidArgument(target.input.unserved + '.');
    switch (kind) {
    case BodyKind::Empty:
        return emptyBody();
    case BodyKind::Picture:
        return InferenceInputs(pictureInput(keeper, bytesOf(body)));
    case BodyKind::Npy:
        return npyInputs(target, body, control);
    case BodyKind::Object:
        return fromObject(target, withoutByteOrderMark(body), control);
    case BodyKind::List:
        return listInputs(target, withoutByteOrderMark(body), control);
    case BodyKind::Csv:
        return csvInputs(target, withoutByteOrderMark(body), keeper, control);
    case BodyKind::Unknown:
        // Only a table that holds texts may have rows without a number.
        if (holdsTexts(target) && looksLikeCsv(body, true))
            return csvInputs(target, withoutByteOrderMark(body), keeper, control);
        break;
    }
    return unknownBody(withoutByteOrderMark(body));
}

Result<InputDecoder> bodyDecoder(std::shared_ptr<const std::string> body)
{
    if (trimmed(*body).empty())
        return emptyBody();
    return InputDecoder([body = std::move(body)](const ModelBundle &model, RunControl &control) {
        return readBody(targetOf(model), *body, body, control);
    });
}

} // namespace warmbench
