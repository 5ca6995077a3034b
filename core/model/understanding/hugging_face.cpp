#include "model/understanding/hugging_face.h"

#include "base/text.h"
#include "model/labels.h"
#include "model/understanding/json_members.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <string_view>

namespace warmbench {

namespace {

// What transformers may do to a picture and is not done here.
constexpr std::array undone{"do_thumbnail",   "do_align_long_axis", "keep_aspect_ratio",
                            "do_crop_margin", "do_image_splitting", "do_color_quantize"};

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
        m_flips = flag(m_config, "do_flip_channel_order", false);
        m_hints.input.channels = m_flips ? Channels::Bgr : Channels::Rgb;
        readFilter();
        readSize();
        readNumbers();
        for (const char *const key : undone) {
            if (flag(m_config, key, false))
                unknown(key);
        }
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
        const auto *const size = m_config.member("size");
        if (!size)
            return;
        const bool object = size->kind == JsonValue::Kind::Object;
        for (const char *const key : {"height", "width", "shortest_edge", "longest_edge"}) {
            if (object && says(*size, key) && !side(*size, key))
                return unknown("size");
        }
        const auto shortest = object ? side(*size, "shortest_edge") : sideOf(*size);
        if (isOf("ConvN") && shortest)
            return convNext(*shortest);
        if (object && side(*size, "height") && side(*size, "width"))
            return stretch(*side(*size, "height"), *side(*size, "width"));
        if (object ? says(*size, "longest_edge") || says(*size, "max_height")
                   : says(m_config, "max_size"))
            return fit(shortest, object ? side(*size, "longest_edge") : side(m_config, "max_size"));
        if (!shortest)
            return unknown("size");
        if (flag(m_config, "do_center_crop", false) && (object || !resizesToSquares()))
            return crop(*shortest);
        if (object)
            return follow(*shortest, {});
        stretch(*shortest, *shortest);
    }
    // A size of one number is that of a square for these, else of the shortest side.
    bool resizesToSquares() const { return isOf("DeiT") || isOf("Beit"); }
    void unknown(const char *key)
    {
        m_hints.warnings.push_back(
            fmt::format("preprocessor_config.json prepares pictures by \"{}\" in a way that is not "
                        "known here; set \"input.resize\" in the settings file.",
                        key));
    }

    // What is cropped afterwards is cut out of the middle of the stretched picture.
    void stretch(int height, int width)
    {
        m_hints.input.resize = ResizeMode::Stretch;
        m_hints.input.height = height;
        m_hints.input.width = width;
        if (flag(m_config, "do_center_crop", false)) {
            m_hints.input.shorterSide = std::min(height, width);
            readCropSize();
        }
        if (flag(m_config, "do_pad", false) && says(m_config, "pad_size"))
            unknown("pad_size");
    }
    // The longer side is as long as it comes.
    void follow(int shortest, std::optional<int> longest)
    {
        m_hints.input.resize = ResizeMode::Fit;
        m_hints.input.shorterSide = shortest;
        m_hints.input.shrink = true;
        m_hints.input.longestSide = longest;
    }
    // Within the longest sides, as DETR; a network of a fixed size gets the whole picture, and what
    // is padded is 0 after normalising.
    void fit(std::optional<int> shortest, std::optional<int> longest)
    {
        m_hints.input.resize = ResizeMode::Letterbox;
        m_hints.input.padPosition = PadPosition::End;
        m_hints.input.padsWithMean = true;
        const auto *const padded = m_config.member("pad_size");
        if (padded && padded->kind == JsonValue::Kind::Object) {
            m_hints.input.height = side(*padded, "height");
            m_hints.input.width = side(*padded, "width");
            if (shortest || longest != m_hints.input.height || longest != m_hints.input.width)
                unknown("pad_size");
        } else if (shortest || longest) {
            follow(shortest ? *shortest : *longest, longest);
        }
    }
    void crop(int shortest)
    {
        m_hints.input.resize = ResizeMode::Crop;
        double share = number(m_config, "crop_pct").value_or(1); // PoolFormer
        if (isOf("Levit"))
            share = 224.0 / 256.0;
        m_hints.input.shorterSide = enlarged(shortest, share);
        readCropSize();
    }
    void readCropSize()
    {
        const auto *const size = m_config.member("crop_size");
        if (!size)
            return;
        const bool object = size->kind == JsonValue::Kind::Object;
        m_hints.input.height = object ? side(*size, "height") : sideOf(*size);
        m_hints.input.width = object ? side(*size, "width") : sideOf(*size);
    }
    static int enlarged(int shortest, double share)
    {
        const bool sane = share > 0 && share <= 1 && shortest / share <= mostPixelsOfASide;
        return sane ? static_cast<int>(shortest / share) : shortest;
    }
    // Below 384 pixels the shortest side is made larger and cut; from there on, all is stretched.
    void convNext(int shortest)
    {
        if (shortest >= 384)
            return stretch(shortest, shortest);
        m_hints.input.resize = ResizeMode::Crop;
        m_hints.input.height = m_hints.input.width = shortest;
        m_hints.input.shorterSide =
            enlarged(shortest, number(m_config, "crop_pct").value_or(224.0 / 256.0));
    }

