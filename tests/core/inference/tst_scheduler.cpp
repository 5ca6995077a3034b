// Queues, turns, places, the end of jobs, and runs on the thread of the caller.
#include "job_log.h"
#include "manual_clock.h"

#include <atomic>
#include <map>
#include <QTest>
#include <thread>

using namespace warmbench;
using namespace std::chrono_literals;

class TestScheduler : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFullQueueRefusesWithoutAbandoning()
    {
        const ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {1, 2});
        QVERIFY(scheduler.submit(log.job("digits", "running", &gate)));
        QVERIFY(scheduler.submit(log.job("digits", "first")));
        QVERIFY(scheduler.submit(log.job("digits", "second")));
        const auto refused = scheduler.submit(log.job("digits", "third"));
        QVERIFY(refused.error().code == ErrorCode::Unavailable);
        QVERIFY(refused.error().message.find("try again in a moment") != std::string::npos);
        QVERIFY(scheduler.submit(log.job("iris", "another queue has its own room")));
        QVERIFY(gate.awaitWaiting(1));
        QCOMPARE(scheduler.waiting("digits"), std::size_t(2));
        QCOMPARE(scheduler.waiting(), std::size_t(3));
        QCOMPARE(scheduler.running(), std::size_t(1));
        gate.open();
        const Lines all = log.await(4);
        QCOMPARE(all.size(), std::size_t(4));
        QVERIFY(std::find(all.begin(), all.end(), "third") == all.end());
    }

    void aQueueWithoutRoomToWaitStillRunsWhatCanStartAtOnce()
    {
        const ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {1, 0});
        QVERIFY(scheduler.submit(log.job("digits", "at once", &gate)));
        QVERIFY(!scheduler.submit(log.job("digits", "would wait")));
        QVERIFY(gate.awaitWaiting(1));
        QVERIFY(!scheduler.submit(log.job("digits", "would wait")));
        gate.open();
        QCOMPARE(log.await(1), Lines{"at once"});
    }

    void deadJobsDoNotKeepAQueueFull()
    {
        ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {1, 2});
        QVERIFY(scheduler.submit(log.job("digits", "running", &gate)));
        QVERIFY(gate.awaitWaiting(1));
        Job cancelled = log.job("digits", "cancelled");
        std::stop_source cancellation;
        cancelled.cancellation = cancellation.get_token();
        QVERIFY(scheduler.submit(std::move(cancelled)));
        Job late = log.job("digits", "late");
        late.deadline = clock.now() + 1s;
        QVERIFY(scheduler.submit(std::move(late)));
        cancellation.request_stop();
        clock.advance(1s);
        QVERIFY(scheduler.submit(log.job("digits", "new")));
        QCOMPARE(log.lines(), (Lines{"cancelled: CANCELLED", "late: DEADLINE_EXCEEDED"}));
        QCOMPARE(scheduler.waiting(), std::size_t(1));
        gate.open();
    }

    void aDeadlineThatPassesWhileWaitingAbandonsTheJob()
    {
        ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {1, 8});
        QVERIFY(scheduler.submit(log.job("digits", "running", &gate)));
        QVERIFY(gate.awaitWaiting(1));
        Job swept = log.job("digits", "swept");
        swept.deadline = clock.now() + 1s;
        QVERIFY(scheduler.submit(std::move(swept)));
        Job taken = log.job("digits", "taken");
        taken.deadline = clock.now() + 3s;
        QVERIFY(scheduler.submit(std::move(taken)));
        QVERIFY(scheduler.submit(log.job("digits", "patient")));
        clock.advance(1s - 1ns);
        scheduler.sweep();
        QCOMPARE(log.lines(), Lines{});
        clock.advance(1ns);
        scheduler.sweep();
        QCOMPARE(log.lines(), Lines{"swept: DEADLINE_EXCEEDED"});
        clock.advance(2s); // nobody sweeps: seen when the job is taken
        gate.open();
        QCOMPARE(log.await(4), (Lines{"swept: DEADLINE_EXCEEDED", "running",
                                      "taken: DEADLINE_EXCEEDED", "patient"}));
        QCOMPARE(scheduler.waiting(), std::size_t(0));
    }

    void aCancelledJobIsDroppedUnrun()
    {
        const ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {1, 8});
        QVERIFY(scheduler.submit(log.job("digits", "running", &gate)));
        QVERIFY(gate.awaitWaiting(1));
        Job job = log.job("digits", "cancelled");
        std::stop_source cancellation;
        job.cancellation = cancellation.get_token();
        QVERIFY(scheduler.submit(std::move(job)));
        scheduler.sweep();
        QCOMPARE(log.lines(), Lines{});
        cancellation.request_stop();
        gate.open();
        QCOMPARE(log.await(2), (Lines{"running", "cancelled: CANCELLED"}));
    }

    // Whoever was abandoned is told before the worker begins the next long job.
    void theAbandonedAreToldBeforeTheNextJobRuns()
    {
        const ManualClock clock;
        JobLog log;
        Gate first;
        Gate next;
        first.close();
        next.close();
        Scheduler scheduler(clock, {1, 8});
        QVERIFY(scheduler.submit(log.job("digits", "first", &first)));
        Job dropped = log.job("digits", "dropped");
        dropped.cancellation = stopped();
        QVERIFY(scheduler.submit(std::move(dropped)));
        QVERIFY(scheduler.submit(log.job("digits", "next", &next)));
        first.open();
        QVERIFY(next.awaitWaiting(1));
        QCOMPARE(log.lines(), (Lines{"first", "dropped: CANCELLED"}));
        next.open();
    }

    void queuesTakeTurns()
    {
        const ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {1, 8});
        QVERIFY(scheduler.submit(log.job("gate", "gate", &gate)));
        QVERIFY(gate.awaitWaiting(1));
        for (const char *name : {"a1", "a2", "a3", "a4"})
            QVERIFY(scheduler.submit(log.job("a", name)));
        for (const char *name : {"b1", "b2"})
            QVERIFY(scheduler.submit(log.job("b", name)));
        QVERIFY(scheduler.submit(log.job("c", "c1")));
        gate.open();
        QCOMPARE(log.await(8), (Lines{"gate", "a1", "b1", "c1", "a2", "b2", "a3", "a4"}));
    }

    void aNetworksConcurrencyIsNeverExceededNorAnyJobLost()
    {
        const SystemClock clock;
        struct Count
        {
            std::atomic<int> now = 0;
            std::atomic<int> most = 0;
            std::atomic<int> done = 0;
        };
        std::map<std::string, Count> counts;
        const std::map<std::string, int> limits{{"one", 1}, {"two", 2}, {"four", 4}};
        for (const auto &[name, limit] : limits)
            counts[name];
        constexpr int each = 400;
        std::atomic<int> refused = 0;
        {
            Scheduler scheduler(clock, {4, 10'000});
            std::vector<std::jthread> clients;
            for (const auto &limit : limits) {
                clients.emplace_back([&, name = limit.first, most = limit.second] {
                    for (int i = 0; i < each; ++i) {
                        Job job;
                        job.queue = name;
                        job.concurrency = most;
                        job.run = [&count = counts.at(name)] {
                            const int now = ++count.now;
                            int seen = count.most;
                            while (now > seen && !count.most.compare_exchange_weak(seen, now)) {
                            }
                            std::this_thread::yield();
                            --count.now;
                            ++count.done;
                        };
                        if (!scheduler.submit(std::move(job)))
                            ++refused;
                    }
                });
            }
            clients.clear();
            scheduler.stop(30s);
        }
        QCOMPARE(refused.load(), 0);
        for (const auto &[name, limit] : limits) {
            QVERIFY2(counts[name].most <= limit, name.c_str());
            QCOMPARE(counts[name].done.load(), each);
        }
    }

    void allPlacesOfANetworkAreUsed()
    {
        const ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {3, 8});
        for (const char *name : {"1", "2", "3"}) {
            Job job = log.job("digits", name, &gate);
            job.concurrency = 2;
            QVERIFY(scheduler.submit(std::move(job)));
        }
        QVERIFY(gate.awaitWaiting(2));
        QCOMPARE(scheduler.running(), std::size_t(2));
        Job wider = log.job("digits", "4", &gate);
        wider.concurrency = 3; // a refreshed network takes more callers
        QVERIFY(scheduler.submit(std::move(wider)));
        QVERIFY(gate.awaitWaiting(3));
        gate.open();
        QCOMPARE(log.await(4).size(), std::size_t(4));
    }

    void aBusyNetworkDoesNotKeepOthersWaiting()
    {
        const ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {2, 8});
        for (const char *name : {"slow 1", "slow 2", "slow 3"})
            QVERIFY(scheduler.submit(log.job("slow", name, &gate)));
        QVERIFY(scheduler.submit(log.job("fast", "fast")));
        QCOMPARE(log.await(1), Lines{"fast"});
        gate.open();
        QCOMPARE(log.await(4).size(), std::size_t(4));
    }

    void stopDrainsWhatWasAccepted()
    {
        const SystemClock clock;
        JobLog log;
        Scheduler scheduler(clock, {2, 1000});
        for (int i = 0; i < 200; ++i)
            QVERIFY(scheduler.submit(log.job("digits", "done")));
        scheduler.stop(30s);
        QCOMPARE(log.lines(), Lines(200, "done"));
        const auto late = scheduler.submit(log.job("digits", "late"));
        QVERIFY(late.error().code == ErrorCode::Unavailable);
        scheduler.stop(30s); // again, at once
    }

    void stopAbandonsWhatDoesNotEndInTime()
    {
        const SystemClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {1, 8});
        QVERIFY(scheduler.submit(log.job("digits", "running", &gate)));
        QVERIFY(gate.awaitWaiting(1));
        QVERIFY(scheduler.submit(log.job("digits", "waiting")));
        std::jthread stopper([&] { scheduler.stop(1ms); });
        QCOMPARE(log.await(1), Lines{"waiting: UNAVAILABLE"});
        gate.open();
        stopper.join();
        QCOMPARE(log.lines(), (Lines{"waiting: UNAVAILABLE", "running"}));
    }

    void aJobMayStopTheScheduler()
    {
        const SystemClock clock;
        JobLog log;
        Scheduler scheduler(clock, {2, 8});
        for (const char *name : {"one", "two"}) {
            Job job = log.job("digits", name);
            job.concurrency = 2;
            job.run = [&, name] {
                scheduler.stop(30s);
                log.add(name);
            };
            (void)scheduler.submit(std::move(job)); // the second may come too late
        }
        QVERIFY(!log.await(1).empty());
        scheduler.stop(30s);
        QCOMPARE(scheduler.running(), std::size_t(0));
    }

    void aJobAndItsAbandonmentMaySubmit()
    {
        const SystemClock clock;
        JobLog log;
        Scheduler scheduler(clock, {1, 8});
        Job job = log.job("digits", "outer");
        job.run = [&] { QVERIFY(scheduler.submit(log.job("digits", "inner"))); };
        QVERIFY(scheduler.submit(std::move(job)));
        QCOMPARE(log.await(1), Lines{"inner"});
        Job dropped = log.job("digits", "dropped");
        dropped.cancellation = stopped();
        dropped.abandon = [&](const Error &) {
            QVERIFY(scheduler.submit(log.job("digits", "after")));
        };
        QVERIFY(scheduler.submit(std::move(dropped)));
        QCOMPARE(log.await(2), (Lines{"inner", "after"}));
    }

    void whatAJobHoldsIsGoneWhenItsPlaceIsFree()
    {
        const SystemClock clock;
        Scheduler scheduler(clock, {1, 8});
        const auto held = std::make_shared<int>(1);
        std::atomic<long> seen = -1;
        Job first;
        first.queue = "digits";
        first.run = [held] {};
        QVERIFY(scheduler.submit(std::move(first)));
        Job second;
        second.queue = "digits";
        second.run = [&seen, weak = std::weak_ptr<int>(held)] { seen = weak.use_count(); };
        QVERIFY(scheduler.submit(std::move(second)));
        QTRY_COMPARE(seen.load(), 1L);
    }

    void runHereTakesTheCallersThreadWhereNothingWaits()
    {
        const ManualClock clock;
        JobLog log;
        Scheduler scheduler(clock, {2, 8});
        std::thread::id ranOn;
        Job job;
        job.queue = "digits";
        job.run = [&] {
            ranOn = std::this_thread::get_id();
            QCOMPARE(scheduler.running(), std::size_t(1));
        };
        QVERIFY(runHere(scheduler, job));
        QVERIFY(ranOn == std::this_thread::get_id());
        QCOMPARE(scheduler.running(), std::size_t(0));
    }

    void runHereLeavesTheJobWhereItsQueueIsBusy()
    {
        const ManualClock clock;
        JobLog log;
        Gate gate;
        gate.close();
        Scheduler scheduler(clock, {2, 8});
        QVERIFY(scheduler.submit(log.job("digits", "running", &gate)));
        QVERIFY(gate.awaitWaiting(1));
        Job same = log.job("digits", "same queue");
        QVERIFY(!runHere(scheduler, same));
        Job other = log.job("iris", "other queue");
        QVERIFY(runHere(scheduler, other));
        QCOMPARE(log.lines(), Lines{"other queue"});
        QVERIFY(scheduler.submit(std::move(same))); // whole still
        Job third = log.job("iris", "while something waits");
        QVERIFY(!runHere(scheduler, third));
        gate.open();
        QCOMPARE(log.await(3), (Lines{"other queue", "running", "same queue"}));
    }

    void runHereGivesItsPlaceBackWhateverHappens()
    {
        const ManualClock clock;
        Scheduler scheduler(clock, {1, 8});
        const auto fails = [&] { scheduler.runHere("digits", 1, [] { throw std::bad_alloc(); }); };
        QVERIFY_THROWS_EXCEPTION(std::bad_alloc, fails());
        QCOMPARE(scheduler.running(), std::size_t(0));
    }

    void runHereStartsWhatCameMeanwhile()
    {
        const ManualClock clock;
        JobLog log;
        Scheduler scheduler(clock, {1, 8});
        Job job = log.job("digits", "");
        job.run = [&] { QVERIFY(scheduler.submit(log.job("digits", "came meanwhile"))); };
        QVERIFY(runHere(scheduler, job));
        QCOMPARE(log.await(1), Lines{"came meanwhile"});
    }

    void runHereIsOverAfterStop()
    {
        const ManualClock clock;
        JobLog log;
        Scheduler scheduler(clock, {1, 8});
        scheduler.stop(0s);
        Job job = log.job("digits", "late");
        QVERIFY(!runHere(scheduler, job));
        QVERIFY(log.lines().empty());
    }

    void hammeredWithDeadlinesCancellationsAndSweepsEveryJobEndsOnce()
    {
        const SystemClock clock;
        constexpr int threads = 4;
        constexpr int each = 300;
        std::vector<std::atomic<int>> ends(threads * each);
        {
            Scheduler scheduler(clock, {3, 16});
            std::vector<std::jthread> clients;
            for (int t = 0; t < threads; ++t) {
                clients.emplace_back([&, t] {
                    for (int i = 0; i < each; ++i) {
                        const int number = t * each + i;
                        auto &end = ends[static_cast<std::size_t>(number)];
                        Job job;
                        job.queue = std::string(1, static_cast<char>('a' + i % 5));
                        job.concurrency = 1 + i % 2;
                        job.deadline = i % 3 ? SteadyTime::max() : clock.now() + 50us;
                        job.run = [&end] { ++end; };
                        job.abandon = [&end](const Error &) { ++end; };
                        if (i % 4 == 0) // finds out that it is heavy
                            job.run = [&scheduler, heavy = job] { scheduler.giveBack(heavy); };
                        std::stop_source cancellation;
                        job.cancellation = cancellation.get_token();
                        if (!scheduler.submit(std::move(job)))
                            ++end;
                        if (i % 7 == 0)
                            cancellation.request_stop();
                        if (i % 11 == 0)
                            scheduler.sweep();
                    }
                });
            }
            clients.clear();
            scheduler.stop(30s);
        }
        for (const auto &end : ends)
            QCOMPARE(end.load(), 1);
    }
};

QTEST_APPLESS_MAIN(TestScheduler)
#include "tst_scheduler.moc"
