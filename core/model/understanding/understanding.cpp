#include "model/understanding/understanding.h"

#include "base/text.h"
#include "model/model_bundle.h"
#include "model/understanding/detector_forms.h"
#include "model/understanding/image_keys.h"
#include "model/understanding/medium.h"
#include "model/understanding/ppocr_forms.h"
#include "model/understanding/preset_offer.h"
#include "model/understanding/segmentation_forms.h"
#include "model/understanding/transformer_forms.h"
#include "model/understanding/ultralytics.h"
#include "tensor/json_object.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace warmbench {

namespace {

std::string textJson(std::string_view text)
{
    std::string json;
    appendJsonString(json, text);
    return json;
}

std::string numberJson(double number)
{
    std::string json;
    appendJsonNumber(json, number);
    return json;
}

std::string listJson(const std::vector<double> &numbers)
{
    std::string json = "[";
    for (const double number : numbers)
        json += (json.size() > 1 ? ", " : "") + numberJson(number);
    return json + "]";
}

// Takes what the settings leave open from the first source that says it.
class Merge
{
public:
    Merge(const NetworkSpec &spec, const std::vector<Hints> &hints, ModelSettings &settings,
          Understanding &understood)
        : m_spec(spec)
        , m_hints(hints)
        , m_settings(settings)
        , m_understood(understood)
    {
    }

    void run()
    {
        fill("task", m_settings.task, &Hints::task,
             [](Task task) { return textJson(taskName(task)); });
        fill("decoder", m_settings.decoder, &Hints::decoder,
             [](const DecoderSettings &decoder) { return textJson(decoder.type); });
        fill("activation", m_settings.output.activation, &Hints::activation,
             [](Activation activation) { return textJson(activationName(activation)); });
        fillLabels();
        for (const Hints &hints : m_hints)
            m_understood.warnings.insert(m_understood.warnings.end(), hints.warnings.begin(),
                                         hints.warnings.end());
    }

private:
    void note(const char *key, std::string value, const std::string &origin)
    {
        m_understood.told.values[key] = {std::move(value), origin};
    }

    template <typename T, typename Show>
    void fill(const char *key, std::optional<T> &setting, std::optional<T> Hints::*member,
              Show show)
    {
        if (setting)
            return note(key, show(*setting), originName(Origin::SettingsFile));
        const Hints *teller = nullptr;
        for (const Hints &hints : m_hints) {
            if (!(hints.*member))
                continue;
            if (teller) {
                disagree(key, show(*setting), *teller, show(*(hints.*member)), hints);
                continue;
            }
            teller = &hints;
            setting = hints.*member;
            note(key, show(*setting), hints.source);
        }
    }

    // What the outputs' form tells is a default of its family.
    void disagree(std::string_view what, const std::string &first, const Hints &teller,
                  const std::string &second, const Hints &other)
    {
        if (first != second && other.origin != Origin::Form)
            m_understood.warnings.push_back(
                fmt::format("The {} say that the {} is {}, the {} say {}; the first counts.",
                            teller.source, what, first, other.source, second));
    }
    void disagreeOnNames(const Hints &first, const Hints &other)
    {
        const auto shown = [](const Hints &hints) {
            return fmt::format("{} ({} names, \"{}\" first)", hints.source, hints.labels.size(),
                               printable(hints.labels.front(), 40));
        };
        if (first.labels != other.labels && other.origin != Origin::Form)
            m_understood.warnings.push_back(
                fmt::format("The classes are named otherwise by {} than by {}; the first counts.",
                            shown(first), shown(other)));
    }

    void fillLabels()
    {
        std::string origin = originName(Origin::SettingsFile);
        const Hints *teller = nullptr;
        for (const Hints &hints : m_hints) {
            if (hints.labels.empty())
                continue;
            if (teller) {
                disagreeOnNames(*teller, hints);
            } else if (m_settings.labels.empty()) {
                teller = &hints;
                m_settings.labels = hints.labels;
                origin = hints.source;
            }
        }
        if (m_settings.labels.empty() && ownClasses(m_spec, m_settings)) {
            m_settings.labels = m_spec.classes->names;
            origin = originName(Origin::Network);
        }
        if (!m_settings.labels.empty())
            note("labels", std::to_string(m_settings.labels.size()), origin);
    }

