#include "engine/opencv/caffe_checks.h"

#include "base/text.h"
#include "engine/wire_reader.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace warmbench {

namespace {

// The limit is needed because the importer searches all layers for each input of each layer.
constexpr std::size_t mostLayers = 20'000;
constexpr std::int64_t largestExtent = 1'000'000;
constexpr std::int64_t mostNumbers = std::int64_t(1) << 30;

std::string layerText(const ProtoText &layer)
{
    return fmt::format("the layer \"{}\" ({})", printable(layer.text("name")),
                       printable(layer.text("type"), 60));
}

Error refused(const std::string &file, const ProtoText &layer, std::string_view problem)
{
    return failedPrecondition(
        fmt::format("\"{}\" cannot be run: {} {}.", file, layerText(layer), problem));
}

// Checks numbers that libraries divide by or allocate memory for.
Result<void> checkNumbers(const ProtoText &layer, const std::string &file)
{
    static const std::set<std::string, std::less<>> positive{
        "kernel_size", "kernel_h", "kernel_w",   "stride",     "stride_h", "stride_w",
        "dilation",    "group",    "num_output", "local_size", "tiles",    "factor"};
    for (const ProtoText &parameters : layer.fields) {
        if (!parameters.name.ends_with("_param"))
            continue;
        for (const ProtoText &field : parameters.fields) {
            const auto values = parameters.numbers(field.name);
            const bool sane = std::all_of(values.begin(), values.end(), [](std::int64_t value) {
                return value >= 1 && value <= largestExtent;
            });
            if (positive.contains(field.name) && !sane)
                return refused(file, layer,
                               fmt::format("has {}: {}, which must be from 1 to {}; correct it",
                                           field.name, printable(field.value, 40), largestExtent));
        }
    }
    return {};
}

// BlobShape: dim = 1, packed or as separate fields.
Result<std::vector<std::uint64_t>> dimsIn(BlockFile &file, const WireField &shape)
{
    std::vector<std::uint64_t> dims;
    WireReader reader(file, shape.begin, shape.end);
    while (const auto field = reader.next()) {
        if (field->number != 1)
            continue;
        if (field->type == WireType::Varint)
            dims.push_back(field->value);
        else if (field->type == WireType::Bytes && !readVarints(file, *field, dims))
            return failedPrecondition("a shape that ends too early");
    }
    return dims;
}

struct Blob
{
    std::vector<std::uint64_t> dims;                // of shape
    std::map<std::uint32_t, std::uint64_t> extents; // num, channels, height, width of 2013
    std::uint64_t floats = 0;
    std::uint64_t rawBytes = 0;
    std::uint64_t rawType = 0;
};

// BlobProto: num = 1 to width = 4, data = 5, shape = 7, raw_data_type = 10, raw_data = 12.
Result<Blob> blobIn(BlockFile &file, const WireField &place)
{
    Blob blob;
    WireReader reader(file, place.begin, place.end);
    while (const auto field = reader.next()) {
        if (field->number <= 4 && field->type == WireType::Varint) {
            blob.extents[field->number] = field->value;
        } else if (field->number == 5) {
            blob.floats += (field->end - field->begin) / sizeof(float);
        } else if (field->number == 7 && field->type == WireType::Bytes) {
            auto dims = dimsIn(file, *field);
            if (!dims)
                return std::move(dims).error();
            blob.dims.insert(blob.dims.end(), dims->begin(), dims->end());
        } else if (field->number == 10) {
            blob.rawType = field->value;
        } else if (field->number == 12) {
            blob.rawBytes = field->end - field->begin;
        }
    }
    if (reader.malformed() || reader.truncated())
        return failedPrecondition("numbers that end too early");
    return blob;
}

Result<void> checkBlob(const Blob &blob)
{
    std::int64_t count = 1;
    const auto grow = [&count](std::uint64_t extent) {
        const bool sane = extent >= 1 && extent <= static_cast<std::uint64_t>(mostNumbers);
        count = sane ? count * static_cast<std::int64_t>(extent) : mostNumbers + 1;
        return count <= mostNumbers;
    };
    bool sane = true;
    if (blob.extents.empty())
        sane = std::all_of(blob.dims.begin(), blob.dims.end(), grow);
    for (std::uint32_t number = 1; number <= 4 && !blob.extents.empty(); ++number)
        sane = sane && grow(blob.extents.contains(number) ? blob.extents.at(number) : 0);
    constexpr std::uint64_t float16 = 3;
    const std::uint64_t held =
        blob.floats > 0 ? blob.floats : blob.rawBytes / (blob.rawType == float16 ? 2 : 4);
    if (!sane || blob.dims.size() > 32)
        return failedPrecondition("numbers of a shape that cannot be");
    if (held != static_cast<std::uint64_t>(count))
        return failedPrecondition(fmt::format("{} numbers where its shape has {}", held, count));
    return {};
}

struct LayerBlobs
{
    std::string name;
    std::size_t blobs = 0;
};

Error damaged(const std::string &file)
{
    return failedPrecondition(fmt::format("\"{}\" is cut short or damaged; copy it again.", file));
}

// Layers of the caffemodel: layer = 100 { name = 1, blobs = 7 }, and in V1 layers = 2 { name = 4,
// blobs = 6 }.
Result<LayerBlobs> layerIn(BlockFile &file, const WireField &place, bool current,
                           const std::string &fileName)
{
    LayerBlobs layer;
    WireReader reader(file, place.begin, place.end);
    while (const auto part = reader.next()) {
        if (part->type != WireType::Bytes)
            continue;
        if (part->number == (current ? 1U : 4U))
            layer.name = file.text(part->begin, part->end);
        if (part->number != (current ? 7U : 6U))
            continue;
        ++layer.blobs;
        const auto blob = blobIn(file, *part);
        const auto sane = blob ? checkBlob(*blob) : Result<void>(blob.error());
        if (!sane)
            return failedPrecondition(
                fmt::format("\"{}\" is damaged: its layer \"{}\" has {}; copy it again.", fileName,
                            printable(layer.name), sane.error().message));
    }
    if (reader.malformed() || reader.truncated())
        return damaged(fileName);
    return layer;
}

// For each layer in the file of weights, in its order: the name and the number of blobs.
Result<std::multimap<std::string, std::size_t>> blobsByLayer(std::string_view weights,
                                                             const std::string &name)
{
    auto file = BlockFile::over(weights);
    std::multimap<std::string, std::size_t> layers;
    WireReader net(file);
    while (const auto field = net.next()) {
        const bool current = field->number == 100;
        if (field->type != WireType::Bytes || (!current && field->number != 2))
            continue;
        auto layer = layerIn(file, *field, current, name);
        if (!layer)
            return std::move(layer).error();
        if (layer->blobs > 0)
            layers.emplace(layer->name, layer->blobs);
    }
    if (net.malformed() || net.truncated())
        return damaged(name);
    return layers;
}

} // namespace

