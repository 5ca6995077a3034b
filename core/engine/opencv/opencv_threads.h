// How many threads a run of OpenCV takes.
//
// OpenCV splits the loops inside a layer among its threads whatever they cost. For a network of
// microseconds that is most of its time, and where each core has a run already it only adds
// hand-overs. So a run alone gets the threads that setEngineThreads allowed; a quick network, and
// runs beside others, stay on their own thread. Results are the same: only the split differs.
//
// Thread: any. Private to this room.
#pragma once

namespace warmbench {

// Once a process, before OpenCV runs anything; cheap afterwards.
void useEngineThreads();

// While one lives, its thread runs a network.
class EngineRun
{
public:
    explicit EngineRun(bool quick);
    ~EngineRun();
    EngineRun(const EngineRun &) = delete;
    EngineRun &operator=(const EngineRun &) = delete;
};

} // namespace warmbench
