// One function a command; each returns the exit code: 0 done, 1 failed. The application object
// exists already.
#pragma once

#include "command_line.h"

namespace warmbench::app {

int runWindow(const CommandLine &line);
int runServe(const CommandLine &line);
int runPredict(const CommandLine &line);
int runInspect(const CommandLine &line);
int runBench(const CommandLine &line);

// One sentence on standard error; returns 1.
int fail(const Error &error);

} // namespace warmbench::app
