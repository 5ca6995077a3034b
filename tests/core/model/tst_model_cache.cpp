#include "answer.h"
#include "fake_source.h"
#include "manual_clock.h"
#include "model/cache/model_cache.h"

#include <QtTest>
#include <random>
#include <thread>

using namespace warmbench;
using namespace std::chrono_literals;

namespace {

const ModelId digits{"digits", {}};
const ModelId iris{"iris", {}};
const ModelId faces{"faces", {}};

Error broken(const char *why = "node 7 (Clip, opset 13) is not supported")
{
    return failedPrecondition(why);
}

// What was heard, as "kind name". Thread: any.
class Diary
{
public:
    explicit Diary(ModelCache &cache)
        : m_cache(cache)
    {
        cache.setListener([this](const ModelEvent &event) {
            const std::lock_guard lock(m_mutex);
            m_lines.push_back(kindName(event.kind) + " " + event.id.text());
        });
    }
    ~Diary() { m_cache.setListener({}); }
    Diary(const Diary &) = delete;
    Diary &operator=(const Diary &) = delete;

    std::vector<std::string> lines() const
    {
        const std::lock_guard lock(m_mutex);
        return m_lines;
    }
    int count(const std::string &line) const
    {
        const auto all = lines();
        return static_cast<int>(std::count(all.begin(), all.end(), line));
    }

private:
    static std::string kindName(ModelEventKind kind)
    {
        static const std::array names{"started",  "loaded",  "failed", "refreshed", "refused",
                                      "unloaded", "evicted", "gone",   "changed"};
        return names.at(static_cast<std::size_t>(kind));
    }
    ModelCache &m_cache;
    mutable std::mutex m_mutex;
    std::vector<std::string> m_lines;
};

// A cache over three models of 1000 bytes each, and the calls as a test wants them: waiting.
struct Bench
{
    FakeSource source;
    ManualClock clock;
    ModelCache cache;
    int marks = 0; // failures that settle() caused

    explicit Bench(CacheOptions options = {})
        : cache(prepared(source), clock, options)
    {
    }
    static FakeSource &prepared(FakeSource &source)
    {
        for (const char *name : {"digits", "iris", "faces"})
            source.set(name);
        return source;
    }

    Result<Acquired> acquire(const ModelId &id, Purpose purpose = Purpose::Prediction)
    {
        Answer<Acquired> answer;
        cache.acquire(id, purpose, answer.callback());
        return std::move(answer.get());
    }
    ModelHandle handle(const ModelId &id)
    {
        auto acquired = acquire(id);
        return acquired ? std::move(acquired->handle) : ModelHandle();
    }
    void rewrite(const std::string &name, FakeModel model)
    {
        source.set(name, std::move(model));
        source.touch(name);
        tick(std::chrono::seconds(0));
    }
    bool use(const ModelId &id) { return acquire(id).has_value(); }
    Result<void> load(const ModelId &id)
    {
        Answer<void> answer;
        cache.load(id, answer.callback());
        return answer.get();
    }
    Result<void> unload(const ModelId &id)
    {
        Answer<void> answer;
        cache.unload(id, answer.callback());
        return answer.get();
    }
    Result<RefreshReport> refresh(const ModelId &id, bool force = false)
    {
        Answer<RefreshReport> answer;
        cache.refresh(id, force, answer.callback());
        return answer.get();
    }
    // Housekeeping, and the look at the files that it asks the loader thread for.
    void tick(std::chrono::nanoseconds by = 1s)
    {
        clock.advance(by);
        cache.housekeep();
        settle();
    }
    // Until the loader thread has done what was asked of it so far: a refresh that is refused
    // stands last in its queue.
    void settle()
    {
        source.set("mark");
        ++marks;
        Answer<RefreshReport> mark;
        source.failProbes("mark", broken("a mark"));
        cache.refresh({"mark", {}}, false, mark.callback());
        mark.await();
    }
    ModelStatus status(const ModelId &id) const { return cache.status(id).value_or(ModelStatus{}); }
    ModelState state(const ModelId &id) const { return status(id).state; }
};

CacheOptions withBudget(std::int64_t bytes)
{
    CacheOptions options;
    options.budget = {bytes};
    return options;
}

CacheOptions withKeepAlive(Milliseconds keepAlive)
{
    CacheOptions options;
    options.keepAlive = keepAlive;
    return options;
}

CacheOptions withReload(ReloadMode mode)
{
    CacheOptions options;
    options.reload = mode;
    return options;
}

bool says(const std::string &message, std::initializer_list<const char *> parts)
{
    return std::all_of(parts.begin(), parts.end(),
                       [&](const char *part) { return message.find(part) != std::string::npos; });
}

} // namespace

