// Two models beside each other on the same inputs.
#include "../workbench_bench.h"
#include "base/file.h"
#include "base/logging.h"
#include "inference/comparison/comparison_json.h"
#include "test_files.h"

#include <filesystem>
#include <future>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;
namespace fs = std::filesystem;

namespace {

using Compared = Result<Comparison>;

FakeNetworkOptions network(float factor)
{
    FakeNetworkOptions options;
    options.answer = [factor](std::span<const Tensor> inputs) {
        Tensor answer = inputs.front();
        for (float &value : answer.mutableValues<float>())
            value *= factor;
        return Result<std::vector<Tensor>>(std::vector<Tensor>{std::move(answer)});
    };
    return options;
}

FakeModel model(FakeNetworkOptions options)
{
    FakeModel made;
    made.network = std::move(options);
    return made;
}

// The same four numbers `count` times.
NextComparisonInput rows(int count)
{
    return [left = count, count]() mutable -> std::optional<ComparisonInput> {
        if (left == 0)
            return {};
        const int row = count - left--;
        return ComparisonInput{"row " + std::to_string(row),
                               std::make_shared<const std::string>("[1,2,3,4]"),
                               static_cast<std::size_t>(count)};
    };
}

ComparisonRequest request(const std::string &first, const std::string &second,
                          NextComparisonInput next)
{
    ComparisonRequest made;
    made.first.model.name = first;
    made.second.model.name = second;
    made.next = std::move(next);
    return made;
}

std::future<Compared> begin(Workbench &workbench, ComparisonRequest asked)
{
    const auto promise = std::make_shared<std::promise<Compared>>();
    workbench.compare(std::move(asked),
                      [promise](Compared told) { promise->set_value(std::move(told)); });
    return promise->get_future();
}

Compared awaited(std::future<Compared> &&answer)
{
    if (answer.wait_for(patience) != std::future_status::ready)
        return Error{ErrorCode::Internal, "no answer came"};
    return answer.get();
}

Compared compared(Workbench &workbench, ComparisonRequest asked)
{
    return awaited(begin(workbench, std::move(asked)));
}

std::string why(const Compared &comparison)
{
    return comparison ? comparisonJson(*comparison) : comparison.error().message;
}

// The sample models in a workbench of their own.
struct SampleModels
{
    SampleModels()
    {
        for (const char *name : {"digits.onnx", "iris.onnx"}) {
            if (!workbench.open(sampleFile(name), false))
                std::abort();
        }
    }
    Compared compared(ComparisonRequest asked) { return ::compared(workbench, std::move(asked)); }

    SystemClock clock;
    Workbench workbench{WorkbenchOptions(), clock};
};

NextComparisonInput pictures(std::initializer_list<const char *> names)
{
    std::vector<std::string> files;
    for (const char *name : names)
        files.push_back(sampleFile(name).string());
    return inputsFrom(std::move(files), mebibytes(1));
}

} // namespace

