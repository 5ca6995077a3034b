#include "model/understanding/hugging_face.h"

#include "base/text.h"
#include "model/labels.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>

namespace warmbench {

namespace {

constexpr int largestSide = 16384;

const JsonValue *member(const JsonValue &object, std::string_view key)
{
    const auto found = std::find(object.keys.begin(), object.keys.end(), key);
    return found == object.keys.end()
               ? nullptr
               : &object.items[static_cast<std::size_t>(found - object.keys.begin())];
}

bool flag(const JsonValue &object, std::string_view key, bool otherwise)
{
    const auto *const value = member(object, key);
    return value && value->kind == JsonValue::Kind::Boolean ? value->boolean : otherwise;
}

std::optional<double> number(const JsonValue &object, std::string_view key)
{
    const auto *const value = member(object, key);
    return value && value->kind == JsonValue::Kind::Number ? std::optional(value->number)
                                                           : std::nullopt;
}

std::optional<int> side(const JsonValue &object, std::string_view key)
{
    const auto told = number(object, key);
    return told && *told >= 1 && *told <= largestSide ? std::optional(static_cast<int>(*told))
                                                      : std::nullopt;
}

std::string_view text(const JsonValue &object, std::string_view key)
{
    const auto *const value = member(object, key);
    return value && value->kind == JsonValue::Kind::Text ? value->text : std::string_view();
}

// One number for each channel; nothing if there are others, or zeros where none may be.
std::optional<std::vector<double>> perChannel(const JsonValue &object, std::string_view key,
                                              bool zeroAllowed)
{
    const auto *const list = member(object, key);
    if (!list || list->kind != JsonValue::Kind::List ||
        (list->items.size() != 1 && list->items.size() != 3))
        return std::nullopt;
    std::vector<double> numbers;
    for (const JsonValue &item : list->items) {
        if (item.kind != JsonValue::Kind::Number || (item.number == 0 && !zeroAllowed))
            return std::nullopt;
        numbers.push_back(item.number);
    }
    return numbers;
}

class Preparation
{
public:
    explicit Preparation(const JsonValue &config)
        : m_config(config)
    {
        m_hints.origin = Origin::Beside;
        m_hints.source = "preprocessor_config.json";
    }

    Hints read()
    {
        m_hints.input.channels =
            flag(m_config, "do_flip_channel_order", false) ? Channels::Bgr : Channels::Rgb;
        readFilter();
        readSize();
        readNumbers();
        return std::move(m_hints);
    }

private:
    // Of one of the processors of these names: "ViTImageProcessor", "ConvNextFeatureExtractor".
    bool isOf(std::string_view model) const
    {
        const auto type = text(m_config, "image_processor_type");
        const auto older = text(m_config, "feature_extractor_type");
        return type.starts_with(model) || older.starts_with(model);
    }

    // Pillow's numbers of its filters.
    void readFilter()
    {
        constexpr std::array filters{Interpolation::Nearest,  Interpolation::Lanczos,
                                     Interpolation::Bilinear, Interpolation::Bicubic,
                                     Interpolation::Area,     Interpolation::Hamming};
        const auto told = number(m_config, "resample");
        const double index = told.value_or(2);
        if (!(index >= 0 && index < filters.size()))
            return;
        m_hints.input.interpolation = filters[static_cast<std::size_t>(index)];
        m_hints.input.antialias = true;
    }

    void readSize()
    {
        if (!flag(m_config, "do_resize", true))
            return;
        const auto *const size = member(m_config, "size");
        if (!size)
            return;
        const bool object = size->kind == JsonValue::Kind::Object;
        const auto shortest = object ? side(*size, "shortest_edge") : wholeSize(*size);
        if (isOf("ConvN") && shortest)
            return convNext(*shortest);
        if (object && side(*size, "height") && side(*size, "width"))
            return stretch(*side(*size, "height"), *side(*size, "width"));
        if (!shortest || (object && member(*size, "longest_edge")))
            return unknown();
        if (flag(m_config, "do_center_crop", false))
            return crop(*shortest);
        if (object)
            return unknown(); // the longer side is as long as it comes
        stretch(*shortest, *shortest);
    }
    std::optional<int> wholeSize(const JsonValue &size) const
    {
        return size.kind == JsonValue::Kind::Number ? side(m_config, "size") : std::nullopt;
    }
    void unknown()
    {
        m_hints.warnings.emplace_back(
            "preprocessor_config.json resizes pictures in a way that is not "
            "known here; set \"input.resize\" in the settings file.");
    }

