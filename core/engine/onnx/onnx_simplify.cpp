#include "engine/onnx/onnx_simplify.h"

#include "engine/onnx/onnx_walk.h"

#include <set>
#include <string>

namespace warmbench {

void simplify(onnx::ModelProto &model)
{
    static const std::set<std::string> joining{"Max", "Min", "Sum", "Mean"};
    for (auto &node : *model.mutable_graph()->mutable_node()) {
        if (isStandard(node) && node.input_size() == 1 && joining.contains(node.op_type())) {
            node.set_op_type("Identity");
            node.clear_attribute(); // consumed_inputs of the first opset
        }
    }
}

} // namespace warmbench
