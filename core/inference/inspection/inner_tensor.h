// Computes a tensor within a network for an input, on exactly what a prediction gives the network.
//
// The input goes the whole way of a prediction: decoding, the settings' preparation, the batch. In
// place of the loaded network stands a copy of it that has the tensor as one more output; the
// loaded one is not touched. An engine may join fewer nodes in the copy, so that last digits can
// differ. Thread: any but loader and http. Cost: a load and a run; memory: that of both, borrowed
// from the cache's budget while it lasts. The network's own inputs and outputs need no copy.
#pragma once

#include "inference/inference_types.h"
#include "model/cache/model_cache.h"
#include "model/model_source.h"

#include <optional>
#include <stop_token>
#include <string>

namespace warmbench {

struct InnerTensorRequest
{
    ModelId model;
    std::string tensor;
    InputDecoder decode; // as for a prediction; it has to make one run, such as one sample
    std::stop_token cancellation;
    std::optional<Milliseconds>
        deadline; // from now on; unset: the service's default; below 0: none
    std::shared_ptr<MemoryBudget> memory;
};

struct InnerTensor
{
    NamedTensor tensor; // batch dimension included
    ModelId model;      // with the version that was run
    std::string digest;
    std::string engine;
};

// In other formats than ONNX a tensor is a layer's first output and has the layer's name.
// Errors: those of a prediction and of a load; NotFound with near names: no node makes the tensor.
// FailedPrecondition: the files have changed since the model was loaded. InvalidArgument: the input
// makes several runs. ResourceExhausted with the numbers: there is no room for a copy. `stop` ends
// the run, if the engine can.
Result<InnerTensor> computeInnerTensor(const ModelBundle &model, const InnerTensorRequest &request,
                                       ModelSource &source, ModelCache &cache, SteadyTime deadline,
                                       const Clock &clock, const std::stop_token &stop);

} // namespace warmbench
