#include "engine/engine.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace warmbench {

namespace {

std::atomic<int> threadsOfARun{0}; // 0: not set

} // namespace

void setEngineThreads(int threads)
{
    threadsOfARun.store(std::max(threads, 1), std::memory_order_relaxed);
}

int engineThreads()
{
    const int set = threadsOfARun.load(std::memory_order_relaxed);
    return set > 0 ? set : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::vector<std::shared_ptr<Engine>> makeEngines(Bytes most)
{
    std::vector<std::shared_ptr<Engine>> engines;
    if (auto second = makeOnnxRuntimeEngine(most))
        engines.push_back(*std::move(second));
    engines.push_back(makeOpenCvEngine(most));
    return engines;
}

const std::vector<EngineVersion> &engineVersions()
{
    static const auto versions = [] {
        const auto first = makeOnnxRuntimeEngine();
        const auto second = makeOpenCvEngine();
        return std::vector<EngineVersion>{{"onnxruntime",
                                           first ? (*first)->version() : std::string(),
                                           first ? std::string() : first.error().message},
                                          {std::string(second->name()), second->version(), {}}};
    }();
    return versions;
}

const EngineVersion *engineVersion(std::string_view name)
{
    const auto &known = engineVersions();
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const auto &engine) { return engine.name == name; });
    return found == known.end() ? nullptr : &*found;
}

} // namespace warmbench
