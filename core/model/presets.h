// How well-known networks want their pictures, by name: "input.preset" of the settings file. The
// files of these networks do not say it. One table; each row names where its numbers come from.
// Thread: constants and pure functions.
#pragma once

#include "model/model_settings.h"

#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

struct Preset
{
    // What becomes of the pixels.
    enum class Numbers : std::uint8_t {
        ImageNet, // 1/255, less ImageNet's mean, over its std
        Half,     // -1 to 1
        Clip,     // 1/255, less CLIP's mean, over its std
        Unit,     // 0 to 1
        Bytes,    // 0 to 255
        Caffe,    // BGR less 104, 117, 123
        KerasCaffe
    };

    std::string_view name;
    // Of the pictures that the network was trained with; 0: any.
    int size;
    // What the shorter side of a picture becomes before the centre is cut out: so many pixels, or,
    // if that is 0, the network's size divided by `cropShare`. Both 0: nothing is cut. Where any
    // size will do, nothing is cut either.
    int shorterSide;
    double cropShare;
    Interpolation interpolation;
    Numbers numbers;
    std::string_view origin; // repository:path

    bool crops() const { return size > 0 && (shorterSide > 0 || cropShare > 0); }
    // For a network whose longer side has so many pixels. One that is larger than `shorterSide`
    // keeps the proportion.
    int shorterSideFor(int longer) const;
    // All but the `shorterSide` of what is cut.
    InputSettings input() const;
};

// nullptr if none has this name; case does not matter.
const Preset *presetNamed(std::string_view name);
// The one that was meant by a name that none has: a version of it, else the nearest; may be empty.
std::string presetNear(std::string_view name);
std::vector<std::string> presetNames();

} // namespace warmbench
