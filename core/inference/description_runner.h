// Asks the loader for the description of a model and answers exactly once: with the description, or
// with an error when the deadline passes while the loader is busy with another model. So a file
// that keeps the loader busy does not keep clients waiting.
//
// Thread: any; nothing blocks. Answers come from the loader's or housekeeping's thread, or at once
// on the caller's. Must outlive the threads of the cache.
#pragma once

#include "base/clock.h"
#include "base/duration.h"
#include "base/mutex.h"
#include "model/cache/model_cache.h"

#include <list>
#include <memory>

namespace warmbench {

class DescriptionRunner
{
public:
    DescriptionRunner(ModelCache &cache, const Clock &clock);

    // Errors as ModelCache::describe, and DeadlineExceeded. `allowed` below zero: no limit.
    void describe(const ModelId &id, Milliseconds allowed, ModelCache::DescribeDone done);
    // Answers the questions that are past their deadline; returns the earliest deadline of the
    // others.
    SteadyTime answerOverdue();

private:
    struct Question;

    ModelCache &m_cache;
    const Clock &m_clock;
    Mutex m_mutex;
    std::list<std::weak_ptr<Question>> m_waiting GUARDED_BY(m_mutex);
};

} // namespace warmbench
