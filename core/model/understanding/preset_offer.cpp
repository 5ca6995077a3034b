#include "model/understanding/preset_offer.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

// The classes of ImageNet, or the background before them: [N, classes] or [N, classes, 1, 1].
std::int64_t imageNetClasses(const NetworkSpec &spec)
{
    for (const TensorSpec &output : spec.outputs) {
        const auto &shape = output.shape;
        if (shape.size() < 2 || (shape[1].size != 1000 && shape[1].size != 1001))
            continue;
        if (std::all_of(shape.begin() + 2, shape.end(),
                        [](const Dimension &rest) { return rest.size == 1; }))
            return shape[1].size;
    }
    return 0;
}

} // namespace

std::optional<std::string> presetOffer(const NetworkSpec &spec, const ModelSettings &settings,
                                       const InputPlan &plan)
{
    const std::int64_t classes = imageNetClasses(spec);
    const auto scale = plan.origins.find("scale");
    const bool told = scale == plan.origins.end() || scale->second != Origin::Guessed;
    if (plan.kind != InputKind::Image || settings.decoder || told || classes == 0 ||
        channelCount(plan.preprocessing.channels) != 3)
        return std::nullopt;
    const bool channelsLast = plan.preprocessing.layout == Layout::Nhwc;
    return fmt::format(
        "The {} classes look like ImageNet's, for which \"input.preset\" of a settings file may "
        "fit: {}; only what the network was trained with tells which.",
        classes,
        channelsLast ? "\"keras/tf\", \"keras/caffe\", \"keras/torch\" or \"keras/none\""
                     : "\"torchvision/resnet50_v2\" or another of torchvision's, \"timm/default\", "
                       "\"caffe\"");
}

} // namespace warmbench
