#include "http/json_reply.h"
#include "http/open_inference/open_inference_codec.h"
#include "http/open_inference/open_inference_types.h"
#include "http/open_inference/wire_tensors.h"
#include "inference/answer/answer_bytes.h"
#include "tensor/json_object.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace warmbench::http {

namespace {

std::size_t binarySize(const Tensor &tensor)
{
    if (tensor.dtype() != DType::String)
        return tensor.byteSize();
    std::size_t size = 0;
    for (const std::string &text : tensor.strings())
        size += lengthSize + text.size();
    return size;
}

void appendBinary(std::string &out, const Tensor &tensor)
{
    if (tensor.dtype() != DType::String) {
        const auto bytes = tensor.bytes();
        out.append(reinterpret_cast<const char *>(bytes.data()), bytes.size());
        return;
    }
    for (const std::string &text : tensor.strings()) {
        for (std::size_t i = 0; i < lengthSize; ++i)
            out += static_cast<char>(text.size() >> (8 * i) & 0xFFU);
        out += text;
    }
}

template <typename T>
std::string valueText(T value)
{
    if constexpr (std::is_same_v<T, Half>)
        return fmt::format("{:f}", toFloat(value));
    else if constexpr (std::is_floating_point_v<T>)
        return fmt::format("{:f}", value);
    else
        return std::to_string(value);
}

template <typename T>
bool higher(T a, T b)
{
    if constexpr (std::is_same_v<T, Half>) {
        return higher(toFloat(a), toFloat(b));
    } else if constexpr (std::is_floating_point_v<T>) {
        if (std::isnan(a) || std::isnan(b))
            return !std::isnan(a) && std::isnan(b);
        return a > b;
    } else {
        return a > b;
    }
}

template <typename T>
void addClasses(std::vector<std::string> &texts, std::span<const T> values, std::size_t most,
                const std::vector<std::string> &labels)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(most);
    std::partial_sort(order.begin(), end, order.end(), [&](std::size_t a, std::size_t b) {
        if (higher(values[a], values[b]) || higher(values[b], values[a]))
            return higher(values[a], values[b]);
        return a < b;
    });
    for (auto index = order.begin(); index != end; ++index) {
        std::string text = fmt::format("{}:{}", valueText(values[*index]), *index);
        if (*index < labels.size())
            text += ":" + labels[*index];
        texts.push_back(std::move(text));
    }
}

// Of one "value:index:label", the text and what it points to: a float64 has up to 317 characters as
// it is written here, but hardly more than 32.
std::size_t textBytes(const OpenOutput &output)
{
    std::size_t longest = 0;
    for (const std::string &label : output.labels)
        longest = std::max(longest, label.size());
    return sizeof(std::string) + 32 + longest;
}

// The outputs that were asked for, in that order.
Result<std::vector<Tensor>> wantedTensors(Prediction &prediction, const OpenInferenceAsk &ask)
{
    std::vector<Tensor> tensors;
    for (const OpenOutput &output : ask.outputs) {
        const auto found =
            std::find_if(prediction.outputs.begin(), prediction.outputs.end(),
                         [&](const NamedTensor &other) { return other.name == output.name; });
        if (found == prediction.outputs.end())
            return Error{ErrorCode::Internal,
                         fmt::format("The model did not yield its output \"{}\".", output.name)};
        if (output.classes == 0) {
            tensors.push_back(std::move(found->tensor));
            continue;
        }
        auto classes = openClasses(found->tensor, output, ask.batched, prediction.control);
        if (!classes)
            return classes.error();
        tensors.push_back(std::move(*classes));
    }
    return tensors;
}

// Numbers stand in one flat list.
void appendFlat(std::string &json, Tensor &tensor)
{
    const auto count = static_cast<std::int64_t>(tensor.elementCount());
    if (tensor.reshape({count}))
        appendJson(json, tensor);
}

} // namespace

