#include "engine/opencv/dnn_shape_rules.h"

#include "tensor/shape.h"

#include <algorithm>
#include <climits>
#include <fmt/format.h>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <opencv2/dnn/all_layers.hpp>
#include <span>
#include <string_view>

namespace warmbench {

namespace {

using cv::dnn::MatShape;
using Verdict = std::optional<std::string>;

struct Sight
{
    const cv::dnn::Layer &layer;
    const std::vector<MatShape> &in;
    const std::vector<MatShape> &out;

    const MatShape &first() const { return in[0]; }
    const std::vector<cv::Mat> &blobs() const { return layer.blobs; }
};

std::int64_t elements(std::span<const int> shape)
{
    return std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
}

// Layers count with 31 bits.
constexpr std::int64_t largestInt = std::numeric_limits<int>::max();

bool possible(const std::vector<MatShape> &shapes)
{
    return std::all_of(shapes.begin(), shapes.end(), [](const MatShape &shape) {
        std::int64_t count = 1;
        return std::all_of(shape.begin(), shape.end(), [&](int extent) {
            count = extent < 1 || count > largestInt ? largestInt + 1 : count * extent;
            return count <= largestInt;
        });
    });
}

bool allAlike(const std::vector<MatShape> &shapes)
{
    return std::all_of(shapes.begin(), shapes.end(),
                       [&](const MatShape &shape) { return shape == shapes[0]; });
}

Verdict require(bool holds, const char *otherwise)
{
    return holds ? std::nullopt : Verdict(otherwise);
}

Verdict alike(const Sight &sight)
{
    return require(allAlike(sight.in), "its inputs have different shapes");
}

Verdict oneAChannel(const Sight &sight)
{
    if (sight.first().size() < 2 || sight.blobs().empty())
        return "it needs weights, a batch and a channel extent";
    const auto weights = sight.blobs()[0].total();
    if (weights != static_cast<std::size_t>(sight.first()[1]))
        return fmt::format("it has {} numbers for {} channels", weights, sight.first()[1]);
    return std::nullopt;
}

Verdict slopes(const Sight &sight)
{
    const bool forAll = !sight.blobs().empty() && sight.blobs()[0].total() == 1;
    return forAll ? std::nullopt : oneAChannel(sight);
}

// Channels may differ; all other extents must be the same.
Verdict elementwise(const Sight &sight)
{
    const auto &first = sight.first();
    if (first.size() < 2 || first.size() > 5)
        return "it takes two to five extents";
    for (const MatShape &other : sight.in) {
        if (other.size() != first.size())
            return "its inputs have different numbers of extents";
        if (other[1] == first[1])
            continue;
        MatShape same = other;
        same[1] = first[1];
        if (same.size() < 4 || same != first)
            return fmt::format("its inputs have {} and {} channels", first[1], other[1]);
    }
    return std::nullopt;
}

// OpenCV has a quick way for 3x3 filters of one channel, which reads the three rows around each
// output row even if they are not there.
bool leavesRows(const cv::dnn::BaseConvolutionLayer &layer, const MatShape &in, const MatShape &out)
{
    const cv::Mat &weights = layer.blobs[0];
    if (weights.dims != 4 || weights.size[1] != 1 || weights.size[2] != 3 || weights.size[3] != 3 ||
        in.size() != 4 || layer.dilations.size() != 2 || layer.strides.empty() ||
        static_cast<std::size_t>(in[3]) < 16 + 2 * layer.dilations[1])
        return false;
    const auto dilation = static_cast<std::int64_t>(layer.dilations[0]);
    const auto stride = static_cast<std::int64_t>(layer.strides[0]);
    const std::int64_t before =
        layer.padMode == "SAME" ? std::max<std::int64_t>(0, (2 - (in[2] - 1 + stride) % stride) / 2)
        : layer.pads_begin.empty() ? 0
                                   : static_cast<std::int64_t>(layer.pads_begin[0]);
    return in[2] < 2 * dilation || (out[2] - 1) * stride - before + dilation > in[2] - 1;
}

Verdict convolution(const Sight &sight)
{
    const auto *layer = dynamic_cast<const cv::dnn::BaseConvolutionLayer *>(&sight.layer);
    const auto &in = sight.first();
    if (!layer || layer->blobs.empty())
        return "its weights are computed";
    const cv::Mat &weights = layer->blobs[0];
    if (std::ssize(in) != weights.dims)
        return fmt::format("its weights have {} extents for an input of {}", weights.dims,
                           in.size());
    if (layer->numOutput != weights.size[0])
        return fmt::format("it has weights for {} filters and makes {}", weights.size[0],
                           layer->numOutput);
    const bool padded = layer->padMode.empty();
    for (std::size_t i = 0; layer->padMode != "SAME" && i < layer->kernel_size.size(); ++i) {
        const std::size_t around =
            padded && i < layer->pads_begin.size() && i < layer->pads_end.size()
                ? layer->pads_begin[i] + layer->pads_end[i]
                : 0;
        const std::size_t window =
            (i < layer->dilations.size() ? layer->dilations[i] : 1) * (layer->kernel_size[i] - 1) +
            1;
        if (i + 2 < in.size() && static_cast<std::size_t>(in[i + 2]) + around < window)
            return fmt::format("its window of {} does not fit into {}", window,
                               static_cast<std::size_t>(in[i + 2]) + around);
    }
    return require(!leavesRows(*layer, in, sight.out[0]),
                   "its windows would reach rows that are not there");
}

Verdict transposedConvolution(const Sight &sight)
{
    const auto *layer = dynamic_cast<const cv::dnn::BaseConvolutionLayer *>(&sight.layer);
    const auto &in = sight.first();
    if (!layer || layer->blobs.empty() || in.size() != 4 || layer->blobs[0].dims != 4)
        return "it takes four extents and constant weights";
    const cv::Mat &weights = layer->blobs[0];
    const std::int64_t pixels = elements(std::span(in).subspan(2));
    const auto each = static_cast<std::int64_t>(weights.total()) / std::max(weights.size[0], 1);
    if (pixels > largestInt / std::max<std::int64_t>(each, 1))
        return "it would need a buffer of more than 2^31 numbers";
    const bool single = weights.size[2] == 1 && weights.size[3] == 1 &&
                        std::all_of(layer->strides.begin(), layer->strides.end(),
                                    [](std::size_t stride) { return stride == 1; });
    return require(!single || std::equal(in.begin() + 2, in.end(), sight.out[0].begin() + 2,
                                         sight.out[0].end()),
                   "it would make another height and width than it reads");
}

Verdict pooling(const Sight &sight)
{
    const auto *layer = dynamic_cast<const cv::dnn::PoolingLayer *>(&sight.layer);
    const auto &in = sight.first();
    // The first extent of the output is the number of regions.
    const bool regions = sight.in.size() > 1;
    if (!layer || in.size() < 3 || in.size() > 5)
        return "it needs a batch, a channel and at least one more extent";
    if (regions)
        return std::nullopt;
    const std::size_t rank = in.size() - 2;
    if (sight.out[0].size() != in.size() ||
        (!layer->globalPooling && layer->kernel_size.size() < rank))
        return "its window has another number of extents than its input";
    const auto &global = layer->isGlobalPooling;
    if (global.size() >= rank &&
        !std::equal(global.end() - static_cast<std::ptrdiff_t>(rank) + 1, global.end(),
                    global.end() - static_cast<std::ptrdiff_t>(rank)))
        return "it pools some extents as a whole and not the others";
    if (rank != 1 || layer->globalPooling || layer->strides.empty() || layer->pads_begin.empty())
        return std::nullopt;
    return require(layer->pads_begin[0] < layer->kernel_size[0] &&
                       static_cast<std::size_t>(sight.out[0][2] - 1) * layer->strides[0] <
                           static_cast<std::size_t>(in[2]) + layer->pads_begin[0],
                   "its windows would begin behind the end");
}

Verdict normalisation(const Sight &sight)
{
    const auto *layer = dynamic_cast<const cv::dnn::MVNLayer *>(&sight.layer);
    const auto &in = sight.first();
    if (!layer || in.empty() || !allAlike(sight.in))
        return "its inputs have different shapes";
    const std::int64_t rows =
        layer->acrossChannels || in.size() < 2 ? in[0] : std::int64_t(in[0]) * in[1];
    return require(elements(in) != rows, "there is one number alone to normalise");
}

Verdict scale(const Sight &sight)
{
    const auto *layer = dynamic_cast<const cv::dnn::ScaleLayer *>(&sight.layer);
    if (!layer) // the types Shift and Compare use this rule too
        return std::nullopt;
    const auto &in = sight.first();
    if (layer->axis < 0 || layer->axis >= std::ssize(in))
        return "its axis names no extent";
    std::int64_t weights = 0;
    if (!sight.blobs().empty())
        weights = static_cast<std::int64_t>(sight.blobs()[0].total());
    else if (sight.in.size() > 1)
        weights = elements(sight.in[1]);
    std::int64_t covered = 1;
    for (auto extent = in.begin() + layer->axis; extent != in.end() && covered != weights; ++extent)
        covered *= *extent;
    return covered == weights ? Verdict()
                              : fmt::format("it has {} numbers for the extents from {} on", weights,
                                            in[static_cast<std::size_t>(layer->axis)]);
}

Verdict product(const Sight &sight)
{
    const auto *layer = dynamic_cast<const cv::dnn::InnerProductLayer *>(&sight.layer);
    const auto &in = sight.first();
    if (!layer || sight.blobs().empty() || in.empty())
        return std::nullopt; // a product of two inputs; OpenCV compares these itself
    const auto rank = std::ssize(in);
    const std::ptrdiff_t axis = layer->axis < 0 ? layer->axis + rank : layer->axis;
    if (axis < 0 || axis >= rank)
        return "its axis names no extent";
    const std::int64_t columns = elements(std::span(in).subspan(static_cast<std::size_t>(axis)));
    const auto rows = std::max(sight.blobs()[0].size[0], 1);
    const auto expected = static_cast<std::int64_t>(sight.blobs()[0].total()) / rows;
    return columns == expected
               ? Verdict()
               : fmt::format("it takes {} numbers a row, not {}", expected, columns);
}

Verdict softmax(const Sight &sight)
{
    return require(sight.in.size() == 1 && sight.first().size() >= 2, "it takes one input of two "
                                                                      "extents or more");
}

Verdict unpooling(const Sight &sight)
{
    return require(sight.in.size() == 2 && sight.first().size() == 4 && allAlike(sight.in),
                   "its positions have another shape than its numbers");
}

// The blobs must have the sizes that the hidden size gives, and the first states [directions x
// batch, hidden].
Verdict longShortTerm(const Sight &sight)
{
    const auto &blobs = sight.blobs();
    if (blobs.size() < 5 || blobs[0].dims != 2 || blobs[0].cols < 1 || sight.first().size() < 2)
        return "its weights are not whole";
    const std::int64_t directions = blobs[0].rows / (4 * std::int64_t(blobs[0].cols));
    const auto &made = sight.out[0];
    const std::int64_t batch = made.size() == 2 ? made[0] : made[1];
    return require(blobs[3].rows == directions * batch && blobs[4].rows == directions * batch,
                   "its first states are for another batch");
}

Verdict oneSample(const Sight &sight)
{
    return require(sight.first().size() == 4 && sight.first()[0] == 1, "it takes one sample alone");
}

Verdict proposal(const Sight &sight)
{
    if (sight.in.size() < 3 || sight.first().size() != 4 || sight.in[1].size() != 4)
        return "it needs scores and boxes of four extents";
    const auto &scores = sight.in[0];
    const auto &boxes = sight.in[1];
    return require(scores[0] == 1 && boxes[0] == 1 && boxes[1] == 2 * scores[1] &&
                       scores[2] == boxes[2] && scores[3] == boxes[3],
                   "its scores and boxes do not fit each other");
}

Verdict detections(const Sight &sight)
{
    return require(sight.in.size() >= 3 && sight.in[2].size() >= 3 && sight.out[0].size() == 4,
                   "it needs boxes, scores and priors");
}

Verdict region(const Sight &sight)
{
    const auto &in = sight.first();
    if (in.size() != 4 || sight.blobs().empty() || sight.out[0].empty())
        return "it needs an input of four extents and anchors";
    const std::int64_t cells = std::int64_t(in[0]) * in[1] * in[2]; // channels come last
    const std::int64_t each = sight.out[0].back();
    const std::int64_t anchors = elements(sight.out[0]) / std::max<std::int64_t>(cells * each, 1);
    return require(static_cast<std::int64_t>(sight.blobs()[0].total()) >= 2 * anchors,
                   "it has too few anchors");
}

Verdict unknown(const Sight &)
{
    return "it is not known which shapes it takes";
}

using Rule = Verdict (*)(const Sight &);

// Layers that are not in this list check all shapes that they rely on.
const std::map<std::string_view, Rule> &rules()
{
    static const std::map<std::string_view, Rule> known{
        {"Accum", oneSample},
        {"BatchNorm", oneAChannel},
        {"ChannelsPReLU", slopes},
        {"Convolution", convolution},
        {"Correlation", alike},
        {"CumSum", unknown},
        {"DataAugmentation", unknown},
        {"Deconvolution", transposedConvolution},
        {"DetectionOutput", detections},
        {"Dropout", alike},
        {"Eltwise", elementwise},
        {"Identity", alike},
        {"InnerProduct", product},
        {"LRN", alike},
        {"LSTM", longShortTerm},
        {"MVN", normalisation},
        {"MaxUnpool", unpooling},
        {"PReLU", slopes},
        {"Permute", alike},
        {"Pooling", pooling},
        {"Proposal", proposal},
        {"Reduce", unknown},
        {"Region", region},
        {"Scale", scale},
        {"Silence", alike},
        {"SoftMax", softmax},
        {"Softmax", softmax},
    };
    return known;
}

} // namespace

std::optional<std::string> misfitOf(const cv::dnn::Layer &layer, const std::vector<MatShape> &in,
                                    const std::vector<MatShape> &out)
{
    if (!possible(in) || !possible(out))
        return "what it reads or makes would not fit into 2^31 numbers";
    const auto found = rules().find(std::string_view(layer.type));
    if (found == rules().end() || in.empty() || out.empty())
        return std::nullopt;
    return found->second({layer, in, out});
}

namespace {

// Whether the layer reads the network's own input, or a copy of it.
bool readsInput(cv::dnn::Net &net, const std::string &name)
{
    const auto read = net.getLayerInputs(net.getLayerId(name));
    return std::any_of(read.begin(), read.end(), [&](const cv::Ptr<cv::dnn::Layer> &one) {
        const bool copies = one->type == "Identity" || one->type == "Dropout";
        return one == net.getLayer(0) || (copies && readsInput(net, one->name));
    });
}

} // namespace

std::optional<std::size_t> ranksMade(const cv::dnn::Layer &layer)
{
    const auto *reshape = dynamic_cast<const cv::dnn::ReshapeLayer *>(&layer);
    const bool whole = reshape && reshape->newShapeRange.start == 0 &&
                       (reshape->newShapeRange.end < 0 || reshape->newShapeRange.end == INT_MAX);
    return whole && !reshape->newShapeDesc.empty() ? std::optional(reshape->newShapeDesc.size())
                                                   : std::nullopt;
}

bool hasWindows(const cv::dnn::Layer &layer)
{
    return layer.type == "Convolution" || layer.type == "Deconvolution" || layer.type == "Pooling";
}

Bytes scratchOf(const cv::dnn::Layer &layer, const std::vector<MatShape> &in)
{
    if (layer.type != "Deconvolution" || layer.blobs.empty() || in.empty() || in[0].size() < 3)
        return {};
    const cv::Mat &weights = layer.blobs[0];
    const auto each = static_cast<std::int64_t>(weights.total()) / std::max(weights.size[0], 1);
    return {4 * each * elements(std::span(in[0]).subspan(2))};
}

bool mayFuse(cv::dnn::Net &net)
{
    const auto isProduct = [](const cv::Ptr<cv::dnn::Layer> &layer) {
        return layer->type == "InnerProduct";
    };
    const auto names = net.getLayerNames();
    return std::none_of(names.begin(), names.end(), [&](const cv::String &name) {
        const auto layer = net.getLayer(net.getLayerId(name));
        if (layer->type == "MVN" || layer->type == "Deconvolution")
            return true;
        if (layer->type == "Concat" && readsInput(net, layer->name))
            return true; // the input would not be copied to the result
        // It cannot be joined to a product: its channels are not the columns.
        if (layer->type == "BatchNorm") {
            const auto read = net.getLayerInputs(net.getLayerId(name));
            return std::any_of(read.begin(), read.end(), isProduct);
        }
        return isProduct(layer) && layer->blobs.empty();
    });
}

} // namespace warmbench
