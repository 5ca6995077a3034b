// A command that asks a workbench of its own one thing, prints the answer and ends. Thread: the
// main one. Private to this folder.
#pragma once

#include "base/result.h"
#include "command_line.h"
#include "inference/workbench.h"

#include <functional>
#include <optional>
#include <string>

namespace warmbench::app {

// What is printed, and what then is a failure.
struct Told
{
    std::string text;
    std::optional<Error> failure;
};

// The exit code. Where there is an error, nothing but it is printed.
int askAndTell(const CommandLine &line,
               const std::function<Result<Told>(Workbench &, const CommandLine &)> &ask);

} // namespace warmbench::app
