// An engine whose networks run in workers: behind the same interface, so that nobody above it knows
// a difference.
//
// Thread: as Engine. Descriptions and estimates that need no load are made by the engine itself,
// from the files alone.
#pragma once

#include "engine/engine.h"

#include <filesystem>
#include <memory>

namespace warmbench {

struct IsolationOptions
{
    std::filesystem::path program; // as TrialOptions::program; empty: loads are refused
    Bytes memory;                  // that models may take together; 0: no limit
};

// It has the name and the version of `engine`.
std::shared_ptr<Engine> isolated(std::shared_ptr<Engine> engine, IsolationOptions options);

} // namespace warmbench