std::vector<const ProtoText *> caffeLayers(const ProtoText &net)
{
    auto layers = net.all("layer");
    return layers.empty() ? net.all("layers") : layers;
}

Result<void> checkCaffeLayers(const ProtoText &net, const std::string &file)
{
    const auto layers = caffeLayers(net);
    if (net.first("layer") && net.first("layers"))
        return failedPrecondition(fmt::format("\"{}\" mixes \"layer\" and \"layers\"; upgrade it "
                                              "with Caffe's upgrade_net_proto_text.",
                                              file));
    if (layers.size() > mostLayers)
        return failedPrecondition(
            fmt::format("\"{}\" has {} layers, more than the {} that can be run here; export the "
                        "network to ONNX.",
                        file, layers.size(), mostLayers));
    std::set<std::string> made;
    for (const ProtoText *input : net.all("input"))
        made.insert(input->value);
    for (const ProtoText *layer : layers) {
        const auto tops = layer->all("top");
        const auto bottoms = layer->all("bottom");
        const bool input = layer->text("type") == "Input";
        for (const ProtoText *bottom : bottoms) {
            if (!made.contains(bottom->value))
                return refused(file, *layer,
                               fmt::format("reads \"{}\", which no layer before it makes; correct "
                                           "its bottom",
                                           printable(bottom->value)));
        }
        if (bottoms.empty() && !input)
            return refused(file, *layer, "reads nothing; give it a bottom or remove it");
        if (tops.empty())
            return refused(file, *layer, "makes nothing; give it a top or remove it");
        for (const ProtoText *top : tops)
            made.insert(top->value);
        if (auto sane = checkNumbers(*layer, file); !sane)
            return sane;
    }
    return {};
}

// A file that is cut off between two layers can still be read, but the missing layers would compute
// without weights.
Result<void> checkCaffeWeights(const ProtoText &net, std::string_view weights,
                               const CaffeFileNames &names)
{
    static const std::map<std::string, std::size_t> weighted{
        {"Convolution", 1}, {"Deconvolution", 1}, {"InnerProduct", 1}, {"BatchNorm", 2},
        {"CONVOLUTION", 1}, {"DECONVOLUTION", 1}, {"INNER_PRODUCT", 1}};
    auto held = blobsByLayer(weights, names.weights);
    if (!held)
        return std::move(held).error();
    for (const ProtoText *layer : caffeLayers(net)) {
        const auto found = held->find(layer->text("name"));
        const std::size_t blobs = found == held->end() ? 0 : found->second;
        if (found != held->end())
            held->erase(found); // if two layers have one name, each takes its own blobs
        const auto needed = weighted.find(layer->text("type"));
        const bool fed = layer->all("bottom").size() == 1;
        if (fed && needed != weighted.end() && blobs < needed->second)
            return failedPrecondition(fmt::format(
                "\"{}\" holds no weights for {} of \"{}\": it is cut short or belongs to another "
                "network; copy the pair again.",
                names.weights, layerText(*layer), names.text));
    }
    return {};
}

} // namespace warmbench
