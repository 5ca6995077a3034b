#include "engine/dnn_shape_rules.h"

#include <fmt/format.h>

namespace warmbench {

namespace {

using Shapes = std::vector<cv::dnn::MatShape>;
using Verdict = std::optional<std::string>;

// One number of each blob a channel, read without a comparison.
Verdict oneAChannel(const cv::dnn::Layer &layer, const Shapes &in)
{
    if (in.empty() || layer.blobs.empty())
        return std::nullopt;
    if (in[0].size() < 2)
        return "it needs a batch and a channel extent";
    if (layer.blobs[0].total() != static_cast<std::size_t>(in[0][1]))
        return fmt::format("it has {} numbers for {} channels", layer.blobs[0].total(), in[0][1]);
    return std::nullopt;
}

} // namespace

std::optional<std::string> misfitOf(const cv::dnn::Layer &layer, const Shapes &in, const Shapes &)
{
    if (layer.type == "BatchNorm" || layer.type == "ChannelsPReLU")
        return oneAChannel(layer, in);
    return std::nullopt;
}

} // namespace warmbench