class TestModelCache : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // ---- hit, miss, coalesced

    void aHundredFirstAcquiresAtOnceLoadOnce()
    {
        Bench bench;
        bench.source.loadGate.close();
        std::vector<Answer<Acquired>> answers(100);
        {
            std::vector<std::jthread> clients;
            for (auto &answer : answers)
                clients.emplace_back([&bench, callback = answer.callback()] {
                    bench.cache.acquire(digits, Purpose::Prediction, callback);
                });
        }
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        QVERIFY(bench.state(digits) == ModelState::Loading);
        bench.source.loadGate.open();
        int missed = 0;
        for (auto &answer : answers) {
            QVERIFY(answer.get());
            missed += answer.get()->outcome == CacheOutcome::Miss;
        }
        QCOMPARE(missed, 1);
        const auto statistics = bench.cache.statistics();
        QCOMPARE(statistics.loads, 1);
        QCOMPARE(statistics.misses, 1);
        QCOMPARE(statistics.coalesced, 99);
        QCOMPARE(statistics.hits, 0);
        QCOMPARE(bench.source.loads(), 1);
        QCOMPARE(bench.status(digits).inUse, 100);
        QVERIFY(bench.acquire(digits)->outcome == CacheOutcome::Hit);
    }

    void aHitIsAnsweredOnTheCallingThread()
    {
        Bench bench;
        Answer<Acquired> first;
        bench.cache.acquire(digits, Purpose::Prediction, first.callback());
        QVERIFY(first.get());
        QVERIFY(first.thread() != std::this_thread::get_id());
        Answer<Acquired> second;
        bench.cache.acquire(digits, Purpose::Prediction, second.callback());
        QVERIFY(second.came());
        QVERIFY(second.thread() == std::this_thread::get_id());
    }

    void onlyPredictionsAreCounted()
    {
        Bench bench;
        QVERIFY(bench.acquire(digits, Purpose::Other));
        QVERIFY(bench.acquire(digits, Purpose::Other));
        QVERIFY(bench.load(iris));
        QVERIFY(bench.cache.acquireIfReady(digits, Purpose::Other));
        const auto before = bench.cache.statistics();
        QCOMPARE(before.hits + before.misses + before.coalesced, 0);
        QCOMPARE(before.loads, 2);
        QVERIFY(bench.cache.acquireIfReady(digits, Purpose::Prediction));
        QVERIFY(!bench.cache.acquireIfReady(faces, Purpose::Prediction));
        QCOMPARE(bench.cache.statistics().hits, 1);
        QCOMPARE(bench.cache.statistics().misses, 0);
        QCOMPARE(bench.status(digits).hits, 1);
    }

    void anUnknownNameIsRefusedAtOnceAndNotRemembered()
    {
        Bench bench;
        const auto refused = bench.acquire({"dogs", {}});
        QVERIFY(!refused);
        QVERIFY(refused.error().code == ErrorCode::NotFound);
        QVERIFY(bench.load({"dogs", {}}).error().code == ErrorCode::NotFound);
        QVERIFY(bench.refresh({"dogs", {}}).error().code == ErrorCode::NotFound);
        QVERIFY(bench.unload({"dogs", {}}).error().code == ErrorCode::NotFound);
        QVERIFY(bench.cache.setPinned({"dogs", {}}, true).error().code == ErrorCode::NotFound);
        QVERIFY(!bench.cache.status({"dogs", {}}));
        QCOMPARE(bench.cache.statistics().misses, 0);
    }

    void aContinuationMayCallTheCacheAgain()
    {
        Bench bench;
        Answer<Acquired> inner;
        bench.cache.acquire(digits, Purpose::Prediction, [&](const Result<Acquired> &) {
            bench.cache.statuses();
            bench.cache.acquire(iris, Purpose::Prediction, inner.callback());
        });
        QVERIFY(inner.get());
    }

    // ---- failures

    void aFailedLoadIsAMissAndTellsItsReason()
    {
        Bench bench;
        bench.source.failLoads("digits", broken());
        const auto failed = bench.acquire(digits);
        QVERIFY(!failed);
        QVERIFY(failed.error().code == ErrorCode::FailedPrecondition);
        QCOMPARE(failed.error().message, broken().message);
        QVERIFY(bench.state(digits) == ModelState::Failed);
        QCOMPARE(bench.status(digits).reason, broken().message);
        const auto statistics = bench.cache.statistics();
        QCOMPARE(statistics.misses, 1);
        QCOMPARE(statistics.loadFailures, 1);
        QCOMPARE(statistics.loads, 0);
        QCOMPARE(statistics.modelBytes.count, 0);
    }

    void badSettingsAreAFailureOfTheModelNotOfTheRequest()
    {
        Bench bench;
        bench.source.failProbes("digits", invalidArgument("\"task\" is \"dance\""));
        QVERIFY(bench.acquire(digits).error().code == ErrorCode::FailedPrecondition);
        bench.source.failProbes("iris", notFound("iris.onnx is gone"));
        QVERIFY(bench.acquire(iris).error().code == ErrorCode::FailedPrecondition);
    }

    void aFailureIsRepeatedForASecondBeforeTheNextAttempt()
    {
        Bench bench;
        bench.source.failLoads("digits", broken());
        QVERIFY(!bench.acquire(digits));
        QVERIFY(!bench.acquire(digits));
        bench.clock.advance(999ms);
        QVERIFY(!bench.acquire(digits));
        QCOMPARE(bench.source.loads(), 1);
        QCOMPARE(bench.cache.statistics().misses, 3);
        bench.clock.advance(1ms);
        QVERIFY(!bench.acquire(digits));
        QCOMPARE(bench.source.loads(), 2);
        bench.source.failLoads("digits", std::nullopt);
        QVERIFY(bench.load(digits)); // asked for by a person: tried at once
        QVERIFY(bench.state(digits) == ModelState::Ready);
        QVERIFY(bench.status(digits).reason.empty());
    }

    void aFailedModelIsTriedAgainAsSoonAsItsFileChanges()
    {
        Bench bench;
        bench.source.failLoads("digits", broken());
        QVERIFY(!bench.acquire(digits));
        bench.source.failLoads("digits", std::nullopt);
        bench.tick(0s);
        QVERIFY(!bench.acquire(digits));
        bench.source.touch("digits");
        bench.tick(0s);
        QVERIFY(bench.acquire(digits));
    }

    void aSourceThatThrowsIsAFailedLoad()
    {
        struct Throwing final : ModelSource
        {
            Result<void> contains(const ModelId &) const override { return {}; }
            Result<LoadPlan> probe(const ModelId &id) override
            {
                if (id.name == "memory")
                    throw std::bad_alloc();
                throw std::runtime_error("disk\nful");
            }
            Result<std::unique_ptr<ModelBundle>> load(const LoadPlan &) override
            {
                return Error{ErrorCode::Internal, "not reached"};
            }
            Result<ModelDescription> describe(const LoadPlan &) override
            {
                return Error{ErrorCode::Internal, "not reached"};
            }
            std::vector<FileStamp> stampsNow(const ModelBundle &) const override { return {}; }
        } source;
        const ManualClock clock;
        ModelCache cache(source, clock, {});
        Answer<Acquired> thrown;
        cache.acquire({"disk", {}}, Purpose::Prediction, thrown.callback());
        QVERIFY(says(thrown.get().error().message, {"disk?ful"}));
        Answer<Acquired> memory;
        cache.acquire({"memory", {}}, Purpose::Prediction, memory.callback());
        QVERIFY(memory.get().error().code == ErrorCode::ResourceExhausted);
    }

    // ---- descriptions

    void aDescriptionReadsUnchangedFilesOnce()
    {
        Bench bench;
        const auto described = [&] {
            Answer<std::shared_ptr<const ModelStatus::Facts>> told;
            bench.cache.describe(digits, told.callback());
            return told.get();
        };
        const auto first = described();
        QVERIFY(first);
        QCOMPARE((*first)->spec.inputs.size(), std::size_t(1));
        QVERIFY(*described() == *first);
        QCOMPARE(bench.source.descriptions(), 1);
        QVERIFY(bench.status(digits).facts == *first);
        bench.source.touch("digits");
        QVERIFY(described());
        QCOMPARE(bench.source.descriptions(), 2);
        QCOMPARE(bench.source.loads(), 0);
        QVERIFY(bench.status(digits).state == ModelState::Registered);

        QVERIFY(bench.acquire(digits));
        const auto loaded = described();
        QVERIFY(loaded && *loaded == bench.status(digits).facts);
        QCOMPARE(bench.source.descriptions(), 2);
    }

    void aDescriptionNeverMade()
    {
        Bench bench;
        Answer<std::shared_ptr<const ModelStatus::Facts>> unknown;
        bench.cache.describe({"nobody", {}}, unknown.callback());
        QVERIFY(unknown.get().error().code == ErrorCode::NotFound);
        bench.source.failProbes("digits", invalidArgument("No JSON."));
        Answer<std::shared_ptr<const ModelStatus::Facts>> bad;
        bench.cache.describe(digits, bad.callback());
        QVERIFY(bad.get().error().code == ErrorCode::FailedPrecondition);
        bench.cache.close();
        Answer<std::shared_ptr<const ModelStatus::Facts>> late;
        bench.cache.describe(digits, late.callback());
        QVERIFY(late.get().error().code == ErrorCode::Unavailable);
    }

    // ---- refresh

    void refreshSwapsWhileTheOldInstanceServes()
    {
        Bench bench;
        ModelHandle old = bench.handle(digits);
        bench.source.change("digits", "sha256:2");
        bench.source.loadGate.close();
        Answer<RefreshReport> refreshed;
        bench.cache.refresh(digits, false, refreshed.callback());
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        QVERIFY(bench.status(digits).refreshing);
        QVERIFY(bench.state(digits) == ModelState::Ready);
        auto during = bench.acquire(digits);
        QVERIFY(during->outcome == CacheOutcome::Hit);
        QCOMPARE(during->handle->digest, std::string("sha256:1"));
        bench.source.loadGate.open();
        QVERIFY(refreshed.get());
        QVERIFY(refreshed.get()->reloaded);
        QCOMPARE(refreshed.get()->oldDigest, std::string("sha256:1"));
        QCOMPARE(refreshed.get()->newDigest, std::string("sha256:2"));
        QCOMPARE(old->digest, std::string("sha256:1"));
        QCOMPARE(bench.handle(digits)->digest, std::string("sha256:2"));
        QCOMPARE(bench.source.alive(), 2);
        QCOMPARE(bench.cache.statistics().modelBytes.count, 2000);
        old.release();
        during->handle.release();
        QTRY_COMPARE(bench.source.alive(), 1);
        QTRY_COMPARE(bench.cache.statistics().modelBytes.count, 1000);
        QCOMPARE(bench.cache.statistics().loads, 2);
        QCOMPARE(bench.cache.statistics().evictions, 0);
    }

    void refreshFailureKeepsServingTheOldModel()
    {
        Bench bench;
        QVERIFY(bench.use(digits));
        bench.source.change("digits", "sha256:bad");
        bench.source.failLoads("digits", broken());
        const auto refused = bench.refresh(digits);
        QVERIFY(refused.error().code == ErrorCode::FailedPrecondition);
        QVERIFY(bench.state(digits) == ModelState::Ready);
        QCOMPARE(bench.status(digits).reason, broken().message);
        QCOMPARE(bench.handle(digits)->digest, std::string("sha256:1"));
        QCOMPARE(bench.cache.statistics().loadFailures, 1);
        QCOMPARE(bench.cache.statistics().modelBytes.count, 1000);
        bench.source.failLoads("digits", std::nullopt);
        QVERIFY(bench.refresh(digits)->reloaded);
        QVERIFY(bench.status(digits).reason.empty());
    }

    void refreshOfUnchangedFilesReloadsOnlyByForce()
    {
        Bench bench;
        QVERIFY(bench.use(digits));
        const auto same = bench.refresh(digits);
        QVERIFY(same);
        QVERIFY(!same->reloaded);
        QCOMPARE(same->oldDigest, same->newDigest);
        QCOMPARE(bench.source.loads(), 1);
        QVERIFY(bench.refresh(digits, true)->reloaded);
        QCOMPARE(bench.source.loads(), 2);
        QCOMPARE(bench.source.mostAtOnce(), 1);
    }

    void refreshOfAModelThatIsNotLoadedLoadsIt()
    {
        Bench bench;
        const auto report = bench.refresh(digits);
        QVERIFY(report->reloaded);
        QVERIFY(report->oldDigest.empty());
        QVERIFY(bench.state(digits) == ModelState::Ready);
        QCOMPARE(bench.cache.statistics().misses, 0);
    }

    void twoRefreshesAtOnceJoin()
    {
        Bench bench;
        QVERIFY(bench.use(digits));
        bench.source.change("digits", "sha256:2");
        bench.source.loadGate.close();
        Answer<RefreshReport> first;
        Answer<RefreshReport> second;
        bench.cache.refresh(digits, false, first.callback());
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        bench.cache.refresh(digits, true, second.callback());
        bench.source.loadGate.open();
        QVERIFY(first.get()->reloaded);
        QVERIFY(second.get()->reloaded);
        QCOMPARE(second.get()->newDigest, std::string("sha256:2"));
        QCOMPARE(bench.source.loads(), 2);
        QCOMPARE(bench.cache.statistics().loads, 2);
    }

    // Whoever writes a file and then asks for a refresh must get that file, even where a refresh
    // that began earlier is still under way.
    void aRefreshAskedForAfterAnotherChangeSeesThatChange()
    {
        Bench bench;
        QVERIFY(bench.use(digits));
        bench.source.change("digits", "sha256:2");
        bench.source.loadGate.close();
        Answer<RefreshReport> first;
        Answer<RefreshReport> second;
        bench.cache.refresh(digits, false, first.callback());
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        bench.source.change("digits", "sha256:3");
        bench.cache.refresh(digits, false, second.callback());
        bench.source.loadGate.open();
        QCOMPARE(first.get()->newDigest, std::string("sha256:2"));
        QCOMPARE(second.get()->newDigest, std::string("sha256:3"));
        QCOMPARE(bench.handle(digits)->digest, std::string("sha256:3"));
    }

    void twentyRefreshesUnderFireLoseNoRequest()
    {
        Bench bench;
        QVERIFY(bench.use(digits));
        std::atomic<int> failed = 0;
        std::atomic<int> asked = 0;
        {
            std::vector<std::jthread> clients;
            for (int i = 0; i < 4; ++i) {
                clients.emplace_back([&](const std::stop_token &stop) {
                    while (!stop.stop_requested()) {
                        ++asked;
                        Answer<Acquired> answer;
                        bench.cache.acquire(digits, Purpose::Prediction, answer.callback());
                        if (!answer.get() || answer.get()->handle->digest.empty())
                            ++failed;
                    }
                });
            }
            for (int i = 0; i < 20; ++i) {
                bench.source.change("digits", "sha256:" + std::to_string(100 + i));
                bench.source.failLoads("digits",
                                       i % 3 == 1 ? std::optional(broken()) : std::nullopt);
                QCOMPARE(bench.refresh(digits).has_value(), i % 3 != 1);
            }
        }
        QCOMPARE(failed.load(), 0);
        const auto statistics = bench.cache.statistics();
        QCOMPARE(statistics.hits + statistics.misses + statistics.coalesced, asked.load() + 1);
        QCOMPARE(statistics.loads + statistics.loadFailures, 21);
        QTRY_COMPARE(bench.source.alive(), 1);
    }

    // ---- unload, pins, handles

    void unloadEndsAfterTheLastUse()
    {
        Bench bench;
        ModelHandle handle = bench.handle(digits);
        ModelHandle second = handle.share();
        Answer<void> unloaded;
        bench.cache.unload(digits, unloaded.callback());
        handle.release();
        bench.settle();
        QVERIFY(!unloaded.came());
        QVERIFY(bench.state(digits) == ModelState::Retiring);
        QCOMPARE(bench.status(digits).inUse, 1);
        QCOMPARE(bench.cache.statistics().modelBytes.count, 1000);
        QCOMPARE(second->digest, std::string("sha256:1"));
        second.release();
        QVERIFY(unloaded.get());
        QCOMPARE(bench.source.alive(), 0);
        QCOMPARE(bench.cache.statistics().modelBytes.count, 0);
        QCOMPARE(bench.cache.statistics().unloads, 1);
        QVERIFY(bench.state(digits) == ModelState::Registered);
        QVERIFY(bench.status(digits).unloadedOnRequest);
        QVERIFY(bench.status(digits).facts); // of the last one
        QVERIFY(bench.use(digits));
        QVERIFY(!bench.status(digits).unloadedOnRequest);
    }

    void anInstanceIsDestroyedOnTheLoaderThread()
    {
        Bench bench;
        Answer<Acquired> loaded;
        bench.cache.acquire(digits, Purpose::Prediction, loaded.callback());
        QVERIFY(loaded.get());
        const auto loader = loaded.thread();
        Answer<void> unloaded;
        bench.cache.unload(digits, unloaded.callback());
        loaded.get()->handle.release(); // here, on the test's thread
        QVERIFY(unloaded.get());
        QVERIFY(bench.source.destroyedOn() == loader);
    }

    void aModelAskedForAgainWhileItsOldInstanceRetiresIsLoadedAnew()
    {
        Bench bench;
        const ModelHandle old = bench.handle(digits);
        Answer<void> unloaded;
        bench.cache.unload(digits, unloaded.callback());
        QVERIFY(bench.use(digits));
        QVERIFY(!unloaded.came());
        QCOMPARE(bench.source.alive(), 2);
        QCOMPARE(bench.cache.statistics().modelBytes.count, 2000);
    }

    void unloadDuringALoadTakesTheNewInstanceToo()
    {
        Bench bench;
        bench.source.loadGate.close();
        Answer<Acquired> acquired;
        bench.cache.acquire(digits, Purpose::Prediction, acquired.callback());
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        Answer<void> unloaded;
        bench.cache.unload(digits, unloaded.callback());
        bench.source.loadGate.open();
        QVERIFY(acquired.get()); // who asked before is served
        acquired.get()->handle.release();
        QVERIFY(unloaded.get());
        QCOMPARE(bench.source.alive(), 0);
        QVERIFY(bench.status(digits).unloadedOnRequest);
    }

    void handlesOutliveTheCache()
    {
        ModelHandle handle;
        std::atomic<int> alive = -1;
        {
            Bench bench;
            FakeModel model;
            alive = 1;
            model.network.onDestroyed = [&alive] { --alive; };
            bench.source.set("digits", model);
            handle = bench.handle(digits);
        }
        QCOMPARE(handle->digest, std::string("sha256:1"));
        QCOMPARE(alive.load(), 1);
        ModelHandle second = handle.share();
        handle.release();
        QCOMPARE(alive.load(), 1);
        second.release();
        QCOMPARE(alive.load(), 0);
    }

    void handlesReleasedWhileTheCacheCloses()
    {
        for (int round = 0; round < 50; ++round) {
            std::vector<ModelHandle> handles;
            auto bench = std::make_unique<Bench>(withKeepAlive(Milliseconds(round % 2)));
            for (int i = 0; i < 8; ++i)
                handles.push_back(bench->handle(i % 2 ? digits : iris));
            std::jthread releaser([&handles] { handles.clear(); });
            bench.reset();
        }
    }

    void anUnloadWhoseUserOutlivesTheCacheIsAnswered()
    {
        ModelHandle handle;
        Answer<void> unloaded;
        {
            Bench bench;
            handle = bench.handle(digits);
            bench.cache.unload(digits, unloaded.callback());
        }
        QVERIFY(unloaded.came());
        QVERIFY(unloaded.get().error().code == ErrorCode::Unavailable);
        handle.release();
        QCOMPARE(unloaded.calls(), 1);
    }

    void closeDuringALoadServesItAndRefusesTheRest()
    {
        Bench bench;
        bench.source.loadGate.close();
        Answer<Acquired> loading;
        Answer<Acquired> queued;
        Answer<void> queuedUnload;
        bench.cache.acquire(digits, Purpose::Prediction, loading.callback());
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        bench.cache.acquire(iris, Purpose::Prediction, queued.callback());
        bench.cache.unload(iris, queuedUnload.callback());
        std::jthread closer([&bench] { bench.cache.close(); });
        QVERIFY(queued.get().error().code == ErrorCode::Unavailable);
        QVERIFY(queuedUnload.get().error().code == ErrorCode::Unavailable);
        QVERIFY(bench.acquire(iris).error().code == ErrorCode::Unavailable);
        bench.source.loadGate.open();
        QVERIFY(loading.get());
        closer.join();
        QCOMPARE(loading.get()->handle->digest, std::string("sha256:1"));
        QVERIFY(!bench.cache.acquireIfReady(digits, Purpose::Prediction));
        QVERIFY(bench.acquire(digits).error().code == ErrorCode::Unavailable);
        QVERIFY(bench.load(digits).error().code == ErrorCode::Unavailable);
        QVERIFY(bench.refresh(digits).error().code == ErrorCode::Unavailable);
        QVERIFY(bench.unload(digits).error().code == ErrorCode::Unavailable);
        QVERIFY(bench.cache.setPinned(digits, true).error().code == ErrorCode::Unavailable);
        loading.get()->handle.release();
        QCOMPARE(bench.source.alive(), 0);
        bench.cache.close();
    }

    void aForgottenModelIsGoneWithItsVersions()
    {
        Bench bench;
        FakeModel versions;
        versions.versions = {"1", "2"};
        bench.source.set("digits", versions);
        QVERIFY(bench.use(digits));
        QVERIFY(bench.use({"digits", "1"}));
        bench.source.loadGate.close();
        Answer<RefreshReport> refreshed;
        bench.cache.refresh(digits, true, refreshed.callback());
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        bench.cache.forget("digits");
        QVERIFY(!bench.cache.status(digits));
        QVERIFY(!bench.cache.acquireIfReady(digits, Purpose::Prediction));
        bench.source.loadGate.open();
        QVERIFY(!refreshed.get());
        bench.settle();
        QCOMPARE(bench.source.alive(), 0);
        QCOMPARE(bench.cache.statistics().modelBytes.count, 0);
        QVERIFY(bench.use(digits)); // still in the source: known again
    }

    // ---- versions

    void aVersionAskedForByNumberSharesTheServingInstance()
    {
        Bench bench;
        FakeModel model;
        model.versions = {"2", "3"};
        bench.source.set("digits", model);
        QVERIFY(bench.use(digits));
        QCOMPARE(bench.status(digits).loadedVersion, std::string("3"));
        const auto third = bench.acquire({"digits", "3"});
        QVERIFY(third->outcome == CacheOutcome::Hit);
        QCOMPARE(bench.source.loads(), 1);
        QVERIFY(bench.use({"digits", "2"}));
        QCOMPARE(bench.source.loads(), 2);
        QCOMPARE(bench.cache.statistics().modelBytes.count, 2000);
        QVERIFY(bench.acquire({"digits", "9"}).error().code == ErrorCode::NotFound);
    }

    void theServingEntrySharesAVersionThatIsLoaded()
    {
        Bench bench;
        QVERIFY(bench.use({"digits", "1"}));
        QVERIFY(bench.acquire(digits)->outcome == CacheOutcome::Miss);
        QCOMPARE(bench.source.loads(), 1);
        QCOMPARE(bench.cache.statistics().loads, 1);
        bench.source.change("digits", "sha256:2");
        QVERIFY(bench.refresh(digits)->reloaded);
        QCOMPARE(bench.handle({"digits", "1"})->digest, std::string("sha256:2"));
        QVERIFY(bench.unload(digits));
        QVERIFY(bench.state({"digits", "1"}) == ModelState::Registered);
        QCOMPARE(bench.source.alive(), 0);
    }

    void aVersionInUseByNumberSurvivesTheArrivalOfANewOne()
    {
        Bench bench;
        QVERIFY(bench.use(digits));
        QVERIFY(bench.use({"digits", "1"}));
        FakeModel model;
        model.versions = {"1", "2"};
        model.digest = "sha256:2";
        bench.source.set("digits", model);
        QVERIFY(bench.refresh(digits)->reloaded);
        QCOMPARE(bench.status(digits).loadedVersion, std::string("2"));
        QCOMPARE(bench.handle({"digits", "1"})->digest, std::string("sha256:1"));
        QCOMPARE(bench.source.loads(), 2);
    }

    // ---- budget

    void theLeastRecentlyUsedIdleModelMakesRoom()
    {
        Bench bench(withBudget(2500));
        QVERIFY(bench.use(digits));
        QVERIFY(bench.use(iris));
        QVERIFY(bench.use(digits)); // now iris is the oldest
        QVERIFY(bench.use(faces));
        QVERIFY(bench.state(digits) == ModelState::Ready);
        QVERIFY(bench.state(iris) == ModelState::Registered);
        QCOMPARE(bench.cache.statistics().evictions, 1);
        QCOMPARE(bench.cache.statistics().modelBytes.count, 2000);
        QVERIFY(!bench.status(iris).unloadedOnRequest);
    }

    void theEndOfAUseCountsAsUse()
    {
        Bench bench(withBudget(2500));
        ModelHandle first = bench.handle(digits);
        QVERIFY(bench.use(iris));
        first.release();
        QVERIFY(bench.use(faces));
        QVERIFY(bench.state(digits) == ModelState::Ready);
        QVERIFY(bench.state(iris) == ModelState::Registered);
    }

    void pinnedAndUsedModelsStayAndTheRefusalGivesTheNumbers()
    {
        Bench bench(withBudget(2500));
        QVERIFY(bench.use(digits));
        QVERIFY(bench.cache.setPinned(digits, true));
        ModelHandle used = bench.handle(iris);
        const auto refused = bench.acquire(faces);
        QVERIFY(refused.error().code == ErrorCode::ResourceExhausted);
        QVERIFY2(says(refused.error().message,
                      {"faces", "1000 bytes", "2500 bytes", "2000 bytes", "digits", "pinned",
                       "iris", "in use", "--memory-budget"}),
                 refused.error().message.c_str());
        QCOMPARE(bench.source.loads(), 2);
        QCOMPARE(bench.cache.statistics().evictions, 0);
        QCOMPARE(bench.cache.statistics().loadFailures, 1);
        used.release();
        QVERIFY(bench.use(faces)); // at once: the model was not at fault
        QVERIFY(bench.state(digits) == ModelState::Ready);
        QVERIFY(bench.state(iris) == ModelState::Registered);
    }

    void whatCannotFitEvictsNothing()
    {
        Bench bench(withBudget(2500));
        FakeModel huge;
        huge.estimate = {3000};
        bench.source.set("faces", huge);
        QVERIFY(bench.use(digits));
        const auto refused = bench.acquire(faces);
        QVERIFY(refused.error().code == ErrorCode::ResourceExhausted);
        QVERIFY(says(refused.error().message, {"3000 bytes", "whole memory budget", "2500 bytes"}));
        QVERIFY(bench.state(digits) == ModelState::Ready);
        // The numbers stay as they are until the file changes: nobody looks at it again.
        const int probes = bench.source.probes();
        bench.clock.advance(1h);
        QVERIFY(bench.acquire(faces).error().code == ErrorCode::ResourceExhausted);
        QCOMPARE(bench.source.probes(), probes);
        huge.estimate = {std::numeric_limits<std::int64_t>::max()};
        bench.rewrite("faces", huge);
        QVERIFY(bench.acquire(faces).error().code == ErrorCode::ResourceExhausted);
        huge.estimate = {std::numeric_limits<std::int64_t>::min()};
        bench.rewrite("faces", huge);
        QVERIFY(bench.acquire(faces));
    }

    void theReservationIsCorrectedByWhatWasMeasured()
    {
        Bench bench(withBudget(3000));
        QVERIFY(bench.use(digits));
        QVERIFY(bench.use(iris));
        FakeModel larger;
        larger.estimate = {500};
        larger.memory = {1500};
        bench.source.set("faces", larger);
        QVERIFY(bench.use(faces));
        QCOMPARE(bench.cache.statistics().modelBytes.count, 2500);
        QVERIFY(bench.state(digits) == ModelState::Registered);
        larger.memory = {3001};
        larger.digest = "sha256:2";
        bench.source.set("faces", larger);
        const auto refused = bench.refresh(faces);
        QVERIFY(refused.error().code == ErrorCode::ResourceExhausted);
        QCOMPARE(bench.cache.statistics().modelBytes.count, 2500);
        QCOMPARE(bench.handle(faces)->digest, std::string("sha256:1"));
        QCOMPARE(bench.source.alive(), 2);
    }

    void refreshCountsBothInstancesAndDoesNotEvictItself()
    {
        Bench bench(withBudget(2500));
        QVERIFY(bench.use(digits));
        QVERIFY(bench.use(iris));
        bench.source.change("digits", "sha256:2");
        QVERIFY(bench.refresh(digits)->reloaded); // iris had to go for the second digits
        QVERIFY(bench.state(iris) == ModelState::Registered);
        bench.cache.setBudget({1500});
        bench.source.change("digits", "sha256:3");
        const auto refused = bench.refresh(digits);
        QVERIFY(refused.error().code == ErrorCode::ResourceExhausted);
        QVERIFY(says(refused.error().message, {"digits", "being refreshed"}));
        QCOMPARE(bench.handle(digits)->digest, std::string("sha256:2"));
    }

    void aSmallerBudgetEvictsTheIdle()
    {
        Bench bench;
        QVERIFY(bench.use(digits));
        ModelHandle used = bench.handle(iris);
        QVERIFY(bench.use(faces));
        bench.cache.setBudget({2500});
        bench.settle();
        QVERIFY(bench.state(digits) == ModelState::Registered);
        QVERIFY(bench.state(faces) == ModelState::Ready);
        bench.cache.setBudget({10});
        bench.settle();
        QVERIFY(bench.state(faces) == ModelState::Registered);
        QVERIFY(bench.state(iris) == ModelState::Ready);
        QCOMPARE(bench.cache.statistics().modelBytes.count, 1000);
        QCOMPARE(bench.cache.statistics().budget.count, 10);
    }

    // ---- keep-alive

    void anIdleModelLeavesAfterItsKeepAlive()
    {
        Bench bench(withKeepAlive(30min));
        FakeModel eternal;
        eternal.settings.keepAlive = forever;
        bench.source.set("iris", eternal);
        FakeModel pinned;
        pinned.settings.pinned = true;
        bench.source.set("faces", pinned);
        for (const ModelId &id : {digits, iris, faces})
            QVERIFY(bench.use(id));
        QVERIFY(bench.status(faces).pinned);
        QVERIFY(!bench.status(faces).expiresAt);
        QVERIFY(!bench.status(iris).expiresAt);
        QVERIFY(*bench.status(digits).expiresAt == bench.clock.wallNow() + 30min);
        bench.tick(29min);
        QVERIFY(bench.use(digits));
        bench.tick(30min - 1ms);
        QVERIFY(bench.state(digits) == ModelState::Ready);
        bench.tick(1ms);
        QVERIFY(bench.state(digits) == ModelState::Registered);
        QVERIFY(bench.state(iris) == ModelState::Ready);
        QVERIFY(bench.state(faces) == ModelState::Ready);
        QVERIFY(bench.cache.setPinned(faces, false)); // a person's word over the settings'
        bench.tick(1s);
        QVERIFY(bench.state(faces) == ModelState::Registered);
        QCOMPARE(bench.cache.statistics().evictions, 2);
    }

    void aModelInUseDoesNotAge()
    {
        Bench bench(withKeepAlive(10s));
        ModelHandle handle = bench.handle(digits);
        bench.tick(1h);
        QVERIFY(bench.state(digits) == ModelState::Ready);
        handle.release();
        bench.tick(9s);
        QVERIFY(bench.state(digits) == ModelState::Ready);
        bench.tick(1s);
        QVERIFY(bench.state(digits) == ModelState::Registered);
    }

    void keepAliveOfZeroUnloadsAfterEachUse()
    {
        Bench bench(withKeepAlive(Milliseconds(0)));
        QVERIFY(bench.load(digits));
        bench.tick();
        QVERIFY(bench.state(digits) == ModelState::Ready); // not used yet
        ModelHandle first = bench.handle(digits);
        ModelHandle second = bench.handle(digits);
        first.release();
        QVERIFY(bench.state(digits) == ModelState::Ready);
        second.release();
        QTRY_COMPARE(bench.source.alive(), 0);
        QCOMPARE(bench.cache.statistics().evictions, 1);
        QVERIFY(bench.cache.setPinned(digits, true));
        QVERIFY(bench.use(digits));
        QVERIFY(bench.state(digits) == ModelState::Ready);
    }

    // ---- changed files

    void aChangeIsBelievedWhenTheFileHasStoppedGrowing()
    {
        Bench bench;
        Diary diary(bench.cache);
        QVERIFY(bench.use(digits));
        bench.tick();
        QVERIFY(!bench.status(digits).changedOnDisk);
        for (int i = 0; i < 3; ++i) { // still being written
            bench.source.change("digits", "sha256:2");
            bench.tick();
            QVERIFY(!bench.status(digits).changedOnDisk);
        }
        bench.tick();
        QVERIFY(bench.status(digits).changedOnDisk);
        bench.tick();
        QCOMPARE(diary.count("changed digits"), 1);
        QCOMPARE(bench.source.loads(), 1); // only told
        QVERIFY(bench.refresh(digits)->reloaded);
        bench.tick();
        QVERIFY(!bench.status(digits).changedOnDisk);
    }

    void aTouchedFileWithTheSameContentIsForgivenByARefresh()
    {
        Bench bench;
        QVERIFY(bench.use(digits));
        bench.source.touch("digits");
        bench.tick();
        bench.tick();
        QVERIFY(bench.status(digits).changedOnDisk);
        QVERIFY(!bench.refresh(digits)->reloaded);
        QVERIFY(!bench.status(digits).changedOnDisk);
        bench.tick();
        bench.tick();
        QVERIFY(!bench.status(digits).changedOnDisk);
    }

    void reloadAutoRefreshesByItselfOnceAChange()
    {
        Bench bench(withReload(ReloadMode::Auto));
        QVERIFY(bench.use(digits));
        bench.source.change("digits", "sha256:2");
        bench.tick();
        QCOMPARE(bench.source.loads(), 1);
        bench.tick();
        bench.settle();
        QCOMPARE(bench.handle(digits)->digest, std::string("sha256:2"));
        bench.source.change("digits", "sha256:3");
        bench.source.failLoads("digits", broken());
        for (int i = 0; i < 5; ++i)
            bench.tick();
        bench.settle();
        QCOMPARE(bench.cache.statistics().loadFailures, bench.marks + 1);
        QVERIFY(bench.status(digits).changedOnDisk);
        QCOMPARE(bench.status(digits).reason, broken().message);
        QCOMPARE(bench.handle(digits)->digest, std::string("sha256:2"));
    }

    void reloadOffDoesNotLook()
    {
        Bench bench(withReload(ReloadMode::Off));
        FakeModel noticed;
        noticed.settings.reload = ReloadMode::Notice;
        bench.source.set("iris", noticed);
        QVERIFY(bench.use(digits));
        QVERIFY(bench.use(iris));
        bench.source.touch("digits");
        bench.source.touch("iris");
        bench.tick();
        bench.tick();
        QVERIFY(!bench.status(digits).changedOnDisk);
        QVERIFY(bench.status(iris).changedOnDisk);
    }

    // ---- events, status

    void eventsAreHeardInOrder()
    {
        Bench bench;
        Diary diary(bench.cache);
        QVERIFY(bench.use(digits));
        bench.source.change("digits", "sha256:2");
        QVERIFY(bench.refresh(digits));
        QTRY_COMPARE(diary.count("gone digits"), 1);
        bench.source.failLoads("digits", broken());
        QVERIFY(!bench.refresh(digits, true));
        QVERIFY(bench.cache.setPinned(digits, true));
        QVERIFY(bench.cache.setPinned(digits, true)); // no change, no event
        QVERIFY(bench.unload(digits));
        QVERIFY(!bench.load(digits));
        const std::vector<std::string> expected{
            "started digits",  "loaded digits",  "started digits", "refreshed digits",
            "gone digits",     "started digits", "refused digits", "changed digits",
            "unloaded digits", "gone digits",    "started digits", "failed digits"};
        QTRY_COMPARE(diary.lines(), expected);
    }

    void aListenerMayAskTheCache()
    {
        Bench bench;
        std::atomic<int> heard = 0;
        bench.cache.setListener([&](const ModelEvent &event) {
            bench.cache.statuses();
            if (event.kind == ModelEventKind::Loaded)
                QVERIFY(bench.cache.setPinned(event.id, true)); // causes an event itself
            ++heard;
        });
        QVERIFY(bench.use(digits));
        QTRY_COMPARE(heard.load(), 3);
        bench.cache.setListener({});
        QVERIFY(bench.unload(digits));
        QCOMPARE(heard.load(), 3);
    }

    void statusTellsWhatIsKnown()
    {
        Bench bench;
        QVERIFY(!bench.cache.status(digits));
        QVERIFY(bench.load(digits));
        QVERIFY(!bench.status(digits).lastUsed);
        QVERIFY(bench.use(digits));
        bench.clock.advance(5s);
        const ModelStatus status = bench.status(digits);
        QVERIFY(*status.lastUsed == bench.clock.wallNow() - 5s);
        QCOMPARE(status.facts->digest, std::string("sha256:1"));
        QCOMPARE(status.facts->memory.count, 1000);
        QCOMPARE(status.facts->spec.inputs.size(), std::size_t(1));
        QVERIFY(status.loadTime == 1ms);
        QVERIFY(bench.use(iris));
        QCOMPARE(bench.cache.statuses().size(), std::size_t(2));
        QCOMPARE(bench.cache.statuses().front().id.name, std::string("digits"));
    }

    // ---- everything at once

    void hammeredFromAllSidesTheCountsStillAgree()
    {
        CacheOptions options = withBudget(2500);
        options.reload = ReloadMode::Auto;
        Bench bench(options);
        FakeModel fleeting;
        fleeting.settings.keepAlive = Milliseconds(0);
        fleeting.versions = {"1", "2"};
        bench.source.set("iris", fleeting);
        const std::vector<ModelId> ids{digits, iris, faces, {"iris", "1"}, {"iris", "2"}};
        std::atomic<std::int64_t> predictions = 0;
        std::atomic<std::int64_t> wrong = 0;
        constexpr int threads = 6;
        constexpr int rounds = 300;
        {
            std::vector<std::jthread> hammers;
            for (int t = 0; t < threads; ++t) {
                hammers.emplace_back([&, t] {
                    std::mt19937 random(t + 1);
                    std::vector<ModelHandle> held;
                    for (int i = 0; i < rounds; ++i)
                        strike(bench, ids.at(random() % ids.size()), random() % 15, held,
                               predictions, wrong);
                });
            }
        }
        bench.cache.close();
        const auto statistics = bench.cache.statistics();
        QCOMPARE(wrong.load(), 0);
        QCOMPARE(statistics.hits + statistics.misses + statistics.coalesced, predictions.load());
        QCOMPARE(bench.source.mostAtOnce(), 1);
        QCOMPARE(bench.source.alive(), 0);
        QCOMPARE(statistics.modelBytes.count, 0);
        QVERIFY(statistics.loads > 0);
    }

