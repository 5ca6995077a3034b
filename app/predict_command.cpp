#include "commands.h"

#include "base/text.h"
#include "end_limit.h"
#include "http/simple/prediction_json.h"
#include "inference/body/prediction_body.h"
#include "open_models.h"
#include "predict_inputs.h"
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
        auto decode = bodyDecoder(std::make_shared<const std::string>(input.body()));
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
        return http::predictionJson(*prediction);
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
    StandardOutput output;
};

int printPrediction(Predictor &predictor, const PredictInput &input, Printer &printer)
{
    auto answer = predictor.predict(input);
    if (answer && !printer.raw)
        answer = summarised(*answer, [&] { return predictor.outputTypes(); });
    if (!answer)
        return fail(
            {answer.error().code, fmt::format("{}: {}", input.name(), answer.error().message)});
    std::string line = "{\"input\": ";
    appendJsonString(line, input.name());
    line += ", ";
    line += trimmed(*answer).substr(1);
    line += '\n';
    return printer.output.print(line);
}

int printFile(Predictor &predictor, const std::string &file, Bytes limit, Printer &printer)
{
    const auto inputs = readInputs(file, limit);
    if (!inputs)
        return fail(inputs.error());
    int code = 0;
    for (const PredictInput &input : *inputs) {
        if (!printer.output.ended())
            code = std::max(code, printPrediction(predictor, input, printer));
    }
    return code;
}

int printAll(Predictor &predictor, const CommandLine &line)
{
    Printer printer{line.options.raw, {}};
    int code = 0;
    for (const QString &argument : line.arguments.mid(1)) {
        const auto files = filesOf(argument.toStdString());
        if (files.empty())
            code = fail(notFound(
                fmt::format("The folder \"{}\" and those in it hold no image, .json, .npy or .csv.",
                            argument.toStdString())));
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
