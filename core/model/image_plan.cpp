#include "model/image_plan.h"

#include "base/text.h"
#include "model/picture_channels.h"
#include "model/presets.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <limits>
#include <optional>
#include <tuple>
#include <vector>

namespace warmbench {

namespace {

// A network without a fixed size gets pictures of the size that most of its kind were trained with.
constexpr int guessedSize = 224;
constexpr int guessedDetectorSize = 640;
constexpr int guessedLongestSide = 960; // where both sides follow the picture

// A preset as a source: it stands for what the settings file leaves open.
Hints presetHints(const Preset &preset)
{
    Hints hints;
    hints.origin = Origin::SettingsFile;
    hints.source = originName(Origin::SettingsFile);
    hints.input = preset.input();
    return hints;
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
        if (m_settings.preset)
            m_presetRow = presetNamed(*m_settings.preset);
        if (m_presetRow) {
            m_preset = m_sources.size();
            m_sources.push_back(presetHints(*m_presetRow));
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
        const auto sample = std::span(m_input.shape).last(3);
        switch (name) {
        case 'C':
            return sample[channelsLast ? 2 : 0];
        case 'H':
            return sample[channelsLast ? 0 : 1];
        default:
            return sample[channelsLast ? 1 : 2];
        }
    }

    void planLayout()
    {
        const auto [first, last] = channelPlaces(m_input);
        dropUnfitLayouts();
        if (teller(&InputSettings::layout) != nobody) {
            m_how.layout = pick("layout", &InputSettings::layout, Layout::Nchw);
            return;
        }
        m_how.layout = last && !first ? Layout::Nhwc : Layout::Nchw;
        from("layout", first != last ? Origin::Network : Origin::Guessed);
        if (first == last)
            warn(fmt::format("Input {} does not tell where its channels are; NCHW is a guess: set "
                             "\"input.layout\" in the settings file.",
                             namedInput(m_input)));
    }

    // Only the settings file may ask for a layout in which the shape has no channels of a picture.
    void dropUnfitLayouts()
    {
        for (Hints &source : m_sources) {
            auto &told = source.input.layout;
            if (source.origin == Origin::SettingsFile || !told)
                continue;
            const auto sample = std::span(m_input.shape).last(3);
            const Dimension &channels = *told == Layout::Nhwc ? sample.back() : sample.front();
            if (channels.free() || fitsPicture(channels))
                continue;
            warn(
                fmt::format("The {} says {}, but input {} has {} there for channels; the network's "
                            "shape counts.",
                            source.source, layoutName(*told), namedInput(m_input), channels.size));
            told.reset();
        }
    }

    Result<void> planChannels()
    {
        const Dimension &declared = axis('C');
        const auto fits = [&](Channels channels) {
            return declared.free() || declared.size == channelCount(channels);
        };
        if (!declared.free() && !fitsPicture(declared))
            return invalidArgument(fmt::format(
                "Input {} has {} channels where \"input.layout\" {} puts them; a picture has 1 to "
                "4: correct \"input.layout\" or send tensors.",
                namedInput(m_input), declared.size, layoutName(m_how.layout)));
        for (std::size_t i = 0; i < m_sources.size(); ++i) {
            auto &told = m_sources[i].input.channels;
            if (told && m_sources[i].origin != Origin::SettingsFile && !fits(*told) &&
                fits(withAlpha(*told)))
                told = withAlpha(*told);
            if (!told || fits(*told))
                continue;
            if (m_sources[i].origin == Origin::SettingsFile)
                return invalidArgument(fmt::format(
                    "The settings' \"{}\" asks for {} channels ({}), but input {} takes {}; set "
                    "\"input.channels\" to {}.",
                    i == m_preset ? "input.preset" : "input.channels", channelCount(*told),
                    channelsName(*told), namedInput(m_input), declared.size,
                    channelChoices(declared.size)));
            // What an output form brings is a default of its family.
            if (m_sources[i].origin != Origin::Form)
                warn(fmt::format(
                    "The {} say {}, but input {} takes {} channel{}; the network's shape "
                    "counts.",
                    m_sources[i].source, channelsName(*told), namedInput(m_input), declared.size,
                    declared.size == 1 ? "" : "s"));
            told.reset();
        }
        m_how.channels = pick("channels", &InputSettings::channels, usualChannels(declared.size));
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
                key, *set, namedInput(m_input), declared.size));
        if (!declared.free() && (declared.size < 1 || declared.size > largestPlannedSide))
            return invalidArgument(fmt::format("Input {} has a {} of {}, which no picture "
                                               "fits; send tensors.",
                                               namedInput(m_input), key, declared.size));
        if (declared.free()) {
            size = pick(key, member, m_detects ? guessedDetectorSize : guessedSize);
            // The form of the outputs tells a family, and families have networks of many sizes.
            if (m_plan.origins.at(key) == Origin::Form) {
                m_plan.sources.erase(key);
                from(key, Origin::Guessed);
            }
            return {};
        }
        size = static_cast<int>(declared.size);
        from(key, m_settings.*member ? Origin::SettingsFile : Origin::Network);
        for (const Hints &source : m_sources) {
            const bool knows = &source == presetSource() || crops(source, size);
            if (const auto &told = source.input.*member; told && *told != size && !knows)
                warn(fmt::format("The {} say \"input.{}\" is {}, but input {} takes {}; the "
                                 "network's shape counts.",
                                 source.source, key, *told, namedInput(m_input), size));
        }
        return {};
    }

