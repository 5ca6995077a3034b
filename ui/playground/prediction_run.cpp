#include "ui/playground/prediction_run.h"

#include "inference/postprocessing.h"
#include "tensor/preprocessing.h"
#include "ui/playground/answer_phrase.h"

namespace warmbench::ui {

namespace {

// What the decoder reads from the bundle that answers, which may be a newer one than the window
// shows.
struct Answering
{
    Preprocessing preprocessing;
};

InputDecoder decoderFor(const RunRequest &request, std::shared_ptr<Answering> answering)
{
    return [body = request.body, answering = std::move(answering)](
               const ModelBundle &model, RunControl &control) -> Result<InferenceInputs> {
        answering->preprocessing = model.input.preprocessing;
        return readBody(targetOf(model), *body, body, control);
    };
}

void showImage(const Prediction &prediction, RunResult &result)
{
    if (prediction.results.empty() || !prediction.results.front().image)
        return;
    const Image &image = *prediction.results.front().image;
    result.image = preview(asQImage(image));
    result.imageSize = {image.width, image.height};
}

// All but what may be large: outputs, results, what the network saw.
Prediction headOf(const Prediction &prediction)
{
    Prediction head;
    head.primary = prediction.primary;
    head.task = prediction.task;
    head.model = prediction.model;
    head.digest = prediction.digest;
    head.engine = prediction.engine;
    head.caveat = prediction.caveat;
    head.warnings = prediction.warnings;
    head.cache = prediction.cache;
    head.timings = prediction.timings;
    head.runs = prediction.runs;
    head.masks = prediction.masks;
    return head;
}

RunResult prepared(Prediction prediction, const Answering &answering)
{
    RunResult result;
    result.phrases = answerPhrases(prediction, prediction.outputs);
    for (const NamedTensor &output : prediction.outputs)
        result.outputs.push_back(summarise(output.name, output.tensor));
    if (prediction.seen) {
        result.seenNumbers = summarise("seen", *prediction.seen);
        if (const auto image = tensorAsImage(*prediction.seen, answering.preprocessing))
            result.seen = preview(asQImage(*image));
    }
    showImage(prediction, result);
    result.comparable = comparableAnswer(prediction, prediction.outputs, result.phrases);
    // The window may keep this answer for long, so its memory no longer counts for a request.
    static_cast<void>(prediction.control.handOver(0));
    result.prediction = std::move(prediction);
    return result;
}

} // namespace

Result<RunResult> decodedAgain(Workbench &workbench, const std::shared_ptr<const RunResult> &run,
                               const AnswerOptions &options)
{
    const Prediction &prediction = run->prediction;
    const auto model =
        workbench.cache().acquireIfReady({prediction.model.name, {}}, Purpose::Other);
    if (!model)
        return failedPrecondition("The model is not loaded any more; run it again.");
    auto results = answerAgain(**model, prediction, options);
    if (!results)
        return results.error();
    RunResult again;
    again.prediction = headOf(prediction);
    again.prediction.results = *std::move(results);
    again.phrases = answerPhrases(again.prediction, prediction.outputs);
    again.comparable = comparableAnswer(again.prediction, prediction.outputs, again.phrases);
    again.outputs = run->outputs;
    again.seen = run->seen;
    again.seenNumbers = run->seenNumbers;
    showImage(again.prediction, again);
    again.options = options;
    again.run = run;
    return again;
}

bool sameOptions(const AnswerOptions &left, const AnswerOptions &right)
{
    return left.scoreThreshold == right.scoreThreshold && left.nmsThreshold == right.nmsThreshold &&
           left.topK == right.topK;
}

Prediction wholePrediction(const RunResult &result)
{
    Prediction whole = headOf(result.prediction);
    whole.results = result.prediction.results;
    whole.outputs = (result.run ? *result.run : result).prediction.outputs;
    return whole;
}

void startRun(Workbench &workbench, const RunRequest &request,
              std::function<void(Result<RunResult>)> done)
{
    auto answering = std::make_shared<Answering>();
    InferenceRequest inference;
    inference.model = {request.model, {}};
    inference.decode = decoderFor(request, answering);
    inference.cancellation = request.cancellation;
    inference.answer = request.answer;
    workbench.predict(std::move(inference),
                      [answering, options = request.answer, before = request.before,
                       &metrics = workbench.metrics(),
                       done = std::move(done)](Result<Prediction> prediction) {
                          using Outcome = Metrics::Outcome;
                          metrics.recordRequest(prediction ? Outcome::Answered : Outcome::Refused);
                          if (!prediction)
                              return done(prediction.error());
                          RunResult result = prepared(std::move(*prediction), *answering);
                          result.options = options;
                          result.change = answerChange(before, result.comparable);
                          done(std::move(result));
                      });
}

} // namespace warmbench::ui
