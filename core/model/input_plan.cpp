#include "model/input_plan.h"

#include "base/text.h"
#include "model/image_plan.h"
#include "model/picture_channels.h"
#include "model/table_plan.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

// Keys of a picture that the settings name, for messages; empty if there are none.
std::string imageKeyIn(const InputSettings &input)
{
    const std::array<std::pair<const char *, bool>, 17> keys{{
        {"preset", input.preset.has_value()},
        {"width", input.width.has_value()},
        {"height", input.height.has_value()},
        {"channels", input.channels.has_value()},
        {"layout", input.layout.has_value()},
        {"resize", input.resize.has_value()},
        {"shorter_side", input.shorterSide.has_value()},
        {"longest_side", input.longestSide.has_value()},
        {"multiple_of", input.multipleOf.has_value()},
        {"pad_to", input.padTo.has_value()},
        {"pad_value", input.padValue || input.padsWithMean},
        {"pad_position", input.padPosition.has_value()},
        {"interpolation", input.interpolation.has_value()},
        {"antialias", input.antialias.has_value()},
        {"scale", input.scale.has_value()},
        {"mean", input.mean.has_value()},
        {"std", input.std.has_value()},
    }};
    const auto *found =
        std::find_if(keys.begin(), keys.end(), [](const auto &key) { return key.second; });
    return found == keys.end() ? "" : found->first;
}

bool numeric(const TensorSpec &input)
{
    return input.dtype != DType::String && input.dtype != DType::Bool;
}

// A picture without a batch dimension, as torchvision's detectors take it.
bool isUnbatchedImage(const TensorSpec &input)
{
    return numeric(input) && input.shape.size() == 3 && input.shape[0].size == 3;
}

// Whether the input has the shape of a picture, with channels first or last.
bool hasImageShape(const TensorSpec &input)
{
    const auto usual = [](const Dimension &d) {
        return d.free() || (d.size >= 1 && d.size <= largestPlannedSide);
    };
    if (!numeric(input) || input.shape.size() != 4 ||
        !std::all_of(input.shape.begin(), input.shape.end(), usual))
        return false;
    const ChannelPlaces places = channelPlaces(input);
    return places.first || places.last;
}

// Whether a source other than the settings says that pictures go to this input.
bool toldForPictures(const TensorSpec &input, std::span<const Hints> hints)
{
    return hasImageShape(input) && std::any_of(hints.begin(), hints.end(), [&](const Hints &one) {
               return one.input.name == input.name;
           });
}

Result<std::size_t> chooseInput(const NetworkSpec &spec, const InputSettings &settings,
                                std::span<const Hints> hints)
{
    if (!settings.name) {
        auto image =
            std::find_if(spec.inputs.begin(), spec.inputs.end(),
                         [&](const TensorSpec &input) { return toldForPictures(input, hints); });
        if (image == spec.inputs.end())
            image = std::find_if(spec.inputs.begin(), spec.inputs.end(), hasImageShape);
        return image == spec.inputs.end() || !settings.features.empty()
                   ? std::size_t(0)
                   : static_cast<std::size_t>(image - spec.inputs.begin());
    }
    std::vector<std::string> names;
    for (const TensorSpec &input : spec.inputs) {
        if (input.name == *settings.name)
            return names.size();
        names.push_back(input.name);
    }
    return invalidArgument(fmt::format(
        "The settings' \"input.name\" is \"{}\", but the network's inputs are {}; correct it or "
        "leave it out.",
        printable(*settings.name, 60), joined(names)));
}

} // namespace

const char *originName(Origin origin)
{
    switch (origin) {
    case Origin::Guessed:
        return "guessed";
    case Origin::Network:
        return "network";
    case Origin::Form:
        return "output form";
    case Origin::Beside:
        return "file beside the model";
    case Origin::Metadata:
        return "metadata";
    case Origin::SettingsFile:
        return "settings file";
    case Origin::User:
        break;
    }
    return "you";
}

std::string originText(const InputPlan &plan, const std::string &key)
{
    if (const auto source = plan.sources.find(key); source != plan.sources.end())
        return source->second;
    const auto origin = plan.origins.find(key);
    return originName(origin == plan.origins.end() ? Origin::Guessed : origin->second);
}

Result<InputPlan> planInput(const NetworkSpec &spec, const ModelSettings &settings,
                            std::span<const Hints> hints)
{
    InputPlan plan;
    const auto index = chooseInput(spec, settings.input, hints);
    if (!index)
        return index.error();
    plan.index = *index;
    plan.origins["name"] = settings.input.name ? Origin::SettingsFile : Origin::Network;
    if (spec.inputs.empty())
        return plan;

    const TensorSpec &input = spec.inputs[plan.index];
    const std::string imageKey = imageKeyIn(settings.input);
    if (imageKey.empty() && !settings.input.name && hasColumns(spec)) {
        if (const auto done = planColumns(spec, settings.input, hints, plan); !done)
            return done.error();
        return plan;
    }
    if (!settings.input.features.empty()) {
        if (!imageKey.empty())
            return invalidArgument(fmt::format(
                "The settings have \"input.features\" of a table and \"input.{}\" of a picture; "
                "leave one of them out.",
                imageKey));
        if (const auto done = planFeatures(input, settings.input, hints, plan); !done)
            return done.error();
        return plan;
    }
    const bool unbatched = isUnbatchedImage(input);
    if (!imageKey.empty() && ((input.shape.size() != 4 && !unbatched) || !numeric(input)))
        return invalidArgument(fmt::format(
            "The settings' \"input.{}\" is about a picture, but input {} of {} takes none, which "
            "would have four dimensions; leave the key out or set \"input.name\".",
            imageKey, namedInput(input), dtypeName(input.dtype)));
    // Three planes alone may be anything, unless boxes come out.
    if (!imageKey.empty() || hasImageShape(input) || (unbatched && settings.decoder)) {
        plan.kind = InputKind::Image;
        plan.companions = companionsOf(spec, plan.index);
        if (const auto done = planImage(input, settings, hints, plan); !done)
            return done.error();
        if (input.shape.size() == 4 && input.shape[0].size > 1)
            plan.warnings.push_back(
                fmt::format("Input {} takes {} pictures at a time; each one that is sent fills all "
                            "of them. Export the network with a batch of 1, or a free one, to run "
                            "it {} times as fast.",
                            namedInput(input), input.shape[0].size, input.shape[0].size));
        return plan;
    }
    if (spec.inputs.size() == 1 && isRow(input)) {
        if (const auto done = planFeatures(input, settings.input, hints, plan); !done)
            return done.error();
    }
    return plan;
}

} // namespace warmbench
