// The size of a network's input that follows the picture, for networks whose sides are free.
//
// Where both sides follow, the picture keeps its aspect ratio, is shrunk until no side is longer
// than `longestSide`, and each side is rounded to the nearest multiple: PaddlePaddle/PaddleOCR
// ppocr/data/imaug/operators.py, DetResizeForTest. With `shrink` its shorter side becomes
// `shorterSide` instead, or as much less as keeps the longer one within `longestSide`:
// huggingface/transformers models/detr/image_processing_detr.py, get_size_with_aspect_ratio. Where
// one side is fixed, the picture gets it, the other side follows, and what is missing to its least
// is border at the right or below: PaddlePaddle/PaddleOCR tools/infer/predict_rec.py,
// resize_norm_img. Sides keep within 1 to mostPixelsPerSide. Thread: any; a pure function. Private
// to this room.
#pragma once

#include "tensor/preprocessing.h"

namespace warmbench {

inline constexpr int mostPixelsPerSide = 16384;

struct FitSize
{
    int width = 0; // of the network's input, pixels
    int height = 0;
    int pictureWidth = 0; // the part that the picture fills, from the upper left corner
    int pictureHeight = 0;
};

// `how` is sound, and its resize mode is Fit.
FitSize fitSize(int pictureWidth, int pictureHeight, const Preprocessing &how);

} // namespace warmbench
