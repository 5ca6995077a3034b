// Makes tensors of the maps among the outputs of an ONNX model, and finds the names of its classes.
//
// Exported scikit-learn classifiers end in ZipMap, which makes a list of maps from class to score:
// the model is changed to hand over the scores as they were, [N, classes], and the classes become
// names. Thread: pure functions. Private to this room: includes onnx headers.
#pragma once

#include "engine/network_spec.h"

#include <map>
#include <onnx/onnx_pb.h>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

// By the name of an output, the names of its classes in order.
using ClassesOfOutputs = std::map<std::string, std::vector<std::string>>;

// Replaces ZipMap nodes that make outputs of the graph; other graphs stay as they are.
ClassesOfOutputs replaceMaps(onnx::ModelProto &model);

// The first output whose classes have names: one that was a ZipMap's, that holds the scores of a
// classifier of ai.onnx.ml, or that stands beside a label which is taken from a list by its place.
std::optional<ClassNames> classNamesOf(const onnx::GraphProto &graph,
                                       const ClassesOfOutputs &replaced);

} // namespace warmbench
