// What it costs to get hold of a loaded model, alone and against seven other threads. The handle is
// released in the measured time: nobody acquires without releasing.
#include "fake_source.h"
#include "model/cache/model_cache.h"

#include <benchmark/benchmark.h>
#include <condition_variable>

using namespace warmbench;

namespace {

const ModelId digits{"digits", {}};

// A cache in which "digits" and some neighbours are loaded.
class Loaded
{
public:
    explicit Loaded(int neighbours)
        : m_cache(prepared(m_source, neighbours), m_clock, {})
    {
        for (int i = 0; i < neighbours; ++i)
            load({"neighbour " + std::to_string(i), {}});
        load(digits);
    }
    ModelCache &cache() { return m_cache; }
    void comeAndGo()
    {
        wait([this](auto done) { m_cache.unload(digits, std::move(done)); });
        load(digits);
    }

private:
    static FakeSource &prepared(FakeSource &source, int neighbours)
    {
        source.set("digits");
        for (int i = 0; i < neighbours; ++i)
            source.set("neighbour " + std::to_string(i));
        return source;
    }
    void load(const ModelId &id)
    {
        wait([&](auto done) { m_cache.load(id, std::move(done)); });
    }
    template <typename Begin>
    static void wait(const Begin &begin)
    {
        std::mutex mutex;
        std::condition_variable came;
        bool done = false;
        begin([&](const Result<void> &) {
            const std::lock_guard lock(mutex);
            done = true;
            came.notify_one();
        });
        std::unique_lock lock(mutex);
        came.wait(lock, [&] { return done; });
    }

    FakeSource m_source;
    SystemClock m_clock;
    ModelCache m_cache;
};

Loaded &loaded()
{
    static Loaded once(20);
    return once;
}

Loaded &crowd()
{
    static Loaded once(1999);
    return once;
}

void acquireIfReady(benchmark::State &state)
{
    ModelCache &cache = loaded().cache();
    for (auto _ : state)
        benchmark::DoNotOptimize(cache.acquireIfReady(digits, Purpose::Prediction));
}
BENCHMARK(acquireIfReady)->UseRealTime();
BENCHMARK(acquireIfReady)->Threads(8)->UseRealTime();

void acquireHit(benchmark::State &state)
{
    ModelCache &cache = loaded().cache();
    std::int64_t got = 0;
    for (auto _ : state)
        cache.acquire(digits, Purpose::Prediction,
                      [&got](const Result<Acquired> &acquired) { got += acquired.has_value(); });
    if (got != static_cast<std::int64_t>(state.iterations()))
        state.SkipWithError("not every acquire was a hit");
}
BENCHMARK(acquireHit)->UseRealTime();
BENCHMARK(acquireHit)->Threads(8)->UseRealTime();

// The same among 2,000 loaded models: as much, but for what the processor's caches forget.
void acquireHitInACrowd(benchmark::State &state)
{
    ModelCache &cache = crowd().cache();
    std::int64_t got = 0;
    for (auto _ : state)
        cache.acquire(digits, Purpose::Prediction,
                      [&got](const Result<Acquired> &acquired) { got += acquired.has_value(); });
    if (got != static_cast<std::int64_t>(state.iterations()))
        state.SkipWithError("not every acquire was a hit");
}
BENCHMARK(acquireHitInACrowd)->UseRealTime();

// An idle model's first use and the end of its last, seen by housekeeping and the views.
void status(benchmark::State &state)
{
    ModelCache &cache = loaded().cache();
    for (auto _ : state)
        benchmark::DoNotOptimize(cache.statuses());
}
BENCHMARK(status);

void statusOfACrowd(benchmark::State &state)
{
    ModelCache &cache = crowd().cache();
    for (auto _ : state)
        benchmark::DoNotOptimize(cache.statuses());
}
BENCHMARK(statusOfACrowd);

// A model that comes and goes among 2,000 others.
void loadInACrowd(benchmark::State &state)
{
    for (auto _ : state)
        crowd().comeAndGo();
}
BENCHMARK(loadInACrowd)->UseRealTime();

} // namespace

BENCHMARK_MAIN();
