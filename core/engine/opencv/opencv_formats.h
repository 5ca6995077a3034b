// How OpenCV reads each format: a network loaded as many times as instances are wanted, and a spec
// as true as the file allows.
// Thread: the loader's only; OpenCV's importers are not safe in parallel. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/engine.h"
#include "engine/opencv/opencv_instance.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

class OnnxShapes;

struct OpenCvParts
{
    NetworkSpec spec;
    std::vector<std::unique_ptr<OpenCvInstance>> instances;
    // False where the file tells no output shapes: the warm-up finds them.
    bool outputsDeclared = true;
    // Tells shapes and costs before a run; null where the format has no such graph.
    std::shared_ptr<const OnnxShapes> graph;
    // Words a failure of the warm-up as the format can; empty: as it is.
    std::function<std::string(const std::string &)> explain;
};

// `instances` of 0 describes only: ONNX then loads nothing into OpenCV, the others one instance.
Result<OpenCvParts> loadOnnxParts(const ModelFiles &files, int instances);
// What that many instances will keep in memory, from the file alone; free sizes are tried as small
// as `most` (0: no limit) asks for.
Result<Bytes> estimateOnnx(const ModelFiles &files, int instances, Bytes most);
// What OpenCV's layers must make where the tensors of the graph have these shapes.
ExpectedShapes layerShapesOf(const OnnxShapes &graph,
                             const std::vector<std::optional<Shape>> &shapes);
Result<OpenCvParts> loadCaffeParts(const ModelFiles &files, int instances);
Result<OpenCvParts> loadTensorFlowParts(const ModelFiles &files, int instances);
Result<OpenCvParts> loadDarknetParts(const ModelFiles &files, int instances);
Result<OpenCvParts> loadTorchParts(const ModelFiles &files, int instances);
Result<OpenCvParts> loadMlParts(const ModelFiles &files, int instances);

} // namespace warmbench
