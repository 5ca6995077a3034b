// Who leaves: the memory budget, and the keep-alive of idle models.
#include "cache_bench.h"

#include <QTest>

using namespace warmbench;
using namespace std::chrono_literals;

class TestCacheEviction : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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

    void anEvictedModelTellsWhyAndWhen()
    {
        Bench bench(withBudget(2500));
        QVERIFY(bench.use(digits));
        QVERIFY(bench.use(iris));
        QVERIFY(!bench.cache.status(digits)->evicted);
        QVERIFY(bench.use(faces));
        const auto evicted = bench.cache.status(digits)->evicted;
        QVERIFY(evicted);
        QCOMPARE(evicted->why, std::string("to make room for faces"));
        QVERIFY(evicted->when == bench.clock.wallNow());
        QVERIFY(bench.use(digits));
        QVERIFY(!bench.cache.status(digits)->evicted);
    }

    void aNewKeepAliveHoldsForLoadedModelsWhoseSettingsDoNotSay()
    {
        Bench bench;
        FakeModel kept;
        kept.settings.keepAlive = 2h;
        bench.source.set("iris", kept);
        QVERIFY(bench.use(digits));
        QVERIFY(bench.use(iris));
        bench.tick(10min);
        QVERIFY(bench.state(digits) == ModelState::Ready);
        bench.cache.setKeepAlive(5min);
        QVERIFY(bench.cache.keepAlive() == 5min);
        bench.tick(0s);
        QVERIFY(bench.state(digits) == ModelState::Registered);
        QVERIFY(bench.state(iris) == ModelState::Ready);
        QVERIFY(bench.use(digits)); // and for those that come
        bench.tick(5min);
        QVERIFY(bench.state(digits) == ModelState::Registered);
    }

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

    void lentMemoryIsNoRoomForModels()
    {
        Bench bench(withBudget(2500));
        QVERIFY(bench.use(digits));
        {
            const auto loan = bench.cache.borrow("A measurement", {1200});
            QVERIFY2(loan.has_value(), loan ? "" : loan.error().message.c_str());
            const auto more = bench.cache.borrow("Another", {400});
            QVERIFY(!more);
            QVERIFY(more.error().code == ErrorCode::ResourceExhausted);
            QVERIFY2(more.error().message.starts_with("Another needs 400 B"),
                     more.error().message.c_str());
            QVERIFY(bench.state(digits) == ModelState::Ready); // a loan evicts nothing
            QVERIFY(bench.use(iris));
            QVERIFY(bench.state(digits) == ModelState::Registered);
            const ModelHandle held = bench.handle(iris);
            const auto refused = bench.acquire(faces);
            QVERIFY(!refused);
            QVERIFY2(refused.error().message.find("a measurement (1.17 KiB)") != std::string::npos,
                     refused.error().message.c_str());
        }
        QVERIFY(bench.cache.borrow("All that is left", {1500}).has_value());
        QVERIFY(bench.use(faces));
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
};

QTEST_APPLESS_MAIN(TestCacheEviction)
#include "tst_cache_eviction.moc"
