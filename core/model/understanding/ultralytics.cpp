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
};
constexpr std::array taskForms{
    TaskForm{"detect", "detection", Task::Detection},
    TaskForm{"segment", "segmentation", Task::Detection},
    TaskForm{"pose", "pose", Task::Detection},
    TaskForm{"obb", "oriented boxes", Task::Detection},
    TaskForm{"classify", "classification", Task::Classification},
    TaskForm{"semantic", "semantic segmentation", Task::Segmentation},
    TaskForm{"depth", "depth", Task::Image},
};

// Of people, as the data set that most of these models were trained on names them
// (ultralytics/ultralytics: cfg/datasets/coco-pose.yaml).
constexpr std::array personPoints{
    "nose",           "left eye",   "right eye",   "left ear",   "right ear",   "left shoulder",
    "right shoulder", "left elbow", "right elbow", "left wrist", "right wrist", "left hip",
    "right hip",      "left knee",  "right knee",  "left ankle", "right ankle"};

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

    // Shortest side to the size, then the centre; up to 8.0 the centre first, and OpenCV's filter
    // (engine/exporter.py and data/augment.py, classify_transforms). YOLOv5 normalises as
    // ImageNet's.
    void planClassifier()
    {
        InputSettings &input = m_hints.input;
        const bool fifth = !has("task");
        const bool cutsFirst = fifth || text("version").starts_with("8.0.");
        input.resize = ResizeMode::Crop;
        if (const auto side = inputSide(); side && !cutsFirst)
            input.shorterSide = *side;
        input.channels = Channels::Rgb;
        input.interpolation = Interpolation::Bilinear;
        input.antialias = !cutsFirst;
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
        else if (const auto channels = text("channels"); !channels.empty() && channels != "3")
            warn(fmt::format("The model's metadata \"channels\" is \"{}\", and a picture has red, "
                             "green, blue and an opaque fourth; send tensors for other data.",
                             printable(channels, 40)));
        if (form.task != Task::Detection)
            return;
        const DecoderSettings extras = readExtras();
        if (const char *const decoder = decoderOf(extras)) {
            m_hints.decoder = decoderDefaults(decoder);
            m_hints.decoder->classes = static_cast<int>(m_hints.labels.size());
            m_hints.decoder->masks = extras.masks;
            m_hints.decoder->points = extras.points;
            m_hints.decoder->pointNames = extras.pointNames;
            m_hints.decoder->oriented = extras.oriented;
            if (m_hints.decoder->type == "rtdetr-rows") {
                m_hints.summary = "RT-DETR detection";
                m_hints.input.resize = ResizeMode::Stretch; // models/rtdetr/predict.py
            }
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
    const char *decoderOf(const DecoderSettings &extras)
    {
        if (m_spec.outputs.empty() || m_spec.outputs[0].shape.size() != 3)
            return nullptr;
        const std::int64_t rows = m_spec.outputs[0].shape[1].size;
        const std::int64_t columns = m_spec.outputs[0].shape[2].size;
        const std::int64_t extra =
            extras.masks + extras.points * m_pointNumbers + (extras.oriented ? 1 : 0);
        const auto classes = static_cast<std::int64_t>(m_hints.labels.size());
        if (isFinished() && (columns < 0 || columns == 6 + extra))
            return "yolo-rows";
        if (classes > 0 && rows == 4 + classes + extra)
            return "yolov8";
        if (classes > 0 && columns == 5 + classes + extra)
            return "yolov5";
        const bool named = lowered(text("description")).find("rtdetr") != std::string::npos;
        if (classes > 0 && columns == 4 + classes && extra == 0 && (columns != 6 || named))
            return "rtdetr-rows";
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
        const JsonValue *const nms = args->member("nms");
        return nms && nms->boolean;
    }

    // What of a detection follows box and scores: coefficients of masks, points, an angle.
    DecoderSettings readExtras()
    {
        DecoderSettings extras;
        extras.oriented = text("task") == "obb";
        if (text("task") == "segment" || (!has("task") && m_spec.outputs.size() == 2)) {
            const auto &shape = m_spec.outputs.back().shape;
            if (shape.size() == 4 && shape[1].size >= 1 && shape[1].size <= mostExtras)
                extras.masks = static_cast<int>(shape[1].size);
        }
        const auto shape = literal("kpt_shape");
        if (text("task") != "pose" || !shape)
            return extras;
        const bool pair = shape->kind == JsonValue::Kind::List && shape->items.size() == 2 &&
                          std::all_of(shape->items.begin(), shape->items.end(), isSide) &&
                          shape->items[0].number <= mostExtras &&
                          (shape->items[1].number == 2 || shape->items[1].number == 3);
        if (!pair) {
            warn("The model's metadata \"kpt_shape\" is no pair of a number of points and 2 or 3, "
                 "and is ignored.");
            return extras;
        }
        extras.points = static_cast<int>(shape->items[0].number);
        m_pointNumbers = static_cast<int>(shape->items[1].number);
        readPointNames(extras);
        return extras;
    }

    // A list of names, or one for each class, of which the first counts.
    void readPointNames(DecoderSettings &extras)
    {
        const auto told = literal("kpt_names");
        const JsonValue *names = told ? &*told : nullptr;
        if (names && names->kind == JsonValue::Kind::Object && !names->items.empty())
            names = &names->items.front();
        if (names && names->kind == JsonValue::Kind::List) {
            for (const JsonValue &name : names->items)
                extras.pointNames.push_back(name.text);
        } else if (extras.points == static_cast<int>(personPoints.size())) {
            extras.pointNames.assign(personPoints.begin(), personPoints.end());
        }
    }

    static constexpr int mostExtras = 4096; // numbers of one kind in a row

    const NetworkSpec &m_spec;
    Hints m_hints;
    int m_pointNumbers = 3; // of each point: x, y and how visible it is
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
