#include "model/input_settings.h"

#include "base/text.h"
#include "model/presets.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <set>

namespace warmbench {

namespace {

constexpr int widest = 16384; // the most that preprocessing accepts
constexpr std::size_t mostChannels = 4;

constexpr std::array<std::string_view, 6> channelOrders{"rgb",  "bgr",  "gray",
                                                        "rgba", "bgra", "gray-alpha"};
constexpr std::array<std::string_view, 2> layouts{"NCHW", "NHWC"};
constexpr std::array<std::string_view, 4> resizeModes{"stretch", "crop", "letterbox", "fit"};
constexpr std::array<std::string_view, 6> interpolations{"nearest", "bilinear", "bicubic",
                                                         "area",    "hamming",  "lanczos"};
constexpr std::array<std::string_view, 2> padPositions{"centre", "end"};

std::optional<double> parsedNumber(std::string_view text)
{
    text = trimmed(text);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
        return std::nullopt;
    return number;
}

// Reads a number, or a fraction in a text such as "1/255".
std::optional<double> readScale(SettingsReader &reader, const JsonValue &value)
{
    std::optional<double> scale;
    if (value.kind == JsonValue::Kind::Number) {
        scale = value.number;
    } else if (value.kind == JsonValue::Kind::Text) {
        const auto parts = split(value.text, '/');
        const auto over = parsedNumber(parts.front());
        const auto under = parts.size() == 2 ? parsedNumber(parts.back()) : std::optional(1.0);
        if (parts.size() <= 2 && over && under)
            scale = *over / *under;
    }
    if (scale && std::isfinite(*scale) && *scale != 0)
        return scale;
    reader.refuse(value, "a number other than 0, or a fraction in quotes such as \"1/255\"");
    return std::nullopt;
}

// Reads one number, or a list with one for each channel.
std::optional<std::vector<double>> readPerChannel(SettingsReader &reader, const JsonValue &value,
                                                  bool zeroAllowed)
{
    const std::string accepted = fmt::format("a list of one number{} or of one a channel",
                                             zeroAllowed ? "" : " other than 0");
    std::vector<double> numbers;
    const auto take = [&](const JsonValue &item) {
        if (item.kind != JsonValue::Kind::Number || (!zeroAllowed && item.number == 0))
            reader.refuse(item, zeroAllowed ? "a number" : "a number other than 0");
        numbers.push_back(item.number);
    };
    if (value.kind == JsonValue::Kind::Number)
        take(value);
    else
        reader.list(value, accepted, take);
    if (!reader.problem() && (numbers.empty() || numbers.size() > mostChannels))
        reader.refuse(value, accepted);
    return numbers;
}

std::optional<std::string> readPreset(SettingsReader &reader, const JsonValue &value)
{
    const auto name = reader.text(value, "the name of a preset, such as \"imagenet\"");
    const Preset *const preset = name ? presetNamed(*name) : nullptr;
    if (preset)
        return std::string(preset->name);
    if (name) {
        const std::string near = presetNear(*name);
        reader.complain(
            value, fmt::format("is \"{}\", which is no preset{}; README.md lists them "
                               "under \"Presets\"",
                               printable(*name, 60),
                               near.empty() ? near : fmt::format(" (did you mean \"{}\"?)", near)));
    }
    return std::nullopt;
}

void readPadValue(SettingsReader &reader, const JsonValue &value, InputSettings &input)
{
    if (value.kind == JsonValue::Kind::Text && lowered(value.text) == "mean")
        input.padsWithMean = true;
    else if (value.kind == JsonValue::Kind::Text)
        reader.refuse(value, "a number from 0 to 255, or \"mean\"");
    else
        input.padValue = reader.number(value, 0, 255);
}

constexpr std::array featureKeys{
    SettingsKey<Feature>{"name",
                         [](SettingsReader &r, const JsonValue &v, Feature &f) {
                             f.name = r.text(v, "the feature's name").value_or("");
                         }},
    SettingsKey<Feature>{"unit",
                         [](SettingsReader &r, const JsonValue &v, Feature &f) {
                             if (v.kind == JsonValue::Kind::Text)
                                 f.unit = v.text;
                             else
                                 r.refuse(v, "a text");
                         }},
    SettingsKey<Feature>{"min", [](SettingsReader &r, const JsonValue &v,
                                   Feature &f) { f.minimum = r.number(v, -noLimit, noLimit); }},
    SettingsKey<Feature>{"max", [](SettingsReader &r, const JsonValue &v,
                                   Feature &f) { f.maximum = r.number(v, -noLimit, noLimit); }},
    SettingsKey<Feature>{"default",
                         [](SettingsReader &r, const JsonValue &v, Feature &f) {
                             f.fallback = r.number(v, -noLimit, noLimit);
                         }},
};

void readFeatures(SettingsReader &reader, const JsonValue &value, InputSettings &input)
{
    std::set<std::string> names;
    reader.list(value, "a list of objects, one a number of the table", [&](const JsonValue &item) {
        Feature feature;
        reader.object<Feature>(item, featureKeys, feature);
        if (reader.problem())
            return;
        if (feature.name.empty())
            return reader.complain(item, "needs a \"name\"");
        if (!names.insert(feature.name).second)
            return reader.complain(item, fmt::format("has the name \"{}\", which an earlier one "
                                                     "has already; rename one",
                                                     printable(feature.name, 60)));
        if (feature.minimum.value_or(-noLimit) > feature.maximum.value_or(noLimit))
            return reader.complain(item, fmt::format("has a \"min\" of {} above its \"max\" of {}",
                                                     *feature.minimum, *feature.maximum));
        if (feature.fallback && (*feature.fallback < feature.minimum.value_or(-noLimit) ||
                                 *feature.fallback > feature.maximum.value_or(noLimit)))
            return reader.complain(
                item, fmt::format("has a \"default\" of {} outside its \"min\" and \"max\"",
                                  *feature.fallback));
        input.features.push_back(std::move(feature));
    });
    if (!reader.problem() && input.features.empty())
        reader.complain(value, "is empty; name at least one feature or leave the key out");
}

constexpr std::array inputKeys{
    SettingsKey<InputSettings>{"name",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.name = r.text(v, "the name of one of the network's inputs");
                               }},
    SettingsKey<InputSettings>{"preset", [](SettingsReader &r, const JsonValue &v,
                                            InputSettings &i) { i.preset = readPreset(r, v); }},
    SettingsKey<InputSettings>{"width", [](SettingsReader &r, const JsonValue &v,
                                           InputSettings &i) { i.width = r.whole(v, 1, widest); }},
    SettingsKey<InputSettings>{"height",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.height = r.whole(v, 1, widest);
                               }},
    SettingsKey<InputSettings>{"channels",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.channels = chosen<Channels>(r, v, channelOrders);
                               }},
    SettingsKey<InputSettings>{"layout",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.layout = chosen<Layout>(r, v, layouts);
                               }},
    SettingsKey<InputSettings>{"resize",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.resize = chosen<ResizeMode>(r, v, resizeModes);
                               }},
    SettingsKey<InputSettings>{"shorter_side",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.shorterSide = r.whole(v, 1, widest);
                               }},
    SettingsKey<InputSettings>{"shrink", [](SettingsReader &r, const JsonValue &v,
                                            InputSettings &i) { i.shrink = r.flag(v); }},
    SettingsKey<InputSettings>{"longest_side",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.longestSide = r.whole(v, 1, widest);
                               }},
    SettingsKey<InputSettings>{"multiple_of",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.multipleOf = r.whole(v, 1, widest);
                               }},
    SettingsKey<InputSettings>{"pad_to", [](SettingsReader &r, const JsonValue &v,
                                            InputSettings &i) { i.padTo = r.whole(v, 1, widest); }},
    SettingsKey<InputSettings>{"pad_value", readPadValue},
    SettingsKey<InputSettings>{"pad_position",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.padPosition = chosen<PadPosition>(r, v, padPositions);
                               }},
    SettingsKey<InputSettings>{"interpolation",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.interpolation = chosen<Interpolation>(r, v, interpolations);
                               }},
    SettingsKey<InputSettings>{"antialias", [](SettingsReader &r, const JsonValue &v,
                                               InputSettings &i) { i.antialias = r.flag(v); }},
    SettingsKey<InputSettings>{"scale", [](SettingsReader &r, const JsonValue &v,
                                           InputSettings &i) { i.scale = readScale(r, v); }},
    SettingsKey<InputSettings>{"mean",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.mean = readPerChannel(r, v, true);
                               }},
    SettingsKey<InputSettings>{"std",
                               [](SettingsReader &r, const JsonValue &v, InputSettings &i) {
                                   i.std = readPerChannel(r, v, false);
                               }},
    SettingsKey<InputSettings>{"features", readFeatures},
};

} // namespace

void readInputSettings(SettingsReader &reader, const JsonValue &value, InputSettings &input)
{
    reader.object<InputSettings>(value, inputKeys, input);
}

} // namespace warmbench
