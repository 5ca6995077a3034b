// Tells semantic segmentation by the shapes of input and output, where the file says nothing else:
// a number for each class at each pixel of the input. Thread: pure functions. Private to this
// folder.
#pragma once

#include "engine/network_spec.h"
#include "model/understanding/hints.h"

#include <optional>

namespace warmbench {

// One output [B, classes, H, W] or [B, H, W, classes] of the same sides as the only input, with 2
// or from 4 to 256 classes. Channels last, with 21 classes and sides of 32 * n + 1 pixels, it is
// DeepLab as TensorFlow exports it: -1 to 1, the classes of Pascal VOC (tensorflow/models:
// research/deeplab/core/feature_extractor.py and datasets/data_generator.py).
std::optional<Hints> segmentationFormHints(const NetworkSpec &spec);

} // namespace warmbench
