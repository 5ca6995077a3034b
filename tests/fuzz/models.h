// The models that bodies are decoded for: one a kind of input. Their networks give back what they
// got, under the same names, so that an answer can be sent as the next request.
//
// Thread: any; made once, then only read.
#pragma once

#include "model/model_bundle.h"

#include <string_view>

namespace warmbench::fuzz {

// One for each name: "float32" and so on ([batch, 2] of that type), "grid" (int32 [1, 2, 3]),
// "free" (float32 [?, ?, 2]), "scalar" (float64 []), "two" (inputs a and b, int64 and uint64
// [2, 3]), "table" (three features, one with a default), "picture" (float32 [1, 1, 2, 2]). For any
// other name one of them.
const ModelBundle &modelNamed(std::string_view name);

} // namespace warmbench::fuzz
