// Parses the words after `warmbench`: a command, its options and its arguments.
// Thread: main.
#pragma once

#include "options.h"

namespace warmbench::app {

struct CommandLine
{
    Command command = Command::Window;
    Options options;
    QStringList arguments; // names of models, or a model and its inputs
    QString output;        // --help or --version was asked for: print this and end with 0
};

// InvalidArgument: wrong usage, with one sentence about it; the program then ends with exit code 2.
Result<CommandLine> parseCommandLine(const QStringList &words);

} // namespace warmbench::app
