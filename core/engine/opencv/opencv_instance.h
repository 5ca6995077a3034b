// One runnable copy of a network. A pool hands it to one caller at a time.
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

// For the name of a layer, the shape of its first output according to the file.
using ExpectedShapes = std::map<std::string, Shape, std::less<>>;

class OpenCvInstance
{
public:
    virtual ~OpenCvInstance() = default;
    // Runs the network. `inputs` match the spec already. `spec` is the same at each call, except
    // for the shapes of outputs, which the warm-up fills in. Outputs come in the spec's order.
    virtual Result<std::vector<Tensor>> run(std::span<const Tensor> inputs,
                                            const NetworkSpec &spec) = 0;
    // Makes the first output of a layer one more output, the last; before the first run. NotFound
    // with near names: there is no such layer.
    virtual Result<void> alsoYield([[maybe_unused]] const std::string &layer)
    {
        return failedPrecondition("A model of OpenCV ML has no layers to look at.");
    }
    // What each layer took in the last run. FailedPrecondition: the model has no layers.
    virtual Result<std::vector<LayerTime>> layerTimes()
    {
        return failedPrecondition("A model of OpenCV ML has no layers to measure.");
    }
    // Checks whether the layers can safely be asked about such inputs and run with them: a layer
    // that changes the number of extents must make as many as the layers after it expect.
    // FailedPrecondition if not.
    virtual Result<void> check([[maybe_unused]] std::span<const Shape> inputs) { return {}; }
    // Memory that a run with inputs of these shapes takes; nothing is allocated. FailedPrecondition
    // names the layer that cannot take them.
    virtual Result<RunCost> cost(std::span<const Shape> inputs) = 0;
    // Checks, after a run with such inputs, that every layer made the expected shape.
    // FailedPrecondition names a layer that did not.
    virtual Result<void> compare(std::span<const Shape> inputs, const ExpectedShapes &expected) = 0;
    // Measures this instance alone for inputs of these shapes. Without `inputs`, layers get no
    // shapes.
    virtual NetworkMeasure measure(std::span<const Shape> inputs) = 0;
};

} // namespace warmbench
