// Refreshes, those that are asked for and those that a changed file causes.
#include "cache_bench.h"

#include <atomic>
#include <QTest>
#include <thread>

using namespace warmbench;
using namespace std::chrono_literals;

class TestCacheRefresh : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refreshSwapsWhileTheOldInstanceServes()
    {
        Bench bench;
        ModelHandle old = bench.handle(digits);
        bench.source.change("digits", "sha256:2");
        bench.source.loadGate.close();
        Answer<RefreshReport> refreshed;
        bench.cache.refresh(digits, RefreshKind::IfChanged, refreshed.callback());
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
        QVERIFY(bench.refresh(digits, RefreshKind::Forced)->reloaded);
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
        bench.cache.refresh(digits, RefreshKind::IfChanged, first.callback());
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        bench.cache.refresh(digits, RefreshKind::Forced, second.callback());
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
        bench.cache.refresh(digits, RefreshKind::IfChanged, first.callback());
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        bench.source.change("digits", "sha256:3");
        bench.cache.refresh(digits, RefreshKind::IfChanged, second.callback());
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
};

QTEST_APPLESS_MAIN(TestCacheRefresh)
#include "tst_cache_refresh.moc"
