// Tells detectors by the names and shapes of their inputs and outputs, where the file says nothing
// else.
//
// With H x W the input and A the sum of (H/s)(W/s) over the strides 8, 16 and 32: [B, F, A] with F
// < A is YOLO v8, [B, 3A, F] is YOLO v5 or v7, [B, A, F] is YOLOX or YOLO v6, a count that fits the
// stride 16 alone is FastestDet, and few rows of 6 numbers are finished detections. Sources:
// Megvii-BaseDetection/YOLOX yolox/utils/demo_utils.py, opencv/opencv
// modules/objdetect/src/face_detect.cpp (YuNet),
// Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB, ultralytics/ultralytics
// docs/en/guides/end2end-detection.md. Thread: pure functions. Private to this folder.
#pragma once

#include "engine/network_spec.h"
#include "model/understanding/hints.h"

#include <optional>

namespace warmbench {

// The decoder that fits, with the preparation that its family was trained with. Nothing if none
// fits.
std::optional<Hints> detectorFormHints(const NetworkSpec &spec);

// The preparation of Ultralytics' detectors: centred letterbox with 114, OpenCV's bilinear filter,
// RGB, 0 to 1.
InputSettings ultralyticsLetterbox();

} // namespace warmbench
