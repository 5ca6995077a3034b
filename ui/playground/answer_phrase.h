// The answer to one sample in a few words, for rows, captions and screen readers. Thread: any; pure
// functions.
#pragma once

#include "inference/inference_types.h"

#include <optional>
#include <QSize>
#include <QString>
#include <QStringList>

namespace warmbench::ui {

// Whether answers of this task are drawn on the picture that was sent.
bool isDrawnOnPicture(Task task);
// An answer that is drawn on a picture: what was found, or the share of each class.
QString answerSentence(const SampleResult &sample);
// An answer that is a picture: its size, which numbers are black and white, and where these come
// from if that is not obvious.
QString pictureCaption(QSize size, const std::optional<ImageRange> &range);
// The answer of each sample: "setosa 99 %", "3 found: ...", its text, or the first numbers of the
// primary one of the outputs.
QStringList answerPhrases(const Prediction &prediction, const std::vector<NamedTensor> &outputs);

} // namespace warmbench::ui
