// One run of the playground: what goes in, and what the window shows of the answer, made ready off
// the GUI thread. Thread: startRun() on the GUI thread; `done` runs on a pool thread.
#pragma once

#include "inference/workbench.h"
#include "ui/playground/output_table.h"

#include <functional>
#include <memory>
#include <QImage>
#include <QString>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

namespace warmbench::ui {

// A picture as bytes, decoded by the run itself as for any client.
struct PictureInput
{
    std::shared_ptr<const std::string> bytes;
    QString path; // empty where it was pasted
    QString name; // for people
    QImage preview;
    QSize size; // pixels, orientation applied
};

// The JSON body that a client would post: {"input": ..}, {"inputs": ..} or {"tensors": {..}}.
struct NumbersInput
{
    QString body;
};

struct RunRequest
{
    std::string model;
    std::variant<PictureInput, NumbersInput> input;
    std::optional<DecoderSettings> decoder; // the sliders
    std::stop_token cancellation;
};

struct RunResult
{
    Prediction prediction;
    std::vector<TensorSummary> outputs;
    QImage seen; // what the network saw; null for numbers
    TensorSummary seenNumbers;
    QImage image; // the answer of an image task, at preview size
    QSize imageSize;
    std::optional<DecoderSettings> decoder; // the model's own, for the sliders
};

void startRun(Workbench &workbench, const RunRequest &request,
              std::function<void(Result<RunResult>)> done);

// Inputs out of a JSON body for this model; the errors say what came and what was expected.
Result<InferenceInputs> numbersFromBody(const QString &body, const ModelBundle &model);

// Reads and decodes a picture and makes its preview; blocks. Errors name the file.
Result<PictureInput> readPicture(const QString &path);
Result<PictureInput> pictureFromBytes(std::string bytes, const QString &name);
QImage asQImage(const Image &image);

} // namespace warmbench::ui
