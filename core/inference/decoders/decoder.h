// Turns the raw outputs of a detector into boxes: one function a family, listed by the names that
// settings files use. Thread: any; pure functions. Cost: linear in the outputs.
#pragma once

#include "base/result.h"
#include "inference/detection.h"
#include "tensor/shape.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace warmbench {

// An output of one sample.
struct OutputView
{
    std::string_view name;
    std::span<const float> values;
    std::span<const std::int64_t> shape; // without the batch dimension
};

// What a decoder is given for one sample.
struct RawDetections
{
    std::vector<OutputView> outputs;
    int width = 0; // of the network's input, pixels
    int height = 0;
    double scoreThreshold = 0;
    int classes = 0; // numbers of a row that are scores; 0: all that follow the box
};

// The boxes whose score is above the threshold, before non-maximum suppression. FailedPrecondition:
// the outputs do not have the form that the decoder reads.
using DecodeFunction = Result<std::vector<RelativeBox>> (*)(const RawDetections &);

struct Decoder
{
    std::string_view name;
    DecodeFunction decode = nullptr;
    std::string_view form;   // of the outputs that it reads, for sentences
    bool suppressed = false; // the network has dropped boxes that overlap
};
// Null: there is none of this name here.
const Decoder *decoderNamed(std::string_view name);

// ---- the families

// [4 + classes + .., N]: centre x, centre y, width, height in pixels of the input, then a score for
// each class (ultralytics/ultralytics: nn/modules/head.py, Detect).
Result<std::vector<RelativeBox>> decodeYolov8(const RawDetections &raw);
// [N, 5 + classes + ..]: the same with an objectness before the classes; the score is their product
// (ultralytics/yolov5: utils/general.py, non_max_suppression).
Result<std::vector<RelativeBox>> decodeYolov5(const RawDetections &raw);
// [N, 6 + ..]: left, top, right, bottom in pixels of the input, score, class; rows of zeros fill up
// (ultralytics/ultralytics: docs/en/guides/end2end-detection.md).
Result<std::vector<RelativeBox>> decodeYoloRows(const RawDetections &raw);
// [A, 5 + classes], as YOLO v5; where the boxes are still in units of their cells, they are decoded
// with the strides 8, 16 and 32 (Megvii-BaseDetection/YOLOX: yolox/utils/demo_utils.py,
// demo_postprocess).
Result<std::vector<RelativeBox>> decodeYolox(const RawDetections &raw);
// [N, 5 + classes]: as YOLO v5, with classes that softmax made: the score is objectness^0.6 *
// class^0.4 (dog-qiuqiu/FastestDet: utils/tool.py, handle_preds).
Result<std::vector<RelativeBox>> decodeFastestDet(const RawDetections &raw);
// cls_S [P, 1], obj_S [P, 1], bbox_S [P, 4] for the strides 8, 16 and 32
// (opencv/opencv: modules/objdetect/src/face_detect.cpp, postProcess).
Result<std::vector<RelativeBox>> decodeYunet(const RawDetections &raw);

} // namespace warmbench
