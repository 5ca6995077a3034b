#include "engine/onnx/onnx_weights.h"

#include "base/file.h"
#include "base/text.h"
#include "engine/onnx/onnx_external.h"
#include "engine/onnx/onnx_walk.h"
#include "engine/quiet_protobuf.h"
#include "engine/wire_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <onnx/onnx_pb.h>
#include <optional>
#include <vector>

namespace warmbench {

namespace {

// Field numbers of onnx.proto that lead from a model to initialisers, the graph's own first.
enum class WireMessage : std::uint8_t { Model, Graph, Node, Attribute, Sparse, Tensor };
struct WireStep
{
    WireMessage from;
    std::uint32_t field;
    WireMessage to;
};
constexpr WireStep steps[] = {
    {WireMessage::Model, 7, WireMessage::Graph},
    {WireMessage::Graph, 5, WireMessage::Tensor},
    {WireMessage::Graph, 15, WireMessage::Sparse},
    {WireMessage::Sparse, 1, WireMessage::Tensor},
    {WireMessage::Graph, 1, WireMessage::Node},
    {WireMessage::Node, 5, WireMessage::Attribute},
    {WireMessage::Attribute, 6, WireMessage::Graph},
    {WireMessage::Attribute, 11, WireMessage::Graph},
};
constexpr int deepestMessage = 100; // protobuf's own limit
constexpr std::size_t longestTensorName = 65536;
constexpr std::uint64_t pieceBytes = std::uint64_t{1} << 20;

struct Range
{
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

bool isNamed(BlockFile &file, const WireField &tensor, const std::string &name)
{
    WireReader reader(file, tensor.begin, tensor.end);
    while (const auto field = reader.next()) {
        if (field->number == 8)
            return file.text(field->begin, field->end, longestTensorName) == name;
    }
    return false;
}

std::optional<Range> find(BlockFile &file, WireMessage message, Range within, int depth,
                          const std::string &name)
{
    for (const WireStep &step : steps) {
        if (step.from != message || depth > deepestMessage)
            continue;
        WireReader reader(file, within.begin, within.end);
        while (const auto field = reader.next()) {
            if (field->number != step.field || field->type != WireType::Bytes)
                continue;
            if (step.to == WireMessage::Tensor) {
                if (isNamed(file, *field, name))
                    return Range{field->begin, field->end};
            } else if (auto found =
                           find(file, step.to, {field->begin, field->end}, depth + 1, name)) {
                return found;
            }
        }
    }
    return std::nullopt;
}

// Counts the numbers of one tensor; bfloat16 by way of float32.
class Counter
{
public:
    explicit Counter(int onnxType)
        : m_bfloat16(onnxType == onnx::TensorProto::BFLOAT16)
        , m_dtype(dtypeOfOnnx(onnxType).value_or(DType::Float32))
    {
    }
    void add(std::string_view bytes)
    {
        if (!m_bfloat16) {
            m_values.add(m_dtype, std::as_bytes(std::span(bytes)));
            return;
        }
        std::vector<std::uint32_t> wide(bytes.size() / 2);
        for (std::size_t i = 0; i < wide.size(); ++i) {
            std::uint16_t half = 0;
            std::memcpy(&half, bytes.data() + 2 * i, sizeof(half));
            wide[i] = static_cast<std::uint32_t>(half) << 16U;
        }
        m_values.add(DType::Float32, std::as_bytes(std::span(wide)));
    }
    ValueStatistics result() const { return m_values.result(); }

private:
    const bool m_bfloat16;
    const DType m_dtype;
    ValueCounter m_values;
};

template <typename Stored, typename List>
std::string bytesOf(const List &list)
{
    std::string bytes(static_cast<std::size_t>(list.size()) * sizeof(Stored), '\0');
    for (int i = 0; i < list.size(); ++i) {
        const auto value = static_cast<Stored>(list[i]);
        std::memcpy(bytes.data() + static_cast<std::size_t>(i) * sizeof(Stored), &value,
                    sizeof(Stored));
    }
    return bytes;
}

// The numbers that the file keeps one by one, as a block.
std::string packed(const onnx::TensorProto &tensor)
{
    const int bits = elementBits(tensor.data_type());
    switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
        return bytesOf<float>(tensor.float_data());
    case onnx::TensorProto::DOUBLE:
        return bytesOf<double>(tensor.double_data());
    case onnx::TensorProto::INT64:
        return bytesOf<std::int64_t>(tensor.int64_data());
    case onnx::TensorProto::UINT64:
        return bytesOf<std::uint64_t>(tensor.uint64_data());
    case onnx::TensorProto::UINT32:
        return bytesOf<std::uint32_t>(tensor.uint64_data());
    default:
        return bits == 8    ? bytesOf<std::uint8_t>(tensor.int32_data())
               : bits == 16 ? bytesOf<std::uint16_t>(tensor.int32_data())
                            : bytesOf<std::int32_t>(tensor.int32_data());
    }
}

class WeightReader
{
public:
    WeightReader(const std::filesystem::path &path, const std::stop_token &stop)
        : m_path(path)
        , m_stop(stop)
    {
    }

