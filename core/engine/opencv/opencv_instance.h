// One runnable copy of a network: what a pool hands to one caller at a time.
// Thread: one caller at a time. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/engine.h"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace warmbench {

// By the name of a layer, the shape of its first output as the file tells it.
using ExpectedShapes = std::map<std::string, Shape, std::less<>>;

class OpenCvInstance
{
public:
    virtual ~OpenCvInstance() = default;
    // Inputs that match the spec already; `spec` is the same at each call but for the shapes of
    // outputs, which the warm-up fills in. Outputs come in the order of the spec's.
    virtual Result<std::vector<Tensor>> run(std::span<const Tensor> inputs,
                                            const NetworkSpec &spec) = 0;
    // Whether the layers may be asked about such inputs at all, and be run with them: what changes
    // the number of extents must make as many as the layers behind it expect. FailedPrecondition.
    virtual Result<void> check([[maybe_unused]] std::span<const Shape> inputs) { return {}; }
    // What a run with inputs of these shapes takes; nothing of it is allocated. FailedPrecondition
    // naming the layer that does not take them.
    virtual Result<RunCost> cost(std::span<const Shape> inputs) = 0;
    // After a run with such inputs, whether it made what is expected. FailedPrecondition naming the
    // layer that did not.
    virtual Result<void> compare(std::span<const Shape> inputs, const ExpectedShapes &expected) = 0;
    // For inputs of these shapes, none: without shapes; of this instance alone.
    virtual NetworkMeasure measure(std::span<const Shape> inputs) = 0;
};

} // namespace warmbench
