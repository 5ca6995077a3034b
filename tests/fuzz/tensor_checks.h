// What must hold of every input that was decoded, whatever form it came in.
//
// Thread: any. Each check ends the program where something does not hold.
#pragma once

#include "http/open_inference/open_inference_codec.h"
#include "inference/inference_types.h"
#include "model/model_bundle.h"

#include <cstddef>
#include <vector>

namespace warmbench::fuzz {

// All its strings, where it has any, are UTF-8: other bytes do not outlive JSON or <U.
bool isText(const Tensor &tensor);

// Shape, count and bytes say the same.
void checkTensor(const Tensor &tensor);

// All tensors of the input; none of a picture.
std::vector<Tensor> tensorsIn(const InferenceInputs &inputs);

// What the network answers; empty where its inputs are refused, which must be with a sentence. What
// reaches the network has its names, types and shapes.
std::vector<Tensor> answered(const ModelBundle &model, const InferenceInputs &inputs);

// Written as JSON and read again, the tensor is the same.
void checkJsonRoundTrip(const Tensor &tensor);

// The answer to these inputs, sent as the next request, is answered alike.
void checkAnswerAsRequest(const ModelBundle &model, const InferenceInputs &inputs,
                          const http::OpenInferenceAsk &ask);

} // namespace warmbench::fuzz
