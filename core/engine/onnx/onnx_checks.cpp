#include "engine/onnx/onnx_checks.h"

#include "base/file.h"
#include "base/text.h"
#include "engine/onnx/onnx_external.h"

#include <charconv>
#include <fmt/format.h>
#include <set>
#include <utility>

namespace warmbench {

namespace {

constexpr const char *damaged = "the file is damaged: copy or export it again";
constexpr std::int64_t mostInlined = (std::int64_t(1) << 31) - 1; // protobuf's limit for a message
constexpr std::int64_t mostExternal = std::int64_t(1) << 40;

std::string dimsText(const onnx::TensorProto &tensor)
{
    std::string text;
    for (const std::int64_t extent : tensor.dims())
        text += fmt::format("{}{}", text.empty() ? "" : ", ", extent);
    return '[' + text + ']';
}

Error lies(const TensorPlace &place, const std::string &how)
{
    return failedPrecondition(fmt::format("The {} {}; {}.", place.what, how, damaged));
}

// Bytes of a tensor whose dims have been checked.
std::int64_t byteCount(const onnx::TensorProto &tensor)
{
    return (checkedCount(tensor).value_or(0) * elementBits(tensor.data_type()) + 7) / 8;
}

// Where the bytes of an external tensor are.
struct External
{
    std::filesystem::path file;
    std::int64_t offset = 0;
    std::int64_t length = -1; // -1: not given
};

bool parseNumber(const std::string &text, std::int64_t &value)
{
    const char *end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, value);
    return problem == std::errc() && stop == end && value >= 0;
}

Result<External> externalOf(const onnx::TensorProto &tensor, const TensorPlace &place,
                            const std::filesystem::path &network)
{
    External external;
    std::string location;
    bool sound = true;
    for (const auto &entry : tensor.external_data()) {
        if (entry.key() == "location")
            location = entry.value();
        else if (entry.key() == "offset")
            sound = sound && parseNumber(entry.value(), external.offset);
        else if (entry.key() == "length")
            sound = sound && parseNumber(entry.value(), external.length);
    }
    if (!sound)
        return lies(place, "has external data whose offset or length is no number");
    auto file = resolveExternal(network, location);
    if (!file)
        return std::move(file).error();
    external.file = *std::move(file);
    return external;
}

bool isExternal(const onnx::TensorProto &tensor)
{
    return tensor.data_location() == onnx::TensorProto::EXTERNAL;
}

Result<void> checkExternal(const onnx::TensorProto &tensor, const TensorPlace &place,
                           std::int64_t bytes, const std::filesystem::path &network)
{
    const auto external = externalOf(tensor, place, network);
    if (!external)
        return external.error();
    std::error_code problem;
    const auto size =
        static_cast<std::int64_t>(std::filesystem::file_size(external->file, problem));
    if (external->length >= 0 && external->length != bytes)
        return lies(place, fmt::format("of dims {} needs {} bytes but says {}", dimsText(tensor),
                                       bytes, external->length));
    if (problem || external->offset > size || bytes > size - external->offset)
        return failedPrecondition(fmt::format(
            "The {} needs bytes {} to {} of \"{}\", which has {}; copy that file again.",
            place.what, external->offset, external->offset + bytes,
            printable(external->file.filename().string()), problem ? 0 : size));
    if (!tensor.raw_data().empty())
        return lies(place, "holds its data twice");
    return {};
}

// The number of elements in all typed fields, and in the one field that belongs to the tensor's
// type.
struct TypedCounts
{
    std::int64_t all = 0;
    std::int64_t proper = 0;
};

TypedCounts typedCounts(const onnx::TensorProto &tensor)
{
    using Type = onnx::TensorProto;
    TypedCounts counts;
    counts.all = std::int64_t(tensor.float_data_size()) + tensor.int32_data_size() +
                 tensor.int64_data_size() + tensor.double_data_size() + tensor.uint64_data_size() +
                 tensor.string_data_size();
    switch (tensor.data_type()) {
    case Type::FLOAT:
    case Type::COMPLEX64:
        counts.proper = tensor.float_data_size();
        break;
    case Type::DOUBLE:
    case Type::COMPLEX128:
        counts.proper = tensor.double_data_size();
        break;
    case Type::INT64:
        counts.proper = tensor.int64_data_size();
        break;
    case Type::UINT32:
    case Type::UINT64:
        counts.proper = tensor.uint64_data_size();
        break;
    case Type::STRING:
        counts.proper = tensor.string_data_size();
        break;
    default:
        counts.proper = tensor.int32_data_size();
    }
    return counts;
}

std::int64_t typedElements(const onnx::TensorProto &tensor, std::int64_t count)
{
    const int type = tensor.data_type();
    if (type == onnx::TensorProto::COMPLEX64 || type == onnx::TensorProto::COMPLEX128)
        return 2 * count;
    return elementBits(type) == 4 ? (count + 1) / 2 : count; // two in each number
}

Result<void> checkTyped(const onnx::TensorProto &tensor, const TensorPlace &place,
                        std::int64_t count)
{
    const TypedCounts counts = typedCounts(tensor);
    const std::int64_t expected = typedElements(tensor, count);
    if (counts.all != counts.proper)
        return lies(place, "keeps its numbers in a field of another type than its own");
    if (counts.proper != expected)
        return lies(place, fmt::format("of dims {} needs {} numbers but holds {}", dimsText(tensor),
                                       expected, counts.proper));
    return {};
}

Result<void> checkTensor(const onnx::TensorProto &tensor, const TensorPlace &place,
                         const std::filesystem::path &network)
{
    const auto count = checkedCount(tensor);
    if (!count)
        return lies(place, fmt::format("has dims {}, which no tensor can have", dimsText(tensor)));
    if (tensor.has_segment())
        return failedPrecondition(fmt::format(
            "The {} is stored in segments, which nothing here reads; export the model again.",
            place.what));
    const bool strings = tensor.data_type() == onnx::TensorProto::STRING;
    const int bits = elementBits(tensor.data_type());
    if (bits == 0 && !strings)
        return lies(place, fmt::format("has the element type {}, which ONNX does not define",
                                       onnxTypeName(tensor.data_type())));
    const std::int64_t bytes = byteCount(tensor);
    if (isExternal(tensor))
        return strings ? Result<void>(lies(place, "keeps strings outside the file"))
                       : checkExternal(tensor, place, bytes, network);
    if (!tensor.has_raw_data() || tensor.raw_data().empty())
        return checkTyped(tensor, place, *count);
    if (strings || typedCounts(tensor).all != 0)
        return lies(place, "holds its data twice");
    const auto held = static_cast<std::int64_t>(tensor.raw_data().size());
    if (held != bytes)
        return lies(place,
                    fmt::format("of dims {} and type {} needs {} bytes but holds {}",
                                dimsText(tensor), onnxTypeName(tensor.data_type()), bytes, held));
    return {};
}

// A sparse tensor has values [n] and indices [n] or [n, rank] of int64 (onnx.proto,
// SparseTensorProto).
Result<void> checkSparse(const onnx::SparseTensorProto &sparse, const TensorPlace &place)
{
    onnx::TensorProto dense;
    *dense.mutable_dims() = sparse.dims();
    const auto whole = checkedCount(dense);
    const auto &values = sparse.values();
    const auto &indices = sparse.indices();
    const bool shaped = whole && values.dims_size() == 1 && values.dims(0) <= *whole &&
                        (indices.dims_size() == 1 ||
                         (indices.dims_size() == 2 && indices.dims(1) == sparse.dims_size())) &&
                        indices.dims(0) == values.dims(0) &&
                        indices.data_type() == onnx::TensorProto::INT64;
    if (!shaped)
        return lies(place, "has values, indices and dims that do not fit each other");
    return {};
}

Result<std::string> externalBytes(const onnx::TensorProto &tensor, const TensorPlace &place,
                                  const std::filesystem::path &network)
{
    const auto external = externalOf(tensor, place, network);
    if (!external)
        return external.error();
    return readFilePart(external->file, external->offset,
                        static_cast<std::size_t>(byteCount(tensor)));
}

} // namespace

