// How long an instance lives: unload, handles, the end of the cache, versions.
#include "cache_bench.h"

#include <atomic>
#include <QTest>
#include <thread>

using namespace warmbench;
using namespace std::chrono_literals;

class TestCacheHandles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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
        bench.cache.refresh(digits, RefreshKind::Forced, refreshed.callback());
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
};

QTEST_APPLESS_MAIN(TestCacheHandles)
#include "tst_cache_handles.moc"
