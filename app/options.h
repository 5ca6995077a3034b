// All options that a user can set, from one table: on the command line, in the environment
// (WARMBENCH_MEMORY_BUDGET) and in a configuration file of JSON (--config), in this order of
// precedence. Thread: main, before anything starts.
#pragma once

#include "base/logging.h"
#include "base/result.h"
#include "http/http_server.h"
#include "inference/workbench.h"

#include <map>
#include <QCommandLineParser>
#include <QStringList>
#include <span>
#include <string>

namespace warmbench::app {

enum class Command : std::uint8_t { Window, Serve, Predict, Inspect, Bench, Match, Check, Compare };
const char *
commandName(Command command); // "", "serve", "predict", "inspect", "bench", "match", ...

struct Options
{
    WorkbenchOptions workbench;
    http::HttpOptions http;
    bool sample = false;
    bool json = false;
    bool csv = false;    // predict prints the rows of tables with their answers
    bool raw = false;    // predict prints outputs whole, even those with many numbers
    int concurrency = 1; // of the command bench
    int batch = 1;
    int runs = 0;         // 0: the command decides
    bool engines = false; // compare the engines instead
    bool sweep = false;   // bench tries several batches and numbers of callers
    bool layers = false;  // inspect prints the graph, bench what each layer takes
    std::string tensor;   // that inspect looks at; empty: none
    std::string output;   // .npy file for its numbers; empty: none
    bool write = false;   // keep the preparation that matches
    std::string url;      // of a running server that predicts instead of this process; empty: none
    Milliseconds drain{30'000}; // time for requests in flight when a server stops
    LogLevel logLevel = LogLevel::Info;
    LogFormat logFormat = LogFormat::Text;
    // The options that somebody gave, by name, each with where and how: "on the command line:
    // --port 5001".
    std::map<std::string, std::string> given;
};

struct OptionSpec
{
    const char *name;  // "memory-budget"
    const char *value; // placeholder in the help; null for a switch
    const char *help;
    unsigned commands; // bits of Command
    Result<void> (*apply)(Options &options, const std::string &value);
};

// The options that the command takes.
std::vector<OptionSpec> optionsOf(Command command);

// What holds where nobody says otherwise.
Options defaultsOf(Command command);

// Reads the options. The command line takes precedence over the environment, that over the file,
// and that over the defaults, which depend on the command. InvalidArgument names the option, its
// value and what is accepted.
Result<Options> readOptions(Command command, const QCommandLineParser &given);

} // namespace warmbench::app
