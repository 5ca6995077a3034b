// Finds nodes that draw random numbers, whose answers differ from run to run.
// Thread: any; a pure function. Private to this room: includes onnx headers.
#pragma once

#include "engine/onnx/onnx_walk.h"

#include <string>
#include <vector>

namespace warmbench {

// A sentence about each operator that draws random numbers, naming its first node.
std::vector<std::string> randomCaveats(onnx::ModelProto &model);

} // namespace warmbench
