// Decides how many threads a run of OpenCV uses.
//
// OpenCV splits the loops inside a layer among its threads, however short they are. For a network
// that runs in microseconds that takes most of the time, and if each core has a run already, it
// only adds hand-overs. So a run that is alone gets the threads that setEngineThreads allowed; a
// quick network, and runs beside others, stay on their own thread. The results are the same.
//
// Thread: any. Private to this room.
#pragma once

namespace warmbench {

// Call it before OpenCV runs anything; it takes effect once in a process, and later calls are
// cheap.
void useEngineThreads();

// Make one around each run of a network; `quick` keeps the run on its own thread.
class EngineRun
{
public:
    explicit EngineRun(bool quick);
    ~EngineRun();
    EngineRun(const EngineRun &) = delete;
    EngineRun &operator=(const EngineRun &) = delete;
};

} // namespace warmbench