Result<void> checkTensors(onnx::ModelProto &model, const std::filesystem::path &network)
{
    std::int64_t external = 0;
    const auto check = [&](const onnx::TensorProto &tensor,
                           const TensorPlace &place) -> Result<void> {
        if (auto checked = checkTensor(tensor, place, network); !checked)
            return checked;
        // The size of the file says little: many tensors may use the same bytes of it.
        external += isExternal(tensor) ? byteCount(tensor) : 0;
        if (external > mostExternal)
            return failedPrecondition(fmt::format(
                "\"{}\" has more than 1 TiB of external data; export a smaller or quantised model.",
                printable(network.filename().string())));
        return {};
    };
    return walkOnnx(model, {.tensor = check, .sparse = checkSparse, .node = {}});
}

Result<void> inlineExternalData(onnx::ModelProto &model, const std::filesystem::path &network,
                                InlinedData which)
{
    std::set<const onnx::TensorProto *> left;
    if (which == InlinedData::NoInitialisers) {
        for (const auto &tensor : model.graph().initializer())
            left.insert(&tensor);
    }
    std::int64_t inlined = 0;
    const auto inlineOne = [&](onnx::TensorProto &tensor,
                               const TensorPlace &place) -> Result<void> {
        if (!isExternal(tensor) || left.contains(&tensor))
            return {};
        inlined += byteCount(tensor);
        if (inlined > mostInlined)
            return failedPrecondition(
                fmt::format("\"{}\" has more than 2 GiB of external data, which OpenCV cannot "
                            "load; run it with ONNX Runtime, or export a quantised model.",
                            printable(network.filename().string())));
        auto bytes = externalBytes(tensor, place, network);
        if (!bytes)
            return std::move(bytes).error();
        tensor.set_raw_data(*std::move(bytes));
        tensor.clear_external_data();
        tensor.clear_data_location();
        return {};
    };
    return walkOnnx(model, {.tensor = inlineOne, .sparse = {}, .node = {}});
}

