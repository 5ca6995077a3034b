// What the forms of outputs have in common: names and shapes looked up, hints put together.
// Thread: pure functions. Private to this folder.
#pragma once

#include "engine/network_spec.h"
#include "model/understanding/hints.h"

#include <string_view>

namespace warmbench {

// Null: there is none of this name. TensorFlow's ":0" behind it does not count.
const TensorSpec *inputNamed(const NetworkSpec &spec, std::string_view name);
const TensorSpec *outputNamed(const NetworkSpec &spec, std::string_view name);
// Whether the last dimension has this size and so many stand before it.
bool endsWith(const TensorSpec &tensor, std::size_t rank, std::int64_t last);

// A detector of this form, with the thresholds of its family.
Hints detector(const char *summary, const char *decoder, InputSettings input);

// (pixel * scale - mean) / std, made smaller by OpenCV.
InputSettings plainNumbers(Channels channels, double scale, double mean, double std);
// 0 to 1, then ImageNet's mean and deviation, made smaller by Pillow.
InputSettings imagenetNumbers();
InputSettings stretched(InputSettings input);
InputSettings letterboxed(InputSettings input, double padValue, PadPosition position);
// A square of this side where the network leaves its size free.
InputSettings freeSize(InputSettings input, const NetworkSpec &spec, int side);
// As DETR's pictures there: the shorter side becomes `side`, or less where the longer one would
// pass `longest`.
InputSettings shorterSide(InputSettings input, const NetworkSpec &spec, int side, int longest);

} // namespace warmbench
