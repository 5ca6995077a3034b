// A TensorFlow graph as far as it has to be known before OpenCV's importer sees it, which follows
// inputs without end and takes lists to be as long as it needs them.
// Thread: values. Errors: FailedPrecondition. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/opencv/proto_text.h"

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
    std::vector<std::int64_t> shape; // of a Placeholder
    std::string dataFormat;
    std::vector<std::int64_t> strides;
    std::vector<std::int64_t> windows; // ksize
    std::vector<std::int64_t> dilations;
    TensorFlowConstant constant;
};

using TensorFlowGraph = std::vector<TensorFlowNode>;

// From a binary GraphDef; `file` names it in messages.
Result<TensorFlowGraph> readTensorFlowGraph(std::string_view bytes, const std::string &file);
// From its text form.
Result<TensorFlowGraph> readTensorFlowText(const ProtoText &root, const std::string &file);

// Names are unique, every input is made by a node, no node waits for itself, and each operator has
// the inputs that OpenCV takes without asking. Constants may stand in `weights` too.
Result<void> checkTensorFlowGraph(const TensorFlowGraph &graph, const TensorFlowGraph &weights,
                                  const std::string &file);

// The first node whose axes or defaults OpenCV is known to take otherwise than TensorFlow in some
// graphs; null where there is none.
const TensorFlowNode *doubtfulNode(const TensorFlowGraph &graph);

} // namespace warmbench
