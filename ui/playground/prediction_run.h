// One run of the playground: its input, and the parts of the answer that the window shows. They are
// prepared away from the GUI thread. Thread: startRun() on the GUI thread; `done` runs on a pool
// thread.
#pragma once

#include "inference/workbench.h"
#include "ui/playground/comparable_answer.h"
#include "ui/playground/opened_input.h"
#include "ui/playground/output_table.h"

#include <functional>
#include <memory>
#include <QImage>
#include <QStringList>
#include <stop_token>
#include <string>
#include <vector>

namespace warmbench::ui {

struct RunRequest
{
    std::string model;
    std::shared_ptr<const std::string> body; // as a client would post it
    AnswerOptions answer;                    // the sliders
    std::stop_token cancellation{};
    // The answer that the new one is compared with; null: none.
    std::shared_ptr<const ComparableAnswer> before{};
};

struct RunResult
{
    Prediction prediction;
    QStringList phrases; // the answer of each sample in a few words
    std::vector<TensorSummary> outputs;
    QImage seen; // what the network saw; null for numbers
    TensorSummary seenNumbers;
    QImage image; // the answer of an image task, at preview size
    QSize imageSize;
    std::shared_ptr<const ComparableAnswer> comparable; // null: too large to keep
    std::optional<AnswerChange> change;                 // since RunRequest::before
    AnswerOptions options;                              // what the sliders said
    std::shared_ptr<const RunResult> run; // whose outputs were decoded again; null: its own
};

// The answer of a run under other options, from the outputs that it has: nothing runs and nothing
// is counted. It shares the outputs of `run` and has none itself. Thread: any; as postprocessing
// takes. FailedPrecondition: the model is not loaded any more, or as answerAgain(); run it again.
Result<RunResult> decodedAgain(Workbench &workbench, const std::shared_ptr<const RunResult> &run,
                               const AnswerOptions &options);
bool sameOptions(const AnswerOptions &left, const AnswerOptions &right); // of the sliders
// The whole prediction, outputs and all.
Prediction wholePrediction(const RunResult &result);

void startRun(Workbench &workbench, const RunRequest &request,
              std::function<void(Result<RunResult>)> done);

} // namespace warmbench::ui
