// Numbers as bytes: the Open Inference Protocol's binary tensors, raw inputs and .npy files. What
// is accepted fits the model and is byte for byte what came.
//
// Input: the name of a model (models.h), a line feed, the field Inference-Header-Content-Length, a
// line feed, the body. The word "auto" for the field stands for the length of the JSON, which an
// empty line (two line feeds, taken out) then ends; "npy" makes the body one of /predict.
#include "checks.h"
#include "http/simple/form_body.h"
#include "models.h"
#include "tensor/npy.h"
#include "tensor_checks.h"

using namespace warmbench;
using namespace warmbench::fuzz;
using namespace warmbench::http;

namespace {

std::string bytesOf(const Tensor &tensor)
{
    std::string bytes(reinterpret_cast<const char *>(tensor.bytes().data()), tensor.byteSize());
    for (const std::string &text : tensor.strings()) {
        for (unsigned shift = 0; shift < 32; shift += 8)
            bytes += static_cast<char>(text.size() >> shift & 0xFFU);
        bytes += text;
    }
    return bytes;
}

// All that came behind the JSON is in the tensors, in its order; others may have come in the JSON.
void checkBytes(const InferenceInputs &inputs, std::string_view blob)
{
    std::string together;
    bool alone = false;
    for (const Tensor &tensor : tensorsIn(inputs)) {
        const std::string bytes = bytesOf(tensor);
        alone |= bytes == blob;
        together += bytes;
    }
    require(blob.empty() || alone || together == blob, "tensors hold the bytes that came");
}

void checkOpen(const ModelBundle &model, std::string_view field, const std::string &body)
{
    const auto length = openHeaderLength(field, body.size());
    if (!length)
        return requireSentence(length.error().message);
    require(length->value_or(0) <= body.size(), "JSON is no longer than the body");
    OpenInferenceAsk ask;
    RunControl unlimited;
    const auto inputs = decodeOpenInference(model, std::make_shared<const std::string>(body),
                                            *length, ask, unlimited);
    if (!inputs)
        return requireSentence(inputs.error().message);
    const bool raw = *length == std::size_t{0};
    if (!std::holds_alternative<ImageInputs>(*inputs) &&
        !(raw && model.spec().inputs[0].dtype == DType::String))
        checkBytes(*inputs, std::string_view(body).substr(length->value_or(body.size())));
    checkAnswerAsRequest(model, *inputs, ask);
}

void checkNpyRoundTrip(const Tensor &tensor)
{
    checkTensor(tensor);
    if (!isText(tensor))
        return;
    const std::string written = writeNpy(tensor);
    const auto again = readNpy(std::as_bytes(std::span(written.data(), written.size())));
    require(again && bytesOf(*again) == bytesOf(tensor) && again->shape() == tensor.shape(),
            "a .npy file reads as it was written");
}

void checkNpy(const ModelBundle &model, const std::string &body)
{
    const auto bytes = std::as_bytes(std::span(body.data(), body.size()));
    if (!looksLikeNpy(bytes))
        return;
    const auto tensor = readNpy(bytes);
    if (!tensor)
        requireSentence(tensor.error().message);
    else
        checkNpyRoundTrip(*tensor);
    const auto decoder = decoderFor(body, {});
    require(decoder.has_value(), "a .npy file is a body");
    RunControl unlimited;
    const auto inputs = (*decoder)(model, unlimited);
    if (!inputs)
        return requireSentence(inputs.error().message);
    require(tensor.has_value(), "only a .npy file that can be read is an input");
    answered(model, *inputs);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto [name, rest] = headAndRest(textOf(data, size));
    const auto [field, content] = headAndRest(rest);
    const ModelBundle &model = modelNamed(name);
    std::string body(content);
    if (field == "npy") {
        checkNpy(model, body);
    } else if (const auto gap = body.find("\n\n"); field == "auto" && gap != std::string::npos) {
        body.erase(gap, 2);
        checkOpen(model, std::to_string(gap), body);
    } else {
        checkOpen(model, field, body);
    }
    return 0;
}
