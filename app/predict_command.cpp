#include "commands.h"

#include "base/text.h"
#include "csv_answers.h"
#include "end_limit.h"
#include "inference/answer/prediction_json.h"
#include "inference/body/predict_inputs.h"
#include "inference/body/prediction_body.h"
#include "open_models.h"
#include "remote_predictor.h"
#include "standard_output.h"
#include "tensor/json_writer.h"

#include <algorithm>
#include <fmt/format.h>
#include <future>
#include <memory>

namespace warmbench::app {

namespace {

// A server answers 504 itself when its deadline has passed; we wait so much longer for that.
constexpr Milliseconds grace{5'000};

class LocalPredictor final : public Predictor
{
public:
    LocalPredictor(Workbench &workbench, std::string model)
        : m_workbench(workbench)
        , m_model(std::move(model))
    {
    }
    Result<std::string> predict(const PredictInput &input) override
    {
        auto decode = bodyDecoder(std::make_shared<const std::string>(input.body));
        if (!decode)
            return std::move(decode).error();
        InferenceRequest request;
        request.model.name = m_model;
        request.decode = *std::move(decode);
        std::promise<Result<Prediction>> promise;
        m_workbench.predict(std::move(request), [&](Result<Prediction> result) {
            promise.set_value(std::move(result));
        });
        const auto prediction = promise.get_future().get();
        if (!prediction)
            return prediction.error();
        m_types = {};
        for (const NamedTensor &output : prediction->outputs)
            m_types.dtypes.emplace_back(output.name, dtypeName(output.tensor.dtype()));
        if (prediction->primary < m_types.dtypes.size())
            m_types.primary = m_types.dtypes[prediction->primary].first;
        return predictionJson(*prediction);
    }
    Result<bool> takesOnlyNumbers() override
    {
        using Facts = Result<std::shared_ptr<const ModelStatus::Facts>>;
        std::promise<Facts> promise;
        m_workbench.describe({m_model, {}},
                             [&](Facts known) { promise.set_value(std::move(known)); });
        const auto facts = promise.get_future().get();
        if (!facts)
            return facts.error();
        const auto &inputs = (*facts)->spec.inputs;
        return inputs.size() == 1 && inputs.front().dtype != DType::String;
    }
    Result<OutputTypes> outputTypes() override { return m_types; }

private:
    Workbench &m_workbench;
    std::string m_model;
    OutputTypes m_types;
};

// How answers are printed, and where.
struct Printer
{
    bool raw = false;
    bool csv = false;
    CsvAnswers answers;
    StandardOutput output;
};

Result<std::string> jsonLine(Predictor &predictor, const PredictInput &input,
                             const std::string &answer, bool raw)
{
    auto shown = raw ? Result<std::string>(answer)
                     : summarised(answer, [&] { return predictor.outputTypes(); });
    if (!shown)
        return shown;
    std::string line = "{\"input\": ";
    appendJsonString(line, input.name);
    line += ", ";
    line += trimmed(*shown).substr(1);
    return line + '\n';
}

// `names`: of the columns of the table whose row the input is.
int printPrediction(Predictor &predictor, const PredictInput &input,
                    const std::vector<std::string> &names, Printer &printer)
{
    if (printer.csv && input.cells.empty())
        return fail(invalidArgument(fmt::format(
            "{}: --csv appends answers to the rows of a CSV; leave it out for other inputs.",
            input.name)));
    auto line = predictor.predict(input);
    if (line)
        line = printer.csv ? printer.answers.line(names, input.cells, *line)
                           : jsonLine(predictor, input, *line, printer.raw);
    if (!line)
        return fail({line.error().code, fmt::format("{}: {}", input.name, line.error().message)});
    return printer.output.print(*line);
}

// Ends with the first row of a table that fails: what is wrong with its columns is wrong with every
// row of them.
int printFile(Predictor &predictor, const std::string &file, Bytes limit, Printer &printer)
{
    auto inputs = PredictInputs::open(file, limit, [&] { return predictor.takesOnlyNumbers(); });
    if (!inputs)
        return fail(inputs.error());
    int code = 0;
    while (code == 0 && !printer.output.ended()) {
        const auto input = inputs->next();
        if (!input)
            return fail(input.error());
        if (!*input)
            break;
        code = printPrediction(predictor, **input, inputs->names(), printer);
    }
    return code;
}

int printAll(Predictor &predictor, const CommandLine &line)
{
    Printer printer{line.options.raw, line.options.csv, {}, {}};
    int code = 0;
    for (const QString &argument : line.arguments.mid(1)) {
        const auto files = inputFilesOf(argument.toStdString());
        if (files.empty())
            code = fail(noInputsIn(argument.toStdString()));
        for (const std::string &file : files) {
            if (!printer.output.ended())
                code =
                    std::max(code, printFile(predictor, file, line.options.http.maxBody, printer));
        }
    }
    return code;
}

int runRemote(const CommandLine &line)
{
    const auto address = serverAddress(line.options.url);
    if (!address)
        return fail(address.error());
    const Milliseconds deadline = line.options.workbench.deadline;
    const RemoteServer server{*address, line.options.http.token,
                              deadline < Milliseconds::zero() ? forever : deadline + grace};
    const auto predictor = RemotePredictor::connect(server, line.arguments.front().toStdString());
    return predictor ? printAll(**predictor, line) : fail(predictor.error());
}

} // namespace

int runPredict(const CommandLine &line)
{
    if (!line.options.url.empty())
        return runRemote(line);
    const EndLimit limit(2 * joinTime);
    const SystemClock clock;
    Workbench workbench(line.options.workbench, clock);
    auto model = openOneModel(workbench, line.arguments.front().toStdString(), line.options.sample);
    if (!model)
        return fail(model.error());
    LocalPredictor predictor(workbench, *model);
    const int code = printAll(predictor, line);
    limit.begin();
    workbench.stop(joinTime);
    return code;
}

} // namespace warmbench::app