    const NetworkSpec &m_spec;
    const std::vector<Hints> &m_hints;
    ModelSettings &m_settings;
    Understanding &m_understood;
};

void notePreparation(Understanding &understood)
{
    const InputPlan &plan = understood.input;
    const Preprocessing &how = plan.preprocessing;
    const auto note = [&](const char *key, std::string value) {
        if (plan.origins.contains(key))
            understood.told.values[key] = {std::move(value), originText(plan, key)};
    };
    if (!how.fit.freeWidth)
        note("width", std::to_string(how.width));
    if (!how.fit.freeHeight)
        note("height", std::to_string(how.height));
    note("channels", textJson(channelsName(how.channels)));
    note("layout", textJson(layoutName(how.layout)));
    note("resize", textJson(resizeModeName(how.resize)));
    if (how.shorterSide)
        note("shorter_side", std::to_string(*how.shorterSide));
    if (how.resize == ResizeMode::Fit) {
        if (how.fit.shrink)
            note("shrink", "true");
        if (how.fit.longestSide > 0)
            note("longest_side", std::to_string(how.fit.longestSide));
        note("multiple_of", std::to_string(how.fit.multipleOf));
        note("pad_to", std::to_string(how.fit.freeWidth ? how.width : how.height));
    }
    if (how.resize == ResizeMode::Fit || how.resize == ResizeMode::Letterbox)
        note("pad_value", how.padsWithMean ? textJson("mean") : numberJson(how.padValue));
    if (how.resize == ResizeMode::Letterbox) {
        note("pad_position", textJson(padPositionName(how.padPosition)));
    }
    note("interpolation", textJson(interpolationName(how.interpolation)));
    note("antialias", how.antialias ? "true" : "false");
    note("scale", numberJson(how.scale));
    note("mean", listJson(how.mean));
    note("std", listJson(how.std));
}

std::string sentenceOf(const std::vector<Hints> &hints, const ModelSettings &settings,
                       const Understanding &understood)
{
    const auto telling = std::find_if(hints.begin(), hints.end(),
                                      [](const Hints &one) { return !one.summary.empty(); });
    const bool told = telling != hints.end() && telling->task == settings.task;
    const InputPlan &plan = understood.input;
    std::string sentence = told ? telling->summary
                           : settings.task
                               ? std::string(taskName(*settings.task))
                               : std::string(plan.kind == InputKind::Image      ? "pictures"
                                             : plan.kind == InputKind::Features ? "a table"
                                                                                : "tensors");
    sentence.front() =
        static_cast<char>(std::toupper(static_cast<unsigned char>(sentence.front())));
    if (settings.task == Task::Text)
        sentence += fmt::format(", {} characters", settings.labels.size());
    else if (!settings.labels.empty())
        sentence += fmt::format(", {} name{}", settings.labels.size(),
                                settings.labels.size() == 1 ? "" : "s");
    if (plan.kind == InputKind::Features)
        sentence += fmt::format(", {} column{}", plan.features.size(),
                                plan.features.size() == 1 ? "" : "s");
    if (plan.kind == InputKind::Image)
        sentence += fmt::format(", {} {}", resizeModeName(plan.preprocessing.resize),
                                sizeText(plan.preprocessing));
    if (told)
        return fmt::format("{} ({})", sentence, telling->source);
    if (plan.kind == InputKind::Image)
        return fmt::format("{} ({})", sentence, originText(plan, "resize"));
    return sentence;
}

// Scores of a row of the families whose rows hold one for each class; nothing where the outputs do
// not tell.
std::optional<std::int64_t> classesInRows(const NetworkSpec &spec, const DecoderSettings &decoder)
{
    if (spec.outputs.empty() || spec.outputs.front().shape.size() != 3 || decoder.points > 0)
        return std::nullopt;
    const auto &shape = spec.outputs.front().shape;
    const std::int64_t extras = decoder.masks + (decoder.oriented ? 1 : 0);
    std::int64_t classes = 0;
    if (decoder.type == "yolov8")
        classes = shape[1].size - 4 - extras;
    else if (decoder.type == "yolov5" || decoder.type == "yolox" || decoder.type == "fastestdet")
        classes = shape[2].size - 5 - extras;
    return classes > 0 ? std::optional(classes) : std::nullopt;
}

// Planes of the only output of a segmentation, as many as classes: the fewest of the extents after
// the first.
std::optional<std::int64_t> planesOf(const NetworkSpec &spec)
{
    if (spec.outputs.size() != 1 || spec.outputs.front().shape.size() != 4)
        return std::nullopt;
    const auto &shape = spec.outputs.front().shape;
    const std::int64_t planes = shape[1].free() || shape[3].free()
                                    ? std::max(shape[1].size, shape[3].size)
                                    : std::min(shape[1].size, shape[3].size);
    return planes > 1 ? std::optional(planes) : std::nullopt;
}

// How many classes the outputs tell; nothing where names are no matter.
std::optional<std::int64_t> classesToName(const NetworkSpec &spec, const ModelSettings &settings)
{
    if (settings.decoder)
        return classesInRows(spec, *settings.decoder);
    if (settings.task == Task::Segmentation && !settings.labels.empty())
        return planesOf(spec);
    return std::nullopt;
}

// Classes without names, or with names for another number of them.
std::string warningOfNames(const NetworkSpec &spec, const ModelSettings &settings)
{
    const auto classes = classesToName(spec, settings);
    if (!classes || settings.labels.size() == static_cast<std::size_t>(*classes))
        return {};
    if (settings.labels.empty())
        return *classes == 1
                   ? "What is found has no name; put a labels.txt with it beside the model."
                   : fmt::format("The {} classes have no names here and go by their numbers; put a "
                                 "labels.txt with one name a line beside the model.",
                                 *classes);
    return fmt::format("There are {} labels, but the outputs have {} classes; those beyond go by "
                       "their number.",
                       settings.labels.size(), *classes);
}

const TensorSpec *primaryOf(const NetworkSpec &spec, const ModelSettings &settings)
{
    const auto &name = settings.output.primary;
    const auto found = std::find_if(spec.outputs.begin(), spec.outputs.end(),
                                    [&](const auto &one) { return !name || one.name == *name; });
    return found == spec.outputs.end() ? nullptr : &*found;
}

// ImageNet's networks of 2015 and later TensorFlow ones have a class before the 1000.
void nameBackground(const NetworkSpec &spec, ModelSettings &settings)
{
    constexpr std::size_t imageNet = 1000;
    const TensorSpec *const output = primaryOf(spec, settings);
    if (!output || settings.labels.size() != imageNet || output->shape.size() < 2 ||
        output->shape[1].size != imageNet + 1)
        return;
    settings.labels.insert(settings.labels.begin(), "background");
}

// Whether an output with a score for each class can be nothing else.
bool tellsClasses(const TensorSpec &output, const Dimension &classes)
{
    // ImageNet's classes, without and with a background.
    return output.producedBy == "Softmax" || output.producedBy == "Sigmoid" ||
           classes.size == 1000 || classes.size == 1001;
}

// The sentence about an output of a network of pictures that nothing explains; else empty.
std::string guessOfOutput(const NetworkSpec &spec, const ModelSettings &settings)
{
    const TensorSpec *const output = primaryOf(spec, settings);
    if (!output || settings.task || settings.decoder)
        return {};
    const auto &shape = output->shape;
    const auto shown = [&] {
        return fmt::format("\"{}\" {}", printable(output->name, 60), shapeText(shape));
    };
    const Dimension *const classes = classesOf(*output);
    if (classes && !classes->free() && settings.labels.empty() && !tellsClasses(*output, *classes))
        return fmt::format("That output {} scores classes is a guess: put their names into a "
                           "labels.txt beside the model, or set \"task\" to \"tensor\" in the "
                           "settings file.",
                           shown());
    if (shape.size() == 3 && shape[2].size != 1)
        return fmt::format(
            "Output {} may be a detector's, but nothing tells which: set \"decoder\" "
            "in the settings file.",
            shown());
    return {};
}

// The key of `Understood::values` and of the plan's origins that a key of the settings file sets.
std::string toldKey(const std::string &key)
{
    const auto point = key.find('.');
    return key.starts_with("decoder.")  ? "decoder"
           : point == std::string::npos ? key
                                        : key.substr(point + 1);
}

// What a person changed stands with the settings file's values until here.
void nameEdits(const ModelSettings &settings, Understanding &understood)
{
    const std::string file = originName(Origin::SettingsFile);
    for (const std::string &edited : settings.edited) {
        const std::string key = toldKey(edited);
        InputPlan &plan = understood.input;
        if (const auto found = plan.origins.find(key);
            found != plan.origins.end() && found->second == Origin::SettingsFile)
            found->second = Origin::User;
        if (const auto found = plan.sources.find(key);
            found != plan.sources.end() && found->second == file)
            found->second = originName(Origin::User);
        if (const auto found = understood.told.values.find(key);
            found != understood.told.values.end() && found->second.origin == file)
            found->second.origin = originName(Origin::User);
    }
}

} // namespace

