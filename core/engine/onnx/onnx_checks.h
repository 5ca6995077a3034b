// Checks that the tensors of an ONNX model hold as much data as their dims say. OpenCV reads
// raw_data without checking, and onnx::checker does not compare it either.
// Thread: any. Private to this room.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "engine/onnx/onnx_walk.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace warmbench {

// FailedPrecondition names the first tensor whose data is not what its dims say. External data must
// exist, be large enough and be in the folder of `network`; its bytes are not read.
Result<void> checkTensors(onnx::ModelProto &model, const std::filesystem::path &network);

// All external data, or that of nodes and of graphs within them alone.
enum class InlinedData : std::uint8_t { All, NoInitialisers };

// Reads external data into raw_data. Call checkTensors first. Errors as readFile, and
// FailedPrecondition: more than a protobuf message can hold, 2 GiB.
Result<void> inlineExternalData(onnx::ModelProto &model, const std::filesystem::path &network,
                                InlinedData which);

// Reads the external data of the graph's own initialisers one after the other into the bytes that
// are returned; the initialisers then name `location` as their file, and their place in these
// bytes. Call checkTensors first. Errors as readFile, and ResourceExhausted: more than `most`.
Result<std::string> gatherExternalData(onnx::ModelProto &model,
                                       const std::filesystem::path &network,
                                       const std::string &location, Bytes most);

} // namespace warmbench
