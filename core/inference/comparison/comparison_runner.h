// Compares models, one comparison after the other, on a thread of its own.
//
// Thread: any; nothing blocks. Answers come from the thread "compare", or at once on the caller's.
// Source, cache and scheduler must outlive it: it waits for their threads.
#pragma once

#include "base/duration.h"
#include "base/mutex.h"
#include "inference/comparison/comparison.h"
#include "inference/comparison/comparison_request.h"
#include "inference/comparison/comparison_services.h"

#include <deque>
#include <functional>
#include <thread>

namespace warmbench {

class ComparisonRunner
{
public:
    using Done = std::function<void(Result<Comparison>)>;

    explicit ComparisonRunner(ComparisonServices services);
    ~ComparisonRunner(); // stop()
    ComparisonRunner(const ComparisonRunner &) = delete;
    ComparisonRunner &operator=(const ComparisonRunner &) = delete;

    // `allowed`: for each run; negative: no limit. Errors: NotFound (unknown name), InvalidArgument
    // (no source of inputs, no runs), those of compareModels(), Unavailable (too many wait, or
    // shutting down). One that is cancelled is answered within the run that is under way, which
    // ends early if the engine can.
    void compare(ComparisonRequest request, Milliseconds allowed, Done done);
    // Ends the comparison under way, refuses those that wait, joins the thread. Idempotent.
    void stop();

private:
    struct Task
    {
        ComparisonRequest request;
        Milliseconds allowed;
        Done done;
    };

    Result<void> accepts(const ComparisonRequest &request) const;
    void work(const std::stop_token &stop);
    void answer(Task task, const std::stop_token &stop);
    Result<Comparison> compared(const Task &task, const std::stop_token &stop) const;

    const ComparisonServices m_services;
    Mutex m_mutex;
    StoppableCondition m_wake;
    std::deque<Task> m_tasks GUARDED_BY(m_mutex); // those that wait
    bool m_stopping GUARDED_BY(m_mutex) = false;
    std::jthread m_thread;
};

} // namespace warmbench