    void stretch(int height, int width)
    {
        // Older files crop what they have stretched.
        if (flag(m_config, "do_center_crop", false))
            return crop(std::max(height, width));
        m_hints.input.resize = ResizeMode::Stretch;
        m_hints.input.height = height;
        m_hints.input.width = width;
    }
    void crop(int shortest)
    {
        m_hints.input.resize = ResizeMode::Crop;
        m_hints.input.shorterSide = shortest;
        const auto *const size = member(m_config, "crop_size");
        if (!size)
            return;
        const bool object = size->kind == JsonValue::Kind::Object;
        m_hints.input.height = object ? side(*size, "height") : side(m_config, "crop_size");
        m_hints.input.width = object ? side(*size, "width") : side(m_config, "crop_size");
    }
    // Below 384 pixels the shortest side is made larger and cut; from there on, all is stretched.
    void convNext(int shortest)
    {
        if (shortest >= 384)
            return stretch(shortest, shortest);
        const double share = number(m_config, "crop_pct").value_or(224.0 / 256.0);
        m_hints.input.resize = ResizeMode::Crop;
        m_hints.input.height = m_hints.input.width = shortest;
        if (share > 0 && share <= 1 && shortest / share <= largestSide)
            m_hints.input.shorterSide = static_cast<int>(shortest / share);
    }

    void readNumbers()
    {
        InputSettings &input = m_hints.input;
        const bool rescales = flag(m_config, "do_rescale", true);
        const double factor = number(m_config, "rescale_factor").value_or(1 / 255.0);
        input.scale = rescales && factor != 0 ? factor : 1;
        input.mean = std::vector<double>{0};
        input.std = std::vector<double>{1};
        if (!flag(m_config, "do_normalize", true))
            return;
        const auto mean = perChannel(m_config, "image_mean", true);
        const auto std = perChannel(m_config, "image_std", false);
        if (!mean || !std) {
            m_hints.warnings.emplace_back(
                "preprocessor_config.json normalises pictures, but its "
                "\"image_mean\" and \"image_std\" are no numbers that can "
                "be used; they are left out.");
            return;
        }
        input.mean = mean;
        input.std = std;
    }

    const JsonValue &m_config;
    Hints m_hints;
};

struct Purpose
{
    std::string_view ending; // of the architecture's name
    Task task;
    const char *name; // in sentences
};
constexpr std::array purposes{
    Purpose{"ForImageClassification", Task::Classification, "image classification"},
    Purpose{"ForImageClassificationWithTeacher", Task::Classification, "image classification"},
    Purpose{"ForSemanticSegmentation", Task::Segmentation, "semantic segmentation"},
};

} // namespace

Hints preprocessorHints(const JsonValue &config)
{
    return Preparation(config).read();
}

Hints configHints(const JsonValue &config)
{
    Hints hints;
    hints.origin = Origin::Beside;
    hints.source = "config.json";
    if (const auto *const names = member(config, "id2label");
        names && names->kind == JsonValue::Kind::Object) {
        auto labels = labelsOf(*names);
        if (labels)
            hints.labels = *std::move(labels);
        else
            hints.warnings.push_back(fmt::format(
                "\"id2label\" of config.json names no classes: {}.", labels.error().message));
    }
    if (text(config, "problem_type") == "multi_label_classification")
        hints.activation = Activation::Sigmoid;
    const auto *const architectures = member(config, "architectures");
    if (!architectures || architectures->items.empty())
        return hints;
    const std::string &architecture = architectures->items.front().text;
    const auto *const found = std::find_if(purposes.begin(), purposes.end(), [&](const auto &one) {
        return architecture.ends_with(one.ending);
    });
    if (found == purposes.end())
        return hints;
    hints.task = found->task;
    const auto family = architecture.substr(0, architecture.size() - found->ending.size());
    hints.summary = fmt::format("{} {}", printable(family, 40), found->name);
    return hints;
}

} // namespace warmbench
