// The Open Inference Protocol's infer request and response: JSON alone, JSON with raw tensors
// behind it (Triton's binary tensor extension), or one raw input alone.
//
// Thread: any; pure functions. decodeOpenInference runs on a worker of the pool; a raw tensor is
// copied once, into its Tensor.
#pragma once

#include "base/result.h"
#include "http/api_types.h"
#include "inference/inference_types.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench::http {

// One output that the client wants.
struct OpenOutput
{
    std::string name;
    bool binary = false;
    std::size_t classes = 0;         // k of the classification extension; 0: the tensor itself
    std::vector<std::string> labels; // for classes
};

// What the request says of its answer; filled by decodeOpenInference.
struct OpenInferenceAsk
{
    std::optional<std::string> id;
    std::vector<OpenOutput> outputs; // in the order asked for; all of the model's where none is
    bool batched = false;            // the first extent of outputs counts samples
};

// The field Inference-Header-Content-Length: how many bytes of the body are JSON. Nothing where it
// is not sent; InvalidArgument: no number, or more than the body has.
Result<std::optional<std::size_t>> openHeaderLength(std::string_view field, std::size_t bodySize);

// A picture is an element of a BYTES tensor of shape [N] or [N, 1]: the file's bytes, in JSON as
// base64. InvalidArgument names the tensor, what came and what was expected.
// Samples and pictures that run in their turn keep the body.
Result<InferenceInputs> decodeOpenInference(const ModelBundle &model,
                                            const std::shared_ptr<const std::string> &body,
                                            std::optional<std::size_t> headerLength,
                                            OpenInferenceAsk &ask, RunControl &control);

ApiReply openInferenceReply(Prediction prediction, const OpenInferenceAsk &ask);

// The k highest values of each sample as "value:index" or "value:index:label"; NaN comes last.
Result<Tensor> openClasses(const Tensor &tensor, const OpenOutput &output, bool batched,
                           RunControl &control);

} // namespace warmbench::http
