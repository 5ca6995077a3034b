#include "engine/opencv/opencv_threads.h"

#include "engine/engine.h"

#include <atomic>
#include <mutex>
#include <opencv2/core.hpp>
#include <opencv2/core/parallel/backend/parallel_for.tbb.hpp>

namespace warmbench {

namespace {

std::atomic<int> runsUnderWay{0};
thread_local bool quickRun = false;

class SharedThreads final : public cv::parallel::tbb::ParallelForBackend
{
public:
    void parallel_for(int tasks, FN_parallel_for_body_cb_t body, void *data) override
    {
        if (onOwnThread())
            body(0, tasks, data);
        else
            ParallelForBackend::parallel_for(tasks, body, data);
    }
    int getNumThreads() const override
    {
        return onOwnThread() ? 1 : ParallelForBackend::getNumThreads();
    }

private:
    static bool onOwnThread()
    {
        return quickRun || runsUnderWay.load(std::memory_order_relaxed) > 1;
    }
};

} // namespace

void useEngineThreads()
{
    static std::once_flag once;
    std::call_once(once, [] {
        cv::parallel::setParallelForBackend(std::make_shared<SharedThreads>());
        cv::setNumThreads(engineThreads());
    });
}

EngineRun::EngineRun(bool quick)
{
    quickRun = quick;
    runsUnderWay.fetch_add(1, std::memory_order_relaxed);
}

EngineRun::~EngineRun()
{
    runsUnderWay.fetch_sub(1, std::memory_order_relaxed);
    quickRun = false;
}

} // namespace warmbench
