// Finds nodes that ONNX Runtime answers otherwise than the answers that come with ONNX's own
// backend tests (onnx 1.12, seen with ONNX Runtime 1.30).
// Thread: any; a pure function. Private to this room.
#pragma once

#include "engine/onnx/onnx_file.h"

#include <string>
#include <vector>

namespace warmbench {

// A sentence about each such node, which names it.
std::vector<std::string> ortCaveats(const OnnxFile &file, const std::string &version);

} // namespace warmbench
