// The way of a prediction through the workbench, its listeners and figures.
#include "base/logging.h"
#include "tensor/picture_allowance.h"
#include "workbench_bench.h"

#include <atomic>
#include <future>
#include <numeric>
#include <QTest>
#include <thread>

using namespace warmbench;
using namespace std::chrono_literals;

class TestWorkbench : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogLevel(LogLevel::Off); } // thousands of events

    void theFirstPredictionLoadsTheNextOnesHit()
    {
        Bench bench;
        bench.source.set("m");
        const auto first = bench.predict(requestFor("m"));
        QVERIFY2(first.has_value(), first ? "" : first.error().message.c_str());
        QCOMPARE(cacheOutcomeName(first->cache), "miss");
        QCOMPARE(first->model.text(), std::string("m version 1"));
        const auto second = bench.predict(requestFor("m"));
        QVERIFY(second.has_value());
        QCOMPARE(cacheOutcomeName(second->cache), "hit");
        QCOMPARE(bench.source.loads(), 1);
        QCOMPARE(bench.workbench->metrics().predictionLatency().count, std::int64_t(2));
    }

    // A request whose pictures take long is begun again as a heavy one: others keep a worker.
    void heavyPicturesLeaveWorkersToOthers()
    {
        Bench bench; // two workers
        FakeModel model;
        model.network.concurrency = 2;
        bench.source.set("pictures", model);
        bench.source.set("numbers");
        Gate gate;
        gate.close();
        std::atomic<int> begun = 0;
        InferenceRequest heavy = requestFor("pictures");
        heavy.decode = [&](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
            ++begun;
            if (!PictureAllowance::take(1s))
                return invalidArgument("not here");
            gate.pass();
            return InferenceInputs(SampleInputs{tensorOf({4}, {1, 2, 3, 4})});
        };
        Inbox inbox;
        for (int i = 0; i < 3; ++i)
            bench.workbench->predict(heavy, inbox.slot());
        QVERIFY(gate.awaitWaiting(1));
        for (const char *name : {"numbers", "pictures", "numbers"}) {
            const auto quick = bench.predict(requestFor(name));
            QVERIFY2(quick, quick ? "" : quick.error().message.c_str());
        }
        QCOMPARE(gate.waiting(), 1);
        QCOMPARE(begun.load(), 4); // one of the three for the second time
        gate.open();
        QVERIFY(inbox.await(3));
        QCOMPARE(inbox.outcomes(), (std::map<std::string, int>{{"ok", 3}}));
        QCOMPARE(begun.load(), 6);
    }

    void aHundredFirstRequestsShareOneLoad()
    {
        Bench bench;
        bench.source.set("m");
        bench.source.loadGate.close();
        Inbox inbox;
        {
            std::vector<std::jthread> clients;
            for (int client = 0; client < 10; ++client)
                clients.emplace_back([&] {
                    for (int i = 0; i < 10; ++i)
                        bench.workbench->predict(requestFor("m"), inbox.slot());
                });
        }
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        bench.source.loadGate.open();
        QVERIFY(inbox.await(100));
        std::map<std::string, int> cache;
        for (std::size_t i = 0; i < 100; ++i) {
            QVERIFY(inbox.at(i).has_value());
            ++cache[cacheOutcomeName(inbox.at(i)->cache)];
        }
        QCOMPARE(cache["miss"], 1);
        QCOMPARE(cache["coalesced"], 99);
        QCOMPARE(bench.source.loads(), 1);
        const CacheStatistics statistics = bench.workbench->cache().statistics();
        QCOMPARE(statistics.misses, std::int64_t(1));
        QCOMPARE(statistics.coalesced, std::int64_t(99));
    }

    void timingsAddUpToTheTotal()
    {
        Bench bench;
        const auto gate = std::make_shared<Gate>();
        FakeModel model = gatedModel(gate);
        model.network.answer = [&](std::span<const Tensor> inputs) {
            bench.clock.advance(5ms);
            return Result<std::vector<Tensor>>(std::vector<Tensor>{inputs.front()});
        };
        gate->close();
        bench.source.set("m", model);
        bench.source.loadGate.close();
        Inbox inbox;
        bench.workbench->predict(requestFor("m"), inbox.slot());
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        bench.clock.advance(40ms);
        bench.workbench->predict(requestFor("m"), inbox.slot());
        bench.clock.advance(2ms);
        bench.source.loadGate.open();
        QVERIFY(gate->awaitWaiting(1));
        QTRY_COMPARE(bench.workbench->scheduler().waiting(), std::size_t(1));
        gate->open();
        QVERIFY(inbox.await(2));
        bench.workbench->predict(requestFor("m"), inbox.slot());
        QVERIFY(inbox.await(3));
        const std::array loads{42ms, 2ms, 0ms}; // missed, joined, found
        for (std::size_t i = 0; i < loads.size(); ++i) {
            QVERIFY(inbox.at(i).has_value());
            const PhaseTimings &timings = inbox.at(i)->timings;
            QCOMPARE(timings[Phase::Load], loads.at(i));
            QCOMPARE(std::accumulate(timings.phases.begin(), timings.phases.end(), 0ns),
                     timings.total);
        }
        QCOMPARE(inbox.at(0)->timings[Phase::Queue], 0ms);
        QCOMPARE(inbox.at(1)->timings[Phase::Queue], 5ms); // while the other ran
        QCOMPARE(inbox.at(2)->timings[Phase::Infer], 5ms);
        QCOMPARE(inbox.at(2)->timings.total, 5ms);
    }

    void aFullQueueRefusesAtOnce()
    {
        WorkbenchOptions options;
        options.queueLimit = 2;
        Bench bench(options);
        const auto gate = std::make_shared<Gate>();
        bench.source.set("m", gatedModel(gate));
        QVERIFY(bench.predict(requestFor("m")).has_value());
        gate->close();
        Inbox inbox;
        bench.workbench->predict(requestFor("m"), inbox.slot());
        QVERIFY(gate->awaitWaiting(1));
        for (int i = 0; i < 5; ++i)
            bench.workbench->predict(requestFor("m"), inbox.slot());
        QCOMPARE(inbox.outcomes(), (std::map<std::string, int>{{"UNAVAILABLE", 3}}));
        gate->open();
        QVERIFY(inbox.await(6));
        QCOMPARE(inbox.outcomes(), (std::map<std::string, int>{{"UNAVAILABLE", 3}, {"ok", 3}}));
    }

    void aQuickRequestForAQuickNetworkIsAnsweredAtOnce_data()
    {
        QTest::addColumn<bool>("quickRequest");
        QTest::addColumn<int>("microseconds");
        QTest::addColumn<bool>("here");
        QTest::newRow("both quick") << true << 99 << true;
        QTest::newRow("slow network") << true << 100 << false;
        QTest::newRow("picture to decode") << false << 5 << false;
    }

    void aQuickRequestForAQuickNetworkIsAnsweredAtOnce()
    {
        QFETCH(bool, quickRequest);
        QFETCH(int, microseconds);
        QFETCH(bool, here);
        Bench bench;
        FakeModel model;
        model.network.usualTime = std::chrono::microseconds(microseconds);
        bench.source.set("m", model);
        QVERIFY(bench.predict(requestFor("m"))); // loads
        // The worker gives its place back after it has answered.
        QTRY_COMPARE(bench.workbench->scheduler().running(), std::size_t(0));
        InferenceRequest request = requestFor("m");
        request.quick = quickRequest;
        std::promise<std::thread::id> answeredOn;
        bench.workbench->predict(std::move(request), [&](const Result<Prediction> &) {
            answeredOn.set_value(std::this_thread::get_id());
        });
        QCOMPARE(answeredOn.get_future().get() == std::this_thread::get_id(), here);
        QCOMPARE(bench.workbench->cache().statistics().hits, 1);
    }

    void aLoadThatFailsAnswersEveryoneWithTheReason()
    {
        Bench bench;
        bench.source.set("m");
        bench.source.failLoads("m", failedPrecondition("Layer \"dense\" broke."));
        bench.source.loadGate.close();
        Inbox inbox;
        for (int i = 0; i < 3; ++i)
            bench.workbench->predict(requestFor("m"), inbox.slot());
        bench.source.loadGate.open();
        QVERIFY(inbox.await(3));
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(codeOf(inbox.at(i)), std::string("FAILED_PRECONDITION"));
            QVERIFY(inbox.at(i).error().message.find("Layer \"dense\" broke.") !=
                    std::string::npos);
        }
        QCOMPARE(bench.workbench->metrics().predictionLatency().count, std::int64_t(3));
    }

    void namesThatClientsMakeUpAreCountedButNotKept()
    {
        Bench bench;
        bench.source.set("m");
        QVERIFY(bench.predict(requestFor("m")).has_value());
        for (int i = 0; i < 3; ++i)
            QCOMPARE(codeOf(bench.predict(requestFor("none-" + std::to_string(i)))),
                     std::string("NOT_FOUND"));
        QCOMPARE(bench.workbench->metrics().predictionLatency().count, std::int64_t(4));
        const auto models = bench.workbench->metrics().models();
        QCOMPARE(models.size(), std::size_t(1));
        QCOMPARE(models.begin()->first.first, std::string("m"));
    }

    void whatIsThrownBecomesAnAnswer()
    {
        Bench bench;
        bench.source.set("m");
        InferenceRequest request = requestFor("m");
        request.decode = [](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
            throw std::runtime_error("out of luck");
        };
        const auto broken = bench.predict(request);
        QCOMPARE(codeOf(broken), std::string("INTERNAL"));
        QVERIFY(broken.error().message.find("out of luck") != std::string::npos);
        request.decode = [](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
            throw std::bad_alloc();
        };
        QCOMPARE(codeOf(bench.predict(request)), std::string("RESOURCE_EXHAUSTED"));
        QCOMPARE(codeOf(bench.predict(requestFor("m"))), std::string("ok"));
    }

    void thePinIsGoneBeforeTheAnswerComes()
    {
        Bench bench;
        bench.source.set("m");
        std::promise<int> inUse;
        bench.workbench->predict(requestFor("m"), [&](const Result<Prediction> &) {
            inUse.set_value(bench.workbench->cache().status({"m", {}})->inUse);
        });
        auto answer = inUse.get_future();
        QVERIFY(answer.wait_for(patience) == std::future_status::ready);
        QCOMPARE(answer.get(), 0);
    }

    void anEmptyNameMeansTheDefaultModel()
    {
        Bench none;
        const auto missing = none.predict(requestFor(""));
        QCOMPARE(codeOf(missing), std::string("NOT_FOUND"));
        QVERIFY(missing.error().message.find("--sample") != std::string::npos);

        WorkbenchOptions options;
        options.defaultModel = "b";
        Bench bench(options);
        bench.source.set("a");
        bench.source.set("b");
        const auto prediction = bench.predict(requestFor(""));
        QVERIFY(prediction.has_value());
        QCOMPARE(prediction->model.name, std::string("b"));
        QCOMPARE(codeOf(bench.predict(requestFor("c"))), std::string("NOT_FOUND"));
        QCOMPARE(bench.workbench->model({"c", {}}).error().message,
                 bench.predict(requestFor("c")).error().message);
    }

    void listenersHearUntilTheyAreRemoved()
    {
        Bench bench;
        bench.source.set("a");
        bench.source.set("b");
        std::atomic<int> loaded{0};
        const int id = bench.workbench->addListener([&](const ModelEvent &event) {
            loaded += event.kind == ModelEventKind::Loaded ? 1 : 0;
        });
        QVERIFY(bench.predict(requestFor("a")).has_value());
        QTRY_COMPARE(loaded.load(), 1);
        bench.workbench->removeListener(id);
        QVERIFY(bench.predict(requestFor("b")).has_value());
        bench.workbench->stop(patience);
        QCOMPARE(loaded.load(), 1);
    }

    void listenersMayComeAndGoUnderEvents()
    {
        Bench bench;
        bench.source.set("m");
        QVERIFY(bench.predict(requestFor("m")).has_value());
        std::atomic<bool> done{false};
        std::jthread events([&] {
            bool pinned = false;
            while (!done)
                static_cast<void>(bench.workbench->cache().setPinned({"m", {}}, pinned = !pinned));
        });
        std::atomic<int> heard{0};
        for (int i = 0; i < 200; ++i) {
            const auto owned = std::make_unique<std::atomic<int>>(0);
            const int id =
                bench.workbench->addListener([&, count = owned.get()](const ModelEvent &) {
                    ++*count;
                    ++heard;
                });
            while (i % 50 == 0 && owned->load() == 0)
                std::this_thread::yield();
            bench.workbench->removeListener(id);
        }
        done = true;
        events.join();
        QVERIFY(heard > 0);
    }

    void housekeepingFeedsTheCharts()
    {
        Bench bench;
        bench.source.set("m");
        QVERIFY(bench.predict(requestFor("m")).has_value());
        bench.workbench->metrics().recordRequest(Metrics::Outcome::Answered);
        for (int i = 0; i < 2; ++i)
            bench.workbench->metrics().recordRequest(Metrics::Outcome::Refused);
        bench.workbench->keepHouse();
        const auto series = bench.workbench->metrics().series();
        QVERIFY(!series.empty());
        const MetricsSample &last = series.back();
        QCOMPARE(last.misses, std::int64_t(1));
        QCOMPARE(last.answered, std::int64_t(1));
        QCOMPARE(last.refused, std::int64_t(2));
        QVERIFY(last.residentBytes.count > 0);
        QCOMPARE(int(last.models.size()), 1);
        QCOMPARE(last.models[0].first, std::string("m"));
        QCOMPARE(last.models[0].second.count, std::int64_t(1000));
    }
};

QTEST_APPLESS_MAIN(TestWorkbench)
#include "tst_workbench.moc"