Result<std::string> gatherExternalData(onnx::ModelProto &model,
                                       const std::filesystem::path &network,
                                       const std::string &location, Bytes most)
{
    constexpr std::size_t alignment = 64;
    std::string gathered;
    for (auto &tensor : *model.mutable_graph()->mutable_initializer()) {
        if (!isExternal(tensor))
            continue;
        const auto length = static_cast<std::size_t>(byteCount(tensor));
        const std::size_t offset = (gathered.size() + alignment - 1) / alignment * alignment;
        if (offset + length > static_cast<std::size_t>(most.count))
            return Error{ErrorCode::ResourceExhausted,
                         fmt::format("\"{}\" has more than {} of external data, for which there is "
                                     "no memory; raise the budget (--memory-budget).",
                                     printable(network.filename().string()), toText(most))};
        auto bytes = externalBytes(
            tensor, {fmt::format("initialiser \"{}\"", printable(tensor.name())), nullptr},
            network);
        if (!bytes)
            return std::move(bytes).error();
        gathered.resize(offset);
        gathered += *bytes;
        tensor.clear_external_data();
        for (const auto &[key, value] :
             {std::pair("location", location), std::pair("offset", std::to_string(offset)),
              std::pair("length", std::to_string(length))}) {
            auto *entry = tensor.add_external_data();
            entry->set_key(key);
            entry->set_value(value);
        }
    }
    return gathered;
}

} // namespace warmbench
