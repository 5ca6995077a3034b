// Jobs that say they are heavy: their places, their turns, their end.
#include "job_log.h"
#include "manual_clock.h"

#include <QTest>
#include <thread>

using namespace warmbench;
using namespace std::chrono_literals;

class TestHeavyJobs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Jobs say that they are heavy once they run; what is light passes those that wait.
    void heavyJobsRunOnHalfOfTheThreads()
    {
        const ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {4, 8});
        for (int i = 0; i < 4; ++i) {
            Job job = log.job("digits", "");
            job.concurrency = 4;
            job.run = [&] {
                Job heavy = log.job("digits", "heavy", &gate);
                heavy.concurrency = 4;
                scheduler.giveBack(std::move(heavy));
            };
            QVERIFY(scheduler.submit(std::move(job)));
        }
        QVERIFY(gate.awaitWaiting(2));
        Job light = log.job("digits", "light");
        light.concurrency = 4;
        QVERIFY(scheduler.submit(std::move(light)));
        QVERIFY(scheduler.submit(log.job("iris", "other")));
        QCOMPARE(log.await(2).size(), std::size_t(2));
        QTRY_COMPARE(scheduler.running(), std::size_t(2));
        QCOMPARE(gate.waiting(), 2);
        QCOMPARE(scheduler.waiting("digits"), std::size_t(2));
        Job here = log.job("iris", "here");
        QVERIFY(runHere(scheduler, here));
        gate.open();
        QCOMPARE(log.await(7).size(), std::size_t(7));
        QTRY_COMPARE(scheduler.running(), std::size_t(0));
        QCOMPARE(scheduler.waiting(), std::size_t(0));
    }

    void aWaitingHeavyJobHoldsNoPlaceOfItsNetwork()
    {
        const ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {2, 8}); // one heavy job at once
        scheduler.giveBack(log.job("a", "heavy of a", &gate));
        QVERIFY(gate.awaitWaiting(1));
        scheduler.giveBack(log.job("b", "heavy of b"));
        QVERIFY(scheduler.submit(log.job("b", "light of b")));
        QCOMPARE(log.await(1), Lines{"light of b"});
        gate.open();
        QCOMPARE(log.await(3), (Lines{"light of b", "heavy of a", "heavy of b"}));
    }

    void queuesOfHeavyJobsTakeTurns()
    {
        const ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {2, 8});
        scheduler.giveBack(log.job("gate", "gate", &gate));
        QVERIFY(gate.awaitWaiting(1));
        for (const char *name : {"a1", "a2", "a3"})
            scheduler.giveBack(log.job("a", name));
        for (const char *name : {"b1", "b2"})
            scheduler.giveBack(log.job("b", name));
        gate.open();
        QCOMPARE(log.await(6), (Lines{"gate", "a1", "b1", "a2", "b2", "a3"}));
    }

    void heavyAndLightJobsOfAQueueTakeTurns()
    {
        const ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {1, 8});
        QVERIFY(scheduler.submit(log.job("digits", "gate", &gate)));
        QVERIFY(gate.awaitWaiting(1));
        for (const char *name : {"heavy 1", "heavy 2"})
            scheduler.giveBack(log.job("digits", name));
        for (const char *name : {"light 1", "light 2"})
            QVERIFY(scheduler.submit(log.job("digits", name)));
        gate.open();
        QCOMPARE(log.await(5), (Lines{"gate", "heavy 1", "light 1", "heavy 2", "light 2"}));
    }

    void aHeavyJobBehindABusyNetworkLetsTheNextQueuesHeavyOneRun()
    {
        const ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {2, 8});
        QVERIFY(scheduler.submit(log.job("busy", "light", &gate)));
        QVERIFY(gate.awaitWaiting(1));
        scheduler.giveBack(log.job("busy", "heavy"));
        scheduler.giveBack(log.job("free", "heavy of another"));
        QCOMPARE(log.await(1), Lines{"heavy of another"});
        gate.open();
        QCOMPARE(log.await(3), (Lines{"heavy of another", "light", "heavy"}));
    }

    void whatIsGivenBackWasAcceptedAndIsDrained()
    {
        const SystemClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {1, 0});
        Job job = log.job("digits", "");
        job.run = [&] {
            gate.pass();
            scheduler.giveBack(log.job("digits", "done"));
        };
        QVERIFY(scheduler.submit(std::move(job)));
        QVERIFY(gate.awaitWaiting(1));
        std::jthread stopper([&] { scheduler.stop(30s); });
        QTRY_VERIFY(!scheduler.submit(log.job("iris", "")).has_value());
        gate.open();
        stopper.join();
        QCOMPARE(log.lines(), Lines{"done"});
        scheduler.giveBack(log.job("digits", "late"));
        QCOMPARE(log.lines(), (Lines{"done", "late: UNAVAILABLE"}));
    }

    void deadlinesAndStopsReachHeavyJobsThatWait()
    {
        ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {2, 2});
        scheduler.giveBack(log.job("digits", "running", &gate));
        QVERIFY(gate.awaitWaiting(1));
        Job late = log.job("digits", "late");
        late.deadline = clock.now() + 1s;
        scheduler.giveBack(std::move(late));
        scheduler.giveBack(log.job("digits", "waits"));
        QVERIFY(!scheduler.submit(log.job("digits", "no room"))); // they count
        QVERIFY(scheduler.sweep() == clock.now() + 1s);
        clock.advance(1s);
        scheduler.sweep();
        QCOMPARE(log.lines(), Lines{"late: DEADLINE_EXCEEDED"});
        std::jthread stopper([&] { scheduler.stop(1ms); });
        QCOMPARE(log.await(2), (Lines{"late: DEADLINE_EXCEEDED", "waits: UNAVAILABLE"}));
        gate.open();
    }
};

QTEST_APPLESS_MAIN(TestHeavyJobs)
#include "tst_heavy_jobs.moc"
