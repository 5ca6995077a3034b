#include "inference/body/json_inputs.h"

#include "base/text.h"
#include "inference/body/base64_text.h"
#include "inference/body/json_body.h"
#include "inference/body/prediction_body.h"
#include "inference/body/table_rows.h"
#include "inference/picture_inputs.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

const std::vector<std::string> &bodyKeys()
{
    static const std::vector<std::string> keys{"input", "inputs", "tensors", "features",
                                               "image_b64"};
    return keys;
}

// Several samples are read one after the other, because most memory of a sample is not its numbers.
Result<InferenceInputs> decodeSamples(const BodyTarget &target,
                                      std::vector<std::string_view> pieces, const Keeper &keeper,
                                      RunControl &control)
{
    const TensorSpec *spec = plannedInput(target);
    if (!spec)
        return noInputs(target);
    if (target.input.columns)
        return rowsByName(target);
    const auto isText = [](std::string_view json) { return json.starts_with('"'); };
    if (!target.input.unserved.empty() && std::any_of(pieces.begin(), pieces.end(), isText))
        return invalidArgument(target.input.unserved + '.');
    auto shape = sampleShape(target);
    if (pieces.size() == 1) {
        auto tensor = tensorOfJson(pieces.front(), *spec, shape, control);
        return tensor ? Result<InferenceInputs>(oneSample(std::move(*tensor)))
                      : std::move(tensor).error();
    }
    const std::size_t count = pieces.size();
    return InferenceInputs(
        SampleInputs(count,
                     [keeper, spec, shape = std::move(shape), pieces = std::move(pieces)](
                         std::size_t i, RunControl &limits) -> Result<Tensor> {
                         return tensorOfJson(pieces[i], *spec, shape, limits);
                     }));
}

Result<InferenceInputs> decodeInputs(const BodyTarget &target, std::string_view json,
                                     const Keeper &keeper, RunControl &control)
{
    auto pieces = jsonElements(json, "\"inputs\"", &control);
    if (!pieces)
        return pieces.error();
    if (pieces->empty())
        return invalidArgument("\"inputs\" is an empty list: send at least one sample in it.");
    return decodeSamples(target, std::move(*pieces), keeper, control);
}

Result<InferenceInputs> decodeTensors(const BodyTarget &target, std::string_view json,
                                      RunControl &control)
{
    const auto members = jsonMembers(json, "\"tensors\"", &control);
    if (!members)
        return members.error();
    const auto &specs = target.spec.inputs;
    std::vector<std::string> names;
    for (const TensorSpec &spec : specs)
        names.push_back(spec.name);
    TensorInputs tensors;
    for (const auto &[key, value] : *members) {
        const auto found = std::find(names.begin(), names.end(), key);
        if (found == names.end()) {
            return invalidArgument(
                fmt::format("\"{}\" has no input named \"{}\"{}: its inputs are {}.", target.model,
                            printable(key, 60), didYouMean(key, names), joined(names)));
        }
        const TensorSpec &spec = specs[static_cast<std::size_t>(found - names.begin())];
        auto tensor = tensorOfJson(value, spec, spec.shape, control);
        if (!tensor)
            return tensor.error();
        if (auto room = control.reserve(tensor->byteSize(), "numbers"); !room)
            return room.error();
        tensors.push_back({key, std::move(*tensor)});
    }
    return InferenceInputs(std::move(tensors));
}

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

Error unknownKey(const BodyTarget &target, std::string_view key)
{
    const auto names = featureNames(target);
    if (std::find(names.begin(), names.end(), key) != names.end())
        return invalidArgument(fmt::format("The body has the feature \"{0}\" as a key: send "
                                           "{{\"features\": {{\"{0}\": ...}}}}.",
                                           printable(key, 60)));
    return invalidArgument(fmt::format("The body has the unknown key \"{}\"{}: send one of {}.",
                                       printable(key, 60), didYouMean(key, bodyKeys()),
                                       acceptedObjects));
}

} // namespace

bool isBodyKey(std::string_view key)
{
    return std::find(bodyKeys().begin(), bodyKeys().end(), key) != bodyKeys().end();
}

Result<InferenceInputs> objectInputs(const BodyTarget &target, std::string_view body,
                                     RunControl &control)
{
    // A copy of the body stays as long as samples are read from it.
    if (auto room = control.reserve(body.size(), "numbers"); !room)
        return std::move(room).error();
    const auto text = std::make_shared<const JsonText>(body);
    const auto members = jsonMembers(text->view(), "The body", &control);
    if (!members)
        return members.error();
    const JsonMember *form = nullptr;
    for (const JsonMember &member : *members) {
        if (!isBodyKey(member.key))
            return unknownKey(target, member.key);
        if (form)
            return invalidArgument(fmt::format("The body has both \"{}\" and \"{}\": send one.",
                                               form->key, member.key));
        form = &member;
    }
    if (!form)
        return invalidArgument(
            fmt::format("The body is an object without input: send one of {}.", acceptedObjects));
    if (form->key == "inputs")
        return decodeInputs(target, form->value, text, control);
    if (form->key == "tensors")
        return decodeTensors(target, form->value, control);
    if (form->key == "features")
        return featureInputs(target, form->value, text, control);
    if (form->key == "image_b64")
        return decodeImageText(form->value, control);
    return decodeSamples(target, {form->value}, text, control);
}

Result<InferenceInputs> listInputs(const BodyTarget &target, std::string_view body,
                                   RunControl &control)
{
    return decodeSamples(target, {body}, {}, control);
}

} // namespace warmbench
