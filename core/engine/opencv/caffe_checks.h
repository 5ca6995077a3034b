// Checks that a Caffe network is safe to hand to OpenCV's importer, which trusts both files.
// Thread: values. Errors: FailedPrecondition naming file and layer, with what to do. Private to
// this room.
#pragma once

#include "base/result.h"
#include "engine/proto_text.h"

#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// The layers of a prototxt: `layer` in today's format, `layers` in that of 2014.
std::vector<const ProtoText *> caffeLayers(const ProtoText &net);

// Checks that every layer reads only what earlier layers make and makes something itself, and that
// extents and counts are within limits. `file` names the prototxt in messages.
Result<void> checkCaffeLayers(const ProtoText &net, const std::string &file);

// checkCaffeWeights() checks that the caffemodel is whole, that its blobs hold as many numbers as
// their shapes say, and that every layer that computes with weights has its own. `names` are the
// two files' names for messages.
struct CaffeFileNames
{
    std::string text;
    std::string weights;
};
Result<void> checkCaffeWeights(const ProtoText &net, std::string_view weights,
                               const CaffeFileNames &names);

} // namespace warmbench
