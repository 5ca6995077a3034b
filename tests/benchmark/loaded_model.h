// A workbench with one model loaded, as `warmbench bench` has it, and inputs to run it with.
// Thread: main; the model's network may run on any.
#pragma once

#include "inference/workbench.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warmbench {

struct LoadedModel
{
    std::unique_ptr<Workbench> workbench;
    std::string name;
    ModelHandle handle; // goes before the workbench
};

// Nothing if the model cannot be loaded; standard error then says why.
std::optional<LoadedModel> loadModel(const std::string &path, WorkbenchOptions options,
                                     const Clock &clock);

// Numbers from 0 to 1 for one sample, as pixels are: zeros would spare the processor work. Free
// extents are 1, or the size of the model's pictures.
std::vector<Tensor> pixelsFor(const ModelBundle &model);

// What stands after `name` among the program's arguments, which then has neither; `otherwise` if it
// is not there.
std::string takeOption(std::vector<std::string> &arguments, const std::string &name,
                       const std::string &otherwise);

} // namespace warmbench