Result<Tensor> openClasses(const Tensor &tensor, const OpenOutput &output, bool batched,
                           RunControl &control)
{
    const bool first = batched && !tensor.shape().empty();
    const auto samples = first ? static_cast<std::size_t>(tensor.shape().front()) : 1;
    const std::size_t each = samples == 0 ? 0 : tensor.elementCount() / samples;
    const std::size_t most = std::min(output.classes, each);
    std::vector<std::string> texts;
    Result<void> going = control.reserve(samples * most * textBytes(output), "classes");
    if (!going)
        return std::move(going).error();
    texts.reserve(samples * most);
    withElementType(tensor.dtype(), [&](auto element) {
        const auto values = tensor.values<decltype(element)>();
        for (std::size_t i = 0; i < samples && going; ++i) {
            addClasses(texts, values.subspan(i * each, each), most, output.labels);
            going = control.step();
        }
    });
    if (!going)
        return std::move(going).error();
    Shape shape{static_cast<std::int64_t>(most)};
    if (first)
        shape.insert(shape.begin(), static_cast<std::int64_t>(samples));
    return Tensor::fromStrings(std::move(shape), std::move(texts));
}

namespace {

// Of an output in JSON, with what stands around its numbers; of a binary one what stands alone.
std::size_t outputBytes(const OpenOutput &output, const Tensor &tensor)
{
    constexpr std::size_t around = 160;
    return around + 6 * output.name.size() + 21 * tensor.shape().size() +
           (output.binary ? binarySize(tensor) : jsonBytes(tensor));
}

void appendOutput(std::string &json, const OpenOutput &output, Tensor &tensor)
{
    JsonObject object;
    object.text("name", output.name)
        .text("datatype", openDatatype(tensor.dtype()))
        .raw("shape", shapeText(tensor.shape()));
    if (output.binary)
        object.raw("parameters", fmt::format("{{\"binary_data_size\": {}}}", binarySize(tensor)));
    json += object.end();
    if (output.binary)
        return;
    json.pop_back();
    json += ", \"data\": ";
    appendFlat(json, tensor);
    json += '}';
}

} // namespace

ApiReply openInferenceReply(Prediction prediction, const OpenInferenceAsk &ask)
{
    auto tensors = wantedTensors(prediction, ask);
    if (!tensors)
        return errorReplyOf(tensors.error());
    JsonObject object;
    object.text("model_name", prediction.model.name)
        .text("model_version", prediction.model.version);
    if (ask.id)
        object.text("id", *ask.id);
    if (!prediction.caveat.empty())
        object.raw("parameters", JsonObject().text("warning", prediction.caveat).end());
    ApiReply reply;
    reply.body = object.end();
    reply.body.pop_back();
    std::size_t bytes = 16;
    for (std::size_t i = 0; i < tensors->size(); ++i)
        bytes += outputBytes(ask.outputs[i], (*tensors)[i]);
    if (auto room = makeRoom(reply.body, bytes, prediction.control); !room)
        return errorReplyOf(room.error());
    reply.body += ", \"outputs\": [";
    for (std::size_t i = 0; i < tensors->size(); ++i) {
        if (auto go = prediction.control.check(); !go)
            return errorReplyOf(go.error());
        reply.body += i ? ", " : "";
        appendOutput(reply.body, ask.outputs[i], (*tensors)[i]);
    }
    reply.body += "]}";
    reply.model = prediction.model.name;
    reply.cache = cacheOutcomeName(prediction.cache);
    reply.phases = prediction.timings.phases;
    const bool binary = std::any_of(ask.outputs.begin(), ask.outputs.end(),
                                    [](const OpenOutput &output) { return output.binary; });
    if (binary) {
        reply.contentType = "application/octet-stream";
        reply.fields.emplace_back("Inference-Header-Content-Length",
                                  std::to_string(reply.body.size()));
        for (std::size_t i = 0; i < tensors->size(); ++i) {
            if (ask.outputs[i].binary)
                appendBinary(reply.body, (*tensors)[i]);
        }
    }
    tensors = std::vector<Tensor>();
    reply.held = prediction.control.handOver(reply.body.size());
    return reply;
}

} // namespace warmbench::http