bool ownClasses(const NetworkSpec &spec, const ModelSettings &settings)
{
    if (!spec.classes || spec.classes->output >= spec.outputs.size())
        return false;
    const auto &primary = settings.output.primary;
    return !primary || *primary == spec.outputs[spec.classes->output].name;
}

std::string understoodJson(const Understood &understood)
{
    JsonObject values;
    for (const auto &[key, told] : understood.values)
        values.raw(key, JsonObject().raw("value", told.value).text("origin", told.origin).end());
    return JsonObject().text("summary", understood.summary).raw("values", values.end()).end();
}

std::vector<Hints> hintsOf(const NetworkSpec &spec)
{
    std::vector<Hints> all;
    for (const auto read : {ultralyticsHints, imageKeyHints, detectorFormHints,
                            segmentationFormHints, textFinderHints, inputNameHints}) {
        if (auto hints = read(spec))
            all.push_back(*std::move(hints));
    }
    return all;
}

Result<Understanding> understand(const NetworkSpec &spec, ModelSettings &settings,
                                 const std::vector<Hints> &beside)
{
    Understanding understood;
    auto hints = hintsOf(spec);
    hints.insert(hints.end(), beside.begin(), beside.end());
    const auto reader = textReaderHints(spec, settings, hints);
    hints.insert(hints.end(), reader.begin(), reader.end());
    std::stable_sort(hints.begin(), hints.end(),
                     [](const Hints &a, const Hints &b) { return a.origin > b.origin; });
    settleTransformer(spec, settings, hints);
    Merge(spec, hints, settings, understood).run();
    auto plan = planInput(spec, settings, hints);
    if (!plan)
        return std::move(plan).error();
    understood.input = *std::move(plan);
    InputPlan &input = understood.input;
    if (settings.input.features.empty()) // else a person says what the numbers are
        input.unserved = unservedBy(spec, hints, input.kind == InputKind::Tensor);
    if (!input.unserved.empty()) {
        input.warnings.clear(); // they are about pictures
        input.guess.clear();
        input.kind = InputKind::Tensor;
        input.features.clear();
        input.columns = false;
    }
    nameBackground(spec, settings);
    if (input.kind == InputKind::Image) {
        notePreparation(understood);
        if (const auto guess = guessOfOutput(spec, settings); !guess.empty()) {
            input.guess += (input.guess.empty() ? "" : " ") + guess;
            input.warnings.push_back(guess);
        }
    }
    understood.warnings.insert(understood.warnings.end(), understood.input.warnings.begin(),
                               understood.input.warnings.end());
    if (auto warning = warningOfNames(spec, settings); !warning.empty())
        understood.warnings.push_back(std::move(warning));
    if (auto offer = presetOffer(spec, settings, understood.input))
        understood.warnings.push_back(*std::move(offer));
    nameEdits(settings, understood);
    understood.told.summary =
        input.unserved.empty() ? sentenceOf(hints, settings, understood) : input.unserved;
    return understood;
}

} // namespace warmbench
