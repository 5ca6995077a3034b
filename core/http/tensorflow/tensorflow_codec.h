// The predict request and response of TensorFlow Serving's v1 REST API. Thread: any; pure
// functions. decodeTensorFlow runs on a worker of the pool.
#pragma once

#include "base/result.h"
#include "inference/inference_types.h"

#include <string>
#include <string_view>

namespace warmbench::http {

// What the request says of its answer; filled by decodeTensorFlow.
struct TensorFlowAsk
{
    bool rows = false; // "instances": one prediction a sample
    std::size_t samples = 0;
};

// InvalidArgument names the tensor, what came and what was expected.
Result<InferenceInputs> decodeTensorFlow(const ModelBundle &model, std::string_view body,
                                         TensorFlowAsk &ask, RunControl &control);
// InvalidArgument: an output that cannot be told apart by sample. Else as predictionJson.
Result<std::string> tensorFlowJson(Prediction &prediction, const TensorFlowAsk &ask);

} // namespace warmbench::http
