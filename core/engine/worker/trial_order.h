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

struct TrialOrder
{
    std::string engine;
    ModelFiles files;
    Bytes most;      // as makeOpenCvEngine() has it
    int threads = 1; // of a run
    WorkerLimits limits;
};

PacketWriter toPacket(const TrialOrder &order);
// Internal: it is none.
Result<TrialOrder> orderFrom(PacketReader packet);

// What the worker says first, and what became of the load.
PacketWriter toPacket(const std::vector<std::string> &missingLimits);
std::vector<std::string> missingLimitsFrom(PacketReader packet);
PacketWriter toPacket(const Result<void> &loaded);
Result<void> loadedFrom(PacketReader packet);

} // namespace warmbench
