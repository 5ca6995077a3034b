// How much the tensors of a network take at the busiest step of a run, where each lives from the
// step that makes it to the last one that reads it.
// Thread: pure. Private to this room.
#pragma once

#include "base/bytes.h"
#include "tensor/shape.h"

#include <span>
#include <vector>

namespace warmbench {

// Tensors are numbers from 0 on; -1 is none.
struct LiveStep
{
    std::vector<int> reads;
    std::vector<int> makes;
    bool inPlace = false; // what it makes lies where what it first reads lay
    Bytes scratch = {};   // that the step needs for itself
};

// `sizes` by tensor; those in `kept` stay to the end. Tensors that no step makes (inputs,
// constants) are not counted.
Bytes busiestMoment(std::span<const LiveStep> steps, std::span<const Bytes> sizes,
                    std::span<const int> kept);

// What tensors of these shapes take in float32, together: at most 16 TiB each, however large the
// shape claims to be.
Bytes floatBytes(std::span<const Shape> shapes);

} // namespace warmbench
