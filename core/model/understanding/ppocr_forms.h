// Tells PP-OCR's networks by names and shapes, and gives a reader of text its characters.
//
// A finder of text takes [N, 3, H, W] of any size and answers one map behind a sigmoid. A reader of
// text takes lines of a fixed height and any width and answers, step by step, scores of its
// classes: a blank, the characters of its file, and in most files a space. Depth, matting and
// masks have the finder's shapes too, so the names that Paddle's exporter writes decide. Sources:
// PaddlePaddle/PaddleOCR tools/infer/predict_det.py, predict_rec.py,
// ppocr/postprocess/rec_postprocess.py; RapidAI/RapidOCR for the key "character". Thread: pure
// functions. Private to this folder.
#pragma once

#include "engine/network_spec.h"
#include "model/understanding/hints.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// What a finder of text is taken for; only a warning that asks, where it may be something else.
std::optional<Hints> textFinderHints(const NetworkSpec &spec);
// What a reader of text is taken for, most binding first; `settings` and `others` may name its
// characters. Only a warning that asks for them, where nothing names as many as fit.
std::vector<Hints> textReaderHints(const NetworkSpec &spec, const ModelSettings &settings,
                                   const std::vector<Hints> &others);

// One character a line; a line of a space is a character, too. Empty: it is no list of characters
// (more than a hundred thousand, or lines longer than any character).
std::vector<std::string> parseCharacters(std::string_view text);

} // namespace warmbench
