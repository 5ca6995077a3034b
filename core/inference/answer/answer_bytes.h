// How long an answer gets at most, before it is written.
// Thread: any; pure functions. Cost: a few operations a tensor or result, none a number.
#pragma once

#include "inference/inference_types.h"

#include <cstddef>
#include <span>
#include <string>

namespace warmbench {

// Of a tensor as nested lists of JSON; of a String tensor by the lengths of its texts.
std::size_t jsonBytes(const Tensor &tensor);
// Of all results of a prediction but for masks, whose length shows only as they are written.
std::size_t jsonBytes(std::span<const SampleResult> results);

// Room for an answer of at most so many bytes, in the text and in what the request may take.
// ResourceExhausted where there is none.
Result<void> makeRoom(std::string &text, std::size_t bytes, RunControl &control);

} // namespace warmbench
