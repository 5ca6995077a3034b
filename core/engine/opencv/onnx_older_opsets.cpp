#include "engine/opencv/onnx_older_opsets.h"

#include "engine/onnx/onnx_describe.h"
#include "engine/onnx/onnx_walk.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

namespace warmbench {

namespace {

struct NewerForm
{
    std::string_view type;
    int since;  // the opset that brought the form
    int inputs; // the least number of inputs of a node in this form
    int loads;  // the opset at which the form before this one loads
};

// tst_onnx_older_opsets tries each operator in both forms.
constexpr std::array newerForms{
    NewerForm{"Clip", 11, 2, 10},           // its bounds became inputs
    NewerForm{"GreaterOrEqual", 12, 1, 11}, // exporters wrote Less and Not before
    NewerForm{"LessOrEqual", 12, 1, 11},    // exporters wrote Greater and Not before
    NewerForm{"Split", 13, 2, 11},          // its sizes became an input
    NewerForm{"Squeeze", 13, 2, 11},        // its axes became an input
    NewerForm{"ReduceSum", 13, 1, 11},      // its axes became an input
    NewerForm{"Pad", 18, 4, 11},            // the axes were added
    // The axes of all these became an input.
    NewerForm{"ReduceL1", 18, 2, 11},
    NewerForm{"ReduceL2", 18, 2, 11},
    NewerForm{"ReduceLogSum", 18, 2, 11},
    NewerForm{"ReduceLogSumExp", 18, 2, 11},
    NewerForm{"ReduceMax", 18, 2, 11},
    NewerForm{"ReduceMean", 18, 2, 11},
    NewerForm{"ReduceMin", 18, 2, 11},
    NewerForm{"ReduceProd", 18, 2, 11},
    NewerForm{"ReduceSumSquare", 18, 2, 11},
};

// Operators that OpenCV does not support, and neither what exporters write instead of them at older
// opsets.
bool isUnknownAtAnyOpset(const std::string &type)
{
    static const std::set<std::string> types{"And",
                                             "Det",
                                             "Einsum",
                                             "EyeLike",
                                             "GatherElements",
                                             "GatherND",
                                             "Hardmax",
                                             "IsNaN",
                                             "RoiAlign",
                                             "LayerNormalization",
                                             "LpNormalization",
                                             "GridSample",
                                             "Mod",
                                             "Tile",
                                             "NonZero",
                                             "NonMaxSuppression",
                                             "ScatterElements",
                                             "ScatterND",
                                             "OneHot",
                                             "TopK",
                                             "Trilu",
                                             "Range",
                                             "Where"};
    return types.contains(type);
}

// A product with one number for each position of the last extent, as in layer normalisation: at
// every opset the importer takes them for numbers of the second extent.
bool multipliesLastExtent(const onnx::GraphProto &graph, const onnx::NodeProto &node)
{
    if (node.op_type() != "Mul")
        return false;
    return std::any_of(node.input().begin(), node.input().end(), [&](const std::string &input) {
        return std::any_of(graph.initializer().begin(), graph.initializer().end(),
                           [&](const onnx::TensorProto &tensor) {
                               return tensor.name() == input && tensor.dims_size() == 1 &&
                                      tensor.dims(0) > 1;
                           });
    });
}

bool loadsAtNoOpset(const onnx::GraphProto &graph, const onnx::NodeProto &node,
                    const Origins &origins)
{
    return !isStandard(node) || isUnknownAtAnyOpset(node.op_type()) ||
           multipliesLastExtent(graph, node) || knownFailure(node, origins);
}

} // namespace

std::optional<int> olderOpsetFor(const onnx::NodeProto &node, std::int64_t opset)
{
    for (const NewerForm &form : newerForms) {
        if (form.type == node.op_type() && opset >= form.since && node.input_size() >= form.inputs)
            return form.loads;
    }
    return std::nullopt;
}

std::optional<int> olderOpsetFor(const onnx::ModelProto &model, const onnx::NodeProto &node,
                                 const Origins &origins)
{
    const std::int64_t opset = opsetOf(model, "");
    auto oldest = olderOpsetFor(node, opset);
    for (const onnx::NodeProto &other : model.graph().node()) {
        if (!oldest || loadsAtNoOpset(model.graph(), other, origins))
            return std::nullopt;
        oldest = std::min(*oldest, olderOpsetFor(other, opset).value_or(*oldest));
    }
    return oldest;
}

} // namespace warmbench
