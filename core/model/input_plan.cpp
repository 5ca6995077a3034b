#include "model/input_plan.h"

#include "base/text.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <limits>
#include <optional>

namespace warmbench {

namespace {

// A network without a fixed size gets pictures of the size that most of its kind were trained with.
constexpr int guessedSize = 224;
constexpr int guessedDetectorSize = 640;
constexpr int largestSide = 16384; // the largest side that preprocessing makes
// A row of at most so many numbers is shown as fields, a longer one as a tensor.
constexpr std::int64_t mostFeatures = 64;

std::string named(const TensorSpec &input)
{
    return fmt::format("\"{}\" {}", printable(input.name, 60), shapeText(input.shape));
}

// Keys of a picture that the settings name, for messages; empty if there are none.
std::string imageKeyIn(const InputSettings &input)
{
    const std::array<std::pair<const char *, bool>, 14> keys{{
        {"preset", input.imagenet.value_or(false)},
        {"width", input.width.has_value()},
        {"height", input.height.has_value()},
        {"channels", input.channels.has_value()},
        {"layout", input.layout.has_value()},
        {"resize", input.resize.has_value()},
        {"shorter_side", input.shorterSide.has_value()},
        {"pad_value", input.padValue.has_value()},
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

// The preset "imagenet" as a source: what its torchvision namesake says.
Hints imagenetPreset()
{
    Hints preset;
    preset.origin = Origin::SettingsFile;
    preset.source = originName(Origin::SettingsFile);
    preset.input.channels = Channels::Rgb;
    preset.input.resize = ResizeMode::Crop;
    preset.input.interpolation = Interpolation::Bilinear;
    preset.input.antialias = true;
    preset.input.scale = 1 / 255.0;
    preset.input.mean = {0.485, 0.456, 0.406};
    preset.input.std = {0.229, 0.224, 0.225};
    return preset;
}

std::string shown(Channels value)
{
    return channelsName(value);
}
std::string shown(Layout value)
{
    return layoutName(value);
}
std::string shown(ResizeMode value)
{
    return resizeModeName(value);
}
std::string shown(PadPosition value)
{
    return padPositionName(value);
}
std::string shown(Interpolation value)
{
    return interpolationName(value);
}
std::string shown(bool value)
{
    return value ? "true" : "false";
}
std::string shown(int value)
{
    return std::to_string(value);
}
std::string shown(double value)
{
    return fmt::format("{:.6g}", value);
}
std::string shown(const std::vector<double> &values)
{
    std::vector<std::string> words;
    std::transform(values.begin(), values.end(), std::back_inserter(words),
                   [](double value) { return shown(value); });
    return joined(words);
}

// Makes the plan for a picture, one key after the other.
class ImagePlanner
{
public:
    ImagePlanner(const TensorSpec &input, const ModelSettings &settings,
                 std::span<const Hints> hints, InputPlan &plan)
        : m_input(input)
        , m_settings(settings.input)
        , m_detects(settings.decoder.has_value())
        , m_plan(plan)
        , m_how(plan.preprocessing)
    {
        Hints own;
        own.origin = Origin::SettingsFile;
        own.source = originName(Origin::SettingsFile);
        own.input = settings.input;
        m_sources.push_back(std::move(own));
        if (m_settings.imagenet.value_or(false)) {
            m_preset = m_sources.size();
            m_sources.push_back(imagenetPreset());
        }
        m_sources.insert(m_sources.end(), hints.begin(), hints.end());
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
    static constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();

    void from(const char *key, Origin origin, const std::string &source = {})
    {
        m_plan.origins[key] = origin;
        if (!source.empty())
            m_plan.sources[key] = source;
    }
    void warn(std::string warning) { m_plan.warnings.push_back(std::move(warning)); }
    bool guessed(const char *key) const { return m_plan.origins.at(key) == Origin::Guessed; }

    // Index of the first source up to `last` that says this; `nobody` if none does.
    template <typename T>
    std::size_t teller(std::optional<T> InputSettings::*member, std::size_t last = nobody) const
    {
        for (std::size_t i = 0; i < m_sources.size() && i <= last; ++i) {
            if (m_sources[i].input.*member)
                return i;
        }
        return nobody;
    }

    // What the first source says, else the guess. Values that belong to another one (the mean to
    // the scale) are not taken from sources after `last`, which gave that one.
    template <typename T>
    T pick(const char *key, std::optional<T> InputSettings::*member, const T &guess,
           std::size_t last = nobody)
    {
        const std::size_t index = teller(member, last);
        if (index == nobody) {
            from(key, Origin::Guessed);
            return guess;
        }
        const Hints &source = m_sources[index];
        from(key, source.origin, source.source);
        T value = *(source.input.*member);
        disagree(key, member, index);
        return value;
    }

    // Two sources that say other things are both shown. The preset and the output form only
    // fill in.
    template <typename T>
    void disagree(const char *key, std::optional<T> InputSettings::*member, std::size_t chosen)
    {
        const Hints &first = m_sources[chosen];
        for (std::size_t i = chosen + 1; i < m_sources.size(); ++i) {
            const Hints &other = m_sources[i];
            if (i == m_preset || other.origin == Origin::Form || !(other.input.*member) ||
                (belongsToScale(key) && meanTheSame(first.input, other.input)))
                continue;
            const std::string ours = shown(*(first.input.*member));
            const std::string theirs = shown(*(other.input.*member));
            if (ours != theirs)
                warn(fmt::format("The {} says \"input.{}\" is {}, the {} say {}; the first "
                                 "counts.",
                                 first.source, key, ours, other.source, theirs));
        }
    }

    static bool belongsToScale(std::string_view key)
    {
        return key == "scale" || key == "mean" || key == "std";
    }
    // Numbers of another scale with another mean or std may mean the same.
    static bool meanTheSame(const InputSettings &one, const InputSettings &other)
    {
        return one.scale && other.scale && shown(*one.scale) != shown(*other.scale) &&
               (one.mean || one.std);
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
        if (teller(&InputSettings::layout) != nobody) {
            m_how.layout = pick("layout", &InputSettings::layout, Layout::Nchw);
            return;
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
        for (std::size_t i = 0; i < m_sources.size(); ++i) {
            auto &told = m_sources[i].input.channels;
            if (!told || fits(*told))
                continue;
            if (m_sources[i].origin == Origin::SettingsFile)
                return invalidArgument(fmt::format(
                    "The settings' \"{}\" asks for {} channels ({}), but input {} takes {}; set "
                    "\"input.channels\" to {}.",
                    i == m_preset ? "input.preset" : "input.channels", channelCount(*told),
                    channelsName(*told), named(m_input), declared.size,
                    declared.size == 1 ? "gray" : "rgb or bgr"));
            warn(fmt::format("The {} say {}, but input {} takes {} channels; the network's shape "
                             "counts.",
                             m_sources[i].source, channelsName(*told), named(m_input),
                             declared.size));
            told.reset();
        }
        m_how.channels = pick("channels", &InputSettings::channels,
                              declared.size == 1 ? Channels::Gray : Channels::Rgb);
        if (guessed("channels") && declared.size == 1)
            from("channels", Origin::Network);
        return {};
    }

    Result<void> planSize()
    {
        if (auto width = planSide("width", axis('W'), &InputSettings::width, m_how.width); !width)
            return width;
        return planSide("height", axis('H'), &InputSettings::height, m_how.height);
    }

    Result<void> planSide(const char *key, const Dimension &declared,
                          std::optional<int> InputSettings::*member, int &size)
    {
        if (const auto &set = m_settings.*member; set && !declared.free() && declared.size != *set)
            return invalidArgument(fmt::format(
                "The settings' \"input.{}\" is {}, but input {} takes {}; correct it or leave "
                "it out.",
                key, *set, named(m_input), declared.size));
        if (!declared.free() && (declared.size < 1 || declared.size > largestSide))
            return invalidArgument(fmt::format("Input {} has a {} of {}, which no picture "
                                               "fits; send tensors.",
                                               named(m_input), key, declared.size));
        if (declared.free()) {
            size = pick(key, member, m_detects ? guessedDetectorSize : guessedSize);
            return {};
        }
        size = static_cast<int>(declared.size);
        from(key, m_settings.*member ? Origin::SettingsFile : Origin::Network);
        for (const Hints &source : m_sources) {
            if (const auto &told = source.input.*member; told && *told != size)
                warn(fmt::format("The {} say \"input.{}\" is {}, but input {} takes {}; the "
                                 "network's shape counts.",
                                 source.source, key, *told, named(m_input), size));
        }
        return {};
    }

    Result<void> planResize()
    {
        const int longer = std::max(m_how.width, m_how.height);
        m_how.resize = pick("resize", &InputSettings::resize, ResizeMode::Stretch);
        const std::size_t geometry = teller(&InputSettings::resize);
        m_how.interpolation =
            pick("interpolation", &InputSettings::interpolation, Interpolation::Bilinear);
        m_how.antialias = pick("antialias", &InputSettings::antialias, true);
        if (!m_how.antialias && m_how.interpolation == Interpolation::Hamming)
            return invalidArgument("\"input.interpolation\" is hamming, which needs "
                                   "\"input.antialias\" to be true.");
        m_how.padValue =
            static_cast<float>(pick("pad_value", &InputSettings::padValue, 114.0, geometry));
        m_how.padPosition =
            pick("pad_position", &InputSettings::padPosition, PadPosition::Centre, geometry);
        const int side = pick("shorter_side", &InputSettings::shorterSide, 0, geometry);
        if (side > 0) {
            m_how.shorterSide = side;
        } else if (geometry == m_preset && m_how.resize == ResizeMode::Crop) {
            // 256 for the usual 224; a larger network keeps the proportion.
            m_how.shorterSide =
                longer <= 256 ? 256 : static_cast<int>(std::lround(longer * 256.0 / 224.0));
            from("shorter_side", Origin::SettingsFile);
        }
        if (m_how.resize == ResizeMode::Crop && m_settings.shorterSide &&
            *m_settings.shorterSide < longer)
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

    // Scale, mean and std mean something together: what one source says of the scale is not mixed
    // with the mean of a lesser one.
    Result<void> planNumbers()
    {
        const bool bytes =
            !isFloating(m_input.dtype); // a scale to 0..1 would round to black and white
        dropUnfitNumbers();
        m_how.scale = pick("scale", &InputSettings::scale, bytes ? 1.0 : 1 / 255.0);
        if (guessed("scale") && bytes)
            from("scale", Origin::Network);
        const std::size_t scale = teller(&InputSettings::scale);
        m_how.mean = pick("mean", &InputSettings::mean, std::vector<double>{0}, scale);
        m_how.std = pick("std", &InputSettings::std, std::vector<double>{1}, scale);
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

    // What the settings file says wrongly is an error; other sources are not the person's own.
    void dropUnfitNumbers()
    {
        const auto channels = static_cast<std::size_t>(channelCount(m_how.channels));
        for (Hints &source : m_sources) {
            const auto fits = [&](const std::optional<std::vector<double>> &values) {
                return !values || values->size() == 1 || values->size() == channels;
            };
            InputSettings &told = source.input;
            if (source.origin == Origin::SettingsFile || (fits(told.mean) && fits(told.std)))
                continue;
            warn(fmt::format("The {} has mean and std for other channels than the {} of input {}; "
                             "they are left out.",
                             source.source, channels, named(m_input)));
            told.scale.reset();
            told.mean.reset();
            told.std.reset();
        }
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
    const bool m_detects;
    InputPlan &m_plan;
    Preprocessing &m_how;
    std::vector<Hints> m_sources;  // the settings first
    std::size_t m_preset = nobody; // index of the settings' preset
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
        if (const auto done = ImagePlanner(input, settings, hints, plan).plan(); !done)
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
