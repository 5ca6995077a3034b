#include "model/understanding/timm.h"

#include "base/text.h"
#include "model/labels.h"
#include "model/understanding/json_members.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

namespace {

constexpr double usualCrop = 0.875; // DEFAULT_CROP_PCT of timm/data/constants.py

struct Filter
{
    std::string_view name;
    Interpolation interpolation;
};
constexpr std::array filters{
    Filter{"nearest", Interpolation::Nearest}, Filter{"bilinear", Interpolation::Bilinear},
    Filter{"bicubic", Interpolation::Bicubic}, Filter{"box", Interpolation::Area},
    Filter{"hamming", Interpolation::Hamming}, Filter{"lanczos", Interpolation::Lanczos},
};

class Config
{
public:
    explicit Config(const JsonValue &config)
        : m_config(config)
        , m_prepared(preparationOf(config))
    {
        m_hints.origin = Origin::Beside;
        m_hints.source = "config.json (timm)";
    }

    Hints read()
    {
        const auto classes = number(m_config, "num_classes");
        if (classes && *classes > 0)
            m_hints.task = Task::Classification;
        m_hints.summary = fmt::format("{} {}", printable(text(m_config, "architecture"), 40),
                                      m_hints.task ? "image classification" : "features");
        readLabels();
        readChannels();
        readFilter();
        readNumbers();
        readGeometry();
        return std::move(m_hints);
    }

private:
    // Older files have the keys of "pretrained_cfg" at the top.
    static const JsonValue &preparationOf(const JsonValue &config)
    {
        const auto *const inner = config.member("pretrained_cfg");
        return inner && inner->kind == JsonValue::Kind::Object ? *inner : config;
    }

    void warn(std::string warning) { m_hints.warnings.push_back(std::move(warning)); }

    // The names are often identifiers, such as "n02123045", which have a description each.
    void readLabels()
    {
        const auto *const names = m_config.member("label_names");
        if (!names || names->kind == JsonValue::Kind::Null)
            return;
        auto labels = labelsOf(*names);
        if (!labels)
            return warn(fmt::format("\"label_names\" of config.json names no classes: {}.",
                                    labels.error().message));
        m_hints.labels = *std::move(labels);
        const auto *const descriptions = m_config.member("label_descriptions");
        if (!descriptions || descriptions->kind != JsonValue::Kind::Object)
            return;
        std::map<std::string_view, std::string_view> described;
        for (std::size_t i = 0; i < descriptions->keys.size(); ++i)
            described[descriptions->keys[i]] = descriptions->items[i].text;
        for (std::string &label : m_hints.labels) {
            if (const auto found = described.find(label);
                found != described.end() && !found->second.empty())
                label = std::string(found->second);
        }
    }

    // [channels, height, width]
    struct Size
    {
        double channels = 3;
        int height = 0;
        int width = 0;
    };
    std::optional<Size> sizeAt(const char *key)
    {
        const auto *const list = m_prepared.member(key);
        if (!list || list->kind == JsonValue::Kind::Null)
            return std::nullopt;
        if (list->kind == JsonValue::Kind::List && list->items.size() == 3) {
            const auto height = sideOf(list->items[1]);
            const auto width = sideOf(list->items[2]);
            if (height && width)
                return Size{list->items[0].number, *height, *width};
        }
        warn(fmt::format("\"{}\" of config.json is no list of channels, height and width and is "
                         "ignored.",
                         key));
        return std::nullopt;
    }

    void readChannels()
    {
        m_size = sizeAt("input_size");
        m_hints.input.channels = m_size && m_size->channels == 1 ? Channels::Gray : Channels::Rgb;
    }

    void readFilter()
    {
        const auto name = text(m_prepared, "interpolation");
        m_hints.input.antialias = true;
        m_hints.input.interpolation = Interpolation::Bicubic;
        if (name.empty())
            return;
        const auto *const found =
            std::find_if(filters.begin(), filters.end(),
                         [&](const Filter &one) { return one.name == lowered(name); });
        if (found != filters.end())
            m_hints.input.interpolation = found->interpolation;
        else
            warn(fmt::format("\"interpolation\" of config.json is \"{}\", which is unknown here; "
                             "bicubic is used.",
                             printable(name, 40)));
    }

    void readNumbers()
    {
        InputSettings &input = m_hints.input;
        input.scale = 1 / 255.0;
        input.mean = numbers("mean", {0.485, 0.456, 0.406}, true);
        input.std = numbers("std", {0.229, 0.224, 0.225}, false);
    }
    std::vector<double> numbers(const char *key, std::vector<double> otherwise, bool zeroAllowed)
    {
        if (auto told = perChannel(m_prepared, key, zeroAllowed))
            return *std::move(told);
        if (says(m_prepared, key))
            warn(fmt::format("\"{}\" of config.json is no list of numbers that can be used; "
                             "ImageNet's are used.",
                             key));
        return otherwise;
    }

    double shareAt(const char *key, double otherwise)
    {
        const auto told = number(m_prepared, key);
        if (told && *told > 0 && *told <= 1)
            return *told;
        if (says(m_prepared, key))
            warn(fmt::format("\"{}\" of config.json is no number above 0 and at most 1; {} is "
                             "used.",
                             key, otherwise));
        return otherwise;
    }

    void readGeometry()
    {
        InputSettings &input = m_hints.input;
        if (m_size) {
            input.height = m_size->height;
            input.width = m_size->width;
        }
        const Size trained = m_size.value_or(Size{3, 224, 224});
        const double share = shareAt("crop_pct", usualCrop);
        const auto mode = text(m_prepared, "crop_mode");
        if (mode == "border")
            return border(share);
        if (!mode.empty() && mode != "center" && mode != "squash")
            warn(fmt::format("\"crop_mode\" of config.json is \"{}\", which is unknown here; "
                             "\"center\" is used.",
                             printable(mode, 40)));
        input.resize = mode == "squash" ? ResizeMode::Stretch : ResizeMode::Crop;
        if (trained.height != trained.width && mode != "squash")
            warn("timm prepares pictures for a network that is not square in a way of its own, "
                 "which may differ here by some pixels.");
        m_hints.cropShares.push_back({std::max(trained.height, trained.width), share});
        if (const auto tested = sizeAt("test_input_size"))
            m_hints.cropShares.push_back(
                {std::max(tested->height, tested->width), shareAt("test_crop_pct", share)});
    }

    // The longer side fills the network, and the border has the mean's colour.
    void border(double share)
    {
        if (share < 1)
            warn(fmt::format("\"crop_mode\" of config.json is \"border\" with a \"crop_pct\" of "
                             "{}; here the whole picture is kept, as with 1.",
                             share));
        m_hints.input.resize = ResizeMode::Letterbox;
        m_hints.input.padPosition = PadPosition::Centre;
        m_hints.input.padsWithMean = true;
    }

    const JsonValue &m_config;
    const JsonValue &m_prepared;
    std::optional<Size> m_size;
    Hints m_hints;
};

} // namespace

bool isTimmConfig(const JsonValue &config)
{
    return !text(config, "architecture").empty();
}

Hints timmHints(const JsonValue &config)
{
    return Config(config).read();
}

} // namespace warmbench
