#include "base/logging.h"
#include "fake_source.h"
#include "inference/workbench.h"
#include "make_tensor.h"
#include "manual_clock.h"
#include "tensor/picture_allowance.h"
#include "test_files.h"

#include <atomic>
#include <deque>
#include <future>
#include <map>
#include <QTemporaryDir>
#include <QtTest>
#include <thread>

using namespace warmbench;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds patience{30};

// Answers to come, each counted.
class Inbox
{
public:
    Workbench::PredictDone slot()
    {
        const std::lock_guard lock(m_mutex);
        const std::size_t index = m_answers.size();
        m_answers.emplace_back();
        return [this, index](Result<Prediction> result) {
            const std::lock_guard inner(m_mutex);
            m_answers[index].push_back(std::move(result));
            m_changed.notify_all();
        };
    }
    // True as soon as `count` of the slots have an answer.
    bool await(std::size_t count)
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, patience, [&] { return answered() >= count; });
    }
    // How many slots were answered other than once.
    std::size_t wronglyAnswered()
    {
        const std::lock_guard lock(m_mutex);
        return std::size_t(std::count_if(m_answers.begin(), m_answers.end(),
                                         [](const auto &all) { return all.size() != 1; }));
    }
    Result<Prediction> &at(std::size_t index)
    {
        const std::lock_guard lock(m_mutex);
        return m_answers.at(index).at(0);
    }
    // "ok", or the error's code, and how often.
    std::map<std::string, int> outcomes()
    {
        const std::lock_guard lock(m_mutex);
        std::map<std::string, int> counts;
        for (const auto &all : m_answers) {
            for (const auto &one : all)
                ++counts[one ? "ok" : errorCodeName(one.error().code)];
        }
        return counts;
    }

private:
    std::size_t answered() const
    {
        return std::size_t(std::count_if(m_answers.begin(), m_answers.end(),
                                         [](const auto &all) { return !all.empty(); }));
    }

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::vector<Result<Prediction>>> m_answers;
};

InferenceRequest requestFor(const std::string &model)
{
    InferenceRequest request;
    request.model.name = model;
    request.decode = [](const ModelBundle &, RunControl &) {
        return Result<InferenceInputs>(SampleInputs{tensorOf({4}, {1, 2, 3, 4})});
    };
    return request;
}

// A workbench over a fake source that a test still holds.
struct Bench
{
    explicit Bench(WorkbenchOptions options = {})
        : owned(std::make_unique<FakeSource>())
        , source(*owned)
    {
        options.workers = options.workers ? options.workers : 2;
        workbench = std::make_unique<Workbench>(std::move(options), clock, std::move(owned));
    }
    Result<Prediction> predict(InferenceRequest request)
    {
        Inbox inbox;
        workbench->predict(std::move(request), inbox.slot());
        if (!inbox.await(1))
            return Error{ErrorCode::Internal, "no answer came"};
        return std::move(inbox.at(0));
    }

    ManualClock clock;
    std::unique_ptr<FakeSource> owned;
    FakeSource &source;
    std::unique_ptr<Workbench> workbench;
};

FakeModel gatedModel(const std::shared_ptr<Gate> &gate)
{
    FakeModel model;
    model.network.runGate = gate;
    return model;
}

std::filesystem::path onnxFile(const QTemporaryDir &folder, const std::string &name)
{
    auto path = std::filesystem::path(folder.path().toStdString()) / name;
    std::filesystem::copy_file(testModel("tiny_64.onnx"), path,
                               std::filesystem::copy_options::overwrite_existing);
    return path;
}

