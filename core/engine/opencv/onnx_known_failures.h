// Finds nodes that OpenCV 4.6 crashes on, does not support, or computes otherwise than the file
// says, if the node alone shows it. Thread: any; pure functions. Private to this folder: includes
// onnx headers.
#pragma once

#include <onnx/onnx_pb.h>
#include <set>
#include <string>

namespace warmbench {

// Names of tensors, by where they come from.
struct Origins
{
    std::set<std::string> constants; // initialisers, and results of nodes that read nothing else
    std::set<std::string> quantised; // outputs of QuantizeLinear
    std::set<std::string> wanted;    // tensors that a node reads or that are outputs of the graph
    std::set<std::string> whole;     // integers that are computed from the graph's inputs
};
Origins originsIn(const onnx::GraphProto &graph);

// Empty if the node has no such attribute.
std::string textAttribute(const onnx::NodeProto &node, const char *name);

// Why the node cannot be run, as a clause; null if no failure is known.
const char *knownFailure(const onnx::NodeProto &node, const Origins &origins);

} // namespace warmbench
