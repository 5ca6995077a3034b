// What a network says of itself: inputs and outputs in the file's order, and who made it.
// Thread: a value, pure functions.
#pragma once

#include "engine/model_files.h"
#include "tensor/tensor.h"

#include <map>
#include <string>
#include <vector>

namespace warmbench {

struct NetworkSpec
{
    ModelFormat format = ModelFormat::Onnx;
    std::vector<TensorSpec> inputs;
    std::vector<TensorSpec> outputs;
    // False: the network works along the first extent of its inputs, which then counts no samples.
    bool samplesApart = true;
    std::int64_t irVersion = 0; // ONNX only, 0 elsewhere
    std::int64_t opset = 0;     // of the default domain
    std::string producer;       // name and version
    std::string graphName;
    std::string description;
    std::map<std::string, std::string> metadata;
    std::int64_t layerCount = 0;
    std::int64_t parameterCount = 0;
    Bytes weightBytes; // as stored in the file or files
    std::vector<std::string>
        warnings; // int64 initialisers beyond float32's digits, guessed shapes, ...
};

// True where an extent behind the first is free: its size is the client's to choose.
bool hasFreeSizes(const NetworkSpec &spec);
// True where the first extent of every input is free and counts samples.
bool hasFreeBatch(const NetworkSpec &spec);

} // namespace warmbench