    const Hints *presetSource() const
    {
        return m_preset == nobody ? nullptr : &m_sources[m_preset];
    }
    // Whether the source knows a network of this size beside the one that it names first.
    static bool crops(const Hints &source, int size)
    {
        return std::any_of(source.cropShares.begin(), source.cropShares.end(),
                           [&](const CropShare &one) { return one.size == size; });
    }

    // What the source of the geometry makes of the shorter side where it does not say it in pixels.
    int shorterSideBy(std::size_t geometry, int networks) const
    {
        if (geometry == nobody)
            return 0;
        const auto within = [](double side) {
            return static_cast<int>(std::clamp(side, 1.0, static_cast<double>(largestPlannedSide)));
        };
        if (geometry == m_preset)
            return m_presetRow->crops() ? within(m_presetRow->shorterSideFor(networks)) : 0;
        const auto &shares = m_sources[geometry].cropShares;
        if (shares.empty())
            return 0;
        const auto found = std::find_if(shares.begin(), shares.end(),
                                        [&](const CropShare &one) { return one.size == networks; });
        return within(
            std::floor(networks / (found == shares.end() ? shares.front().share : found->share)));
    }

    void planPadding(std::size_t geometry)
    {
        const std::size_t mean = teller(&InputSettings::padsWithMean, geometry);
        m_how.padPosition =
            pick("pad_position", &InputSettings::padPosition, PadPosition::Centre, geometry);
        m_how.padsWithMean = mean < teller(&InputSettings::padValue, geometry);
        if (m_how.padsWithMean)
            from("pad_value", m_sources[mean].origin, m_sources[mean].source);
        else
            m_how.padValue =
                static_cast<float>(pick("pad_value", &InputSettings::padValue, 114.0, geometry));
    }

    Result<void> planResize()
    {
        dropUnfitFits();
        m_how.resize = pick("resize", &InputSettings::resize, ResizeMode::Stretch);
        // A stretched picture has the network's proportions.
        const auto [shorter, longer] = std::minmax({m_how.width, m_how.height});
        const int least = m_how.resize == ResizeMode::Crop ? longer : shorter;
        const std::size_t geometry = teller(&InputSettings::resize);
        m_how.interpolation =
            pick("interpolation", &InputSettings::interpolation, Interpolation::Bilinear);
        m_how.antialias = pick("antialias", &InputSettings::antialias, true);
        if (!m_how.antialias && m_how.interpolation == Interpolation::Hamming)
            return invalidArgument("\"input.interpolation\" is hamming, which needs "
                                   "\"input.antialias\" to be true.");
        planPadding(geometry);
        const int side = pick("shorter_side", &InputSettings::shorterSide, 0, geometry);
        if (side > 0) {
            m_how.shorterSide = side;
        } else if (const int told = shorterSideBy(geometry, least)) {
            m_how.shorterSide = told;
            from("shorter_side", m_sources[geometry].origin, m_sources[geometry].source);
        }
        if (m_how.resize == ResizeMode::Fit)
            return planFit(geometry);
        if (m_settings.longestSide || m_settings.multipleOf || m_settings.padTo ||
            m_settings.shrink)
            warn(fmt::format("\"input.longest_side\", \"input.multiple_of\", \"input.pad_to\" and "
                             "\"input.shrink\" do nothing with \"resize\": \"{}\"; they belong to "
                             "\"fit\".",
                             resizeModeName(m_how.resize)));
        if (m_how.resize != ResizeMode::Letterbox && m_settings.shorterSide &&
            *m_settings.shorterSide < least)
            return invalidArgument(fmt::format(
                "The settings' \"input.shorter_side\" is {}, less than the {} x {} that are cut "
                "out of the picture afterwards; set at least {}.",
                *m_how.shorterSide, m_how.width, m_how.height, least));
        if (m_settings.shorterSide && m_how.resize == ResizeMode::Letterbox)
            warn("\"input.shorter_side\" does nothing with \"resize\": \"letterbox\"; it belongs "
                 "to \"crop\" and \"stretch\".");
        return {};
    }

    // Where both sides are fixed, by the network or the settings, a fit that others ask for gives
    // way. What knows a border's place means the whole picture with one.
    void dropUnfitFits()
    {
        if ((axis('W').free() && !m_settings.width) || (axis('H').free() && !m_settings.height))
            return;
        for (std::size_t i = 1; i < m_sources.size(); ++i) {
            InputSettings &told = m_sources[i].input;
            if (told.resize != ResizeMode::Fit)
                continue;
            told.shorterSide.reset();
            if (told.padPosition) {
                told.resize = ResizeMode::Letterbox;
                continue;
            }
            told.resize.reset();
            if (i != m_preset && !axis('W').free())
                warn(fmt::format("The {} lets the size follow the picture, but input {} takes {} x "
                                 "{}; set \"input.resize\" in the settings file.",
                                 m_sources[i].source, namedInput(m_input), m_how.width,
                                 m_how.height));
        }
    }

