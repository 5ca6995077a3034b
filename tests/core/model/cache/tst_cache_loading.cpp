// What the first use of a model does: hit, miss or coalesced; failures; descriptions.
#include "cache_bench.h"

#include <QTest>
#include <thread>

using namespace warmbench;
using namespace std::chrono_literals;

class TestCacheLoading : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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
};

QTEST_APPLESS_MAIN(TestCacheLoading)
#include "tst_cache_loading.moc"
