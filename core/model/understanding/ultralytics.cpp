#include "model/understanding/ultralytics.h"

#include "base/text.h"
#include "model/labels.h"
#include "model/understanding/detector_forms.h"
#include "model/understanding/python_literal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <string_view>

namespace warmbench {

namespace {

struct TaskForm
{
    std::string_view key; // of the metadata
    const char *name;     // in sentences
    Task task;
    const char *undecoded; // what of its answer stays numbers; null: nothing
};
constexpr std::array taskForms{
    TaskForm{"detect", "detection", Task::Detection, nullptr},
    TaskForm{"segment", "segmentation", Task::Detection, "masks"},
    TaskForm{"pose", "pose", Task::Detection, "points"},
    TaskForm{"obb", "oriented boxes", Task::Tensor, "oriented boxes"},
    TaskForm{"classify", "classification", Task::Classification, nullptr},
    TaskForm{"semantic", "semantic segmentation", Task::Segmentation, nullptr},
    TaskForm{"depth", "depth", Task::Image, nullptr},
};

class Keys
{
public:
    explicit Keys(const NetworkSpec &spec)
        : m_spec(spec)
    {
        m_hints.origin = Origin::Metadata;
        m_hints.source = "Ultralytics keys";
    }

    std::optional<Hints> read()
    {
        readNames();
        const TaskForm *const form = taskForm();
        if (!form)
            return m_hints;
        m_hints.task = form->task;
        m_hints.summary = fmt::format("YOLO{} {}", version(), form->name);
        readSize();
        if (form->task == Task::Classification)
            planClassifier();
        else
            planDetector(*form);
        return m_hints;
    }

private:
    std::string_view text(const char *key) const
    {
        const auto found = m_spec.metadata.find(key);
        return found == m_spec.metadata.end() ? std::string_view() : found->second;
    }
    bool has(const char *key) const { return m_spec.metadata.contains(key); }
    void warn(std::string sentence) { m_hints.warnings.push_back(std::move(sentence)); }

    std::optional<JsonValue> literal(const char *key)
    {
        if (!has(key))
            return std::nullopt;
        auto read = parsePythonLiteral(text(key));
        if (read)
            return *std::move(read);
        warn(fmt::format("The model's metadata \"{}\" cannot be read ({}) and is ignored.", key,
                         read.error().message));
        return std::nullopt;
    }

    void readNames()
    {
        const auto names = literal("names");
        if (!names)
            return;
        auto labels = labelsOf(*names);
        if (labels)
            m_hints.labels = *std::move(labels);
        else
            warn(fmt::format("The model's metadata \"names\" is no list of names ({}) and is "
                             "ignored.",
                             labels.error().message));
    }

    // YOLOv5 does not name its task.
    const TaskForm *taskForm()
    {
        const bool told = has("task");
        const std::size_t rank = m_spec.outputs.empty() ? 0 : m_spec.outputs.front().shape.size();
        const std::string_view task = told ? text("task") : rank == 2 ? "classify" : "detect";
        const auto *const found = std::find_if(taskForms.begin(), taskForms.end(),
                                               [&](const auto &form) { return form.key == task; });
        if (found != taskForms.end())
            return &*found;
        warn(fmt::format("The model's metadata \"task\" is \"{}\", which is unknown here; set "
                         "\"task\" in a settings file.",
                         printable(task, 40)));
        return nullptr;
    }

    // " v8": what follows "YOLO" in "Ultralytics YOLOv8n model trained on coco.yaml".
    std::string version() const
    {
        if (!has("task"))
            return " v5";
        std::string_view rest = text("description");
        const auto at = rest.find("YOLO");
        if (at == std::string_view::npos)
            return {};
        rest.remove_prefix(at + 4);
        if (rest.starts_with('v'))
            rest.remove_prefix(1);
        const auto digits = rest.substr(0, rest.find_first_not_of("0123456789"));
        return digits.empty() ? std::string() : fmt::format(" v{}", digits.substr(0, 4));
    }

    // "[640, 640]": height and width. Counts where the network leaves its size free.
    void readSize()
    {
        const auto size = literal("imgsz");
        if (!size)
            return;
        const bool pair = size->kind == JsonValue::Kind::List && size->items.size() == 2 &&
                          std::all_of(size->items.begin(), size->items.end(), isSide);
        if (!pair)
            return warn("The model's metadata \"imgsz\" is no pair of sizes and is ignored.");
        m_hints.input.height = static_cast<int>(size->items[0].number);
        m_hints.input.width = static_cast<int>(size->items[1].number);
    }
    static bool isSide(const JsonValue &value)
    {
        return value.kind == JsonValue::Kind::Number && value.number >= 1 &&
               value.number <= 16384 &&
               value.number == static_cast<double>(static_cast<int>(value.number));
    }

