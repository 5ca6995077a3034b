// What a session's profile says of its nodes.
// Thread: any. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/engine.h"

#include <filesystem>
#include <onnxruntime_c_api.h>
#include <string_view>

namespace warmbench {

// Ends the profile of a session that was made with one; returns the file that it has written.
Result<std::filesystem::path> endOrtProfile(OrtSession &session);

// Averages over the last `runs` runs of the file, which is a list of events in the form that
// Chrome's tracing reads: "model_run" for a run, "NAME_kernel_time" for a node, with `ts` and `dur`
// in microseconds. Nodes within the body of a Loop, If or Scan count as part of that node.
// Internal: the file is none of those.
Result<LayerTimes> readOrtProfile(const std::filesystem::path &file, int runs);

} // namespace warmbench
