// The rounds that a workbench makes by itself: idle models, deadlines, folders, samples.
#include "base/exceptions.h"
#include "base/thread_name.h"
#include "inference/workbench_private.h"

#include <algorithm>
#include <set>

namespace warmbench {

namespace {

constexpr std::chrono::seconds housekeepingInterval{1};
constexpr std::chrono::milliseconds shortestSleep{5}; // between two checks of deadlines

} // namespace

void Workbench::Private::keepHouse(const std::stop_token &stop)
{
    setThreadName("housekeeping");
    MutexLock lock(houseMutex);
    auto nextRound = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
        const std::uint64_t round = roundsWanted;
        const bool wanted = round != roundsDone;
        const bool whole = wanted || std::chrono::steady_clock::now() >= nextRound;
        nextLook = SteadyTime::max();
        lock.unlock();
        if (whole) {
            contained("housekeeping", [&] {
                goRound();
                if (wanted && repository.rescan())
                    openFoundModels();
            });
            nextRound = std::chrono::steady_clock::now() + housekeepingInterval;
        }
        SteadyTime soonest = clock.now() + housekeepingInterval;
        contained("housekeeping", [this, &soonest] {
            soonest =
                std::min({scheduler.sweep(), runner.answerOverdue(), descriptions.answerOverdue()});
        });
        lock.lock();
        if (whole) {
            roundsDone = round;
            roundEnded.notifyAll();
        }
        const auto until = std::chrono::steady_clock::now();
        waitForLook(stop, std::min(soonest, clock.now() + (nextRound - until)));
    }
    houseClosed = true;
    roundEnded.notifyAll();
}

// Waits until `look`, or until a round is wanted or an earlier deadline is set.
void Workbench::Private::waitForLook(const std::stop_token &stop, SteadyTime look)
{
    bool goesOn = true;
    while (goesOn && roundsWanted == roundsDone) {
        nextLook = std::min(nextLook.load(), look);
        look = nextLook;
        const auto left = std::max<std::chrono::nanoseconds>(look - clock.now(), shortestSleep);
        goesOn = houseWake.waitUntil(houseMutex, stop, std::chrono::steady_clock::now() + left);
    }
}

// Makes housekeeping check deadlines no later than `allowed` from now. Longer times than its
// interval need no extra check.
void Workbench::Private::lookBy(Milliseconds allowed)
{
    if (allowed < Milliseconds::zero() || allowed >= housekeepingInterval)
        return;
    const SteadyTime deadline =
        clock.now() + std::chrono::duration_cast<SteadyTime::duration>(allowed);
    if (deadline >= nextLook.load())
        return;
    const MutexLock lock(houseMutex);
    if (deadline < nextLook.load()) {
        nextLook = deadline;
        houseWake.notifyAll();
    }
}

void Workbench::Private::goRound()
{
    keepReserve();
    releaseGivenBack();
    takeSample();
    cache.housekeep();
}

// This is a thread of its own because a large folder takes a while, and deadlines do not wait.
void Workbench::Private::lookThroughFolders(const std::stop_token &stop)
{
    setThreadName("folders");
    ScanPace pace(stop, [this] { return repository.touched(); });
    while (pace.nextRound()) {
        contained("folders", [this, &pace] {
            if (repository.rescan(&pace))
                openFoundModels();
        });
    }
}

void Workbench::Private::openFoundModels()
{
    for (const ModelStatus &status : cache.statuses()) {
        if (!source->contains(status.id))
            cache.forget(status.id.name);
    }
    dropMeters();
    heard({ModelEventKind::Changed, {}, "The models in the folders changed.", {}});
}

// Drops the meters of models that are neither in the folders nor loaded any more.
void Workbench::Private::dropMeters()
{
    std::set<Metrics::ModelKey> loaded;
    for (const ModelStatus &status : cache.statuses())
        loaded.emplace(status.id.name, status.loadedVersion);
    metrics.keepMeters([&](const Metrics::ModelKey &key) {
        return loaded.contains(key) || source->contains({key.first, key.second}).has_value();
    });
}
void Workbench::Private::takeSample()
{
    const CacheStatistics cached = cache.statistics();
    const Histogram::Values latency = metrics.predictionLatency();
    const Histogram::Values recent = latency - latencyBefore;
    latencyBefore = latency;

    MetricsSample sample;
    sample.time = clock.now();
    sample.wallTime = clock.wallNow();
    sample.hits = cached.hits;
    sample.misses = cached.misses;
    sample.coalesced = cached.coalesced;
    sample.answered = metrics.answered();
    sample.refused = metrics.refused();
    sample.modelBytes = cached.modelBytes;
    sample.budget = cached.budget;
    sample.residentBytes = residentMemory();
    sample.queueLength = static_cast<std::int64_t>(scheduler.waiting());
    sample.p50 = recent.quantile(0.50);
    sample.p95 = recent.quantile(0.95);
    sample.p99 = recent.quantile(0.99);
    for (const ModelStatus &status : cache.statuses()) {
        if (status.state == ModelState::Ready && status.facts)
            sample.models.emplace_back(status.id.name, status.facts->memory);
    }
    metrics.push(std::move(sample));
}

} // namespace warmbench
