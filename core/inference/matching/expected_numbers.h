// The numbers that somebody expects of a network, from an .npy file or, by name, an .npz file.
// Thread: any; pure functions.
#pragma once

#include "base/result.h"
#include "inference/run_control.h"
#include "model/model_bundle.h"

#include <string_view>
#include <vector>

namespace warmbench {

// The tensors of a file. One of an .npy has no name. Reserves in `control` what they take; it stays
// reserved. InvalidArgument: neither .npy nor .npz, or those of readNpy() and readNpz().
Result<std::vector<NamedTensor>> readTensors(std::string_view content, RunControl &control);

// Those of them that are the network's inputs or outputs (`specs`), renamed where one without a
// fitting name stands for the only one. Where it leaves some over: InvalidArgument, unless
// `others` names them.
Result<std::vector<NamedTensor>> named(std::vector<NamedTensor> tensors,
                                       const std::vector<TensorSpec> &specs,
                                       const std::vector<TensorSpec> &others,
                                       std::string_view what);

// Of a network that takes several pictures at a time, what it gave for the first one. Tensors
// without an output's name are the primary output, or the input that has their shape.
Result<void> keepFirst(const ModelBundle &model, std::vector<NamedTensor> &tensors);

struct Expected
{
    bool isInput = false; // the network's input, before the run; else its outputs
    std::vector<NamedTensor> tensors;
};

// What an expected file is about: outputs by name, or one tensor for the primary output; if its
// form is that of the input alone, the prepared picture. InvalidArgument: it fits neither, with the
// shapes.
Result<Expected> expectedOf(const ModelBundle &model, std::vector<NamedTensor> tensors);

} // namespace warmbench