std::string codeOf(const Result<Prediction> &prediction)
{
    return prediction ? "ok" : errorCodeName(prediction.error().code);
}

} // namespace

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
        QCOMPARE(bench.workbench->metrics().predictions(), std::int64_t(2));
        QCOMPARE(bench.workbench->metrics().failures(), std::int64_t(0));
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
        FakeModel model;
        model.network.answer = [&](std::span<const Tensor> inputs) {
            bench.clock.advance(5ms);
            return Result<std::vector<Tensor>>(std::vector<Tensor>{inputs.front()});
        };
        bench.source.set("m", model);
        const auto prediction = bench.predict(requestFor("m"));
        QVERIFY(prediction.has_value());
        QCOMPARE(prediction->timings[Phase::Infer], 5ms);
        QCOMPARE(prediction->timings.total, 5ms);
    }

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
        QCOMPARE(bench.workbench->metrics().failures(), std::int64_t(1));
        QCOMPARE(bench.workbench->metrics().predictions(), std::int64_t(3));
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
        QCOMPARE(bench.workbench->metrics().predictions(), std::int64_t(2));
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
        const Cancellation cancellation = request.cancellation;
        bench.workbench->predict(std::move(request), inbox.slot());
        cancellation.cancel();
        gate->open();
        QVERIFY(inbox.await(2));
        QCOMPARE(codeOf(inbox.at(1)), std::string("CANCELLED"));
        QVERIFY(!decoded);
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
        QCOMPARE(bench.workbench->metrics().failures(), std::int64_t(3));
    }

    void namesThatClientsMakeUpAreCountedButNotKept()
    {
        Bench bench;
        bench.source.set("m");
        QVERIFY(bench.predict(requestFor("m")).has_value());
        for (int i = 0; i < 3; ++i)
            QCOMPARE(codeOf(bench.predict(requestFor("none-" + std::to_string(i)))),
                     std::string("NOT_FOUND"));
        QCOMPARE(bench.workbench->metrics().failures(), std::int64_t(3));
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

    void readyOnceEverythingOpenedHasLoaded()
    {
        const QTemporaryDir folder;
        Bench bench;
        bench.source.set("a");
        bench.source.set("b");
        QVERIFY(bench.workbench->ready());
        bench.source.loadGate.close();
        for (const char *name : {"a.onnx", "b.onnx"}) {
            const auto opened = bench.workbench->open(onnxFile(folder, name), true);
            QVERIFY2(opened.has_value(), opened ? "" : opened.error().message.c_str());
        }
        QVERIFY(!bench.workbench->ready());
        std::atomic<int> called{0};
        std::promise<void> ready;
        bench.workbench->whenReady([&] {
            ++called;
            ready.set_value();
        });
        QCOMPARE(called.load(), 0);
        bench.source.loadGate.open();
        QVERIFY(ready.get_future().wait_for(patience) == std::future_status::ready);
        QVERIFY(bench.workbench->ready());
        QVERIFY(!bench.workbench->startFailure());
        QCOMPARE(bench.source.loads(), 2);
        bench.workbench->whenReady([&] { ++called; });
        QCOMPARE(called.load(), 2);
        QCOMPARE(*bench.workbench->defaultModel(), std::string("a"));
    }

    void theFirstFailureAtStartIsKept()
    {
        const QTemporaryDir folder;
        Bench bench;
        bench.source.set("a");
        bench.source.set("b");
        bench.source.failLoads("a", failedPrecondition("a is broken."));
        bench.source.failLoads("b", failedPrecondition("b is broken."));
        QVERIFY(bench.workbench->open(onnxFile(folder, "a.onnx"), true).has_value());
        QVERIFY(bench.workbench->open(onnxFile(folder, "b.onnx"), true).has_value());
        std::promise<void> ready;
        bench.workbench->whenReady([&] { ready.set_value(); });
        QVERIFY(ready.get_future().wait_for(patience) == std::future_status::ready);
        QVERIFY(bench.workbench->startFailure().has_value());
        QVERIFY(bench.workbench->startFailure()->message.find("a is broken.") != std::string::npos);
    }

    void modelsInFoldersLoadAtTheirFirstUse()
    {
        const QTemporaryDir folder;
        onnxFile(folder, "a.onnx");
        onnxFile(folder, "b.onnx");
        Bench bench;
        bench.source.set("a");
        bench.source.set("b");
        const auto names = bench.workbench->open(folder.path().toStdString(), true);
        QVERIFY(names.has_value());
        QCOMPARE(*names, std::vector<std::string>({"a", "b"}));
        QVERIFY(bench.workbench->ready());
        QCOMPARE(bench.source.loads(), 0);
        QCOMPARE(int(bench.workbench->models().size()), 2);
        QVERIFY(bench.workbench->models()[0].status.state == ModelState::Registered);
        QVERIFY(bench.predict(requestFor("a")).has_value());
        QVERIFY(bench.workbench->models()[0].status.state == ModelState::Ready);
    }

    void preloadLoadsModelsInFoldersToo()
    {
        const QTemporaryDir folder;
        onnxFile(folder, "a.onnx");
        WorkbenchOptions options;
        options.preload = true;
        Bench bench(options);
        bench.source.set("a");
        QVERIFY(bench.workbench->open(folder.path().toStdString(), false).has_value());
        std::promise<void> ready;
        bench.workbench->whenReady([&] { ready.set_value(); });
        QVERIFY(ready.get_future().wait_for(patience) == std::future_status::ready);
        QCOMPARE(bench.source.loads(), 1);
    }

    void whatCannotBeOpenedIsNamed()
    {
        Bench bench;
        const auto missing = bench.workbench->open("/nowhere/digits.onnx", true);
        QVERIFY(!missing);
        QCOMPARE(errorCodeName(missing.error().code), "NOT_FOUND");
        QVERIFY(missing.error().message.find("/nowhere/digits.onnx") != std::string::npos);
        QVERIFY(bench.workbench->ready());
        QVERIFY(bench.workbench->models().empty());
    }

    void aRemovedModelIsUnloadedAndForgotten()
    {
        const QTemporaryDir folder;
        Bench bench;
        bench.source.set("a");
        QVERIFY(bench.workbench->open(onnxFile(folder, "a.onnx"), false).has_value());
        QVERIFY(bench.predict(requestFor("a")).has_value());
        QCOMPARE(bench.source.alive(), 1);
        std::promise<Result<void>> removed;
        bench.workbench->remove("a",
                                [&](const Result<void> &result) { removed.set_value(result); });
        auto answer = removed.get_future();
        QVERIFY(answer.wait_for(patience) == std::future_status::ready);
        QVERIFY(answer.get().has_value());
        QTRY_COMPARE(bench.source.alive(), 0);
        QVERIFY(!bench.workbench->cache().status({"a", {}}));
        bench.source.remove("a");
        QVERIFY(bench.workbench->models().empty());
        QVERIFY(!bench.workbench->defaultModel());

        std::promise<Result<void>> again;
        bench.workbench->remove("a", [&](const Result<void> &result) { again.set_value(result); });
        const Result<void> refused = again.get_future().get();
        QVERIFY(!refused);
        QCOMPARE(errorCodeName(refused.error().code), "NOT_FOUND");
    }

    void housekeepingFeedsTheCharts()
    {
        Bench bench;
        bench.source.set("m");
        QVERIFY(bench.predict(requestFor("m")).has_value());
        bench.workbench->keepHouse();
        const auto series = bench.workbench->metrics().series();
        QVERIFY(!series.empty());
        const MetricsSample &last = series.back();
        QCOMPARE(last.misses, std::int64_t(1));
        QCOMPARE(last.requests, std::int64_t(1));
        QVERIFY(last.residentBytes.count > 0);
        QCOMPARE(int(last.models.size()), 1);
        QCOMPARE(last.models[0].first, std::string("m"));
        QCOMPARE(last.models[0].second.count, std::int64_t(1000));
    }
};

QTEST_APPLESS_MAIN(TestWorkbench)
#include "tst_workbench.moc"
