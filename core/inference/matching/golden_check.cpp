#include "inference/matching/golden_check.h"

#include "base/contained_path.h"
#include "base/file.h"
#include "base/text.h"
#include "inference/body/input_bytes.h"
#include "inference/body/prediction_body.h"
#include "inference/matching/expected_numbers.h"
#include "tensor/npz.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

Result<std::string> contentOf(const ModelBundle &model, const std::string &name)
{
    const auto folder = model.settings.file.parent_path();
    const auto file = resolveWithin(folder, name);
    if (!file)
        return invalidArgument(
            fmt::format("The golden answer \"{}\" leads out of the folder of the settings; copy it "
                        "there.",
                        printable(name)));
    return readFile(*file, longestGolden);
}

Result<InferenceInputs> tensorsByName(const ModelBundle &model, std::string_view content,
                                      RunControl &control)
{
    auto tensors = readTensors(content, control);
    if (!tensors)
        return std::move(tensors).error();
    auto inputs = named(*std::move(tensors), model.spec().inputs, model.spec().outputs, "inputs");
    if (!inputs)
        return std::move(inputs).error();
    return InferenceInputs(TensorInputs(*std::move(inputs)));
}

// The best score of that label in what was found.
std::optional<float> scoreOf(const std::string &label, const Prediction &prediction)
{
    std::optional<float> best;
    const auto offer = [&](const std::string &found, float score) {
        if (found == label)
            best = std::max(best.value_or(score), score);
    };
    for (const SampleResult &result : prediction.results) {
        if (!result.classes.empty())
            offer(result.classes.front().label, result.classes.front().score);
        for (const Detection &detection : result.detections)
            offer(detection.label, detection.score);
        for (const TextLine &line : result.text)
            offer(line.text, line.score);
    }
    return best;
}

std::string best(const Prediction &prediction)
{
    if (prediction.results.empty() || prediction.results.front().classes.empty())
        return "it is not among what was found";
    const ScoredClass &first = prediction.results.front().classes.front();
    return fmt::format("the answer is \"{}\" with {:.3g}", printable(first.label, 60), first.score);
}

GoldenAnswer labelAnswer(const Golden &golden, const Prediction &prediction)
{
    GoldenAnswer answer;
    answer.score = scoreOf(golden.label, prediction);
    answer.agrees = answer.score && *answer.score >= static_cast<float>(golden.minScore);
    const std::string label = printable(golden.label, 60);
    if (answer.agrees)
        answer.sentence = fmt::format("\"{}\" with {:.3g}", label, *answer.score);
    else if (answer.score)
        answer.sentence = fmt::format("\"{}\" with {:.3g}, less than the {:g} expected", label,
                                      *answer.score, golden.minScore);
    else
        answer.sentence = fmt::format("\"{}\" was expected, but {}", label, best(prediction));
    return answer;
}

} // namespace

Result<InferenceRequest> goldenRequest(const ModelBundle &model, const Golden &golden)
{
    auto content = contentOf(model, golden.input);
    if (!content)
        return std::move(content).error();
    const auto kept = std::make_shared<const std::string>(*std::move(content));
    InferenceRequest request;
    request.model = model.id;
    if (looksLikeNpz(bytesOf(*kept))) {
        request.decode = [kept](const ModelBundle &loaded, RunControl &control) {
            return tensorsByName(loaded, *kept, control);
        };
        return request;
    }
    auto decode = bodyDecoder(kept);
    if (!decode)
        return std::move(decode).error();
    request.decode = *std::move(decode);
    return request;
}

Result<GoldenAnswer> goldenAnswer(const ModelBundle &model, const Golden &golden,
                                  const Prediction &prediction)
{
    if (golden.expectFile.empty())
        return labelAnswer(golden, prediction);
    const auto content = contentOf(model, golden.expectFile);
    if (!content)
        return content.error();
    RunControl unlimited;
    auto tensors = readTensors(*content, unlimited);
    if (!tensors)
        return std::move(tensors).error();
    if (tensors->size() == 1 && tensors->front().name.empty())
        tensors->front().name = model.spec().outputs.at(model.primaryOutput).name;
    auto expected =
        named(*std::move(tensors), model.spec().outputs, model.spec().inputs, "outputs");
    if (!expected)
        return std::move(expected).error();
    // A picture alone is repeated; tensors are answered as they are.
    if (prediction.seen) {
        if (auto kept = keepFirst(model, *expected); !kept)
            return std::move(kept).error();
    }
    GoldenAnswer answer;
    for (const NamedTensor &one : *expected) {
        const auto output =
            std::find_if(prediction.outputs.begin(), prediction.outputs.end(),
                         [&](const NamedTensor &each) { return each.name == one.name; });
        if (output == prediction.outputs.end())
            continue;
        const auto close = closenessOf(one.tensor, output->tensor,
                                       {golden.relativeTolerance, golden.absoluteTolerance},
                                       fmt::format("The output \"{}\"", printable(one.name, 60)));
        if (!close)
            return close.error();
        answer.closeness = answer.closeness ? *answer.closeness + *close : *close;
    }
    answer.agrees = answer.closeness && answer.closeness->within;
    answer.sentence = fmt::format(
        "largest difference {}{}", differenceText(answer.closeness.value_or(Closeness()).largest),
        answer.agrees ? ""
                      : fmt::format(", beyond rtol {:g} and atol {:g}", golden.relativeTolerance,
                                    golden.absoluteTolerance));
    return answer;
}

} // namespace warmbench
