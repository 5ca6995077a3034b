// Nodes that OpenCV 4.6 crashes on, has nothing for, or answers otherwise than the file says, as
// far as a node tells it itself. Thread: pure. Private to this folder: includes onnx headers.
#pragma once

#include <onnx/onnx_pb.h>
#include <set>
#include <string>

namespace warmbench {

// Where tensors come from, by their names.
struct Origins
{
    std::set<std::string> constants; // initialisers, and what nodes make of nothing else
    std::set<std::string> quantised; // what QuantizeLinear makes
    std::set<std::string> wanted;    // what a node reads or the graph answers
    std::set<std::string> whole;     // integers that come of the graph's inputs
};
Origins originsIn(const onnx::GraphProto &graph);

// Why the node cannot be run, as a clause; null where nothing is known against it.
const char *knownFailure(const onnx::NodeProto &node, const Origins &origins);

} // namespace warmbench