    // A side follows the picture where neither the network nor a source as binding as the one that
    // says so fixes it.
    Result<void> planFit(std::size_t geometry)
    {
        FitSides &fit = m_how.fit;
        fit.freeWidth = axis('W').free() && teller(&InputSettings::width, geometry) == nobody;
        fit.freeHeight = axis('H').free() && teller(&InputSettings::height, geometry) == nobody;
        if (!fit.freeWidth && !fit.freeHeight)
            return invalidArgument(fmt::format(
                "\"input.resize\" is fit, which lets a side follow the picture, but both sides of "
                "input {} are fixed; leave out \"input.width\" or \"input.height\" where the "
                "network leaves it free, or set another \"input.resize\".",
                namedInput(m_input)));
        const bool both = fit.freeWidth && fit.freeHeight;
        fit.shrink =
            both && m_how.shorterSide && pick("shrink", &InputSettings::shrink, false, geometry);
        if (m_settings.shrink.value_or(false) && !fit.shrink)
            warn("\"input.shrink\" does nothing where a side is fixed, or without "
                 "\"input.shorter_side\".");
        fit.longestSide = pick("longest_side", &InputSettings::longestSide,
                               both && !fit.shrink ? guessedLongestSide : 0, geometry);
        fit.multipleOf = pick("multiple_of", &InputSettings::multipleOf, 1, geometry);
        const int padded = pick("pad_to", &InputSettings::padTo, 1, geometry);
        const int multiples = std::min((padded + fit.multipleOf - 1) / fit.multipleOf,
                                       largestPlannedSide / fit.multipleOf);
        const int least = multiples * fit.multipleOf;
        for (const auto &[key, free, side] : {std::tuple("width", fit.freeWidth, &m_how.width),
                                              {"height", fit.freeHeight, &m_how.height}}) {
            if (!free)
                continue;
            *side = least;
            // As with a square, the form tells a family, not the size that it was trained with.
            const bool guess = fit.shrink && m_plan.origins.at("resize") == Origin::Form;
            m_plan.sources.erase(key);
            from(key, guess ? Origin::Guessed : m_plan.origins.at("resize"),
                 guess ? std::string() : originText(m_plan, "resize"));
        }
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
        // Integers from -128 on are pixels less 128, as quantised networks have them.
        const double zero = m_input.dtype == DType::Int8 && scale == nobody ? 128 : 0;
        m_how.mean = pick("mean", &InputSettings::mean, std::vector<double>{zero}, scale);
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
        for (Hints &source : m_sources) {
            InputSettings &told = source.input;
            if (isFloating(m_input.dtype) || source.origin == Origin::SettingsFile || !told.scale ||
                std::abs(*told.scale) >= 0.5)
                continue;
            warn(fmt::format("The {} scales pixels by {}, but input {} takes whole numbers; it "
                             "gets 0 to 255.",
                             source.source, shown(*told.scale), namedInput(m_input)));
            dropNumbers(told);
        }
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
                             source.source, channels, namedInput(m_input)));
            dropNumbers(told);
        }
    }
    static void dropNumbers(InputSettings &told)
    {
        told.scale.reset();
        told.mean.reset();
        told.std.reset();
    }

    void warnOfGuesses()
    {
        std::vector<std::string> guesses;
        if (guessed("width") || guessed("height"))
            guesses.push_back(m_how.fit.shrink ? sizeText(m_how) : sizeText(m_how) + " pixels");
        if (guessed("resize"))
            guesses.emplace_back(resizeModeName(m_how.resize));
        if (guessed("channels"))
            guesses.emplace_back(channelsName(m_how.channels));
        if (guessed("scale"))
            guesses.emplace_back("scale 1/255");
        if (m_input.dtype == DType::Int8 && guessed("mean"))
            guesses.emplace_back("less 128");
        if (guesses.empty())
            return;
        m_plan.guess =
            fmt::format("How pictures become input {} is a guess in part: {}; put what the "
                        "network was trained with into a settings file beside the model.",
                        namedInput(m_input), joined(guesses));
        warn(m_plan.guess);
    }

    const TensorSpec &m_input;
    const InputSettings &m_settings;
    const bool m_detects;
    InputPlan &m_plan;
    Preprocessing &m_how;
    std::vector<Hints> m_sources;  // the settings first
    std::size_t m_preset = nobody; // index of the settings' preset
    const Preset *m_presetRow = nullptr;
};

} // namespace

std::string namedInput(const TensorSpec &input)
{
    return fmt::format("\"{}\" {}", printable(input.name, 60), shapeText(input.shape));
}

Result<void> planImage(const TensorSpec &input, const ModelSettings &settings,
                       std::span<const Hints> hints, InputPlan &plan)
{
    return ImagePlanner(input, settings, hints, plan).plan();
}

} // namespace warmbench