    // Shortest side to the size, then the centre; up to 8.0 with OpenCV's filter
    // (engine/exporter.py and data/augment.py, classify_transforms). YOLOv5 normalises as
    // ImageNet's.
    void planClassifier()
    {
        InputSettings &input = m_hints.input;
        const bool fifth = !has("task");
        input.resize = ResizeMode::Crop;
        if (const auto side = inputSide())
            input.shorterSide = *side;
        input.channels = Channels::Rgb;
        input.interpolation = Interpolation::Bilinear;
        input.antialias = !fifth && !text("version").starts_with("8.0.");
        input.scale = 1 / 255.0;
        input.mean = fifth ? std::vector<double>{0.485, 0.456, 0.406} : std::vector<double>{0};
        input.std = fifth ? std::vector<double>{0.229, 0.224, 0.225} : std::vector<double>{1};
    }
    std::optional<int> inputSide() const
    {
        if (m_hints.input.height)
            return std::max(*m_hints.input.height, *m_hints.input.width);
        if (m_spec.inputs.empty() || m_spec.inputs[0].shape.size() != 4)
            return std::nullopt;
        const auto &shape = m_spec.inputs[0].shape;
        const auto longer = std::max(shape[2].size, shape[3].size);
        return longer >= 1 && longer <= 16384 ? std::optional(static_cast<int>(longer))
                                              : std::nullopt;
    }

    void planDetector(const TaskForm &form)
    {
        const auto height = m_hints.input.height;
        const auto width = m_hints.input.width;
        m_hints.input = ultralyticsLetterbox();
        m_hints.input.height = height;
        m_hints.input.width = width;
        if (text("channels") == "1")
            m_hints.input.channels = Channels::Gray;
        if (form.undecoded)
            warn(fmt::format("Of this model's answers the {} are given as numbers only.",
                             form.undecoded));
        if (form.task != Task::Detection)
            return;
        if (const char *const decoder = decoderOf()) {
            m_hints.decoder = decoderDefaults(decoder);
            m_hints.decoder->classes = static_cast<int>(m_hints.labels.size());
            return;
        }
        if (const auto told = detectorFormHints(m_spec)) {
            m_hints.decoder = told->decoder;
            if (!m_hints.labels.empty())
                warn(fmt::format("The model's metadata \"names\" has {} names, which does not fit "
                                 "its outputs.",
                                 m_hints.labels.size()));
            return;
        }
        m_hints.task = Task::Tensor;
        warn("The outputs have no form that Ultralytics' detectors are known to have, so that the "
             "answer is given as numbers only.");
    }

    // Boxes, scores and what follows them are rows or columns of the first output.
    const char *decoderOf()
    {
        if (m_spec.outputs.empty() || m_spec.outputs[0].shape.size() != 3)
            return nullptr;
        const std::int64_t rows = m_spec.outputs[0].shape[1].size;
        const std::int64_t columns = m_spec.outputs[0].shape[2].size;
        const auto extra = extraNumbers();
        const auto classes = static_cast<std::int64_t>(m_hints.labels.size());
        if (isFinished() && (columns < 0 || columns == 6 + extra))
            return "yolo-rows";
        if (classes > 0 && rows == 4 + classes + extra)
            return "yolov8";
        if (classes > 0 && columns == 5 + classes + extra)
            return "yolov5";
        if (columns == 6 + extra && rows <= 1000)
            return "yolo-rows"; // of a version that did not write the flag
        return nullptr;
    }

    bool isFinished()
    {
        if (text("end2end") == "True")
            return true;
        const auto args = literal("args");
        if (!args || args->kind != JsonValue::Kind::Object)
            return false;
        const auto nms = std::find(args->keys.begin(), args->keys.end(), "nms");
        return nms != args->keys.end() &&
               args->items[static_cast<std::size_t>(nms - args->keys.begin())].boolean;
    }

    // Numbers of a detection beside box and scores: coefficients of masks, points.
    std::int64_t extraNumbers()
    {
        std::int64_t extra = 0;
        if (text("task") == "segment" || (!has("task") && m_spec.outputs.size() == 2)) {
            const auto &shape = m_spec.outputs.back().shape;
            extra = shape.size() == 4 ? std::max<std::int64_t>(shape[1].size, 0) : 0;
        }
        if (const auto shape = literal("kpt_shape");
            shape && shape->kind == JsonValue::Kind::List && shape->items.size() == 2 &&
            std::all_of(shape->items.begin(), shape->items.end(), isSide))
            extra = static_cast<std::int64_t>(shape->items[0].number * shape->items[1].number);
        return extra;
    }

    const NetworkSpec &m_spec;
    Hints m_hints;
};

} // namespace

std::optional<Hints> ultralyticsHints(const NetworkSpec &spec)
{
    const auto has = [&](const char *key) { return spec.metadata.contains(key); };
    const auto author = spec.metadata.find("author");
    const bool theirs = (author != spec.metadata.end() && author->second == "Ultralytics") ||
                        (has("names") && has("stride"));
    if (!theirs || spec.inputs.empty())
        return std::nullopt;
    return Keys(spec).read();
}

} // namespace warmbench
