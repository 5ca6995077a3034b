// Tries a model's files in a worker before this process loads them: a file that crashes an engine,
// or whose first run never ends or takes all memory, becomes a sentence.
//
// What a trial found is kept for these contents and this version of the engine, in memory and as a
// small file, so that the next load asks no worker. What the engine itself refuses is passed on,
// and not kept. Thread: any; tryOut() blocks for the time of a load and a run.
#pragma once

#include "base/mutex.h"
#include "engine/engine.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace warmbench {

struct TrialOptions
{
    // Started with the one argument "worker"; it must call runWorker(ChildProcess::socketOfChild).
    // Empty: nothing is tried.
    std::filesystem::path program;
    std::filesystem::path folder;  // keeps what was found; empty: memory alone does
    Bytes memory;                  // that models may take together; 0: no limit
    std::chrono::seconds time{10}; // of the processor, and 1 s more for each 5 MiB of files
};

// What is tried: files with this digest, in this engine.
struct TrialSubject
{
    std::string digest;
    ModelFiles files;
    std::string engine;  // "opencv"
    std::string version; // "4.6.0"
};

class ModelTrials
{
public:
    explicit ModelTrials(TrialOptions options);

    // Nothing: they were not tried yet. An error: they do harm, and how.
    std::optional<Result<void>> known(const TrialSubject &subject) const;
    // FailedPrecondition: a crash or no end, which is kept. ResourceExhausted: too much memory.
    // What Engine::load says: it refuses the files. Cancelled: `stop` came first. Where no worker
    // can be started, that is a line in the log, and everything counts as harmless.
    Result<void> tryOut(const TrialSubject &subject, const std::stop_token &stop);

private:
    std::filesystem::path fileOf(const std::string &key) const;
    void keep(const std::string &key, const Result<void> &found);
    void
    tellOnce(const std::vector<std::string> &missing); // what this system cannot hold a worker to

    const TrialOptions m_options;
    mutable Mutex m_mutex;
    mutable std::map<std::string, Result<void>> m_found GUARDED_BY(m_mutex); // by what was tried
    bool m_told GUARDED_BY(m_mutex) = false;
};

} // namespace warmbench
