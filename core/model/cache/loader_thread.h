// The cache's loader thread ("loader"): the only one that probes, loads, looks at files and
// destroys bundles; one thing after the other. Beside it the thread "trials" has files tried out in
// processes of their own, while the loader goes on with other models.
//
// Thread: construction and close() from the owner, the rest runs on the loader thread. Private to
// this folder.
#pragma once

#include "base/job_thread.h"
#include "base/mutex.h"
#include "model/cache/cache_state.h"
#include "model/model_source.h"

#include <memory>
#include <thread>

namespace warmbench {

class LoaderThread
{
public:
    LoaderThread(std::shared_ptr<CacheState> state, ModelSource &source);
    ~LoaderThread() { close(); }
    LoaderThread(const LoaderThread &) = delete;
    LoaderThread &operator=(const LoaderThread &) = delete;

    // Refuses what is queued, lets the load under way end, destroys what is idle, joins.
    void close() EXCLUDES(m_joining);

private:
    void loop();
    // What is still to be done once nothing more is taken from the queue.
    void end();
    void carryOut(CacheState::Task &task);
    // Answers whoever waits for a task that is not carried out.
    void refuse(CacheState::Task &task, const Error &error);
    void unload(CacheState::Task &task);
    // Puts the load aside until its files were tried out on the trials' thread.
    void tryOut(CacheState::Task &task, LoadPlan plan);
    // Has each loaded network give back memory that only its largest runs needed.
    void handBack();

    const std::shared_ptr<CacheState> m_state;
    ModelSource &m_source;
    JobThread m_trials;
    Mutex m_joining;
    std::thread m_thread GUARDED_BY(m_joining);
    const std::thread::id m_threadId; // known without waiting for who joins
};

} // namespace warmbench
