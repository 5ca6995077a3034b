// Requests that end otherwise than with a prediction: deadlines, clients that left, the stop of the
// workbench.
#include "base/logging.h"
#include "workbench_bench.h"

#include <atomic>
#include <future>
#include <QTest>
#include <thread>

using namespace warmbench;
using namespace std::chrono_literals;

class TestWorkbenchEndings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogLevel(LogLevel::Off); } // thousands of events

    void housekeepingAnswersWhatWaitsForALoadTooLong()
    {
        Bench bench;
        bench.source.set("m");
        bench.source.loadGate.close();
        Inbox inbox;
        InferenceRequest request = requestFor("m");
        request.deadline = 50ms;
        bench.workbench->predict(std::move(request), inbox.slot());
        bench.workbench->predict(requestFor("m"), inbox.slot());
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        bench.clock.advance(49ms);
        bench.workbench->keepHouse();
        QCOMPARE(inbox.outcomes(), (std::map<std::string, int>()));
        bench.clock.advance(1ms);
        bench.workbench->keepHouse();
        QCOMPARE(inbox.outcomes(), (std::map<std::string, int>{{"DEADLINE_EXCEEDED", 1}}));
        QVERIFY(inbox.at(0).error().message.find("m did not load") != std::string::npos);

        bench.source.loadGate.open();
        QVERIFY(inbox.await(2));
        QCOMPARE(inbox.wronglyAnswered(), std::size_t(0));
        QVERIFY(inbox.at(1).has_value());
        const auto later = bench.predict(requestFor("m"));
        QVERIFY(later.has_value());
        QCOMPARE(cacheOutcomeName(later->cache), "hit");
        QCOMPARE(bench.workbench->metrics().predictionLatency().count, std::int64_t(3));
    }

    // Without waiting for the housekeeping's next round, which is a second away.
    void deadlinesStrikeInTime()
    {
        Bench bench;
        const auto gate = std::make_shared<Gate>();
        bench.source.set("busy", gatedModel(gate));
        bench.source.set("loading");
        QVERIFY(bench.predict(requestFor("busy")).has_value());
        gate->close();
        bench.source.loadGate.close();
        Inbox others;
        for (int i = 0; i < 2; ++i) // all that its workers take
            bench.workbench->predict(requestFor("busy"), others.slot());
        for (const char *model : {"busy", "loading"}) {
            auto quickest = std::chrono::nanoseconds::max();
            for (int i = 0; i < 5 && quickest > 500ms; ++i) {
                bench.workbench->keepHouse();
                Inbox inbox;
                InferenceRequest request = requestFor(model);
                request.deadline = 50ms;
                const auto start = std::chrono::steady_clock::now();
                bench.workbench->predict(std::move(request), inbox.slot());
                bench.clock.advance(50ms);
                QVERIFY(inbox.await(1));
                quickest = std::min<std::chrono::nanoseconds>(
                    quickest, std::chrono::steady_clock::now() - start);
                QCOMPARE(codeOf(inbox.at(0)), std::string("DEADLINE_EXCEEDED"));
            }
            QVERIFY2(quickest < 500ms, std::to_string(quickest.count()).c_str());
        }
        bench.source.loadGate.open();
        gate->open();
        QVERIFY(others.await(2));
    }

    // A load that takes for ever must not keep those waiting who only ask what a model is.
    void descriptionsAreAnsweredByTheirDeadline()
    {
        Bench bench;
        bench.source.set("loading");
        bench.source.set("asked");
        bench.source.loadGate.close();
        Inbox inbox;
        bench.workbench->predict(requestFor("loading"), inbox.slot());
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        std::vector<std::string> answers;
        bench.workbench->describe({"asked", {}}, [&answers](const auto &facts) {
            answers.emplace_back(facts ? "ok" : errorCodeName(facts.error().code));
        });
        bench.workbench->keepHouse();
        QVERIFY(answers.empty());
        bench.clock.advance(bench.workbench->options().deadline);
        bench.workbench->keepHouse();
        QCOMPARE(answers, std::vector<std::string>{"DEADLINE_EXCEEDED"});
        bench.source.loadGate.open();
        QVERIFY(inbox.await(1));
        std::promise<bool> again;
        bench.workbench->describe(
            {"asked", {}}, [&again](const auto &facts) { again.set_value(facts.has_value()); });
        QVERIFY(again.get_future().get());
        QCOMPARE(answers.size(), std::size_t(1)); // the late answer went nowhere
    }

    void aLoadThatFailsTooLateAnswersNobodyTwice()
    {
        Bench bench;
        bench.source.set("m");
        bench.source.failLoads("m", failedPrecondition("Layer \"dense\" broke."));
        bench.source.loadGate.close();
        Inbox inbox;
        InferenceRequest request = requestFor("m");
        request.deadline = 50ms;
        bench.workbench->predict(std::move(request), inbox.slot());
        bench.workbench->predict(requestFor("m"), inbox.slot());
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        bench.clock.advance(50ms);
        bench.workbench->keepHouse();
        bench.source.loadGate.open();
        QVERIFY(inbox.await(2));
        QCOMPARE(inbox.wronglyAnswered(), std::size_t(0));
        QCOMPARE(codeOf(inbox.at(0)), std::string("DEADLINE_EXCEEDED"));
        QCOMPARE(bench.workbench->metrics().predictionLatency().count, std::int64_t(2));
    }

    void housekeepingAnswersWhatWaitsForAWorkerTooLong()
    {
        Bench bench;
        const auto gate = std::make_shared<Gate>();
        bench.source.set("m", gatedModel(gate));
        QVERIFY(bench.predict(requestFor("m")).has_value());
        gate->close();
        Inbox inbox;
        bench.workbench->predict(requestFor("m"), inbox.slot());
        QVERIFY(gate->awaitWaiting(1));
        InferenceRequest request = requestFor("m");
        request.deadline = 50ms;
        bench.workbench->predict(std::move(request), inbox.slot());
        bench.clock.advance(50ms);
        bench.workbench->keepHouse();
        QVERIFY(inbox.await(1));
        QCOMPARE(inbox.outcomes(), (std::map<std::string, int>{{"DEADLINE_EXCEEDED", 1}}));
        gate->open();
        QVERIFY(inbox.await(2));
        QCOMPARE(inbox.outcomes(),
                 (std::map<std::string, int>{{"DEADLINE_EXCEEDED", 1}, {"ok", 1}}));
    }

    // If the engine can, it ends a run for whose answer nobody waits any more.
    void aRunEndsAtItsDeadline()
    {
        Bench bench;
        const auto gate = std::make_shared<Gate>();
        FakeModel model = gatedModel(gate);
        model.network.endsWhenStopped = true;
        bench.source.set("m", model);
        gate->close();
        Inbox inbox;
        InferenceRequest request = requestFor("m");
        request.deadline = 50ms;
        bench.workbench->predict(std::move(request), inbox.slot());
        QVERIFY(gate->awaitWaiting(1));
        gate->open();
        bench.clock.advance(50ms);
        bench.workbench->keepHouse();
        QVERIFY(inbox.await(1));
        QCOMPARE(codeOf(inbox.at(0)), std::string("DEADLINE_EXCEEDED"));
    }

    void aRunEndsWhenItsClientLeaves()
    {
        Bench bench;
        const auto gate = std::make_shared<Gate>();
        FakeModel model = gatedModel(gate);
        model.network.endsWhenStopped = true;
        bench.source.set("m", model);
        gate->close();
        Inbox inbox;
        std::stop_source client;
        InferenceRequest request = requestFor("m");
        request.cancellation = client.get_token();
        bench.workbench->predict(std::move(request), inbox.slot());
        QVERIFY(gate->awaitWaiting(1));
        gate->open();
        client.request_stop();
        QVERIFY(inbox.await(1));
        QCOMPARE(codeOf(inbox.at(0)), std::string("CANCELLED"));
    }

    void deadlinesBeyondTheClockMeanNone_data()
    {
        QTest::addColumn<qint64>("milliseconds");
        QTest::newRow("the largest") << qint64(Milliseconds::max().count());
        QTest::newRow("30,000 years") << qint64(1'000'000'000'000'000);
        QTest::newRow("for ever") << qint64(forever.count());
    }

    void deadlinesBeyondTheClockMeanNone()
    {
        QFETCH(qint64, milliseconds);
        Bench bench;
        bench.source.set("m");
        InferenceRequest request = requestFor("m");
        request.deadline = Milliseconds(milliseconds);
        QCOMPARE(codeOf(bench.predict(std::move(request))), std::string("ok"));
    }

    void aCancelledRequestIsNotRun()
    {
        Bench bench;
        const auto gate = std::make_shared<Gate>();
        bench.source.set("m", gatedModel(gate));
        gate->close();
        Inbox inbox;
        bench.workbench->predict(requestFor("m"), inbox.slot());
        QVERIFY(gate->awaitWaiting(1));
        InferenceRequest request = requestFor("m");
        std::atomic<bool> decoded{false};
        request.decode = [&](const ModelBundle &, RunControl &) {
            decoded = true;
            return Result<InferenceInputs>(SampleInputs{tensorOf({4}, {1, 2, 3, 4})});
        };
        std::stop_source cancellation;
        request.cancellation = cancellation.get_token();
        bench.workbench->predict(std::move(request), inbox.slot());
        cancellation.request_stop();
        gate->open();
        QVERIFY(inbox.await(2));
        QCOMPARE(codeOf(inbox.at(1)), std::string("CANCELLED"));
        QVERIFY(!decoded);
    }

    void stopLetsWorkInFlightEnd()
    {
        WorkbenchOptions options;
        options.workers = 1;
        Bench bench(options);
        const auto gate = std::make_shared<Gate>();
        bench.source.set("m", gatedModel(gate));
        bench.source.set("late");
        QVERIFY(bench.predict(requestFor("m")).has_value());
        gate->close();
        bench.source.loadGate.close();
        Inbox inbox;
        for (int i = 0; i < 5; ++i)
            bench.workbench->predict(requestFor("m"), inbox.slot());
        bench.workbench->predict(requestFor("late"), inbox.slot());
        QVERIFY(gate->awaitWaiting(1));
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        {
            const std::jthread stopping([&] { bench.workbench->stop(patience); });
            bench.source.loadGate.open();
            gate->open();
        }
        QCOMPARE(inbox.wronglyAnswered(), std::size_t(0));
        const auto outcomes = inbox.outcomes();
        for (std::size_t i = 0; i < 5; ++i)
            QCOMPARE(codeOf(inbox.at(i)), std::string("ok"));
        // Whether the load ended before the cache closed is a matter of chance.
        QVERIFY(codeOf(inbox.at(5)) == "ok" || codeOf(inbox.at(5)) == "UNAVAILABLE");

        QCOMPARE(codeOf(bench.predict(requestFor("m"))), std::string("UNAVAILABLE"));
        bench.workbench->stop(patience);
        bench.workbench->keepHouse(); // returns, although nobody is left to do it
    }

    void stopWithoutPatienceRefusesWhatIsQueued()
    {
        WorkbenchOptions options;
        options.workers = 1;
        Bench bench(options);
        const auto gate = std::make_shared<Gate>();
        bench.source.set("m", gatedModel(gate));
        QVERIFY(bench.predict(requestFor("m")).has_value());
        gate->close();
        Inbox inbox;
        for (int i = 0; i < 5; ++i)
            bench.workbench->predict(requestFor("m"), inbox.slot());
        QVERIFY(gate->awaitWaiting(1));
        {
            const std::jthread stopping([&] { bench.workbench->stop(0ms); });
            QVERIFY(inbox.await(4));
            QCOMPARE(inbox.outcomes(), (std::map<std::string, int>{{"UNAVAILABLE", 4}}));
            gate->open();
        }
        QCOMPARE(inbox.wronglyAnswered(), std::size_t(0));
        QCOMPARE(codeOf(inbox.at(0)), std::string("ok"));
    }

    void destructionAnswersEverythingOnce()
    {
        Inbox inbox;
        constexpr std::size_t count = 200;
        {
            Bench bench;
            bench.source.set("a");
            bench.source.set("b");
            std::vector<std::jthread> clients;
            for (int client = 0; client < 4; ++client)
                clients.emplace_back([&, client] {
                    for (std::size_t i = 0; i < count / 4; ++i)
                        bench.workbench->predict(requestFor(client % 2 ? "a" : "b"), inbox.slot());
                });
            QVERIFY(inbox.await(count / 10));
            bench.workbench->stop(1s);
            clients.clear();
        }
        QCOMPARE(inbox.wronglyAnswered(), std::size_t(0));
        auto outcomes = inbox.outcomes();
        QVERIFY(outcomes["ok"] >= int(count / 10) / 2);
        QCOMPARE(outcomes["ok"] + outcomes["UNAVAILABLE"], int(count));
    }
};

QTEST_APPLESS_MAIN(TestWorkbenchEndings)
#include "tst_workbench_endings.moc"