    Result<WeightStatistics> read(const std::string &name)
    {
        auto file = BlockFile::open(m_path);
        if (!file)
            return std::move(file).error();
        const auto range = find(*file, WireMessage::Model, {0, file->size()}, 0, name);
        if (!range)
            return notFound(fmt::format("\"{}\" holds no weights named \"{}\"; \"warmbench inspect "
                                        "MODEL --layers --json\" lists them.",
                                        shown(), printable(name, 100)));
        m_found.name = name;
        if (auto done = readHead(*file, *range); !done)
            return std::move(done).error();
        const bool counted = dtypeOfOnnx(m_type) && m_type != onnx::TensorProto::STRING;
        if (!counted)
            return failedPrecondition(
                fmt::format("\"{}\" is of the type {}, whose numbers are not read here.",
                            printable(name, 100), m_found.type));
        Counter counter(m_type);
        auto done = m_found.external ? external(counter)
                    : m_raw          ? raw(counter)
                                     : typed(*range, counter);
        if (!done)
            return std::move(done).error();
        m_found.values = counter.result();
        return std::move(m_found);
    }

private:
    std::string shown() const { return printable(m_path.filename().string()); }

    Error damaged() const
    {
        return failedPrecondition(fmt::format(
            "\"{}\": \"{}\" does not hold as much data as its shape {} says; the file is cut short "
            "or damaged: copy or export it again.",
            shown(), printable(m_found.name, 100),
            shapeText(std::span<const std::int64_t>(m_found.shape))));
    }

    Result<void> readHead(BlockFile &file, Range range)
    {
        WireReader reader(file, range.begin, range.end);
        std::vector<std::uint64_t> extents;
        bool whole = true;
        while (const auto field = reader.next()) {
            if (field->number == 1 && field->type == WireType::Bytes)
                whole = readVarints(file, *field, extents) && whole;
            else if (field->number == 1)
                extents.push_back(field->value);
            else if (field->number == 2)
                m_type = static_cast<int>(field->value);
            else if (field->number == 9)
                m_raw = Range{field->begin, field->end};
            else if (field->number == 13)
                addEntry(file, *field);
            else if (field->number == 14)
                m_found.external = field->value == 1;
        }
        m_found.type = onnxTypeName(m_type);
        m_found.shape.assign(extents.begin(), extents.end());
        const auto elements = elementCount(m_found.shape);
        if (!elements || !whole || reader.malformed() || reader.truncated())
            return damaged();
        const auto bits = static_cast<std::size_t>(elementBits(m_type));
        m_found.bytes = {static_cast<std::int64_t>((*elements * bits + 7) / 8)};
        return {};
    }

    void addEntry(BlockFile &file, const WireField &entry)
    {
        WireReader pair(file, entry.begin, entry.end);
        std::string key;
        std::string value;
        while (const auto field = pair.next())
            (field->number == 1 ? key : value) = file.text(field->begin, field->end);
        if (key == "location")
            m_location = value;
        else if (key == "offset")
            std::from_chars(value.data(), value.data() + value.size(), m_offset);
    }

    Result<void> count(const std::filesystem::path &file, std::uint64_t begin, Counter &counter)
    {
        const std::uint64_t end = begin + static_cast<std::uint64_t>(m_found.bytes.count);
        for (std::uint64_t at = begin; at < end; at += pieceBytes) {
            if (m_stop.stop_requested())
                return Error{ErrorCode::Cancelled, "Reading the weights was ended."};
            const auto piece =
                readFilePart(file, static_cast<std::int64_t>(at), std::min(pieceBytes, end - at));
            if (!piece)
                return piece.error();
            counter.add(*piece);
        }
        return {};
    }

    Result<void> raw(Counter &counter)
    {
        if (m_raw->end - m_raw->begin != static_cast<std::uint64_t>(m_found.bytes.count))
            return damaged();
        return count(m_path, m_raw->begin, counter);
    }

    Result<void> external(Counter &counter)
    {
        const auto file = resolveExternal(m_path, m_location);
        if (!file)
            return file.error();
        if (m_offset > std::uint64_t{1} << 62U)
            return damaged();
        return count(*file, m_offset, counter);
    }

    Result<void> typed(Range range, Counter &counter)
    {
        quietenProtobuf();
        const auto bytes =
            readFilePart(m_path, static_cast<std::int64_t>(range.begin), range.end - range.begin);
        if (!bytes)
            return bytes.error();
        onnx::TensorProto tensor;
        if (!tensor.ParsePartialFromString(*bytes))
            return damaged();
        const std::string numbers = packed(tensor);
        if (numbers.size() != static_cast<std::size_t>(m_found.bytes.count))
            return damaged();
        counter.add(numbers);
        return {};
    }

    const std::filesystem::path &m_path;
    const std::stop_token &m_stop;
    WeightStatistics m_found;
    int m_type = 0;
    std::optional<Range> m_raw;
    std::string m_location;
    std::uint64_t m_offset = 0;
};

} // namespace

Result<WeightStatistics> onnxWeightStatistics(const std::filesystem::path &path,
                                              const std::string &name, const std::stop_token &stop)
{
    return WeightReader(path, stop).read(name);
}

} // namespace warmbench
