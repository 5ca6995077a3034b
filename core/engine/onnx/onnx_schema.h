// Finds libonnx's description of an operator.
// Thread: any; pure functions. Private to this room: includes onnx headers.
#pragma once

#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>

namespace warmbench {

// The newest version of the operator that libonnx knows and the model may use, whether or not the
// node fits it. Null: it knows none.
const onnx::OpSchema *namedSchemaOf(const onnx::ModelProto &model, const onnx::NodeProto &node);
// Null if libonnx does not know the node's operator in this version, or not with such inputs and
// attributes.
const onnx::OpSchema *schemaOf(const onnx::ModelProto &model, const onnx::NodeProto &node);

} // namespace warmbench
