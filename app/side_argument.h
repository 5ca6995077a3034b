// How the command line names a model of a comparison: MODEL, MODEL@ENGINE, MODEL@SETTINGS.json, or
// both behind it. Thread: any; looks at the disk. Private to this folder.
#pragma once

#include "base/result.h"

#include <string>

namespace warmbench::app {

struct SideArgument
{
    std::string model;    // a path or a name
    std::string engine;   // empty: none is named
    std::string settings; // a path; empty: none is named
};

// What exists as it is written is a model, whatever its name holds. InvalidArgument: what stands
// behind the @ is neither an engine nor a settings file.
Result<SideArgument> sideArgument(const std::string &text);

} // namespace warmbench::app
