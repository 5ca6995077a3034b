#include "inference/decoders/decoder.h"

#include <algorithm>
#include <array>

namespace warmbench {

const Decoder *decoderNamed(std::string_view name)
{
    static constexpr std::array decoders{
        Decoder{"yolov8", decodeYolov8, "[N, 4 + classes, boxes]"},
        Decoder{"yolov5", decodeYolov5, "[N, boxes, 5 + classes]"},
        Decoder{"yolo-rows", decodeYoloRows, "[N, boxes, 6]", true},
        Decoder{"yolox", decodeYolox, "[N, boxes, 5 + classes]"},
        Decoder{"fastestdet", decodeFastestDet, "[N, boxes, 5 + classes]"},
        Decoder{"yunet", decodeYunet, "cls_8, obj_8, bbox_8 and the same for 16 and 32"},
    };
    const auto *const found = std::find_if(decoders.begin(), decoders.end(),
                                           [&](const Decoder &one) { return one.name == name; });
    return found == decoders.end() ? nullptr : found;
}

} // namespace warmbench
