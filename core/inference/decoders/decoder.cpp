#include "inference/decoders/decoder.h"

#include <algorithm>
#include <array>

namespace warmbench {

const Decoder *decoderNamed(std::string_view name)
{
    static constexpr std::array decoders{
        Decoder{"yolov8", decodeYolov8, "[N, 4 + classes, boxes]", false, detailYolov8},
        Decoder{"yolov5", decodeYolov5, "[N, boxes, 5 + classes]", false, detailYolov5},
        Decoder{"yolo-rows", decodeYoloRows, "[N, boxes, 6]", true, detailYoloRows},
        Decoder{"yolox", decodeYolox, "[N, boxes, 5 + classes]"},
        Decoder{"fastestdet", decodeFastestDet, "[N, boxes, 5 + classes]"},
        Decoder{"yunet", decodeYunet, "cls_8, obj_8, bbox_8 and the same for 16 and 32", false,
                detailYunet},
        Decoder{"detr", decodeDetr, "logits [N, Q, classes + 1], pred_boxes [N, Q, 4]", true},
        Decoder{"rtdetr", decodeRtDetr, "logits [N, Q, classes], pred_boxes [N, Q, 4]", true},
        Decoder{"rf-detr", decodeRtDetr, "labels [N, Q, classes], dets [N, Q, 4]", true, nullptr,
                Batch::First, ClassNumbers::CocoIds},
        Decoder{"rtdetr-rows", decodeRtDetrRows, "[N, Q, 4 + classes]", true},
        Decoder{"detr-finished", decodeDetrFinished,
                "boxes [N, Q, 4], labels [N, Q], scores [N, Q]", true},
        Decoder{"torchvision-detection", decodeTorchvision, "boxes [D, 4], labels [D], scores [D]",
                true, nullptr, Batch::Single, ClassNumbers::FromOne},
        Decoder{"tf-detection", decodeTfDetection,
                "detection_boxes [N, D, 4], detection_classes [N, D], detection_scores [N, D]",
                true, nullptr, Batch::First, ClassNumbers::FromOne},
        Decoder{"mmdeploy", decodeMmDeploy, "dets [N, D, 5], labels [N, D]", true},
        Decoder{"num-dets", decodeNumDets,
                "num_dets [N, 1], det_boxes [N, D, 4], det_scores [N, D], det_classes [N, D]",
                true},
        Decoder{"yolov7-rows", decodeYolov7Rows, "[D, 7]", true, nullptr, Batch::InRows},
        Decoder{"custom-vision", decodeCustomVision,
                "detected_boxes [D, 4], detected_classes [D], detected_scores [D]", true, nullptr,
                Batch::Single},
        Decoder{"yolo-nas", decodeYoloNas, "[N, boxes, 4], [N, boxes, classes]"},
        Decoder{"ppocr-boxes", decodePpocrBoxes, "[N, 1, height, width]", true, detailPpocrBoxes},
    };
    const auto *const found = std::find_if(decoders.begin(), decoders.end(),
                                           [&](const Decoder &one) { return one.name == name; });
    return found == decoders.end() ? nullptr : found;
}

Placement::Placement(int width, int height)
    : Placement(width, height, {1, 1, 0, 0, width, height})
{
}

Placement::Placement(int width, int height, const ImageMapping &mapping)
    : m_width(width)
    , m_height(height)
    , m_mapping(mapping)
{
}

Point Placement::at(float x, float y) const
{
    return {static_cast<float>(double{x} * m_width * m_mapping.scaleX + m_mapping.offsetX),
            static_cast<float>(double{y} * m_height * m_mapping.scaleY + m_mapping.offsetY)};
}

Point Placement::clamped(float x, float y) const
{
    const Point point = at(x, y);
    return {std::clamp(point.x, 0.0F, static_cast<float>(m_mapping.originalWidth)),
            std::clamp(point.y, 0.0F, static_cast<float>(m_mapping.originalHeight))};
}

} // namespace warmbench