    void readNumbers()
    {
        InputSettings &input = m_hints.input;
        const bool rescales = flag(m_config, "do_rescale", true);
        const double factor = number(m_config, "rescale_factor").value_or(1 / 255.0);
        input.scale = rescales && factor != 0 ? factor : 1;
        input.mean = std::vector<double>{0};
        input.std = std::vector<double>{1};
        if (flag(m_config, "do_normalize", says(m_config, "image_mean")))
            normalise();
        if (!rescales || !flag(m_config, "rescale_offset", false))
            return;
        for (double &mean : *input.mean) // ViViT's kind of range, from -1 on
            mean += 1;
    }
    void normalise()
    {
        auto mean = perChannel(m_config, "image_mean", true);
        auto deviation = perChannel(m_config, "image_std", false);
        // A classifier's pictures are divided by the deviation twice.
        if (deviation && isOf("EfficientNet") && flag(m_config, "include_top", true)) {
            for (double &one : *deviation)
                one *= one;
            if (!std::all_of(deviation->begin(), deviation->end(),
                             [](double one) { return std::isnormal(one); }))
                deviation.reset();
        }
        if (!mean || !deviation) {
            m_hints.warnings.emplace_back(
                "preprocessor_config.json normalises pictures, but its "
                "\"image_mean\" and \"image_std\" are no numbers that can "
                "be used; they are left out.");
            return;
        }
        if (m_flips) { // after normalising
            std::reverse(mean->begin(), mean->end());
            std::reverse(deviation->begin(), deviation->end());
        }
        m_hints.input.mean = std::move(mean);
        m_hints.input.std = std::move(deviation);
    }

    const JsonValue &m_config;
    bool m_flips = false;
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
    Purpose{"ForObjectDetection", Task::Detection, "object detection"},
    Purpose{"ForDepthEstimation", Task::Image, "depth estimation"},
};

// How a detector's kind means its scores (models/KIND/image_processing_*.py of
// huggingface/transformers). Empty: the kind is not known.
std::string_view decoderOf(std::string_view modelType)
{
    constexpr std::array softmax{"detr", "yolos", "table-transformer"};
    constexpr std::array sigmoid{"rt_detr",          "rt_detr_v2", "d_fine", "deformable_detr",
                                 "conditional_detr", "dab-detr",   "deta",   "deimv2"};
    if (std::find(softmax.begin(), softmax.end(), modelType) != softmax.end())
        return "detr";
    return std::find(sigmoid.begin(), sigmoid.end(), modelType) != sigmoid.end() ? "rtdetr" : "";
}

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
    if (const auto *const names = config.member("id2label");
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
    const auto *const architectures = config.member("architectures");
    if (!architectures || architectures->items.empty())
        return hints;
    const std::string &architecture = architectures->items.front().text;
    const auto *const found = std::find_if(purposes.begin(), purposes.end(), [&](const auto &one) {
        return architecture.ends_with(one.ending);
    });
    if (found == purposes.end()) {
        // It ends with the vectors that others classify by.
        if (architecture.ends_with("Model") || architecture.ends_with("WithProjection"))
            hints.task = Task::Tensor;
        return hints;
    }
    if (text(config, "problem_type") == "regression") {
        hints.task = Task::Tensor;
        return hints;
    }
    if (found->task == Task::Detection) {
        const auto decoder = decoderOf(text(config, "model_type"));
        if (decoder.empty()) // the form of its outputs may tell
            return hints;
        hints.decoder = decoderDefaults(decoder);
    }
    hints.task = found->task;
    const auto family = architecture.substr(0, architecture.size() - found->ending.size());
    hints.summary = fmt::format("{} {}", printable(family, 40), found->name);
    return hints;
}

} // namespace warmbench
