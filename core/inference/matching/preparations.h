// The preparations of a picture that exported classifiers, detectors and their notebooks use:
// values of the pixels, sizes, filters. Matching combines them.
//
// Each list changes one part of a preparation and leaves the rest as it is. The most usual comes
// first, since of those that agree alike the first is taken.
// Thread: any; pure functions.
#pragma once

#include "tensor/preprocessing.h"

#include <string>
#include <vector>

namespace warmbench {

// The same size, channels (grey or colour) and layout, with everything else at its default.
Preprocessing plainPreparation(const Preprocessing &how);

// 0 to 1, 0 to 255, -1 to 1, less a mean: ImageNet's (torchvision), Caffe's (BVLC's and Keras'), or
// MNIST's for grey; colours in either order. `whole`: only what keeps whole numbers from 0 to 255,
// for networks that take integers.
std::vector<Preprocessing> withValues(const Preprocessing &how, bool whole);

// Stretched; the centre after the shorter side became the size itself, size / 0.875, size * 232/224
// (torchvision's V2), / 0.9 or / 0.95 (timm); letterboxed in the centre, with grey or black, and at
// the end.
std::vector<Preprocessing> withSizes(const Preprocessing &how);

// Pillow's bilinear, bicubic and Lanczos; OpenCV's bilinear, area and nearest.
std::vector<Preprocessing> withFilters(const Preprocessing &how);

// "bgr, 0 to 255, less 104, 117, 123; shorter side 256, then the centre; Pillow's bilinear"
std::string preparationText(const Preprocessing &how);

} // namespace warmbench
