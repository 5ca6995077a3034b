// What makes a Caffe network safe to hand to OpenCV's importer, which trusts both files.
// Thread: values. Errors: FailedPrecondition naming file and layer, with what to do. Private to
// this room.
#pragma once

#include "base/result.h"
#include "engine/opencv/proto_text.h"

#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// The layers of a prototxt, `layer` of today or `layers` of 2014.
std::vector<const ProtoText *> caffeLayers(const ProtoText &net);

// Every layer reads what the layers before it make and makes something itself; extents and counts
// are in bounds. `file` names the prototxt in messages.
Result<void> checkCaffeLayers(const ProtoText &net, const std::string &file);

// The caffemodel is whole, its blobs hold as many numbers as their shapes say, and every layer that
// computes with weights has its own. `names` names both files in messages.
struct CaffeFileNames
{
    std::string text;
    std::string weights;
};
Result<void> checkCaffeWeights(const ProtoText &net, std::string_view weights,
                               const CaffeFileNames &names);

} // namespace warmbench
