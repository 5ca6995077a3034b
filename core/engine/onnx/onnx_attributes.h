// Writes an attribute of an ONNX node as a short text for people.
// Thread: any; a pure function. Private to this room: includes onnx headers.
#pragma once

#include <onnx/onnx_pb.h>
#include <string>

namespace warmbench {

// Printable, some 200 characters at most: long lists are cut and tell their length, tensors tell
// type and shape, and their numbers if these are few.
std::string attributeText(const onnx::AttributeProto &attribute);

} // namespace warmbench
