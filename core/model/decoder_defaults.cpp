#include "model/model_settings.h"

#include <algorithm>
#include <array>

namespace warmbench {

// Ultralytics: cfg/default.yaml; YOLOv5: detect.py; YOLOX: tools/demo.py; huggingface/transformers:
// pipelines/object_detection.py; roboflow/rf-detr: predict(); TensorFlow: visualization_utils.py;
// MMDetection: demo/image_demo.py; PP-OCR: PaddlePaddle/PaddleOCR tools/infer/utility.py; YOLO-NAS:
// default_yolo_nas_coco_processing_params(); the others as their demonstrations have it.
DecoderSettings decoderDefaults(std::string_view type)
{
    struct Thresholds
    {
        std::string_view type;
        double score;
        double nms = 0.3; // counts only where boxes still overlap
    };
    constexpr std::array families{
        Thresholds{"yolov8", 0.25, 0.7},
        Thresholds{"yolo-rows", 0.25, 0.7},
        Thresholds{"yolov5", 0.25, 0.45},
        Thresholds{"yolox", 0.25, 0.45},
        Thresholds{"fastestdet", 0.25, 0.45},
        Thresholds{"yolo-nas", 0.5, 0.65},
        Thresholds{"ppocr-boxes", 0.6},
        Thresholds{"detr", 0.5},
        Thresholds{"rtdetr", 0.5},
        Thresholds{"rf-detr", 0.5},
        Thresholds{"detr-finished", 0.5},
        Thresholds{"torchvision-detection", 0.5},
        Thresholds{"tf-detection", 0.5},
        Thresholds{"custom-vision", 0.5},
        Thresholds{"mmdeploy", 0.3},
        Thresholds{"rtdetr-rows", 0.25},
        Thresholds{"num-dets", 0.25},
        Thresholds{"yolov7-rows", 0.25},
    };
    DecoderSettings decoder;
    decoder.type = type;
    const auto *const found = std::find_if(families.begin(), families.end(),
                                           [&](const auto &one) { return one.type == type; });
    if (found != families.end()) {
        decoder.scoreThreshold = found->score;
        decoder.nmsThreshold = found->nms;
    }
    return decoder;
}

} // namespace warmbench
