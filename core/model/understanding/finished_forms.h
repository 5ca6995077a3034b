// Tells detectors whose graphs hold everything up to the finished boxes, by the names and shapes of
// their outputs: TensorFlow's and torchvision's, MMDeploy's, exports with non-maximum suppression
// inside, Azure Custom Vision, DetectionOutput of Caffe and OpenVINO; and YOLO-NAS.
//
// Sources: tensorflow/models research/object_detection/exporter_main_v2.py, onnx/tensorflow-onnx,
// pytorch/vision torchvision/models/detection, open-mmlab/mmdeploy, meituan/YOLOv6
// yolov6/models/end2end.py, WongKinYiu/yolov7 models/experimental.py,
// Azure-Samples/customvision-export-samples, Deci-AI/super-gradients. Thread: pure functions.
// Private to this folder.
#pragma once

#include "engine/network_spec.h"
#include "model/understanding/hints.h"

#include <optional>

namespace warmbench {

std::optional<Hints> finishedFormHints(const NetworkSpec &spec);

} // namespace warmbench
