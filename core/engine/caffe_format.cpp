#include "base/file.h"
#include "base/text.h"
#include "engine/dnn_parts.h"
#include "engine/proto_text.h"
#include "engine/wire_reader.h"

#include <algorithm>
#include <fmt/format.h>
#include <opencv2/dnn.hpp>
#include <set>

namespace warmbench {

namespace {

constexpr Bytes largestText = mebibytes(64);

// The layers of a prototxt, `layer` of today or `layers` of 2014.
std::vector<const ProtoText *> layersOf(const ProtoText &net)
{
    auto layers = net.all("layer");
    return layers.empty() ? net.all("layers") : layers;
}

std::vector<Dimension> dimensions(const std::vector<std::int64_t> &extents)
{
    std::vector<Dimension> shape;
    for (const std::int64_t extent : extents)
        shape.push_back({extent > 0 ? extent : -1, ""});
    return shape;
}

// The three ways in which caffe.proto has declared inputs over the years.
std::vector<TensorSpec> inputsOf(const ProtoText &net)
{
    std::vector<TensorSpec> inputs;
    const auto names = net.all("input");
    const auto shapes = net.all("input_shape");
    const auto flat = net.numbers("input_dim");
    for (std::size_t i = 0; i < names.size(); ++i) {
        TensorSpec input{.name = names[i]->value, .shape = {}, .producedBy = {}};
        if (i < shapes.size())
            input.shape = dimensions(shapes[i]->numbers("dim"));
        else if (flat.size() >= 4 * (i + 1))
            input.shape = dimensions({flat.begin() + static_cast<std::ptrdiff_t>(4 * i),
                                      flat.begin() + static_cast<std::ptrdiff_t>(4 * i + 4)});
        inputs.push_back(std::move(input));
    }
    for (const ProtoText *layer : layersOf(net)) {
        if (layer->text("type") != "Input")
            continue;
        const auto tops = layer->all("top");
        const ProtoText *parameters = layer->first("input_param");
        const auto given = parameters ? parameters->all("shape") : tops;
        for (std::size_t i = 0; i < tops.size(); ++i) {
            TensorSpec input{.name = tops[i]->value, .shape = {}, .producedBy = {}};
            // One shape may stand for all tops.
            if (parameters && !given.empty())
                input.shape = dimensions(given[std::min(i, given.size() - 1)]->numbers("dim"));
            inputs.push_back(std::move(input));
        }
    }
    return inputs;
}

struct Top
{
    std::string name;
    DnnOutput blob;
    std::string type;
};

// Tops that no later layer reads, in the order of the file. In-place layers write what they read.
std::vector<Top> openTops(const ProtoText &net)
{
    std::vector<Top> open;
    for (const ProtoText *layer : layersOf(net)) {
        const auto read = layer->all("bottom");
        std::erase_if(open, [&](const Top &top) {
            return std::any_of(read.begin(), read.end(),
                               [&](const ProtoText *bottom) { return bottom->value == top.name; });
        });
        if (layer->text("type") == "Input")
            continue;
        const auto tops = layer->all("top");
        for (std::size_t i = 0; i < tops.size(); ++i)
            open.push_back({tops[i]->value, {layer->text("name"), i}, layer->text("type")});
    }
    return open;
}

// Layers that have weights in the caffemodel: layer = 100 { name = 1, blobs = 7 }, and in V1
// layers = 2 { name = 4, blobs = 6 }.
Result<std::set<std::string>> layersWithWeights(const std::filesystem::path &path)
{
    auto file = BlockFile::open(path);
    if (!file)
        return std::move(file).error();
    const auto damaged = [&] {
        return failedPrecondition(fmt::format("\"{}\" is cut short or damaged; copy it again.",
                                              printable(path.filename().string())));
    };
    std::set<std::string> layers;
    WireReader net(*file);
    while (const auto field = net.next()) {
        const bool current = field->number == 100;
        if (field->type != WireType::Bytes || (!current && field->number != 2))
            continue;
        WireReader layer(*file, field->begin, field->end);
        std::string name;
        bool blobs = false;
        while (const auto part = layer.next()) {
            if (part->number == (current ? 1U : 4U) && part->type == WireType::Bytes)
                name = file->text(part->begin, part->end);
            blobs = blobs || part->number == (current ? 7U : 6U);
        }
        if (layer.malformed() || layer.truncated())
            return damaged();
        if (blobs)
            layers.insert(name);
    }
    if (net.malformed() || net.truncated())
        return damaged();
    return layers;
}

// A file cut between two layers parses; the layers it lacks would compute with nothing.
Result<void> checkWeights(const ProtoText &net, const ModelFiles &files)
{
    static const std::set<std::string> weighted{"Convolution",  "Deconvolution", "InnerProduct",
                                                "BatchNorm",    "CONVOLUTION",   "DECONVOLUTION",
                                                "INNER_PRODUCT"};
    const auto held = layersWithWeights(files.weights);
    if (!held)
        return held.error();
    for (const ProtoText *layer : layersOf(net)) {
        const bool fed = layer->all("bottom").size() == 1;
        if (fed && weighted.contains(layer->text("type")) && !held->contains(layer->text("name")))
            return failedPrecondition(fmt::format(
                "\"{}\" holds no weights for the layer \"{}\" ({}) of \"{}\": it is cut short or "
                "belongs to another network; copy the pair again.",
                printable(files.weights.filename().string()), printable(layer->text("name")),
                printable(layer->text("type")), printable(files.network.filename().string())));
    }
    return {};
}

} // namespace

Result<OpenCvParts> loadCaffeParts(const ModelFiles &files, int instances)
{
    const auto text = readFile(files.network, largestText);
    if (!text)
        return text.error();
    const std::string file = printable(files.network.filename().string());
    const auto net = parseProtoText(*text);
    if (!net)
        return failedPrecondition(
            fmt::format("\"{}\" is damaged: {}; copy it again.", file, net.error().message));
    NetworkSpec spec;
    spec.graphName = printable(net->text("name"));
    spec.inputs = inputsOf(*net);
    if (spec.inputs.empty())
        return failedPrecondition(fmt::format(
            "\"{}\" declares no input: it describes training; use the deploy.prototxt of the same "
            "network, or replace its Data layer by an Input layer.",
            file));
    for (const TensorSpec &input : spec.inputs) {
        if (input.shape.empty())
            return failedPrecondition(fmt::format(
                "\"{}\" gives its input \"{}\" no shape; add input_shape {{ dim: .. }} to it.",
                file, printable(input.name)));
    }
    if (auto checked = checkWeights(*net, files); !checked)
        return std::move(checked).error();
    const auto outputsOf = [&net](const cv::dnn::Net &,
                                  NetworkSpec &made) -> Result<std::vector<DnnOutput>> {
        std::vector<DnnOutput> outputs;
        for (Top &top : openTops(*net)) {
            made.outputs.push_back(
                {.name = top.name, .shape = {}, .producedBy = printable(top.type, 60)});
            outputs.push_back(std::move(top.blob));
        }
        return outputs;
    };
    return readInstances(
        files, instances, std::move(spec),
        [&] { return cv::dnn::readNetFromCaffe(files.network.string(), files.weights.string()); },
        outputsOf);
}

} // namespace warmbench
