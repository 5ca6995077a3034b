// Decides which shapes an ONNX network is tried with after it is loaded, by its graph, and whether
// the graph keeps samples apart.
// Thread: any; pure functions. Private to this room.
#pragma once

#include "engine/onnx/onnx_file.h"
#include "engine/warm_up_plan.h"

#include <cstdint>

namespace warmbench {

// What becomes of operators of which it is not known which shapes they take and give: an engine
// that checks shapes itself can try them, and their memory then counts as nothing.
enum class UntoldShapes : std::uint8_t { Refuse, Try };

// Errors as planWarmUp.
Result<WarmUpPlan> planOnnxWarmUp(const OnnxFile &file, int instances, Bytes most,
                                  UntoldShapes untold = UntoldShapes::Refuse);

// Whether the graph itself answers two samples together otherwise than one after the other.
bool joinsSamples(const OnnxFile &file);

} // namespace warmbench
