// What every engine does with the inputs of a run: compare them with what the network declares, and
// make inputs to try a network with.
// Thread: any; pure functions. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/network_spec.h"
#include "tensor/tensor.h"

#include <functional>
#include <span>
#include <vector>

namespace warmbench {

// InvalidArgument: their count, a dtype or a shape differs from the spec; the message names the
// input and what was expected.
Result<void> checkInputs(const NetworkSpec &spec, std::span<const Tensor> inputs);

std::vector<Shape> shapesOf(std::span<const Tensor> tensors);
bool areShapesOf(std::span<const Tensor> tensors, std::span<const Shape> shapes);

// Inputs of these shapes, all zeros or empty strings. Errors as Tensor::create.
Result<std::vector<Tensor>> zeroInputs(const NetworkSpec &spec, std::span<const Shape> shapes);

// How the network answers two different samples together: as each alone, apart from rounding; with
// other numbers; or not at all. `shapes` are those of one sample, with a first extent of 1; `run`
// runs the network. Exporters sometimes build a batch of 1 into reshapes; such a network fails or,
// worse, mixes the samples.
enum class SamplesTogether : std::uint8_t { Alike, Otherwise, Fail };
SamplesTogether
samplesTogether(const NetworkSpec &spec, std::span<const Shape> shapes,
                const std::function<Result<std::vector<Tensor>>(std::span<const Tensor>)> &run);

} // namespace warmbench
