// Reads one initialiser of an ONNX file without loading the others.
// Thread: any. Private to this room.
#pragma once

#include "engine/weight_statistics.h"

#include <filesystem>

namespace warmbench {

// As weightStatistics().
Result<WeightStatistics> onnxWeightStatistics(const std::filesystem::path &path,
                                              const std::string &name, const std::stop_token &stop);

} // namespace warmbench
