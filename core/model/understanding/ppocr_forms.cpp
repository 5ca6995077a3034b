#include "model/understanding/ppocr_forms.h"

#include "base/text.h"
#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace warmbench {

namespace {

constexpr std::size_t mostCharacters = 100'000;
constexpr std::size_t longestCharacter = 32;           // bytes; some are letters with their accents
constexpr std::array<std::int64_t, 2> heights{48, 32}; // of PP-OCR v3 and later, and v1 and v2
constexpr std::int64_t fewestClasses = 3;

bool exportedByPaddle(const NetworkSpec &spec)
{
    const auto names = [](const std::string &text) {
        return text.find("Paddle") != std::string::npos;
    };
    return names(spec.producer) || names(spec.graphName);
}

// [N, 3, any, any] to [N, 1, any, any] behind a sigmoid.
bool findsPlaces(const NetworkSpec &spec)
{
    if (spec.inputs.size() != 1 || spec.outputs.size() != 1)
        return false;
    const auto &in = spec.inputs[0].shape;
    const auto &out = spec.outputs[0].shape;
    return in.size() == 4 && in[1].size == 3 && in[2].free() && in[3].free() && out.size() == 4 &&
           (out[1].size == 1 || out[1].free()) && out[2].free() && out[3].free() &&
           spec.outputs[0].producedBy == "Sigmoid";
}

// The number of classes of [N, 3, 48, any] to [N, steps, classes]; nothing if it has another form.
std::optional<std::int64_t> classesRead(const NetworkSpec &spec)
{
    if (spec.inputs.size() != 1 || spec.outputs.size() != 1)
        return std::nullopt;
    const auto &in = spec.inputs[0].shape;
    const auto &out = spec.outputs[0].shape;
    if (in.size() != 4 || in[1].size != 3 || !in[3].free() || out.size() != 3 || !out[1].free() ||
        out[2].size < fewestClasses || !(in[0].free() || in[0].size == 1) ||
        std::find(heights.begin(), heights.end(), in[2].size) == heights.end())
        return std::nullopt;
    return out[2].size;
}

InputSettings fitted(double scale, std::vector<double> mean, std::vector<double> std)
{
    InputSettings input;
    input.channels = Channels::Bgr;
    input.resize = ResizeMode::Fit;
    input.interpolation = Interpolation::Bilinear;
    input.antialias = false; // PaddleOCR resizes with OpenCV
    input.scale = scale;
    input.mean = std::move(mean);
    input.std = std::move(std);
    return input;
}

// The names of all classes; nothing if so many characters do not make them.
std::optional<std::vector<std::string>> classNames(const std::vector<std::string> &characters,
                                                   std::int64_t classes)
{
    const std::int64_t missing = classes - std::ssize(characters);
    if (missing < 1 || missing > 2)
        return std::nullopt;
    std::vector<std::string> names{""}; // the blank
    names.insert(names.end(), characters.begin(), characters.end());
    if (missing == 2)
        names.emplace_back(" ");
    return names;
}

Hints characterHints(Origin origin, std::string source, std::vector<std::string> characters)
{
    Hints hints;
    hints.origin = origin;
    hints.source = std::move(source);
    hints.characters = std::move(characters);
    return hints;
}

// All that may name the characters, the most binding first.
std::vector<Hints> characterSources(const NetworkSpec &spec, const std::vector<Hints> &others)
{
    std::vector<Hints> sources;
    if (const auto key = spec.metadata.find("character"); key != spec.metadata.end())
        sources.push_back(
            characterHints(Origin::Metadata, "key \"character\"", parseCharacters(key->second)));
    for (const Hints &other : others) {
        if (!other.characters.empty())
            sources.push_back(characterHints(other.origin, other.source, other.characters));
    }
    return sources;
}

Hints readerForm(const TensorSpec &input)
{
    Hints form;
    form.origin = Origin::Form;
    form.source = "output form";
    form.summary = "PP-OCR text recognition";
    form.input = fitted(1 / 255.0, {0.5}, {0.5});
    form.input.padTo = 320; // shorter lines than those of the training are filled up
    form.input.padValue = 127.5;
    form.task = Task::Text;
    form.activation = input.producedBy == "Softmax" ? Activation::None : Activation::Softmax;
    return form;
}

std::string whatDoesNotFit(const std::vector<Hints> &sources, std::int64_t classes)
{
    std::string sentence =
        fmt::format("It looks like a reader of text with {} classes, but ", classes);
    if (sources.empty())
        return sentence + "nothing names its characters; put their file beside the model, one a "
                          "line, named as PaddleOCR does: ppocr_keys_v1.txt or en_dict.txt.";
    std::vector<std::string> named;
    for (const Hints &source : sources)
        named.push_back(fmt::format("{} of {}", source.characters.size(), source.source));
    return sentence + fmt::format("there are {} characters, not {} or {} as fit; put the file that "
                                  "belongs to it beside the model.",
                                  joined(named), classes - 2, classes - 1);
}

} // namespace

std::vector<std::string> parseCharacters(std::string_view text)
{
    text = withoutByteOrderMark(text);
    std::vector<std::string> characters;
    auto lines = split(text, '\n');
    if (!lines.empty() && lines.back().empty())
        lines.pop_back();
    if (lines.size() > mostCharacters)
        return {};
    for (std::string_view line : lines) {
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.size() > longestCharacter || line.find('\0') != std::string_view::npos)
            return {};
        characters.emplace_back(line);
    }
    return characters;
}

std::optional<Hints> textFinderHints(const NetworkSpec &spec)
{
    if (!findsPlaces(spec))
        return std::nullopt;
    Hints hints;
    hints.origin = Origin::Form;
    hints.source = "output form";
    if (!exportedByPaddle(spec) || spec.inputs[0].name != "x") {
        hints.warnings.emplace_back(
            "Its output is one map: of text, of depth or of what stands in front, which its file "
            "does not tell; it is shown as a picture. If it finds text, set \"decoder\": "
            "{\"type\": \"ppocr-boxes\"} in the settings file.");
        return hints;
    }
    hints.summary = "PP-OCR text detection";
    hints.task = Task::Detection;
    hints.labels = {"text"};
    hints.decoder = decoderDefaults("ppocr-boxes");
    // The numbers are ImageNet's for red, green and blue; PaddleOCR takes them in this order, too.
    hints.input = fitted(1 / 255.0, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225});
    hints.input.longestSide = 960;
    hints.input.multipleOf = 32;
    return hints;
}

std::vector<Hints> textReaderHints(const NetworkSpec &spec, const ModelSettings &settings,
                                   const std::vector<Hints> &others)
{
    const auto classes = classesRead(spec);
    if (!classes || (settings.task && settings.task != Task::Text))
        return {};
    Hints form = readerForm(spec.outputs[0]);
    if (std::ssize(settings.labels) == *classes)
        return {form};
    const auto sources = characterSources(spec, others);
    for (const Hints &source : sources) {
        auto names = classNames(source.characters, *classes);
        if (!names)
            continue;
        Hints named = source;
        named.characters.clear();
        named.labels = *std::move(names);
        return {named, form};
    }
    if (!exportedByPaddle(spec))
        return {};
    form.task.reset();
    form.summary.clear();
    form.activation.reset();
    form.warnings.push_back(whatDoesNotFit(sources, *classes));
    return {form};
}

} // namespace warmbench
