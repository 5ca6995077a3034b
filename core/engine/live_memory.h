// Computes how much memory the tensors of a network take at the busiest step of a run. A tensor
// needs memory from the step that makes it to the last step that reads it.
// Thread: any; pure functions. Private to this room.
#pragma once

#include "base/bytes.h"
#include "tensor/shape.h"

#include <span>
#include <vector>

namespace warmbench {

// One step of a run. Tensors are numbered from 0; -1 means no tensor.
struct LiveStep
{
    std::vector<int> reads;
    std::vector<int> makes;
    bool inPlace = false; // its results take the place of the first tensor that it reads
    Bytes scratch = {};   // memory that only the step itself needs
};

// `sizes` has one entry for each tensor. The tensors in `kept` stay to the end. Tensors that no
// step makes (inputs, constants) are not counted.
Bytes busiestMoment(std::span<const LiveStep> steps, std::span<const Bytes> sizes,
                    std::span<const int> kept);

// Memory of tensors of these shapes in float32, all together; each counts at most 16 TiB, however
// large its shape is.
Bytes floatBytes(std::span<const Shape> shapes);

} // namespace warmbench
