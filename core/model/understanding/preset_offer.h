// Says that a preset may fit where nothing tells how a network of ImageNet's classes wants its
// pictures. It is never assumed: a wrong mean or crop does not show in the answers. Thread: a pure
// function. Private to this folder.
#pragma once

#include "engine/network_spec.h"
#include "model/input_plan.h"

#include <optional>
#include <string>

namespace warmbench {

// One sentence; nothing where the preparation is told, or the classes are others.
std::optional<std::string> presetOffer(const NetworkSpec &spec, const ModelSettings &settings,
                                       const InputPlan &plan);

} // namespace warmbench
