// Tensors at the border to ONNX Runtime: ours become its values for a run, and its values become
// ours. Element types pass unchanged, except that bfloat16 is float32 on our side.
// Thread: any. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/onnxruntime/ort_library.h"
#include "tensor/tensor.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace warmbench {

// What the library says of an input, an output or a value; nothing if it is no tensor of a type
// that we know.
struct OrtTensorType
{
    DType dtype = DType::Float32;
    bool bfloat16 = false; // dtype is then Float32
    Shape shape;           // -1: free
};
std::optional<OrtTensorType> tensorTypeOf(const OrtTypeInfo *type);

// A value for the length of a run; the tensor must live as long, because its numbers are not
// copied.
class OrtInput
{
public:
    static Result<OrtInput> of(const Tensor &tensor, bool asBfloat16);
    const OrtValue *value() const { return m_value.get(); }

private:
    std::vector<std::uint16_t> m_bfloat16; // the numbers, if they had to be converted
    OrtPtr<OrtValue> m_value;
};

// A copy of an output; a sequence of tensors of one shape is stacked: [length, ...]. An optional
// output that is not there, and an empty sequence, have no elements. FailedPrecondition: it holds
// no tensors of a type that we know. InvalidArgument: the tensors of a sequence differ in shape.
Result<Tensor> tensorOf(const OrtValue *value, const TensorSpec &spec);

} // namespace warmbench
