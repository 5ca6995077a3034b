// `warmbench inspect MODEL --tensor NAME [INPUT]`: what a tensor within a network holds for an
// input, or what a weight holds. Thread: main.
#pragma once

#include "command_line.h"

namespace warmbench::app {

// Prints the statistics and, with --output, writes the numbers as .npy. Returns the exit code.
int runInspectTensor(const CommandLine &line);

} // namespace warmbench::app
