// One run of the playground: its input, and the parts of the answer that the window shows. They are
// prepared away from the GUI thread. Thread: startRun() on the GUI thread; `done` runs on a pool
// thread.
#pragma once

#include "inference/workbench.h"
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
    std::optional<DecoderSettings> decoder;  // the sliders
    std::stop_token cancellation;
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
    std::optional<DecoderSettings> decoder; // the model's own, for the sliders
};

void startRun(Workbench &workbench, const RunRequest &request,
              std::function<void(Result<RunResult>)> done);

} // namespace warmbench::ui
