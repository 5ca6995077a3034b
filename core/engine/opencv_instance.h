// One runnable copy of a network: what a pool hands to one caller at a time.
// Thread: one caller at a time. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/engine.h"

#include <span>
#include <vector>

namespace warmbench {

class OpenCvInstance
{
public:
    virtual ~OpenCvInstance() = default;
    // Inputs that match the spec already; `spec` is the same at each call but for the shapes of
    // outputs, which the warm-up fills in. Outputs come in the order of the spec's.
    virtual Result<std::vector<Tensor>> run(std::span<const Tensor> inputs,
                                            const NetworkSpec &spec) = 0;
    // For inputs of these shapes; of this instance alone.
    virtual NetworkMeasure measure(std::span<const Shape> inputs) = 0;
};

} // namespace warmbench
