// Engines measured beside each other, and a person's choice between them.
#include "../workbench_bench.h"
#include "base/logging.h"

#include <future>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;
using namespace std::chrono_literals;

namespace {

using Measured = Workbench::Measured;

// Answers the inputs times `factor`, after `takes`.
FakeNetworkOptions network(float factor, std::chrono::microseconds takes = 0us)
{
    FakeNetworkOptions options;
    options.answer = [factor, takes](std::span<const Tensor> inputs) {
        const auto end = std::chrono::steady_clock::now() + takes;
        Tensor answer = inputs.front();
        for (float &value : answer.mutableValues<float>())
            value *= factor;
        while (std::chrono::steady_clock::now() < end)
            std::this_thread::yield();
        return Result<std::vector<Tensor>>(std::vector<Tensor>{std::move(answer)});
    };
    return options;
}

FakeModel twoEngines(FakeNetworkOptions first, FakeNetworkOptions second)
{
    FakeModel model;
    model.engines = {{"onnxruntime", std::move(first)}, {"opencv", std::move(second)}};
    return model;
}

std::future<Measured> begin(Bench &bench, const std::string &model)
{
    const auto promise = std::make_shared<std::promise<Measured>>();
    bench.workbench->measure(
        {model, {}}, [promise](Measured verdict) { promise->set_value(std::move(verdict)); });
    return promise->get_future();
}

Measured measured(Bench &bench, const std::string &model)
{
    auto verdict = begin(bench, model);
    if (verdict.wait_for(patience) != std::future_status::ready)
        return Error{ErrorCode::Internal, "no verdict came"};
    return verdict.get();
}

Result<RefreshReport> refreshed(Bench &bench, const std::string &model, const std::string &engine)
{
    std::promise<Result<RefreshReport>> report;
    bench.workbench->refreshWith({model, {}}, engine, [&](Result<RefreshReport> told) {
        report.set_value(std::move(told));
    });
    return report.get_future().get();
}

void unload(Bench &bench, const std::string &model)
{
    std::promise<void> gone;
    bench.workbench->cache().unload({model, {}}, [&](const auto &) { gone.set_value(); });
    gone.get_future().get();
}

std::string engineOf(Bench &bench, const std::string &model)
{
    const auto view = bench.workbench->model({model, {}});
    return view && view->status.facts ? view->status.facts->engine : std::string();
}

std::string why(const Measured &verdict)
{
    return verdict ? summaryOf(**verdict) : verdict.error().message;
}

} // namespace

