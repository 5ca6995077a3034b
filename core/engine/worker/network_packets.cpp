#include "engine/worker/network_packets.h"

#include <algorithm>
#include <cstring>

namespace warmbench {

namespace {

constexpr std::size_t alignment = 64;
constexpr std::size_t mostExtents = 64; // of a tensor; no engine has more

enum Place : std::int64_t { Here, Shared, Texts };

// So many as the packet says, and no more than it has room for.
template <typename Read>
auto listFrom(PacketReader &packet, Read read)
{
    std::vector<decltype(read(packet))> all;
    for (std::int64_t left = packet.number(); left > 0 && packet.good(); --left)
        all.push_back(read(packet));
    return all;
}

template <typename List, typename Write>
void putList(PacketWriter &packet, const List &list, Write write)
{
    packet.number(static_cast<std::int64_t>(std::size(list)));
    for (const auto &each : list)
        write(each);
}

void putTexts(PacketWriter &packet, const std::vector<std::string> &texts)
{
    putList(packet, texts, [&](const std::string &text) { packet.text(text); });
}

std::vector<std::string> textsFrom(PacketReader &packet)
{
    return listFrom(packet, [](PacketReader &from) { return from.text(); });
}

void putShape(PacketWriter &packet, const Shape &shape)
{
    putList(packet, shape, [&](std::int64_t extent) { packet.number(extent); });
}

Shape shapeFrom(PacketReader &packet)
{
    return listFrom(packet, [](PacketReader &from) { return from.number(); });
}

void putSpecs(PacketWriter &packet, const std::vector<TensorSpec> &specs)
{
    putList(packet, specs, [&](const TensorSpec &spec) {
        packet.text(spec.name).number(static_cast<std::int64_t>(spec.dtype)).text(spec.producedBy);
        putList(packet, spec.shape, [&](const Dimension &dimension) {
            packet.number(dimension.size).text(dimension.name);
        });
    });
}

std::optional<DType> dtypeFrom(PacketReader &packet)
{
    const std::int64_t number = packet.number();
    if (number < 0 || number > static_cast<std::int64_t>(DType::String))
        return std::nullopt;
    return static_cast<DType>(number);
}

Dimension dimensionFrom(PacketReader &packet)
{
    Dimension dimension;
    dimension.size = packet.number();
    dimension.name = packet.text();
    return dimension;
}

TensorSpec specFrom(PacketReader &packet)
{
    TensorSpec spec;
    spec.name = packet.text();
    spec.dtype = dtypeFrom(packet).value_or(DType::Float32);
    spec.producedBy = packet.text();
    spec.shape = listFrom(packet, dimensionFrom);
    return spec;
}

Result<Tensor> tensorFrom(PacketReader &packet, SharedBlock &block)
{
    const auto dtype = dtypeFrom(packet);
    Shape shape = shapeFrom(packet);
    const std::int64_t place = packet.number();
    if (!packet.good() || !dtype || shape.size() > mostExtents ||
        (*dtype == DType::String) != (place == Texts))
        return malformedPacket();
    if (place == Texts)
        return Tensor::fromStrings(std::move(shape), textsFrom(packet));
    if (place == Here) {
        const std::string bytes = packet.text();
        return Tensor::fromBytes(*dtype, std::move(shape), std::as_bytes(std::span(bytes)));
    }
    const auto offset = static_cast<std::size_t>(packet.number());
    const auto size = static_cast<std::size_t>(packet.number());
    if (!packet.good() || offset + size < offset)
        return malformedPacket();
    const auto all = block.written(offset + size);
    if (!all)
        return all.error();
    return Tensor::fromBytes(*dtype, std::move(shape), all->subspan(offset));
}

} // namespace

void put(PacketWriter &packet, const Error &error)
{
    packet.number(static_cast<std::int64_t>(error.code)).text(error.message);
}

Error errorFrom(PacketReader &packet)
{
    const std::int64_t code = packet.number();
    std::string message = packet.text();
    if (!packet.good() || code < 0 || code > static_cast<std::int64_t>(ErrorCode::Internal))
        return malformedPacket();
    return {static_cast<ErrorCode>(code), std::move(message)};
}

void put(PacketWriter &packet, std::span<const Shape> shapes)
{
    putList(packet, shapes, [&](const Shape &shape) { putShape(packet, shape); });
}

std::vector<Shape> shapesFrom(PacketReader &packet)
{
    return listFrom(packet, shapeFrom);
}

Result<void> put(PacketWriter &packet, std::span<const Tensor> tensors, SharedBlock &block)
{
    const auto aligned = [](std::size_t size) {
        return (size + alignment - 1) / alignment * alignment;
    };
    std::size_t all = 0;
    for (const Tensor &tensor : tensors)
        all += aligned(tensor.byteSize());
    std::byte *room = nullptr;
    if (all > mostSent) {
        auto made = block.room(all);
        if (!made)
            return std::move(made).error();
        room = *made;
    }
    std::size_t at = 0;
    packet.number(static_cast<std::int64_t>(tensors.size()));
    for (const Tensor &tensor : tensors) {
        packet.number(static_cast<std::int64_t>(tensor.dtype()));
        putShape(packet, tensor.shape());
        const auto bytes = tensor.bytes();
        if (tensor.dtype() == DType::String) {
            packet.number(Texts);
            putTexts(packet, tensor.strings());
        } else if (room) {
            if (!bytes.empty())
                std::memcpy(room + at, bytes.data(), bytes.size());
            packet.number(Shared)
                .number(static_cast<std::int64_t>(at))
                .number(static_cast<std::int64_t>(bytes.size()));
            at += aligned(bytes.size());
        } else {
            packet.number(Here).text({reinterpret_cast<const char *>(bytes.data()), bytes.size()});
        }
    }
    return {};
}

Result<std::vector<Tensor>> tensorsFrom(PacketReader &packet, SharedBlock &block)
{
    std::vector<Tensor> tensors;
    for (std::int64_t left = packet.number(); left > 0; --left) {
        auto tensor = tensorFrom(packet, block);
        if (!packet.good())
            return malformedPacket();
        if (!tensor)
            return std::move(tensor).error();
        tensors.push_back(*std::move(tensor));
    }
    return tensors;
}

void put(PacketWriter &packet, const LoadedFacts &facts)
{
    const NetworkSpec &spec = facts.spec;
    packet.number(static_cast<std::int64_t>(spec.format));
    putSpecs(packet, spec.inputs);
    putSpecs(packet, spec.outputs);
    packet.number(spec.samplesApart)
        .number(spec.samplesDepend)
        .number(spec.irVersion)
        .number(spec.opset)
        .text(spec.producer)
        .text(spec.graphName)
        .text(spec.description);
    putList(packet, spec.metadata,
            [&](const auto &entry) { packet.text(entry.first).text(entry.second); });
    packet.number(spec.layerCount).number(spec.parameterCount).number(spec.weightBytes.count);
    packet.number(spec.classes.has_value());
    if (spec.classes) {
        packet.number(static_cast<std::int64_t>(spec.classes->output));
        putTexts(packet, spec.classes->names);
    }
    putList(packet, spec.constantOutputs,
            [&](std::size_t output) { packet.number(static_cast<std::int64_t>(output)); });
    putTexts(packet, spec.caveats);
    packet.number(spec.takesEmpty);
    putTexts(packet, spec.warnings);
    packet.number(facts.concurrency).number(facts.batches);
    packet.number(facts.measure.weights.count)
        .number(facts.measure.activations.count)
        .number(facts.measure.flops);
    putList(packet, facts.measure.layers, [&](const LayerInfo &layer) {
        packet.text(layer.name).text(layer.type).number(layer.parameters).number(layer.flops);
        putShape(packet, layer.outputShape);
    });
}

Result<LoadedFacts> factsFrom(PacketReader &packet)
{
    LoadedFacts facts;
    NetworkSpec &spec = facts.spec;
    spec.format = static_cast<ModelFormat>(
        std::clamp<std::int64_t>(packet.number(), 0, static_cast<int>(ModelFormat::OpenCvMl)));
    spec.inputs = listFrom(packet, specFrom);
    spec.outputs = listFrom(packet, specFrom);
    spec.samplesApart = packet.number() != 0;
    spec.samplesDepend = packet.number() != 0;
    spec.irVersion = packet.number();
    spec.opset = packet.number();
    spec.producer = packet.text();
    spec.graphName = packet.text();
    spec.description = packet.text();
    for (std::int64_t left = packet.number(); left > 0 && packet.good(); --left) {
        std::string key = packet.text();
        spec.metadata[std::move(key)] = packet.text();
    }
    spec.layerCount = packet.number();
    spec.parameterCount = packet.number();
    spec.weightBytes = {packet.number()};
    if (packet.number() != 0) {
        spec.classes.emplace();
        spec.classes->output = static_cast<std::size_t>(packet.number());
        spec.classes->names = textsFrom(packet);
    }
    for (const std::int64_t output :
         listFrom(packet, [](PacketReader &from) { return from.number(); }))
        spec.constantOutputs.insert(static_cast<std::size_t>(output));
    spec.caveats = textsFrom(packet);
    spec.takesEmpty = packet.number() != 0;
    spec.warnings = textsFrom(packet);
    facts.concurrency = static_cast<int>(std::clamp<std::int64_t>(packet.number(), 1, 256));
    facts.batches = packet.number() != 0;
    facts.measure.weights = {packet.number()};
    facts.measure.activations = {packet.number()};
    facts.measure.flops = packet.number();
    facts.measure.layers = listFrom(packet, [](PacketReader &from) {
        LayerInfo layer;
        layer.name = from.text();
        layer.type = from.text();
        layer.parameters = from.number();
        layer.flops = from.number();
        layer.outputShape = shapeFrom(from);
        return layer;
    });
    const auto isOutput = [&](std::size_t index) { return index < spec.outputs.size(); };
    if (!packet.good() || !std::ranges::all_of(spec.constantOutputs, isOutput) ||
        (spec.classes && !isOutput(spec.classes->output)))
        return malformedPacket();
    return facts;
}

} // namespace warmbench
