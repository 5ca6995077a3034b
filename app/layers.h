// Prints the graph of a network: `warmbench inspect --layers`. Thread: any; pure functions.
#pragma once

#include "engine/network_graph.h"

#include <string>

namespace warmbench::app {

// A line for each node: operator, name, shape of its first output, parameters, operations; then
// totals and notes. Nodes of inner graphs are indented below theirs.
std::string layersText(const NetworkGraph &graph);
// One object on one line, with everything that the graph says. A free extent is -1, and a shape
// that is not known null.
std::string layersJson(const NetworkGraph &graph);

} // namespace warmbench::app