class TestComparison : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogLevel(LogLevel::Off); }

    // ---- the sample models

    void theSameModelTwiceChangesNothing()
    {
        SampleModels samples;
        const auto told = samples.compared(
            request("digits", "digits", pictures({"three.png", "eight.png", "three.json"})));
        QVERIFY2(told.has_value(), why(told).c_str());
        QCOMPARE(told->inputs.size(), std::size_t(3));
        const ComparisonSummary &summary = told->summary;
        QCOMPARE(summary.compared, std::size_t(3));
        QCOMPARE(summary.changed, std::size_t(0));
        QCOMPARE(summary.lowestCosine.value(), 1.0);
        QCOMPARE(summary.meanCosine.value(), 1.0);
        QCOMPARE(summary.largest.value(), 0.0);
        QVERIFY(summary.largestInput.empty());
        QVERIFY(told->inputs[0].first.text.starts_with("3 "));
        QCOMPARE(told->inputs[0].first.text, told->inputs[0].second.text);
        QVERIFY(told->inputs[1].first.text.starts_with("8 "));
        QVERIFY(summary.infer.first.count() > 0 && summary.infer.second.count() > 0);
        QVERIFY(summary.total.first >= summary.infer.first);
        QVERIFY(told->first.memory.count > 0);
        QCOMPARE(told->first.digest, told->second.digest);
        QCOMPARE(told->notes.front(), std::string("A and B are the same loaded model."));
    }

    // Digit 3 is called 8 there, and the other way round.
    void otherLabelsAreOtherAnswersToTheSameNumbers()
    {
        SampleModels samples;
        QTemporaryDir folder;
        const fs::path settings = fs::path(folder.path().toStdString()) / "swapped.json";
        auto own = readFile(sampleFile("digits.warmbench.json"), mebibytes(1));
        QVERIFY(own.has_value());
        const std::string key = "\"digits.labels.txt\"";
        const auto at = own->find(key);
        QVERIFY(at != std::string::npos);
        own->replace(at, key.size(), R"(["0","1","2","8","4","5","6","7","3","9"])");
        QVERIFY(writeFile(settings, *own).has_value());

        auto asked = request("digits", "digits", pictures({"three.png", "one.png", "eight.png"}));
        asked.second.settings = settings;
        const auto told = samples.compared(std::move(asked));
        QVERIFY2(told.has_value(), why(told).c_str());
        QCOMPARE(told->summary.changed, std::size_t(2));
        QVERIFY(told->inputs[0].changed && !told->inputs[1].changed && told->inputs[2].changed);
        QVERIFY(told->inputs[0].second.text.starts_with("8 "));
        QCOMPARE(told->summary.lowestCosine.value(), 1.0);
        QVERIFY(told->first.digest != told->second.digest);
        // What is served keeps its own settings.
        const auto view = samples.workbench.model({"digits", {}});
        QCOMPARE(view->status.facts->settings.labels.at(3), std::string("3"));
    }

    void anotherPreparationGivesOtherNumbers()
    {
        SampleModels samples;
        auto asked = request("digits", "digits", pictures({"three.png", "eight.png"}));
        asked.second.preparation.emplace();
        asked.second.preparation->width = asked.second.preparation->height = 8;
        asked.second.preparation->channels = Channels::Gray;
        asked.second.preparation->scale = -1.0 / 255;
        const auto told = samples.compared(std::move(asked));
        QVERIFY2(told.has_value(), why(told).c_str());
        QVERIFY(*told->summary.lowestCosine < 0.9);
        QVERIFY(*told->summary.largest > 0.1);
        QVERIFY(told->summary.largestInput.ends_with(".png"));

        asked = request("iris", "iris", rows(1));
        asked.second.preparation.emplace();
        const auto refused = samples.compared(std::move(asked));
        QVERIFY(!refused);
        QVERIFY2(refused.error().message.starts_with("B: The model \"iris\" takes no pictures"),
                 why(refused).c_str());
    }

    void aRefusedInputIsToldAndTheOthersAreCompared()
    {
        SampleModels samples;
        const auto told = samples.compared(
            request("digits", "digits", pictures({"README.md", "missing.png", "three.png"})));
        QVERIFY2(told.has_value(), why(told).c_str());
        QCOMPARE(told->summary.refused, std::size_t(2));
        QCOMPARE(told->summary.compared, std::size_t(1));
        QVERIFY(!told->inputs[0].first.refusal.empty());
        QCOMPARE(told->inputs[0].first.refusal, told->inputs[0].second.refusal);
        QVERIFY(told->inputs[1].first.refusal.find("missing.png") != std::string::npos);
        QVERIFY(told->inputs[2].compared());
    }

    void whatOneOfThemRefusesTheOtherStillAnswers()
    {
        SampleModels samples;
        const auto told = samples.compared(request("digits", "iris", pictures({"three.png"})));
        QVERIFY2(told.has_value(), why(told).c_str());
        QVERIFY(told->inputs[0].first.text.starts_with("3 "));
        QVERIFY(told->inputs[0].second.text.empty());
        QVERIFY(told->inputs[0].second.refusal.find("iris") != std::string::npos);
        QCOMPARE(told->summary.compared, std::size_t(0));
        QVERIFY(!told->summary.lowestCosine);
    }

    void answersThatCannotBeComparedAreNoChanges()
    {
        ComparedInput one;
        one.runs = 5;
        one.first.infer = one.second.infer = std::chrono::milliseconds(3);
        one.comparable = false;
        one.difference = "A is for classification, B for detection";
        ComparedInput refused = one;
        refused.second.refusal = "no";
        const Comparison whole{{}, {}, {one, one, refused}, summaryOf({one, one, refused}), {}};
        QCOMPARE(whole.summary.refused, std::size_t(1));
        QCOMPARE(whole.summary.answered(), std::size_t(2));
        QCOMPARE(whole.summary.compared, std::size_t(0));
        QCOMPARE(whole.summary.changed, std::size_t(0));
        QCOMPARE(whole.summary.infer.first, one.first.infer); // they ran all the same
        const auto inputs = QJsonDocument::fromJson(
            QByteArray::fromStdString(comparisonJson(whole)))[QLatin1String("inputs")];
        QCOMPARE(inputs[0][QLatin1String("comparable")], QJsonValue(false));
        QVERIFY(inputs[0][QLatin1String("changed")].isNull());
        QVERIFY(inputs[2][QLatin1String("comparable")].isNull());
    }

    // ---- engines, runs and notes

    void latenciesThatTheMachineDecidesAreAlike()
    {
        using namespace std::chrono_literals;
        const auto alike = [](std::chrono::nanoseconds a, std::chrono::nanoseconds b) {
            return Latencies{a, b}.areAlike() && Latencies{b, a}.areAlike();
        };
        QVERIFY(alike(22us, 35us)); // a few microseconds
        QVERIFY(alike(10ms, 10900us));
        QVERIFY(!alike(10ms, 12ms));
        QVERIFY(!alike(22us, 45us));
        QVERIFY(alike(0ns, 0ns));
    }

    void twoEnginesOfOneModelAreLoadedBesideWhatIsServed()
    {
        Bench bench;
        FakeModel two;
        two.engines = {{"onnxruntime", network(1)}, {"opencv", network(2)}};
        bench.source.set("m", two);
        QVERIFY(bench.predict(requestFor("m")).has_value());
        auto asked = request("m", "m", rows(2));
        asked.first.engine = "onnxruntime";
        asked.second.engine = "opencv";
        const auto told = compared(*bench.workbench, std::move(asked));
        QVERIFY2(told.has_value(), why(told).c_str());
        QCOMPARE(told->first.engine, std::string("onnxruntime"));
        QCOMPARE(told->second.engine, std::string("opencv"));
        QCOMPARE(told->summary.changed, std::size_t(2));
        QVERIFY(*told->summary.lowestCosine > 0.999999);
        QCOMPARE(told->summary.largest.value(), 4.0);
        QCOMPARE(told->summary.largestInput, std::string("row 0"));
        QCOMPARE(bench.source.loads(), 2); // A is the served one
        QCOMPARE(bench.source.alive(), 1); // and B has gone
        QCOMPARE(bench.workbench->model({"m", {}})->status.facts->engine,
                 std::string("onnxruntime"));
    }

    void aModelThatDoesNotLoadEndsIt()
    {
        Bench bench;
        bench.source.set("good", model(network(1)));
        FakeModel bad;
        bad.loadError = failedPrecondition("the file is broken");
        bench.source.set("bad", bad);
        const auto told = compared(*bench.workbench, request("good", "bad", rows(1)));
        QVERIFY(!told);
        QCOMPARE(told.error().message, std::string("B: the file is broken"));
        const auto unknown = compared(*bench.workbench, request("none", "good", rows(1)));
        QVERIFY(!unknown && unknown.error().code == ErrorCode::NotFound);
        const auto nothing = compared(*bench.workbench, request("good", "good", rows(0)));
        QVERIFY(!nothing && nothing.error().code == ErrorCode::InvalidArgument);
    }

    void aNetworkThatDoesNotFitBesideIsRefusedWithTheNumbers()
    {
        WorkbenchOptions options;
        options.cache.budget = {1500};
        Bench bench(options);
        FakeModel two;
        two.engines = {{"onnxruntime", network(1)}, {"opencv", network(2)}};
        bench.source.set("m", two);
        auto asked = request("m", "m", rows(1));
        asked.second.engine = "opencv";
        const auto told = compared(*bench.workbench, std::move(asked));
        QVERIFY(!told && told.error().code == ErrorCode::ResourceExhausted);
        QVERIFY2(told.error().message.find("1000 bytes") != std::string::npos, why(told).c_str());
    }

    void eachRunsOnceBeforeItsTimesCountAndTheyTakeTurns()
    {
        Bench bench;
        std::mutex mutex;
        std::string order;
        const auto noting = [&](char name) {
            FakeNetworkOptions options = network(1);
            options.answer = [&, name, plain = options.answer](std::span<const Tensor> inputs) {
                const std::lock_guard lock(mutex);
                order += name;
                return plain(inputs);
            };
            return options;
        };
        bench.source.set("a", model(noting('a')));
        bench.source.set("b", model(noting('b')));
        auto asked = request("a", "b", rows(2));
        asked.runs = 2;
        const auto told = compared(*bench.workbench, std::move(asked));
        QVERIFY2(told.has_value(), why(told).c_str());
        QCOMPARE(order, std::string("aabbba") + "abba");
        QCOMPARE(told->summary.runs, std::size_t(4));
        QCOMPARE(told->inputs[0].runs, std::size_t(2));
    }

    void fewRunsAreNoFiguresToTrust()
    {
        Bench bench;
        bench.source.set("a", model(network(1)));
        bench.source.set("b", model(network(1)));
        const auto four = compared(*bench.workbench, request("a", "b", rows(4)));
        QVERIFY2(four.has_value(), why(four).c_str());
        QVERIFY(!four->summary.latenciesTrusted());
        QCOMPARE(four->notes.size(), std::size_t(1));
        QVERIFY2(four->notes[0].starts_with("The latencies cannot be trusted: 4 runs"),
                 four->notes[0].c_str());
        const auto five = compared(*bench.workbench, request("a", "b", rows(5)));
        QVERIFY(five->summary.latenciesTrusted());
        QVERIFY(five->notes.empty());
    }

    // ---- while it runs

    void eachInputIsHeardOnceItIsCompared()
    {
        Bench bench;
        bench.source.set("a", model(network(1)));
        bench.source.set("b", model(network(2)));
        auto asked = request("a", "b", rows(3));
        std::vector<std::string> heard;
        asked.heard = [&](const ComparedInput &input, ComparisonProgress progress) {
            heard.push_back(input.name + (input.changed ? " changed " : " same ") +
                            std::to_string(progress.done) + "/" +
                            std::to_string(progress.expected));
        };
        QVERIFY(compared(*bench.workbench, std::move(asked)).has_value());
        QCOMPARE(heard, (std::vector<std::string>{"row 0 changed 1/3", "row 1 changed 2/3",
                                                  "row 2 changed 3/3"}));
    }

    void aCancelledComparisonEnds()
    {
        Bench bench;
        FakeNetworkOptions endless;
        endless.endsWhenStopped = true;
        endless.runGate = std::make_shared<Gate>();
        bench.source.set("a", model(endless));
        bench.source.set("b", model(network(1)));
        std::stop_source stop;
        auto asked = request("a", "b", rows(3));
        asked.cancellation = stop.get_token();
        std::atomic<int> heard = 0;
        asked.heard = [&](const auto &, auto) { ++heard; };
        auto answer = begin(*bench.workbench, std::move(asked));
        QVERIFY(endless.runGate->awaitPassed(1));
        stop.request_stop();
        const auto told = awaited(std::move(answer));
        QVERIFY(!told);
        QVERIFY2(told.error().code == ErrorCode::Cancelled, why(told).c_str());
        QCOMPARE(heard.load(), 0);
        // The next one is not kept waiting.
        QVERIFY(compared(*bench.workbench, request("b", "b", rows(1))).has_value());
    }

    // A load cannot be ended, but nobody has to wait for it.
    void oneThatStillLoadsIsCancelledAtOnce()
    {
        Bench bench;
        bench.source.set("a", model(network(1)));
        bench.source.loadGate.close();
        std::stop_source stop;
        auto asked = request("a", "a", rows(1));
        asked.cancellation = stop.get_token();
        auto answer = begin(*bench.workbench, std::move(asked));
        QVERIFY(bench.source.loadGate.awaitWaiting(1));
        stop.request_stop();
        const auto told = awaited(std::move(answer));
        bench.source.loadGate.open();
        QVERIFY(!told && told.error().code == ErrorCode::Cancelled);
    }

    void theEndOfTheWorkbenchEndsThoseThatRunAndThoseThatWait()
    {
        Bench bench;
        FakeNetworkOptions endless;
        endless.endsWhenStopped = true;
        endless.runGate = std::make_shared<Gate>();
        bench.source.set("a", model(endless));
        std::vector<std::future<Compared>> answers;
        for (int i = 0; i < 2; ++i)
            answers.push_back(begin(*bench.workbench, request("a", "a", rows(1))));
        QVERIFY(endless.runGate->awaitPassed(1));
        bench.workbench->stop(std::chrono::seconds(2));
        answers.push_back(begin(*bench.workbench, request("a", "a", rows(1))));
        for (auto &answer : answers) {
            const auto told = awaited(std::move(answer));
            QVERIFY(!told);
            QVERIFY2(told.error().code == ErrorCode::Unavailable, why(told).c_str());
        }
    }

    void theJsonIsOneObjectAndHasNullForWhatThereIsNot()
    {
        SampleModels samples;
        const auto told =
            samples.compared(request("digits", "iris", pictures({"three.png", "missing.png"})));
        QVERIFY2(told.has_value(), why(told).c_str());
        const QByteArray text = QByteArray::fromStdString(comparisonJson(*told));
        const QJsonObject root = QJsonDocument::fromJson(text).object();
        QCOMPARE(root.keys(),
                 (QStringList{QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("inputs"),
                              QStringLiteral("notes"), QStringLiteral("summary")}));
        const auto first = root[QLatin1String("inputs")][0];
        QVERIFY(first[QLatin1String("changed")].isNull() &&
                first[QLatin1String("cosine")].isNull());
        QVERIFY(first[QLatin1String("a")][QLatin1String("error")].isNull() &&
                first[QLatin1String("a")][QLatin1String("infer_ms")].isDouble());
        QVERIFY(first[QLatin1String("b")][QLatin1String("error")].isString() &&
                first[QLatin1String("b")][QLatin1String("infer_ms")].isNull());
        QVERIFY(root[QLatin1String("summary")][QLatin1String("infer_ms")].isNull());
        QCOMPARE(root[QLatin1String("summary")][QLatin1String("refused")].toInt(), 2);
    }
};

QTEST_GUILESS_MAIN(TestComparison)
#include "tst_comparison.moc"
