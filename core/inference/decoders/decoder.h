// Turns the raw outputs of a detector into boxes: one function a family, listed by the names that
// settings files use. Thread: any; pure functions. Cost: linear in the outputs.
#pragma once

#include "base/result.h"
#include "inference/decoders/class_numbers.h"
#include "inference/detection.h"
#include "inference/sample_result.h"
#include "model/model_settings.h"
#include "tensor/preprocessing.h"
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
    DecoderSettings settings; // with the thresholds of this request
    bool masksWanted = true;
    std::size_t sample = 0; // its index, for rows that name their samples
};

// Lays fractions of the network's input over the picture that was sent.
class Placement
{
public:
    // The picture is the network's input itself.
    Placement(int width, int height);
    Placement(int width, int height, const ImageMapping &mapping);

    // Without regard to the picture's edges.
    Point at(float x, float y) const;
    // Within the picture.
    Point clamped(float x, float y) const;
    int inputWidth() const { return m_width; }
    int inputHeight() const { return m_height; }
    int pictureWidth() const { return m_mapping.originalWidth; }
    int pictureHeight() const { return m_mapping.originalHeight; }
    const ImageMapping &mapping() const { return m_mapping; }

private:
    int m_width;
    int m_height;
    ImageMapping m_mapping;
};

// The boxes whose score is above the threshold, before non-maximum suppression. FailedPrecondition:
// the outputs do not have the form that the decoder reads.
using DecodeFunction = Result<std::vector<RelativeBox>> (*)(const RawDetections &);
// Adds to a detection what else the outputs say of its box: points, a mask. It is called for the
// boxes that are left after non-maximum suppression. FailedPrecondition as above.
using DetailFunction = Result<void> (*)(const RawDetections &, const RelativeBox &,
                                        const Placement &, Detection &);

// How the outputs count samples.
enum class Batch : std::uint8_t {
    First,  // by their first dimension
    Single, // not at all: they are those of one sample; the decoder sees their whole shape
    InRows, // each row names its sample; the decoder sees their whole shape
};

struct Decoder
{
    std::string_view name;
    DecodeFunction decode = nullptr;
    std::string_view form;           // of the outputs that it reads, for sentences
    bool suppressed = false;         // the network has dropped boxes that overlap
    DetailFunction detail = nullptr; // null: there is nothing but boxes
    Batch batch = Batch::First;
    ClassNumbers numbers = ClassNumbers::FromZero;
};
// Null: there is none of this name here.
const Decoder *decoderNamed(std::string_view name);

// ---- the families

// [4 + classes + .., N]: centre x, centre y, width, height in pixels of the input, then a score for
// each class, then coefficients of a mask, points or an angle (ultralytics/ultralytics:
// nn/modules/head.py, Detect).
Result<std::vector<RelativeBox>> decodeYolov8(const RawDetections &raw);
Result<void> detailYolov8(const RawDetections &raw, const RelativeBox &box,
                          const Placement &placement, Detection &found);
// [N, 5 + classes + ..]: the same with an objectness before the classes; the score is their product
// (ultralytics/yolov5: utils/general.py, non_max_suppression).
Result<std::vector<RelativeBox>> decodeYolov5(const RawDetections &raw);
Result<void> detailYolov5(const RawDetections &raw, const RelativeBox &box,
                          const Placement &placement, Detection &found);
// [N, 6 + ..]: left, top, right, bottom in pixels of the input, score, class; rows of zeros fill
// up. Oriented boxes begin with their centre, width and height instead, and end with the angle
// (ultralytics/ultralytics: docs/en/guides/end2end-detection.md).
Result<std::vector<RelativeBox>> decodeYoloRows(const RawDetections &raw);
Result<void> detailYoloRows(const RawDetections &raw, const RelativeBox &box,
                            const Placement &placement, Detection &found);
// [A, 5 + classes], as YOLO v5; where the boxes are still in units of their cells, they are decoded
// with the strides 8, 16 and 32 (Megvii-BaseDetection/YOLOX: yolox/utils/demo_utils.py,
// demo_postprocess).
Result<std::vector<RelativeBox>> decodeYolox(const RawDetections &raw);
// [N, 5 + classes]: as YOLO v5, with classes that softmax made: the score is objectness^0.6 *
// class^0.4 (dog-qiuqiu/FastestDet: utils/tool.py, handle_preds).
Result<std::vector<RelativeBox>> decodeFastestDet(const RawDetections &raw);
// cls_S [P, 1], obj_S [P, 1], bbox_S [P, 4], kps_S [P, 10] for the strides 8, 16 and 32
// (opencv/opencv: modules/objdetect/src/face_detect.cpp, postProcess).
Result<std::vector<RelativeBox>> decodeYunet(const RawDetections &raw);
Result<void> detailYunet(const RawDetections &raw, const RelativeBox &box,
                         const Placement &placement, Detection &found);
