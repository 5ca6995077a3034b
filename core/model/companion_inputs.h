// Inputs that go along with a picture and hold nothing that a client would have to tell: the size
// of the picture, or which of its pixels count. The program fills them itself when a picture is
// sent. Thread: values, pure functions.
#pragma once

#include "engine/network_spec.h"

#include <cstdint>
#include <vector>

namespace warmbench {

enum class CompanionContent : std::uint8_t {
    // Width and height of the network's own input, so that boxes come in its pixels
    // (lyuwenyu/RT-DETR: rtdetrv2_pytorch/tools/export_onnx.py, "orig_target_sizes").
    PictureSize,
    // 1 for each pixel: no border (huggingface/transformers: models/detr, "pixel_mask").
    Ones,
};

struct CompanionInput
{
    std::size_t index = 0; // among the network's inputs
    CompanionContent content = CompanionContent::PictureSize;

    bool operator==(const CompanionInput &) const = default;
};

// All inputs beside the picture, which is one of a batch, if each of them is known by name and
// shape; else none.
std::vector<CompanionInput> companionsOf(const NetworkSpec &spec, std::size_t picture);

} // namespace warmbench
