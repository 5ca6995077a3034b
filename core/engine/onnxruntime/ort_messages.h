// Turns what ONNX Runtime says into a sentence of ours, with node, operator, domain, opset and next
// step.
// Thread: any; pure functions. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/onnx/onnx_file.h"

#include <map>
#include <string>

namespace warmbench {

// FailedPrecondition names the first operator of a domain that neither the library nor the file
// itself defines: a custom operator.
Result<void> refuseCustomOperators(const OnnxFile &file, const std::string &version);

// What the sentences need to know of a model while its file is closed.
struct OrtNames
{
    std::string version;
    // By name: as nodeWithOpset().
    std::map<std::string, std::string, std::less<>> nodes;
    std::string operators; // as operatorsText()
};
OrtNames ortNamesOf(const OnnxFile &file, const std::string &version);

// Why the library does not load the model.
std::string explainOrtLoad(const OrtNames &names, const std::string &message);
// Why a run failed, as the end of a sentence: `node "g" (...): indices element out of bounds`.
std::string explainOrtRun(const OrtNames &names, const std::string &message);

} // namespace warmbench