// [1, H, W]: how likely each place is text, 0 to 1. Lines are groups of places above 0.3; their
// boxes are turned as they are, scored by the mean of the map, and widened
// (PaddlePaddle/PaddleOCR: ppocr/postprocess/db_postprocess.py).
Result<std::vector<RelativeBox>> decodePpocrBoxes(const RawDetections &raw);
// The four corners of such a box, the upright one around them, and the angle as the picture has it.
Result<void> detailPpocrBoxes(const RawDetections &raw, const RelativeBox &box,
                              const Placement &placement, Detection &found);

// ---- transformers: one box for each query, as fractions: centre x, centre y, width, height

// logits [Q, C + 1], pred_boxes [Q, 4]: softmax, the last class is "none"
// (huggingface/transformers: models/detr/image_processing_detr.py, post_process_object_detection).
Result<std::vector<RelativeBox>> decodeDetr(const RawDetections &raw);
// logits [Q, C] or labels [Q, C], pred_boxes [Q, 4] or dets [Q, 4]: sigmoid, the Q best of all
// Q * C scores (huggingface/transformers: models/rt_detr/image_processing_rt_detr.py;
// roboflow/rf-detr: rfdetr/models/lwdetr.py, PostProcess).
Result<std::vector<RelativeBox>> decodeRtDetr(const RawDetections &raw);
// [Q, 4 + classes] with scores that sigmoid made, the best class of each
// (ultralytics/ultralytics: models/rtdetr/predict.py).
Result<std::vector<RelativeBox>> decodeRtDetrRows(const RawDetections &raw);

// ---- detections that the network has finished

// boxes [Q, 4], labels [Q], scores [Q]: left, top, right, bottom in pixels of the input
// (lyuwenyu/RT-DETR: rtdetrv2_pytorch/tools/export_onnx.py).
Result<std::vector<RelativeBox>> decodeDetrFinished(const RawDetections &raw);
// The same without a batch dimension (pytorch/vision: torchvision/models/detection).
Result<std::vector<RelativeBox>> decodeTorchvision(const RawDetections &raw);
// detection_boxes [N, 4], detection_classes [N], detection_scores [N], num_detections: top, left,
// bottom, right as fractions (tensorflow/models: research/object_detection/exporter_main_v2.py).
// Outputs without these names are told by their shapes, and classes by being whole numbers.
Result<std::vector<RelativeBox>> decodeTfDetection(const RawDetections &raw);
// dets [N, 5], labels [N]: left, top, right, bottom in pixels, score
// (open-mmlab/mmdeploy: docs/en/06-custom-ops).
Result<std::vector<RelativeBox>> decodeMmDeploy(const RawDetections &raw);
// num_dets, det_boxes [K, 4], det_scores [K], det_classes [K]: left, top, right, bottom in pixels
// (meituan/YOLOv6: yolov6/models/end2end.py; WongKinYiu/yolov7: models/experimental.py).
Result<std::vector<RelativeBox>> decodeNumDets(const RawDetections &raw);
// [N, 7]: sample, left, top, right, bottom in pixels, class, score
// (WongKinYiu/yolov7: models/experimental.py, ONNX_ORT).
Result<std::vector<RelativeBox>> decodeYolov7Rows(const RawDetections &raw);
// detected_boxes [N, 4], detected_classes [N], detected_scores [N]: left, top, right, bottom as
// fractions (Azure-Samples/customvision-export-samples: samples/python/onnx/object_detection).
Result<std::vector<RelativeBox>> decodeCustomVision(const RawDetections &raw);
// [N, 4] and [N, classes]: left, top, right, bottom in pixels; boxes still overlap
// (Deci-AI/super-gradients: training/models/detection_models/pp_yolo_e/pp_yolo_head.py).
Result<std::vector<RelativeBox>> decodeYoloNas(const RawDetections &raw);

} // namespace warmbench
