#include "base/file.h"
#include "base/text.h"
#include "engine/opencv/caffe_checks.h"
#include "engine/opencv/dnn_parts.h"
#include "engine/proto_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <opencv2/dnn.hpp>

namespace warmbench {

namespace {

constexpr Bytes largestText = mebibytes(64);

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
    for (const ProtoText *layer : caffeLayers(net)) {
        if (layer->text("type") != "Input")
            continue;
        const auto tops = layer->all("top");
        const ProtoText *parameters = layer->first("input_param");
        const auto given = parameters ? parameters->all("shape") : tops;
        for (std::size_t i = 0; i < tops.size(); ++i) {
            TensorSpec input{.name = tops[i]->value, .shape = {}, .producedBy = {}};
            // One shape may be given for all tops.
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

// Tops that no later layer reads, in the order of the file. A layer that works in place has the
// same name as top and bottom.
std::vector<Top> openTops(const ProtoText &net)
{
    std::vector<Top> open;
    for (const ProtoText *layer : caffeLayers(net)) {
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
    if (auto checked = checkCaffeLayers(*net, file); !checked)
        return std::move(checked).error();
    const auto weights = readFile(files.weights, largestWeights);
    if (!weights)
        return weights.error();
    const CaffeFileNames names{file, printable(files.weights.filename().string())};
    if (auto checked = checkCaffeWeights(*net, *weights, names); !checked)
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
        [&] {
            return cv::dnn::readNetFromCaffe(text->data(), text->size(), weights->data(),
                                             weights->size());
        },
        outputsOf);
}

} // namespace warmbench
