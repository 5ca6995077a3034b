// One function for each command. Each returns the exit code: 0 done, 1 failed. The application
// object must exist before the call.
#pragma once

#include "command_line.h"

namespace warmbench::app {

int runWindow(const CommandLine &line);
int runServe(const CommandLine &line);
int runPredict(const CommandLine &line);
int runInspect(const CommandLine &line);
int runBench(const CommandLine &line);
int runMatch(const CommandLine &line);
int runCheck(const CommandLine &line);
int runCompare(const CommandLine &line);

// Prints the error as one sentence on standard error and returns 1.
int fail(const Error &error);
inline constexpr int wrongUsage = 2; // exit code

} // namespace warmbench::app
