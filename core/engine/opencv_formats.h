// How OpenCV reads each format: a network loaded as many times as instances are wanted, and a spec
// as true as the file allows.
// Thread: the loader's only; OpenCV's importers are not safe in parallel. Private to this room.
#pragma once

#include "base/result.h"
#include "engine/engine.h"
#include "engine/opencv_instance.h"

#include <memory>
#include <vector>

namespace warmbench {

struct OpenCvParts
{
    NetworkSpec spec;
    std::vector<std::unique_ptr<OpenCvInstance>> instances;
};

// `instances` of 0 describes only: formats that tell everything in their files load nothing then.
Result<OpenCvParts> loadOnnxParts(const ModelFiles &files, int instances);

} // namespace warmbench
