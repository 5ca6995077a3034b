#include "tensor_checks.h"

#include "checks.h"
#include "inference/batching.h"
#include "tensor/json_tensor.h"
#include "tensor/json_writer.h"

#include <cmath>
#include <simdjson.h>

namespace warmbench::fuzz {

namespace {

template <typename T>
bool sameValue(T a, T b)
{
    if constexpr (std::is_same_v<T, Half>)
        return a == b || (std::isnan(toFloat(a)) && std::isnan(toFloat(b)));
    else if constexpr (std::is_floating_point_v<T>)
        return (a == b && std::signbit(a) == std::signbit(b)) || (std::isnan(a) && std::isnan(b));
    else
        return a == b;
}

// Bit for bit, but any NaN is like any other.
bool same(const Tensor &a, const Tensor &b)
{
    if (a.dtype() != b.dtype() || a.shape() != b.shape() || a.strings() != b.strings())
        return false;
    return a.dtype() == DType::String || withElementType(a.dtype(), [&](auto element) {
               using T = decltype(element);
               const auto left = a.values<T>();
               const auto right = b.values<T>();
               return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                                 sameValue<T>);
           });
}

// JSON can say it: a list of nothing would not tell its shape.
bool fitsJson(const Tensor &tensor)
{
    return tensor.elementCount() > 0 && isText(tensor);
}

std::vector<Dimension> fixedShape(const Shape &shape)
{
    std::vector<Dimension> extents;
    for (const std::int64_t extent : shape)
        extents.push_back({extent, {}});
    return extents;
}

void checkFits(const ModelBundle &model, const std::vector<Tensor> &inputs)
{
    const auto &specs = model.spec().inputs;
    require(inputs.size() == specs.size(), "a network gets as many inputs as it has");
    for (std::size_t i = 0; i < specs.size(); ++i) {
        checkTensor(inputs[i]);
        require(inputs[i].dtype() == specs[i].dtype, "a network gets the types it declares");
        require(matches(specs[i].shape, inputs[i].shape()), "a network gets the shapes it declares",
                shapeText(inputs[i].shape()));
    }
}

std::vector<Tensor> sentenceOr(const ModelBundle &model, Result<std::vector<Tensor>> inputs)
{
    if (!inputs) {
        requireSentence(inputs.error().message);
        return {};
    }
    checkFits(model, *inputs);
    return std::move(*inputs);
}

Prediction predictionOf(const ModelBundle &model, std::vector<Tensor> tensors)
{
    Prediction prediction;
    prediction.model = model.id;
    for (std::size_t i = 0; i < tensors.size(); ++i)
        prediction.outputs.push_back({model.spec().outputs[i].name, std::move(tensors[i])});
    return prediction;
}

} // namespace

bool isText(const Tensor &tensor)
{
    return std::all_of(
        tensor.strings().begin(), tensor.strings().end(),
        [](const std::string &text) { return simdjson::validate_utf8(text.data(), text.size()); });
}

void checkTensor(const Tensor &tensor)
{
    const auto count = elementCount(tensor.shape());
    require(count && *count == tensor.elementCount(), "shape and count agree",
            shapeText(tensor.shape()));
    require(tensor.byteSize() == tensor.elementCount() * dtypeSize(tensor.dtype()),
            "count and bytes agree");
    require(tensor.strings().size() ==
                (tensor.dtype() == DType::String ? tensor.elementCount() : 0),
            "count and texts agree");
}

namespace {

// All of them, or none where one is refused.
std::vector<Tensor> made(SampleInputs samples)
{
    RunControl unlimited;
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        auto tensor = samples.take(i, unlimited);
        if (!tensor) {
            requireSentence(tensor.error().message);
            return {};
        }
        tensors.push_back(std::move(*tensor));
    }
    return tensors;
}

} // namespace

std::vector<Tensor> tensorsIn(const InferenceInputs &inputs)
{
    std::vector<Tensor> tensors;
    if (const auto *samples = std::get_if<SampleInputs>(&inputs))
        tensors = made(*samples);
    if (const auto *named = std::get_if<TensorInputs>(&inputs)) {
        for (const NamedTensor &one : *named)
            tensors.push_back(one.tensor);
    }
    for (const Tensor &tensor : tensors)
        checkTensor(tensor);
    return tensors;
}

std::vector<Tensor> answered(const ModelBundle &model, const InferenceInputs &inputs)
{
    if (const auto *named = std::get_if<TensorInputs>(&inputs))
        return sentenceOr(model, orderedInputs(model.spec(), *named));
    if (const auto *samples = std::get_if<SampleInputs>(&inputs)) {
        // The network gives back what it gets, but several runs are joined.
        auto tensors = made(*samples);
        if (tensors.empty())
            return {};
        RunControl unlimited;
        auto outputs = runSamples(*model.network, std::move(tensors), unlimited);
        if (!outputs)
            return sentenceOr(model, std::move(outputs));
        for (const Tensor &output : *outputs)
            checkTensor(output);
        return std::move(*outputs);
    }
    return {};
}

void checkJsonRoundTrip(const Tensor &tensor)
{
    if (!fitsJson(tensor))
        return;
    std::string json;
    appendJson(json, tensor);
    const auto again = tensorFromJson(json, "x", tensor.dtype(), fixedShape(tensor.shape()));
    require(again.has_value(), "what was written as JSON can be read", json);
    require(same(tensor, *again), "what was written as JSON is read as it was", json);
}

void checkAnswerAsRequest(const ModelBundle &model, const InferenceInputs &inputs,
                          const http::OpenInferenceAsk &ask)
{
    const std::vector<Tensor> outputs = answered(model, inputs);
    if (outputs.empty())
        return;
    const http::ApiReply reply = http::openInferenceReply(predictionOf(model, outputs), ask);
    require(reply.status == 200, "what was asked for is answered", reply.body);
    const bool whole = ask.outputs.size() == outputs.size() &&
                       std::all_of(ask.outputs.begin(), ask.outputs.end(),
                                   [](const auto &output) { return output.classes == 0; });
    if (!whole || !std::all_of(outputs.begin(), outputs.end(), fitsJson))
        return;

    std::string body = reply.body;
    constexpr std::string_view key = "\"outputs\": ";
    constexpr std::string_view swapped = "\"inputs\":  ";
    body.replace(body.find(key), key.size(), swapped);
    const auto length = http::openHeaderLength(
        reply.fields.empty() ? std::string_view() : reply.fields.front().second, body.size());
    require(length.has_value(), "an answer tells the length of its JSON");
    http::OpenInferenceAsk again;
    RunControl unlimited;
    const auto decoded = http::decodeOpenInference(model, std::make_shared<const std::string>(body),
                                                   *length, again, unlimited);
    require(decoded.has_value(), "an answer can be sent as a request", body);
    const std::vector<Tensor> twice = answered(model, *decoded);
    require(std::equal(outputs.begin(), outputs.end(), twice.begin(), twice.end(), same),
            "an answer sent as a request is answered alike", body);
}

} // namespace warmbench::fuzz
