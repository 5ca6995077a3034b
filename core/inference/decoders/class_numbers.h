// Names of classes for the numbers that detectors give them, which do not all count from 0.
// Thread: any; pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace warmbench {

enum class ClassNumbers : std::uint8_t {
    FromZero, // the number is the index of the name
    // 0 is the background: the first name belongs to 1, unless it names the background itself. The
    // 80 names of COCO belong to its ids, which reach 90 (pytorch/vision: models/_meta.py;
    // tensorflow/models: research/object_detection/data/mscoco_label_map.pbtxt).
    FromOne,
    // The number is the index of the name, but the 80 names of COCO belong to its ids
    // (roboflow/rf-detr: src/rfdetr/assets/coco_classes.py).
    CocoIds,
};

// The number itself where no name belongs to it.
std::string className(std::span<const std::string> labels, int number, ClassNumbers numbers);

} // namespace warmbench
