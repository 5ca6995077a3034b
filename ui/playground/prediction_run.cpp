#include "ui/playground/prediction_run.h"

#include "tensor/preprocessing.h"
#include "ui/playground/answer_phrase.h"

namespace warmbench::ui {

namespace {

// What the decoder reads from the bundle that answers, which may be a newer one than the window
// shows.
struct Answering
{
    Preprocessing preprocessing;
    std::optional<DecoderSettings> decoder;
};

InputDecoder decoderFor(const RunRequest &request, std::shared_ptr<Answering> answering)
{
    return [body = request.body, answering = std::move(answering)](
               const ModelBundle &model, RunControl &control) -> Result<InferenceInputs> {
        answering->preprocessing = model.input.preprocessing;
        answering->decoder = model.settings.decoder;
        return readBody(targetOf(model), *body, body, control);
    };
}

RunResult prepared(Prediction prediction, const Answering &answering)
{
    RunResult result;
    result.decoder = answering.decoder;
    result.phrases = answerPhrases(prediction);
    for (const NamedTensor &output : prediction.outputs)
        result.outputs.push_back(summarise(output.name, output.tensor));
    if (prediction.seen) {
        result.seenNumbers = summarise("seen", *prediction.seen);
        if (const auto image = tensorAsImage(*prediction.seen, answering.preprocessing))
            result.seen = preview(asQImage(*image));
    }
    if (!prediction.results.empty() && prediction.results.front().image) {
        const Image &image = *prediction.results.front().image;
        result.image = preview(asQImage(image));
        result.imageSize = {image.width, image.height};
    }
    // The window may keep this answer for long, so its memory no longer counts for a request.
    static_cast<void>(prediction.control.handOver(0));
    result.prediction = std::move(prediction);
    return result;
}

} // namespace

void startRun(Workbench &workbench, const RunRequest &request,
              std::function<void(Result<RunResult>)> done)
{
    auto answering = std::make_shared<Answering>();
    InferenceRequest inference;
    inference.model = {request.model, {}};
    inference.decode = decoderFor(request, answering);
    inference.cancellation = request.cancellation;
    if (request.decoder)
        inference.answer = {request.decoder->scoreThreshold, request.decoder->nmsThreshold, {}};
    workbench.predict(std::move(inference),
                      [answering, &metrics = workbench.metrics(),
                       done = std::move(done)](Result<Prediction> prediction) {
                          using Outcome = Metrics::Outcome;
                          metrics.recordRequest(prediction ? Outcome::Answered : Outcome::Refused);
                          if (prediction)
                              done(prepared(std::move(*prediction), *answering));
                          else
                              done(prediction.error());
                      });
}

} // namespace warmbench::ui
