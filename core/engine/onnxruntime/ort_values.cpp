#include "engine/onnxruntime/ort_values.h"

#include "base/text.h"
#include "engine/onnx/onnx_walk.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <utility>

namespace warmbench {

namespace {

// The library numbers element types as ONNX does.
static_assert(static_cast<int>(ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) == onnx::TensorProto::FLOAT);
static_assert(static_cast<int>(ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16) ==
              onnx::TensorProto::BFLOAT16);

ONNXTensorElementDataType elementTypeOf(DType dtype)
{
    return static_cast<ONNXTensorElementDataType>(onnxTypeOf(dtype));
}

// bfloat16 is the upper half of a float32; rounded to nearest even.
std::uint16_t toBfloat16(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (value != value)
        return static_cast<std::uint16_t>((bits >> 16) | 0x40); // stays NaN
    return static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

float fromBfloat16(std::uint16_t bits)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

Error failed(const OrtFailure &failure)
{
    return {ErrorCode::Internal, fmt::format("ONNX Runtime cannot take or give a tensor: {}.",
                                             printable(failure.message))};
}

std::optional<OrtTensorType> typeOf(const OrtTensorTypeAndShapeInfo *info)
{
    ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    std::size_t rank = 0;
    OrtTensorType type;
    if (failureOf(ort().GetTensorElementType(info, &element)) ||
        failureOf(ort().GetDimensionsCount(info, &rank)))
        return std::nullopt;
    type.shape.resize(rank);
    if (failureOf(ort().GetDimensions(info, type.shape.data(), rank)))
        return std::nullopt;
    const auto dtype = dtypeOfOnnx(element);
    if (!dtype)
        return std::nullopt;
    type.dtype = *dtype;
    type.bfloat16 = element == ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16;
    return type;
}

Result<Tensor> stringsOf(const OrtValue *value, Shape shape)
{
    const auto count = elementCount(shape);
    if (!count)
        return count.error();
    std::size_t length = 0;
    if (const auto failure = failureOf(ort().GetStringTensorDataLength(value, &length)))
        return failed(*failure);
    std::string all(length, '\0');
    std::vector<std::size_t> begins(*count);
    if (*count > 0) {
        if (const auto failure = failureOf(ort().GetStringTensorContent(
                value, all.data(), length, begins.data(), begins.size())))
            return failed(*failure);
    }
    std::vector<std::string> strings;
    strings.reserve(*count);
    for (std::size_t i = 0; i < *count; ++i) {
        const std::size_t end = i + 1 < *count ? begins[i + 1] : length;
        strings.push_back(all.substr(begins[i], end - begins[i]));
    }
    return Tensor::fromStrings(std::move(shape), std::move(strings));
}

Result<OrtPtr<OrtValue>> stringValue(const Tensor &tensor)
{
    OrtAllocator *allocator = nullptr;
    OrtValue *made = nullptr;
    auto failure = failureOf(ort().GetAllocatorWithDefaultOptions(&allocator));
    if (!failure)
        failure = failureOf(
            ort().CreateTensorAsOrtValue(allocator, tensor.shape().data(), tensor.shape().size(),
                                         ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, &made));
    OrtPtr<OrtValue> value(made);
    for (std::size_t i = 0; !failure && i < tensor.strings().size(); ++i) {
        const std::string &text = tensor.strings()[i];
        char *place = nullptr;
        failure = failureOf(
            ort().GetResizedStringTensorElementBuffer(value.get(), i, text.size(), &place));
        if (!failure)
            std::copy(text.begin(), text.end(), place);
    }
    if (failure)
        return failed(*failure);
    return value;
}

} // namespace

std::optional<OrtTensorType> tensorTypeOf(const OrtTypeInfo *type)
{
    const OrtTensorTypeAndShapeInfo *info = nullptr;
    if (failureOf(ort().CastTypeInfoToTensorInfo(type, &info)) || !info)
        return std::nullopt;
    return typeOf(info);
}

Result<OrtInput> OrtInput::of(const Tensor &tensor, bool asBfloat16)
{
    OrtInput input;
    if (tensor.dtype() == DType::String) {
        auto strings = stringValue(tensor);
        if (!strings)
            return std::move(strings).error();
        input.m_value = *std::move(strings);
        return input;
    }
    // The library only reads it.
    auto *bytes = const_cast<std::byte *>(tensor.bytes().data());
    std::size_t size = tensor.byteSize();
    ONNXTensorElementDataType element = elementTypeOf(tensor.dtype());
    if (asBfloat16) {
        for (const float number : tensor.values<float>())
            input.m_bfloat16.push_back(toBfloat16(number));
        bytes = reinterpret_cast<std::byte *>(input.m_bfloat16.data());
        size = input.m_bfloat16.size() * sizeof(std::uint16_t);
        element = ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16;
    }
    static std::byte nothing{}; // a tensor without elements still needs an address
    OrtValue *value = nullptr;
    if (const auto failure = failureOf(ort().CreateTensorWithDataAsOrtValue(
            ortLibrary()->memory, bytes ? bytes : &nothing, size, tensor.shape().data(),
            tensor.shape().size(), element, &value)))
        return failed(*failure);
    input.m_value.reset(value);
    return input;
}

namespace {

Result<Tensor> stackOf(const OrtValue *sequence, const TensorSpec &spec)
{
    OrtAllocator *allocator = nullptr;
    std::size_t count = 0;
    auto failure = failureOf(ort().GetAllocatorWithDefaultOptions(&allocator));
    if (!failure)
        failure = failureOf(ort().GetValueCount(sequence, &count));
    std::vector<Tensor> elements;
    for (std::size_t i = 0; !failure && i < count; ++i) {
        OrtValue *made = nullptr;
        failure = failureOf(ort().GetValue(sequence, static_cast<int>(i), allocator, &made));
        const OrtPtr<OrtValue> value(made);
        auto element = failure ? Tensor() : tensorOf(value.get(), spec);
        if (!element)
            return element;
        elements.push_back(*std::move(element));
    }
    if (failure)
        return failed(*failure);
    if (elements.empty())
        return Tensor::create(spec.dtype, {0});
    for (const Tensor &element : elements) {
        if (element.shape() != elements.front().shape())
            return invalidArgument(fmt::format(
                "The output \"{}\" is a sequence of tensors of different shapes ({} and {}), which "
                "one tensor cannot hold; send inputs that give parts of one shape, or export the "
                "model with a tensor instead.",
                printable(spec.name), shapeText(elements.front().shape()),
                shapeText(element.shape())));
    }
    return stacked(elements);
}

} // namespace

Result<Tensor> tensorOf(const OrtValue *value, const TensorSpec &spec)
{
    if (!value)
        return Tensor::create(spec.dtype, {0});
    OrtTensorTypeAndShapeInfo *made = nullptr;
    ONNXType kind = ONNX_TYPE_UNKNOWN;
    if (!failureOf(ort().GetValueType(value, &kind)) && kind == ONNX_TYPE_SEQUENCE)
        return stackOf(value, spec);
    if (kind != ONNX_TYPE_TENSOR || failureOf(ort().GetTensorTypeAndShape(value, &made)))
        return failedPrecondition(
            fmt::format("The output \"{}\" is no tensor; export the model with tensors only.",
                        printable(spec.name)));
    const OrtPtr<OrtTensorTypeAndShapeInfo> info(made);
    auto type = typeOf(info.get());
    if (!type)
        return failedPrecondition(fmt::format("The output \"{}\" has an element type that cannot "
                                              "be used here; export the model with float32.",
                                              printable(spec.name)));
    if (type->dtype == DType::String)
        return stringsOf(value, std::move(type->shape));
    void *data = nullptr;
    if (const auto failure =
            failureOf(ort().GetTensorMutableData(const_cast<OrtValue *>(value), &data)))
        return failed(*failure);
    const auto count = elementCount(type->shape);
    if (!count)
        return count.error();
    if (type->bfloat16) {
        auto tensor = Tensor::create(DType::Float32, std::move(type->shape));
        if (!tensor)
            return tensor;
        const auto *const halves = static_cast<const std::uint16_t *>(data);
        const auto numbers = tensor->mutableValues<float>();
        for (std::size_t i = 0; i < numbers.size(); ++i)
            numbers[i] = fromBfloat16(halves[i]);
        return tensor;
    }
    return Tensor::fromBytes(
        type->dtype, std::move(type->shape),
        {static_cast<const std::byte *>(data), *count * dtypeSize(type->dtype)});
}

} // namespace warmbench
