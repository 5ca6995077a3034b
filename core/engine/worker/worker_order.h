// What a worker is asked, and what it answers, as packets. Private to this folder.
// Thread: values.
#pragma once

#include "engine/engine.h"
#include "engine/worker/packets.h"
#include "engine/worker/worker_limits.h"

#include <optional>
#include <string>
#include <vector>

namespace warmbench {

struct WorkerOrder
{
    std::string engine;
    ModelFiles files;
    EngineOptions options;
    Bytes most;      // as makeOpenCvEngine() has it
    int threads = 1; // of a run
    WorkerLimits limits;
    bool serves = false; // runs what it is sent, once it has loaded; else it ends
};

Bytes sizeOf(const ModelFiles &files);
// With the limits of memory and files that such a load needs, and none of time. `most`: the memory
// budget; 0: no limit.
WorkerOrder orderFor(const std::string &engine, const ModelFiles &files, Bytes most);

PacketWriter toPacket(const WorkerOrder &order);
// Internal: it is none.
Result<WorkerOrder> orderFrom(PacketReader packet);

// What the worker says first, and what became of the load.
PacketWriter toPacket(const std::vector<std::string> &missingLimits);
std::vector<std::string> missingLimitsFrom(PacketReader packet);
PacketWriter toPacket(const Result<void> &loaded);
Result<void> loadedFrom(PacketReader packet);

} // namespace warmbench
