#include "inspect_tensor.h"

#include "base/file.h"
#include "base/text.h"
#include "inference/body/predict_inputs.h"
#include "inference/body/prediction_body.h"
#include "open_models.h"
#include "tensor/json_writer.h"
#include "tensor/npy.h"
#include "tensor/value_statistics.h"
#include "told.h"

#include <fmt/format.h>
#include <future>
#include <memory>

namespace warmbench::app {

namespace {

// What is printed of a tensor or a weight, in this order.
struct Shown
{
    std::vector<std::pair<const char *, std::string>> words; // "model", "tensor", ...
    std::string_view dtype;
    Shape shape;
    std::optional<ValueStatistics> values; // strings have none
};

std::string asText(const Shown &shown)
{
    std::string out;
    for (const auto &[key, word] : shown.words)
        out += fmt::format("{:<10}{}\n", key, printable(word));
    out += fmt::format("{:<10}{}\n{:<10}{}\n", "dtype", shown.dtype, "shape",
                       shapeText(std::span<const std::int64_t>(shown.shape)));
    if (!shown.values)
        return out;
    const ValueStatistics &values = *shown.values;
    const std::initializer_list<std::pair<const char *, double>> numbers{
        {"min", values.min}, {"max", values.max}, {"mean", values.mean}, {"std", values.deviation}};
    for (const auto &[key, number] : numbers)
        out += fmt::format("{:<10}{:.7g}\n", key, number);
    return out + fmt::format("{:<10}{} of {}\n{:<10}{}\n{:<10}{}\n", "zeros", values.zeros,
                             values.count, "NaN", values.nans, "infinite", values.infinities);
}

std::string asJson(const Shown &shown)
{
    std::string out = "{";
    for (const auto &[key, word] : shown.words) {
        out += fmt::format("\"{}\": ", key);
        appendJsonString(out, word);
        out += ", ";
    }
    out += fmt::format("\"dtype\": \"{}\", \"shape\": {}", shown.dtype,
                       shapeText(std::span<const std::int64_t>(shown.shape)));
    if (shown.values)
        out += ", " + statisticsJson(*shown.values);
    return out + "}\n";
}

Told toldOf(const Shown &shown, const CommandLine &line)
{
    return {line.options.json ? asJson(shown) : asText(shown), {}};
}

// The one sample that the file holds.
Result<InputDecoder> decoderOf(const std::string &file, Bytes limit)
{
    auto inputs = PredictInputs::open(file, limit, {});
    if (!inputs)
        return std::move(inputs).error();
    const auto input = inputs->next();
    if (!input)
        return input.error();
    const auto further = inputs->next();
    if (!*input || !further || *further)
        return invalidArgument(fmt::format("\"{}\" holds {}; give one sample to look at.",
                                           printable(file),
                                           *input ? "several rows" : "nothing to run"));
    return bodyDecoder(std::make_shared<const std::string>((*input)->body));
}

template <typename T, typename Ask>
Result<T> waitFor(Ask ask)
{
    const auto promise = std::make_shared<std::promise<Result<T>>>();
    ask([promise](Result<T> answer) { promise->set_value(std::move(answer)); });
    return promise->get_future().get();
}

Result<Told> tellWeight(Workbench &workbench, const std::string &model, const CommandLine &line)
{
    const auto found = waitFor<WeightStatistics>([&](InspectionRunner::WeightsDone done) {
        workbench.weights({model, {}}, line.options.tensor, std::move(done));
    });
    if (!found && found.error().code == ErrorCode::NotFound)
        return notFound(
            fmt::format("{} A tensor that is computed needs an INPUT.", found.error().message));
    if (!found)
        return found.error();
    Shown shown{{{"model", model}, {"weight", found->name}}, found->type, found->shape, {}};
    shown.values = found->values;
    return toldOf(shown, line);
}

Result<Told> tellTensor(Workbench &workbench, const std::string &model, const CommandLine &line)
{
    auto decoder = decoderOf(line.arguments[1].toStdString(), line.options.http.maxBody);
    if (!decoder)
        return std::move(decoder).error();
    InnerTensorRequest request;
    request.model = {model, {}};
    request.tensor = line.options.tensor;
    request.decode = *std::move(decoder);
    const auto found = waitFor<InnerTensor>([&](InspectionRunner::TensorDone done) {
        workbench.innerTensor(std::move(request), std::move(done));
    });
    if (!found)
        return found.error();
    const Tensor &tensor = found->tensor.tensor;
    if (!line.options.output.empty()) {
        if (auto written = writeFile(line.options.output, writeNpy(tensor)); !written)
            return std::move(written).error();
    }
    Shown shown{{{"model", model}, {"engine", found->engine}, {"tensor", found->tensor.name}},
                dtypeName(tensor.dtype()),
                tensor.shape(),
                {}};
    if (const auto values = statisticsOf(tensor))
        shown.values = *values;
    return toldOf(shown, line);
}

Result<Told> tell(Workbench &workbench, const CommandLine &line)
{
    const auto model =
        openOneModel(workbench, line.arguments.front().toStdString(), line.options.sample);
    if (!model)
        return model.error();
    return line.arguments.size() == 1 ? tellWeight(workbench, *model, line)
                                      : tellTensor(workbench, *model, line);
}

} // namespace

int runInspectTensor(const CommandLine &line)
{
    return askAndTell(line, tell);
}

} // namespace warmbench::app
