// What tells of a model beside its settings: texts of Ultralytics' keys, files of Hugging Face,
// timm, of labels, of MLflow and Triton. Whatever they say, any network gets a plan whose numbers
// prepare a picture, or a sentence.
//
// Input: eight texts between lines of three dashes: names, args, preprocessor_config.json,
// config.json, labels, data.yaml, MLmodel, config.pbtxt.
#include "model/understanding/understanding.h"
#include "checks.h"
#include "make_tensor.h"
#include "model/labels.h"
#include "model/understanding/data_yaml.h"
#include "model/understanding/medium.h"
#include "model/understanding/mlflow.h"
#include "model/understanding/python_literal.h"
#include "model/understanding/timm.h"
#include "model/understanding/triton.h"
#include "model/yaml_value.h"

#include <array>
#include <cmath>

using namespace warmbench;
using namespace warmbench::fuzz;

namespace {

using Texts = std::array<std::string, 8>;

Texts textsOf(std::string_view input)
{
    constexpr std::string_view line = "\n---\n";
    Texts texts;
    for (std::string &text : texts) {
        const auto end = input.find(line);
        text = input.substr(0, end);
        input =
            end == std::string_view::npos ? std::string_view() : input.substr(end + line.size());
    }
    return texts;
}

void checkLiteral(const std::string &text)
{
    const auto literal = parsePythonLiteral(text);
    if (!literal) {
        require(literal.error().message.starts_with("column "), "a refusal tells the place");
        return;
    }
    require(literal->keys.size() == literal->items.size() || literal->keys.empty(),
            "each key has a value");
}

template <typename T>
bool readable(const Result<T> &read)
{
    require(read || !read.error().message.empty(), "a refusal says why");
    return read.has_value();
}

void toolHints(const Texts &texts, std::vector<Hints> &hints)
{
    if (const auto yaml = parseYaml(texts[5]); readable(yaml))
        hints.push_back(dataYamlHints(*yaml));
    if (auto model = readMlmodel(texts[6]); readable(model))
        hints.push_back(std::move(model->hints));
    if (auto row = readMlflowExample(texts[6]); readable(row))
        hints.emplace_back().examples = *std::move(row);
    if (auto model = readTritonConfig(texts[7]); readable(model))
        hints.push_back(std::move(model->hints));
}

std::vector<Hints> hintsIn(const Texts &texts)
{
    std::vector<Hints> hints;
    if (const auto json = parseJson(texts[2]); json && json->kind == JsonValue::Kind::Object)
        hints.push_back(anyPreprocessorHints(*json));
    if (const auto json = parseJson(texts[3]); json && json->kind == JsonValue::Kind::Object)
        hints.push_back(isTimmConfig(*json) ? timmHints(*json) : anyConfigHints(*json));
    if (auto labels = parseLabels(texts[4])) {
        Hints beside;
        beside.origin = Origin::Beside;
        beside.source = "labels.txt";
        beside.labels = *std::move(labels);
        beside.characters = beside.labels;
        hints.push_back(std::move(beside));
    }
    toolHints(texts, hints);
    return hints;
}

// One that PaddleOCR's exporter wrote; its characters come from the same texts as labels.
NetworkSpec textReader()
{
    NetworkSpec spec =
        networkSpec({tensorSpec("x", {-1, 3, 48, -1})}, {tensorSpec("y", {-1, -1, 5})});
    spec.graphName = "Model from PaddlePaddle.";
    return spec;
}

void checkPreparation(const Preprocessing &how)
{
    require(how.width >= 1 && how.width <= 16384 && how.height >= 1 && how.height <= 16384,
            "sizes keep within their limits");
    require(std::isfinite(how.scale) && how.scale != 0, "a scale scales");
    if (how.width > 256 || how.height > 256 || how.shorterSide.value_or(1) > 256)
        return; // too much work for each input
    Image picture;
    picture.width = 5;
    picture.height = 3;
    picture.rgb.assign(45, 100);
    const auto made = preprocess(picture, how);
    require(made.has_value(), "a plan prepares a picture");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const Texts texts = textsOf({reinterpret_cast<const char *>(data), size});
    checkLiteral(texts[0]);
    checkLiteral(texts[1]);
    const auto beside = hintsIn(texts);
    static const std::array specs{
        networkSpec({tensorSpec("images", {1, 3, 64, 64})}, {tensorSpec("output0", {1, 6, 84})}),
        networkSpec({tensorSpec("images", {-1, 3, -1, -1})}, {tensorSpec("output0", {-1, -1, 6})}),
        networkSpec({tensorSpec("images", {1, 1, 8, 8})}, {tensorSpec("output0", {1, 2})}),
        networkSpec({tensorSpec("a", {-1, 3})}, {tensorSpec("y", {-1, 2})}),
        textReader(),
        networkSpec({}, {}),
    };
    for (const char *const task : {"detect", "segment", "classify", ""}) {
        for (NetworkSpec spec : specs) {
            spec.metadata = {{"stride", "32"},    {"names", texts[0]},     {"args", texts[1]},
                             {"imgsz", texts[1]}, {"character", texts[4]}, {"kpt_shape", texts[1]}};
            if (*task)
                spec.metadata["task"] = task;
            ModelSettings settings;
            const auto understood = understand(spec, settings, beside);
            if (!understood) {
                requireSentence(understood.error().message);
                continue;
            }
            for (const std::string &warning : understood->warnings)
                requireSentence(warning);
            require(!understood->told.summary.empty(), "every model is taken for something");
            if (understood->input.kind == InputKind::Image)
                checkPreparation(understood->input.preprocessing);
        }
    }
    return 0;
}
