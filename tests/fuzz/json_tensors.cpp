// Numbers in JSON: the simple API's body and the Open Inference Protocol's. What is accepted fits
// the model, holds no more values than the text could, and reads back as it was written; what is
// not is refused with a sentence.
//
// Input: the name of a model (models.h), a line feed, the body.
#include "checks.h"
#include "http/simple/form_body.h"
#include "models.h"
#include "tensor_checks.h"

using namespace warmbench;
using namespace warmbench::fuzz;
using namespace warmbench::http;

namespace {

void checkInputs(const ModelBundle &model, const InferenceInputs &inputs, std::size_t bodySize)
{
    for (const Tensor &tensor : tensorsIn(inputs)) {
        // The shortest values are "1,"; a table model adds its defaults.
        require(tensor.elementCount() <= bodySize + model.input.features.size(),
                "a tensor holds no more values than came");
        checkJsonRoundTrip(tensor);
    }
    answered(model, inputs);
}

void checkSimple(const ModelBundle &model, std::string_view body)
{
    // Other forms than JSON have targets of their own.
    if (body.empty() || static_cast<unsigned char>(body.front()) >= 0x80)
        return;
    const auto decoder = decoderFor(std::string(body), "application/json");
    if (!decoder)
        return requireSentence(decoder.error().message);
    RunControl unlimited;
    const auto inputs = (*decoder)(model, unlimited);
    if (!inputs)
        return requireSentence(inputs.error().message);
    checkInputs(model, *inputs, body.size());
}

void checkOpen(const ModelBundle &model, std::string_view body)
{
    OpenInferenceAsk ask;
    RunControl unlimited;
    const auto inputs =
        decodeOpenInference(model, std::make_shared<const std::string>(body), {}, ask, unlimited);
    if (!inputs)
        return requireSentence(inputs.error().message);
    checkInputs(model, *inputs, body.size());
    checkAnswerAsRequest(model, *inputs, ask);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto [name, body] = headAndRest(textOf(data, size));
    const ModelBundle &model = modelNamed(name);
    checkSimple(model, body);
    checkOpen(model, body);
    return 0;
}
