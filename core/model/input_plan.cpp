#include "model/input_plan.h"

#include "base/text.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace warmbench {

namespace {

// A network without a fixed size gets pictures of the size that most classifiers were trained with.
constexpr int guessedSize = 224;
constexpr int largestSide = 16384; // the largest side that preprocessing makes
// A row of at most so many numbers is shown as fields, a longer one as a tensor.
constexpr std::int64_t mostFeatures = 64;

// What Windows ML's metadata says of pictures (onnx/docs/MetadataProps.md of the ONNX repository).
struct ImageMetadata
{
    std::optional<Channels> channels;
    std::optional<double> scale;
    double mean = 0;
};

struct PixelRange
{
    std::string_view name;
    double scale;
    double mean;
};
constexpr std::array pixelRanges{
    PixelRange{"NominalRange_0_255", 1, 0},
    PixelRange{"Normalized_0_1", 1 / 255.0, 0},
    PixelRange{"Normalized_1_1", 1 / 127.5, 1},
    PixelRange{"NominalRange_16_235", 219 / 255.0, -16},
};

struct PixelFormat
{
    std::string_view name;
    Channels channels;
};
constexpr std::array pixelFormats{
    PixelFormat{"Gray8", Channels::Gray}, PixelFormat{"Rgb8", Channels::Rgb},
    PixelFormat{"Bgr8", Channels::Bgr},   PixelFormat{"Rgba8", Channels::Rgb},
    PixelFormat{"Bgra8", Channels::Bgr},
};
constexpr const char *formatKey = "Image.BitmapPixelFormat";
constexpr const char *rangeKey = "Image.NominalPixelRange";

std::string named(const TensorSpec &input)
{
    return fmt::format("\"{}\" {}", printable(input.name, 60), shapeText(input.shape));
}

// Keys of a picture that the settings name, for messages; empty if there are none.
std::string imageKeyIn(const InputSettings &input)
{
    const std::array<std::pair<const char *, bool>, 13> keys{{
        {"preset", input.imagenet.value_or(false)},
        {"width", input.width.has_value()},
        {"height", input.height.has_value()},
        {"channels", input.channels.has_value()},
        {"layout", input.layout.has_value()},
        {"resize", input.resize.has_value()},
        {"shorter_side", input.shorterSide.has_value()},
        {"pad_value", input.padValue.has_value()},
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

// Whether the input has the shape of a picture, with channels first or last.
bool hasImageShape(const TensorSpec &input)
{
    const auto channels = [](const Dimension &d) { return d.size == 1 || d.size == 3; };
    const auto usual = [](const Dimension &d) {
        return d.free() || (d.size >= 1 && d.size <= largestSide);
    };
    return numeric(input) && input.shape.size() == 4 &&
           std::all_of(input.shape.begin(), input.shape.end(), usual) &&
           (channels(input.shape[1]) || channels(input.shape[3]));
}

std::optional<std::int64_t> featureCount(const TensorSpec &input)
{
    const std::size_t rank = input.shape.size();
    if (!numeric(input) || rank == 0 || rank > 2 || input.shape.back().free())
        return std::nullopt;
    if (rank == 2 && !input.shape.front().free() && input.shape.front().size != 1)
        return std::nullopt;
    return input.shape.back().size;
}

// Makes the plan for a picture, one key after the other.
class ImagePlanner
{
public:
    ImagePlanner(const TensorSpec &input, const NetworkSpec &spec, const InputSettings &settings,
                 InputPlan &plan)
        : m_input(input)
        , m_settings(settings)
        , m_plan(plan)
        , m_how(plan.preprocessing)
        , m_preset(settings.imagenet.value_or(false))
    {
        readMetadata(spec);
    }

    Result<void> plan()
    {
        planLayout();
        for (const auto step : {&ImagePlanner::planChannels, &ImagePlanner::planSize,
                                &ImagePlanner::planResize, &ImagePlanner::planNumbers}) {
            if (auto done = (this->*step)(); !done)
                return done;
        }
        warnOfGuesses();
        return {};
    }

private:
    void from(const char *key, Origin origin) { m_plan.origins[key] = origin; }
    void warn(std::string warning) { m_plan.warnings.push_back(std::move(warning)); }
    Origin originOf(const char *key) const { return m_plan.origins.at(key); }
    bool guessed(const char *key) const { return originOf(key) == Origin::Guessed; }

    // The settings' value, else the preset's, else a guess.
    template <typename T>
    T pick(const char *key, const std::optional<T> &set, T preset, T guess)
    {
        from(key, set || m_preset ? Origin::SettingsFile : Origin::Guessed);
        return set ? *set : m_preset ? preset : guess;
    }

    void readMetadata(const NetworkSpec &spec)
    {
        if (const auto found = spec.metadata.find(formatKey); found != spec.metadata.end()) {
            const auto *format =
                std::find_if(pixelFormats.begin(), pixelFormats.end(),
                             [&](const PixelFormat &f) { return f.name == found->second; });
            if (format != pixelFormats.end())
                m_metadata.channels = format->channels;
            else
                warnUnknownMetadata(*found);
        }
        if (const auto found = spec.metadata.find(rangeKey); found != spec.metadata.end()) {
            const auto *range =
                std::find_if(pixelRanges.begin(), pixelRanges.end(),
                             [&](const PixelRange &r) { return r.name == found->second; });
            if (range != pixelRanges.end()) {
                m_metadata.scale = range->scale;
                m_metadata.mean = range->mean;
            } else {
                warnUnknownMetadata(*found);
            }
        }
    }
    void warnUnknownMetadata(const std::pair<const std::string, std::string> &entry)
    {
        warn(fmt::format("The model's metadata {} is \"{}\", which is unknown and ignored.",
                         entry.first, printable(entry.second, 60)));
    }

    const Dimension &axis(char name) const
    {
        const bool channelsLast = m_how.layout == Layout::Nhwc;
        switch (name) {
        case 'C':
            return m_input.shape[channelsLast ? 3 : 1];
        case 'H':
            return m_input.shape[channelsLast ? 1 : 2];
        default:
            return m_input.shape[channelsLast ? 2 : 3];
        }
    }

    void planLayout()
    {
        const auto fits = [](const Dimension &d) { return d.size == 1 || d.size == 3; };
        const bool first = fits(m_input.shape[1]);
        const bool last = fits(m_input.shape[3]);
        if (m_settings.layout) {
            m_how.layout = *m_settings.layout;
            return from("layout", Origin::SettingsFile);
        }
        m_how.layout = last && !first ? Layout::Nhwc : Layout::Nchw;
        from("layout", first != last ? Origin::Network : Origin::Guessed);
        if (first == last)
            warn(fmt::format("Input {} does not tell where its channels are; NCHW is a guess: set "
                             "\"input.layout\" in the settings file.",
                             named(m_input)));
    }

    Result<void> planChannels()
    {
        const Dimension &declared = axis('C');
        const auto fits = [&](Channels channels) {
            return declared.free() || declared.size == channelCount(channels);
        };
        if (!fits(Channels::Gray) && !fits(Channels::Rgb))
            return invalidArgument(fmt::format(
                "Input {} has {} channels where \"input.layout\" {} puts them; a picture has 1 or "
                "3: correct \"input.layout\" or send tensors.",
                named(m_input), declared.size, layoutName(m_how.layout)));
        if (m_settings.channels || m_preset) {
            m_how.channels = m_settings.channels.value_or(Channels::Rgb);
            if (!fits(m_how.channels))
                return invalidArgument(fmt::format(
                    "The settings' \"{}\" asks for {} channels ({}), but input {} takes {}; set "
                    "\"input.channels\" to {}.",
                    m_settings.channels ? "input.channels" : "input.preset",
                    channelCount(m_how.channels), channelsName(m_how.channels), named(m_input),
                    declared.size, declared.size == 1 ? "gray" : "rgb or bgr"));
            from("channels", Origin::SettingsFile);
            disagree("input.channels",
                     m_metadata.channels && *m_metadata.channels != m_how.channels,
                     channelsName(m_how.channels), formatKey,
                     m_metadata.channels ? channelsName(*m_metadata.channels) : "");
            return {};
        }
        if (m_metadata.channels && fits(*m_metadata.channels)) {
            m_how.channels = *m_metadata.channels;
            from("channels", Origin::Metadata);
            return {};
        }
        if (m_metadata.channels)
            warn(fmt::format("The model's metadata {} says {}, but input {} takes {} channels; the "
                             "network's shape counts.",
                             formatKey, channelsName(*m_metadata.channels), named(m_input),
                             declared.size));
        m_how.channels = declared.size == 1 ? Channels::Gray : Channels::Rgb;
        from("channels", declared.size == 1 ? Origin::Network : Origin::Guessed);
        return {};
    }

    Result<void> planSize()
    {
        const auto one = [this](const char *key, const Dimension &declared,
                                const std::optional<int> &set, int &size) -> Result<void> {
            if (set && !declared.free() && declared.size != *set)
                return invalidArgument(fmt::format(
                    "The settings' \"input.{}\" is {}, but input {} takes {}; correct it or leave "
                    "it out.",
                    key, *set, named(m_input), declared.size));
            if (!declared.free() && (declared.size < 1 || declared.size > largestSide))
                return invalidArgument(fmt::format("Input {} has a {} of {}, which no picture "
                                                   "fits; send tensors.",
                                                   named(m_input), key, declared.size));
            size = set ? *set : declared.free() ? guessedSize : static_cast<int>(declared.size);
            from(key, set               ? Origin::SettingsFile
                      : declared.free() ? Origin::Guessed
                                        : Origin::Network);
            return {};
        };
        if (auto width = one("width", axis('W'), m_settings.width, m_how.width); !width)
            return width;
        return one("height", axis('H'), m_settings.height, m_how.height);
    }

    Result<void> planResize()
    {
        const int longer = std::max(m_how.width, m_how.height);
        m_how.resize = pick("resize", m_settings.resize, ResizeMode::Crop, ResizeMode::Stretch);
        m_how.interpolation = pick("interpolation", m_settings.interpolation,
                                   Interpolation::Bilinear, Interpolation::Bilinear);
        m_how.antialias = pick("antialias", m_settings.antialias, true, true);
        from("pad_value", m_settings.padValue ? Origin::SettingsFile : Origin::Guessed);
        if (m_settings.padValue)
            m_how.padValue = static_cast<float>(*m_settings.padValue);
        from("shorter_side",
             m_settings.shorterSide || m_preset ? Origin::SettingsFile : Origin::Guessed);
        if (m_settings.shorterSide) {
            m_how.shorterSide = *m_settings.shorterSide;
        } else if (m_preset && m_how.resize == ResizeMode::Crop) {
            // 256 for the usual 224; a larger network keeps the proportion.
            m_how.shorterSide =
                longer <= 256 ? 256 : static_cast<int>(std::lround(longer * 256.0 / 224.0));
        }
        if (m_how.resize == ResizeMode::Crop && m_how.shorterSide && *m_how.shorterSide < longer)
            return invalidArgument(fmt::format(
                "The settings' \"input.shorter_side\" is {}, less than the {} x {} that are cut "
                "out of the picture afterwards; set at least {}.",
                *m_how.shorterSide, m_how.width, m_how.height, longer));
        if (m_settings.shorterSide && m_how.resize != ResizeMode::Crop)
            warn(fmt::format("\"input.shorter_side\" does nothing with \"resize\": \"{}\"; it "
                             "belongs to \"crop\".",
                             resizeModeName(m_how.resize)));
        return {};
    }

    Result<void> planNumbers()
    {
        planScale();
        m_how.mean = pick("mean", m_settings.mean, {0.485, 0.456, 0.406}, {0.0});
        m_how.std = pick("std", m_settings.std, {0.229, 0.224, 0.225}, {1.0});
        if (guessed("mean") && originOf("scale") == Origin::Metadata) {
            m_how.mean = {m_metadata.mean};
            from("mean", Origin::Metadata);
        }
        const std::size_t channels = static_cast<std::size_t>(channelCount(m_how.channels));
        for (const auto &[key, values] : {std::pair("mean", &m_how.mean), {"std", &m_how.std}}) {
            if (values->size() != 1 && values->size() != channels)
                return invalidArgument(fmt::format(
                    "The settings' \"input.{}\" has {} numbers, but a {} picture has {} "
                    "channel{}; give one number or one a channel.",
                    key, values->size(), channelsName(m_how.channels), channels,
                    channels == 1 ? "" : "s"));
        }
        return {};
    }

    void planScale()
    {
        if (m_settings.scale || m_preset) {
            m_how.scale = m_settings.scale.value_or(1 / 255.0);
            from("scale", Origin::SettingsFile);
            // With other values of mean and std another scale may mean the same.
            const bool alone = !m_settings.mean && !m_settings.std && !m_preset;
            disagree("input.scale",
                     alone && m_metadata.scale &&
                         std::abs(*m_metadata.scale - m_how.scale) > 1e-6 * *m_metadata.scale,
                     fmt::format("{:.6g}", m_how.scale), rangeKey,
                     fmt::format("{:.6g}", m_metadata.scale.value_or(0)));
        } else if (m_metadata.scale) {
            m_how.scale = *m_metadata.scale;
            from("scale", Origin::Metadata);
        } else if (!isFloating(m_input.dtype)) {
            m_how.scale = 1; // keeps 0..255; a scale to 0..1 would round to black and white
            from("scale", Origin::Network);
        } else {
            m_how.scale = 1 / 255.0;
            from("scale", Origin::Guessed);
        }
    }

    void disagree(const char *key, bool differs, const std::string &ours, const char *metadataKey,
                  const std::string &theirs)
    {
        if (differs)
            warn(fmt::format("The settings' \"{}\" says {}, the model's own metadata {} says {}; "
                             "the settings count.",
                             key, ours, metadataKey, theirs));
    }

    void warnOfGuesses()
    {
        std::vector<std::string> guesses;
        if (guessed("width") || guessed("height"))
            guesses.push_back(fmt::format("{} x {} pixels", m_how.width, m_how.height));
        if (guessed("resize"))
            guesses.emplace_back(resizeModeName(m_how.resize));
        if (guessed("channels"))
            guesses.emplace_back(channelsName(m_how.channels));
        if (guessed("scale"))
            guesses.emplace_back("scale 1/255");
        // A guess that pictures are stretched is what most people expect, so it alone needs no
        // warning.
        if (guesses.empty() || (guesses.size() == 1 && guessed("resize")))
            return;
        warn(fmt::format("How pictures become input {} is a guess in part: {}; put what the "
                         "network was trained with into a settings file beside the model.",
                         named(m_input), joined(guesses)));
    }

    const TensorSpec &m_input;
    const InputSettings &m_settings;
    InputPlan &m_plan;
    Preprocessing &m_how;
    bool m_preset;
    ImageMetadata m_metadata;
};

Result<std::size_t> chooseInput(const NetworkSpec &spec, const InputSettings &settings)
{
    if (!settings.name) {
        const auto image = std::find_if(spec.inputs.begin(), spec.inputs.end(), hasImageShape);
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

Result<void> planFeatures(const TensorSpec &input, const InputSettings &settings, InputPlan &plan)
{
    plan.kind = InputKind::Features;
    const auto count = featureCount(input);
    if (settings.features.empty()) {
        for (std::int64_t i = 1; i <= *count; ++i)
            plan.features.push_back({fmt::format("feature {}", i), {}, {}, {}, {}});
        plan.origins["features"] = Origin::Network;
        return {};
    }
    const bool freeCount =
        !input.shape.empty() && input.shape.size() <= 2 && input.shape.back().free();
    if (!freeCount && count != static_cast<std::int64_t>(settings.features.size()))
        return invalidArgument(fmt::format(
            "The settings' \"input.features\" names {} numbers, but input {} takes {}; name each "
            "number of a row, in order.",
            settings.features.size(), named(input),
            count ? std::to_string(*count) : "no row of numbers"));
    plan.features = settings.features;
    plan.origins["features"] = Origin::SettingsFile;
    return {};
}

} // namespace

const char *originName(Origin origin)
{
    switch (origin) {
    case Origin::Guessed:
        return "guessed";
    case Origin::Network:
        return "network";
    case Origin::Metadata:
        return "metadata";
    case Origin::SettingsFile:
        return "settings file";
    case Origin::User:
        break;
    }
    return "you";
}

Result<InputPlan> planInput(const NetworkSpec &spec, const ModelSettings &settings)
{
    InputPlan plan;
    const auto index = chooseInput(spec, settings.input);
    if (!index)
        return index.error();
    plan.index = *index;
    plan.origins["name"] = settings.input.name ? Origin::SettingsFile : Origin::Network;
    if (spec.inputs.empty())
        return plan;

    const TensorSpec &input = spec.inputs[plan.index];
    const std::string imageKey = imageKeyIn(settings.input);
    if (!settings.input.features.empty()) {
        if (!imageKey.empty())
            return invalidArgument(fmt::format(
                "The settings have \"input.features\" of a table and \"input.{}\" of a picture; "
                "leave one of them out.",
                imageKey));
        if (const auto done = planFeatures(input, settings.input, plan); !done)
            return done.error();
        return plan;
    }
    if (!imageKey.empty() && (input.shape.size() != 4 || !numeric(input)))
        return invalidArgument(fmt::format(
            "The settings' \"input.{}\" is about a picture, but input {} of {} takes none, which "
            "would have four dimensions; leave the key out or set \"input.name\".",
            imageKey, named(input), dtypeName(input.dtype)));
    if (!imageKey.empty() || hasImageShape(input)) {
        plan.kind = InputKind::Image;
        if (const auto done = ImagePlanner(input, spec, settings.input, plan).plan(); !done)
            return done.error();
        return plan;
    }
    const auto count = featureCount(input);
    if (count && *count <= mostFeatures && spec.inputs.size() == 1) {
        if (const auto done = planFeatures(input, settings.input, plan); !done)
            return done.error();
    }
    return plan;
}

} // namespace warmbench
