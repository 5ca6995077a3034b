// Loads each format with OpenCV: as many instances as are wanted, and a spec that says as much as
// the file does.
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
    // False if the file has no output shapes; the warm-up finds them.
    bool outputsDeclared = true;
    // Gives shapes and costs before a run; null if the format has no such graph.
    std::shared_ptr<const OnnxShapes> graph;
    // Explains a failure of the warm-up in the words of the format; empty: the message stays as it
    // is.
    std::function<std::string(const std::string &)> explain;
};

// With 0 `instances` the network is only described: ONNX then loads nothing into OpenCV, the other
// formats one instance.
// `inner` as EngineOptions::inner.
Result<OpenCvParts> loadOnnxParts(const ModelFiles &files, int instances,
                                  const std::string &inner = {});
// Memory that so many instances will keep, from the file alone. Free sizes are tried, smaller ones
// until they fit into `most` (0: no limit).
Result<Bytes> estimateOnnx(const ModelFiles &files, int instances, Bytes most);
// The shapes that OpenCV's layers must make if the tensors of the graph have these shapes.
ExpectedShapes layerShapesOf(const OnnxShapes &graph,
                             const std::vector<std::optional<Shape>> &shapes);
Result<OpenCvParts> loadCaffeParts(const ModelFiles &files, int instances);
Result<OpenCvParts> loadTensorFlowParts(const ModelFiles &files, int instances);
Result<OpenCvParts> loadDarknetParts(const ModelFiles &files, int instances);
Result<OpenCvParts> loadTorchParts(const ModelFiles &files, int instances);
Result<OpenCvParts> loadMlParts(const ModelFiles &files, int instances);

} // namespace warmbench
