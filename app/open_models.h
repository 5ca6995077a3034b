// What `serve` and the window do alike: register the models named on the command line, and the
// samples.
#pragma once

#include "command_line.h"

namespace warmbench::app {

// Registers the samples where asked for, then every argument; models named as files start to load.
// Errors as Workbench::open and unpackSamples.
Result<void> openModels(Workbench &workbench, const CommandLine &line);

} // namespace warmbench::app