class TestMeasurement : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogLevel(LogLevel::Off); }

    void theFasterEngineThatAgreesIsOffered()
    {
        Bench bench;
        bench.source.set("m", twoEngines(network(2, 3ms), network(2.00001F)));
        const auto verdict = measured(bench, "m");
        QVERIFY2(verdict.has_value(), why(verdict).c_str());
        QCOMPARE((*verdict)->engines.size(), std::size_t(2));
        QVERIFY2(offerOf(**verdict), why(verdict).c_str());
        QCOMPARE(offerOf(**verdict)->engine, std::string("opencv"));
        QVERIFY((*verdict)->engines[0].runTime >= 3ms);
        QVERIFY((*verdict)->engines[1].agreement->largest > 0);
        QCOMPARE((*verdict)->engines[0].memory.count, std::int64_t(1000));
        QCOMPARE((*verdict)->random, 2);
        QCOMPARE((*verdict)->seen, 0);
        QVERIFY(!(*verdict)->machine.empty());
        QCOMPARE(bench.source.alive(), 0); // nothing of it stays in memory
        // One of each engine; those of a measurement count too.
        QCOMPARE(bench.workbench->cache().statistics().loads, std::int64_t(2));
    }

    void anotherAnswerIsNoOffer()
    {
        Bench bench;
        bench.source.set("m", twoEngines(network(2, 3ms), network(2.1F)));
        const auto verdict = measured(bench, "m");
        QVERIFY2(verdict.has_value(), why(verdict).c_str());
        QVERIFY(!offerOf(**verdict));
        QVERIFY(!isVerified(**verdict));
    }

    void anEngineThatCannotRunItIsARefusal()
    {
        Bench bench;
        FakeNetworkOptions fails;
        fails.answer = [](std::span<const Tensor>) {
            return Result<std::vector<Tensor>>(failedPrecondition("the layer breaks"));
        };
        bench.source.set("m", twoEngines(network(2), fails));
        const auto verdict = measured(bench, "m");
        QVERIFY2(verdict.has_value(), why(verdict).c_str());
        QCOMPARE((*verdict)->engines[1].refusal, std::string("the layer breaks"));
        QVERIFY(!isVerified(**verdict));
    }

    void aModelThatNoEngineLoadsIsAnError()
    {
        Bench bench;
        FakeModel model = twoEngines(network(2), network(2));
        model.loadError = failedPrecondition("the file is broken");
        bench.source.set("m", model);
        const auto verdict = measured(bench, "m");
        QVERIFY(!verdict);
        QVERIFY(verdict.error().code == ErrorCode::FailedPrecondition);
        QCOMPARE(verdict.error().message, std::string("the file is broken"));
    }

    // What clients sent last is more like what will come than any random number.
    void inputsSeenLastAreMeasuredFirst()
    {
        Bench bench;
        // They differ at 1, 2, 3, 4 alone, which no random input is.
        FakeNetworkOptions differs = network(2);
        differs.answer = [plain = differs.answer](std::span<const Tensor> inputs) {
            auto outputs = plain(inputs);
            if (inputs.front().values<float>()[3] == 4)
                outputs->front().mutableValues<float>()[0] = 7;
            return outputs;
        };
        bench.source.set("m", twoEngines(network(2), differs));
        QVERIFY(isVerified(**measured(bench, "m")));
        QVERIFY(bench.predict(requestFor("m")).has_value());
        const auto verdict = measured(bench, "m");
        QVERIFY2(verdict.has_value(), why(verdict).c_str());
        QCOMPARE((*verdict)->seen, 1);
        QVERIFY((*verdict)->timedOn == InputSource::Seen);
        QVERIFY(!isVerified(**verdict));
    }

    void theLoadedModelServesOnAndShowsTheVerdict()
    {
        Bench bench;
        bench.source.set("m", twoEngines(network(2, 1ms), network(2)));
        QVERIFY(bench.predict(requestFor("m")).has_value());
        QVERIFY(!bench.workbench->model({"m", {}})->verdict);
        std::atomic<int> heard = 0;
        const int listener = bench.workbench->addListener([&](const ModelEvent &event) {
            heard += event.kind == ModelEventKind::Changed && event.id.name == "m";
        });
        const auto verdict = measured(bench, "m");
        bench.workbench->removeListener(listener);
        QVERIFY2(verdict.has_value(), why(verdict).c_str());
        QCOMPARE(heard.load(), 1);
        QCOMPARE(engineOf(bench, "m"), std::string("onnxruntime")); // nothing switches by itself
        QCOMPARE(bench.workbench->model({"m", {}})->verdict, *verdict);
        QCOMPARE(bench.workbench->models().at(0).verdict, *verdict);
        QCOMPARE(bench.source.alive(), 1);
    }

    void networksThatDoNotFitAreRefusedWithTheNumbers()
    {
        WorkbenchOptions options;
        options.cache.budget = {2500}; // one of 1000 is loaded, two more are needed
        Bench bench(options);
        bench.source.set("m", twoEngines(network(2), network(2)));
        QVERIFY(bench.predict(requestFor("m")).has_value());
        const auto verdict = measured(bench, "m");
        QVERIFY(!verdict);
        QVERIFY(verdict.error().code == ErrorCode::ResourceExhausted);
        QVERIFY2(verdict.error().message.find("1000 bytes") != std::string::npos,
                 verdict.error().message.c_str());
        QVERIFY(verdict.error().message.find("2500 bytes") != std::string::npos);
        QCOMPARE(bench.source.alive(), 1);
        // What was lent came back.
        bench.workbench->cache().setBudget({4000});
        QVERIFY(measured(bench, "m").has_value());
        QVERIFY(measured(bench, "m").has_value());
    }

    // Six free extents of 224 would take 500 TB.
    void randomInputsAreBounded()
    {
        Bench bench;
        FakeNetworkOptions picky = network(2);
        picky.spec.inputs = {{"x", DType::Float32, std::vector<Dimension>(6, {-1, {}}), {}}};
        picky.answer = [](std::span<const Tensor>) {
            return Result<std::vector<Tensor>>(invalidArgument("no such extents"));
        };
        bench.source.set("m", twoEngines(picky, picky));
        const auto verdict = measured(bench, "m");
        QVERIFY(!verdict);
        QVERIFY(verdict.error().code == ErrorCode::FailedPrecondition);
        QVERIFY2(verdict.error().message.find("no such extents") != std::string::npos,
                 verdict.error().message.c_str());
    }

    void aModelThatWasNeverLoadedShowsItsVerdict()
    {
        Bench bench;
        bench.source.set("m", twoEngines(network(2), network(2)));
        const auto verdict = measured(bench, "m");
        QVERIFY2(verdict.has_value(), why(verdict).c_str());
        QCOMPARE(bench.workbench->model({"m", {}})->verdict, *verdict);
    }

    void unknownModelsAreToldAtOnce()
    {
        Bench bench;
        const auto verdict = measured(bench, "nobody");
        QVERIFY(!verdict);
        QVERIFY(verdict.error().code == ErrorCode::NotFound);
    }

    void twoMeasurementsOfOneModelAreOne()
    {
        Bench bench;
        bench.source.set("m", twoEngines(network(2), network(2)));
        bench.source.loadGate.close();
        auto first = begin(bench, "m");
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        auto second = begin(bench, "m");
        bench.source.loadGate.open();
        QCOMPARE(*first.get(), *second.get());
        QCOMPARE(bench.source.loads(), 2);
    }

    void aMeasurementEndsWithTheWorkbench()
    {
        Bench bench;
        FakeNetworkOptions endless;
        endless.endsWhenStopped = true;
        bench.source.set("m", twoEngines(endless, endless));
        bench.source.set("other", twoEngines(network(2), network(2)));
        auto underWay = begin(bench, "m");
        auto waiting = begin(bench, "other");
        QTRY_COMPARE(bench.source.loads(), 2);
        bench.workbench->stop(0ms);
        const auto ended = underWay.get();
        QVERIFY(!ended);
        QVERIFY2(ended.error().code == ErrorCode::Unavailable, ended.error().message.c_str());
        const auto refused = waiting.get();
        QVERIFY(!refused);
        QVERIFY(refused.error().code == ErrorCode::Unavailable);
        QVERIFY(measured(bench, "m").error().code == ErrorCode::Unavailable);
    }

    void aPersonsChoiceOfEngineHolds()
    {
        Bench bench;
        bench.source.set("m", twoEngines(network(2), network(3)));
        QVERIFY(bench.predict(requestFor("m")).has_value());
        QCOMPARE(engineOf(bench, "m"), std::string("onnxruntime"));
        const auto report = refreshed(bench, "m", "opencv");
        QVERIFY(report && report->reloaded);
        QCOMPARE(engineOf(bench, "m"), std::string("opencv"));
        QCOMPARE(bench.predict(requestFor("m"))->outputs[0].tensor.values<float>()[3], 12.0F);
        bench.source.change("m", "sha256:2");
        std::promise<void> again;
        bench.workbench->cache().refresh({"m", {}}, RefreshKind::IfChanged,
                                         [&](const auto &) { again.set_value(); });
        again.get_future().get();
        QCOMPARE(engineOf(bench, "m"), std::string("opencv"));
        QVERIFY(refreshed(bench, "m", "auto").has_value());
        QCOMPARE(engineOf(bench, "m"), std::string("onnxruntime"));
    }

    void aChoiceThatFailsLeavesWhatWas()
    {
        Bench bench;
        FakeModel model;
        model.engines = {{"opencv", network(2)}};
        bench.source.set("m", model);
        QVERIFY(bench.predict(requestFor("m")).has_value());
        const auto report = refreshed(bench, "m", "onnxruntime");
        QVERIFY(!report);
        QVERIFY(report.error().code == ErrorCode::FailedPrecondition);
        QVERIFY(bench.predict(requestFor("m")).has_value());
        const auto again = refreshed(bench, "m", "opencv");
        QVERIFY2(again.has_value(), again ? "" : again.error().message.c_str());

        const auto unknown = refreshed(bench, "m", "opencw");
        QVERIFY(!unknown);
        QVERIFY(unknown.error().code == ErrorCode::InvalidArgument);
        QVERIFY2(unknown.error().message.find("did you mean \"opencv\"") != std::string::npos,
                 unknown.error().message.c_str());
    }

    // Two at once: whoever fails must not leave the other's failed choice behind.
    void choicesThatFailTogetherLeaveWhatWas()
    {
        Bench bench;
        FakeModel model;
        model.engines = {{"opencv", network(2)}};
        bench.source.set("m", model);
        QVERIFY(bench.predict(requestFor("m")).has_value());
        bench.source.loadGate.close();
        std::promise<void> first;
        std::promise<void> second;
        bench.workbench->refreshWith({"m", {}}, "onnxruntime",
                                     [&](const auto &) { first.set_value(); });
        bench.workbench->refreshWith({"m", {}}, "onnxruntime",
                                     [&](const auto &) { second.set_value(); });
        bench.source.loadGate.open();
        first.get_future().get();
        second.get_future().get();
        unload(bench, "m");
        QVERIFY(bench.predict(requestFor("m")).has_value());
    }

    void theLastOfTwoChoicesIsInMemoryAndStays()
    {
        Bench bench;
        bench.source.set("m", twoEngines(network(2), network(3)));
        QVERIFY(bench.predict(requestFor("m")).has_value());
        for (int round = 0; round < 20; ++round) {
            std::promise<void> first;
            std::promise<void> second;
            bench.workbench->refreshWith({"m", {}}, "opencv",
                                         [&](const auto &) { first.set_value(); });
            bench.workbench->refreshWith({"m", {}}, "auto",
                                         [&](const auto &) { second.set_value(); });
            first.get_future().get();
            second.get_future().get();
            const std::string engine = engineOf(bench, "m");
            unload(bench, "m");
            QVERIFY(bench.predict(requestFor("m")).has_value());
            QCOMPARE(engineOf(bench, "m"), engine);
        }
    }

    // The choice comes while a refresh is under way that has read the files before.
    void aChoiceDuringARefreshHolds()
    {
        Bench bench;
        bench.source.set("m", twoEngines(network(2), network(3)));
        QVERIFY(bench.predict(requestFor("m")).has_value());
        bench.source.loadGate.close();
        bench.workbench->cache().refresh({"m", {}}, RefreshKind::Forced, [](const auto &) {});
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        std::promise<void> done;
        bench.workbench->refreshWith({"m", {}}, "opencv", [&](const auto &) { done.set_value(); });
        bench.source.loadGate.open();
        done.get_future().get();
        QCOMPARE(engineOf(bench, "m"), std::string("opencv"));
    }
};

QTEST_GUILESS_MAIN(TestMeasurement)
#include "tst_measurement.moc"
