// Reads and checks a TensorFlow graph before OpenCV's importer sees it: the importer follows inputs
// in circles without end, and trusts that lists are as long as it needs them.
// Thread: values. Errors: FailedPrecondition. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/proto_text.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// A tensor held by a Const node.
struct TensorFlowConstant
{
    std::vector<std::int64_t> dims;
    std::uint64_t contentBytes = 0; // tensor_content
    std::uint64_t integers = 0;     // int_val
    bool integer32 = false;

    std::uint64_t integerCount() const { return contentBytes > 0 ? contentBytes / 4 : integers; }
};

struct TensorFlowNode
{
    std::string name;
    std::string op;
    std::vector<std::string> inputs;
    std::string dtype = "1";         // the number or name of a DataType
    std::vector<std::int64_t> shape; // shape of a Placeholder
    std::string dataFormat;
    std::vector<std::int64_t> strides;
    std::vector<std::int64_t> windows; // ksize
    std::vector<std::int64_t> dilations;
    TensorFlowConstant constant;
};

using TensorFlowGraph = std::vector<TensorFlowNode>;

// Reads a binary GraphDef; `file` is its name for messages.
Result<TensorFlowGraph> readTensorFlowGraph(std::string_view bytes, const std::string &file);
// Reads the text form.
Result<TensorFlowGraph> readTensorFlowText(const ProtoText &root, const std::string &file);

// Checks that names are unique, that a node makes every input, that no node waits for itself, and
// that each operator has the inputs that OpenCV uses without checking. Constants may also be in
// `weights`.
Result<void> checkTensorFlowGraph(const TensorFlowGraph &graph, const TensorFlowGraph &weights,
                                  const std::string &file);

// The first node whose axes or defaults OpenCV, in some graphs, takes otherwise than TensorFlow
// does; null if there is none.
const TensorFlowNode *doubtfulNode(const TensorFlowGraph &graph);

} // namespace warmbench
