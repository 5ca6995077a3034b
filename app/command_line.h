// The words behind `warmbench`: a command, options, and what they speak of.
// Thread: main.
#pragma once

#include "options.h"

namespace warmbench::app {

struct CommandLine
{
    Command command = Command::Window;
    Options options;
    QStringList arguments; // models, or a model and its inputs
    QString output;        // --help or --version was asked for: print this and end with 0
};

// InvalidArgument: wrong usage, one sentence; the program ends with 2.
Result<CommandLine> parseCommandLine(const QStringList &words);

} // namespace warmbench::app
