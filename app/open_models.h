// Registers the models named on the command line, and the samples. Thread: main.
#pragma once

#include "command_line.h"

namespace warmbench::app {

// Registers the samples where asked for, then every argument; models named as files start to load.
// Errors as Workbench::open and unpackSamples.
Result<void> openModels(Workbench &workbench, const CommandLine &line);

// Registers the model named by a path, or by its name among the samples; returns its name.
// InvalidArgument: a folder of several.
Result<std::string> openOneModel(Workbench &workbench, const std::string &model, bool sample);

} // namespace warmbench::app
