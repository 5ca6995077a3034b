// Registers the models named on the command line, and the samples. Thread: main.
#pragma once

#include "command_line.h"

namespace warmbench::app {

// Registers the samples if the options ask for them, then every argument; models that are named as
// files start to load. Errors as Workbench::open and unpackSamples.
Result<void> openModels(Workbench &workbench, const CommandLine &line);

// Registers the model named by a path, or by its name among the samples; returns its name.
// InvalidArgument: a folder with several models, or with none.
Result<std::string> openOneModel(Workbench &workbench, const std::string &model, bool sample);

// InvalidArgument for a folder with so many models where one is wanted.
Error notOneModel(const std::string &folder, std::size_t models);

// Waits until the model is loaded. Errors as ModelCache::acquire.
Result<ModelHandle> loadModel(Workbench &workbench, const std::string &name);

} // namespace warmbench::app