private:
    static void strike(Bench &bench, const ModelId &id, unsigned what,
                       std::vector<ModelHandle> &held, std::atomic<std::int64_t> &predictions,
                       std::atomic<std::int64_t> &wrong)
    {
        switch (what) {
        case 0:
            bench.cache.refresh(id, true, [](const Result<RefreshReport> &) {});
            break;
        case 14: {
            Answer<std::shared_ptr<const ModelStatus::Facts>> told;
            bench.cache.describe(id, told.callback());
            wrong += !told.get() || !*told.get();
            break;
        }
        case 1: {
            held.clear(); // or it would wait for itself
            wrong += !bench.unload(id);
            break;
        }
        case 2:
            wrong += !bench.cache.setPinned(id, held.empty());
            break;
        case 3:
            bench.clock.advance(std::chrono::seconds(1));
            bench.cache.housekeep();
            break;
        case 4:
            bench.source.touch(id.name);
            wrong += bench.cache.statuses().size() > 6;
            break;
        case 5:
            bench.cache.setBudget({2500 + (held.empty() ? 500 : 0)});
            break;
        default: {
            ++predictions;
            auto acquired = bench.acquire(id);
            if (acquired)
                held.push_back(std::move(acquired->handle));
            else
                wrong += acquired.error().code != ErrorCode::ResourceExhausted;
            if (held.size() > 2)
                held.erase(held.begin());
        }
        }
    }
};

QTEST_APPLESS_MAIN(TestModelCache)
#include "tst_model_cache.moc"
