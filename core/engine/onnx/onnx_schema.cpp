#include "engine/onnx/onnx_schema.h"

#include "engine/onnx/onnx_describe.h"

#include <algorithm>

namespace warmbench {

const onnx::OpSchema *namedSchemaOf(const onnx::ModelProto &model, const onnx::NodeProto &node)
{
    const std::string domain = node.domain() == "ai.onnx" ? std::string() : node.domain();
    const auto opset = std::clamp<std::int64_t>(opsetOf(model, domain), 0, 1000);
    return onnx::OpSchemaRegistry::Instance()->GetSchema(node.op_type(), static_cast<int>(opset),
                                                         domain);
}

const onnx::OpSchema *schemaOf(const onnx::ModelProto &model, const onnx::NodeProto &node)
{
    const auto *const schema = namedSchemaOf(model, node);
    try {
        if (schema)
            schema->Verify(node);
        return schema;
    } catch (const std::exception &) {
        return nullptr;
    }
}

} // namespace warmbench
