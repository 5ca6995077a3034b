// What a network's file says: its inputs and outputs in the file's order, and who made it.
// Thread: a value, pure functions.
#pragma once

#include "engine/model_files.h"
#include "tensor/tensor.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace warmbench {

// Classes that the network itself names.
struct ClassNames
{
    std::size_t output = 0; // index of the output that holds their scores, [N, classes]
    std::vector<std::string> names;
};

struct NetworkSpec
{
    ModelFormat format = ModelFormat::Onnx;
    std::vector<TensorSpec> inputs;
    std::vector<TensorSpec> outputs;
    // False if samples affect each other along the first extent of the inputs; it then does not
    // count samples.
    bool samplesApart = true;
    // True if a trial at load showed that samples in one tensor are answered otherwise than alone:
    // such a tensor has to run as a whole.
    bool samplesDepend = false;
    std::int64_t irVersion = 0; // ONNX only, 0 elsewhere
    std::int64_t opset = 0;     // of the default domain
    std::string producer;       // name and version
    std::string graphName;
    std::string description;
    std::map<std::string, std::string> metadata;
    std::int64_t layerCount = 0;
    std::int64_t parameterCount = 0;
    Bytes weightBytes; // as stored in the file or files
    std::optional<ClassNames> classes;
    std::set<std::size_t> constantOutputs; // that depend on no input and count no samples
    // Where the engine is known to answer otherwise than the format says, or otherwise at each run:
    // sentences that clients get with each answer.
    std::vector<std::string> caveats;
    bool takesEmpty = false; // inputs without elements can run
    std::vector<std::string>
        warnings; // int64 initialisers beyond float32's digits, guessed shapes, ...
};

// True if an extent after the first is free: clients choose its size.
bool hasFreeSizes(const NetworkSpec &spec);
// True if the first extent of every input is free and counts samples.
bool hasFreeBatch(const NetworkSpec &spec);

} // namespace warmbench
