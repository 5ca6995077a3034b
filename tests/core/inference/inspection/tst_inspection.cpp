// Looks inside networks by the workbench: graphs, weights and inner tensors, off the caller's
// thread.
#include "inference/workbench.h"
#include "onnx_builder.h"
#include "test_files.h"

#include <future>
#include <QTest>

using namespace warmbench;

namespace {

constexpr std::chrono::seconds patience{60};

// y = 2 * relu(x + w)
std::filesystem::path network(const QTemporaryDir &folder)
{
    OnnxBuilder net(13);
    net.input("x", {-1, 2});
    net.floats("w", {2}, {1, -10});
    net.floats("two", {1}, {2});
    net.node("Add", {"x", "w"}, {"sum"});
    net.node("Relu", {"sum"}, {"positive"});
    net.node("Mul", {"positive", "two"}, {"y"});
    net.output("y", {-1, 2});
    return net.save(folder, "net.onnx");
}

InputDecoder gives(const std::vector<float> &numbers)
{
    return [numbers](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
        const auto rows = static_cast<std::int64_t>(numbers.size() / 2);
        auto tensor = Tensor::fromValues<float>({rows, 2}, std::span(numbers));
        if (!tensor)
            return std::move(tensor).error();
        return InferenceInputs(TensorInputs{{"x", *std::move(tensor)}});
    };
}

class Inspected
{
public:
    Inspected()
        : workbench(options(), clock)
    {
    }
    static WorkbenchOptions options()
    {
        WorkbenchOptions made;
        made.cache.budget = mebibytes(256);
        made.workers = 2;
        return made;
    }
    Result<InnerTensor> tensor(const std::string &name, const std::vector<float> &numbers,
                               std::stop_token stop = {})
    {
        InnerTensorRequest request;
        request.model.name = "net";
        request.tensor = name;
        request.decode = gives(numbers);
        request.cancellation = std::move(stop);
        return waitFor<InnerTensor>(
            [&](auto done) { workbench.innerTensor(std::move(request), std::move(done)); });
    }
    Result<Prediction> predict(const std::vector<float> &numbers)
    {
        InferenceRequest request;
        request.model.name = "net";
        request.decode = gives(numbers);
        return waitFor<Prediction>(
            [&](auto done) { workbench.predict(std::move(request), std::move(done)); });
    }
    template <typename T, typename Ask>
    static Result<T> waitFor(Ask ask)
    {
        const auto promise = std::make_shared<std::promise<Result<T>>>();
        auto answer = promise->get_future();
        ask([promise](Result<T> told) { promise->set_value(std::move(told)); });
        if (answer.wait_for(patience) != std::future_status::ready)
            return Error{ErrorCode::Internal, "no answer came"};
        return answer.get();
    }

    SystemClock clock;
    Workbench workbench;
};

std::vector<float> numbersOf(const Result<InnerTensor> &found)
{
    if (!found) {
        qWarning("%s", found.error().message.c_str());
        return {};
    }
    const auto values = found->tensor.tensor.values<float>();
    return {values.begin(), values.end()};
}

} // namespace

class TestInspection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anInnerTensorIsThatOfTheInput()
    {
        const QTemporaryDir folder;
        Inspected bench;
        QVERIFY(bench.workbench.open(network(folder), false).has_value());
        QCOMPARE(numbersOf(bench.tensor("sum", {1, 2})), (std::vector<float>{2, -8}));
        QCOMPARE(numbersOf(bench.tensor("positive", {1, 2, 3, 14})),
                 (std::vector<float>{2, 0, 4, 4}));
        QCOMPARE(numbersOf(bench.tensor("x", {1, 2})), (std::vector<float>{1, 2}));
        QCOMPARE(numbersOf(bench.tensor("y", {1, 2})), (std::vector<float>{4, 0}));
    }

    void whatIsLoadedStaysAsItIs()
    {
        const QTemporaryDir folder;
        Inspected bench;
        QVERIFY(bench.workbench.open(network(folder), false).has_value());
        QVERIFY(bench.predict({1, 2}).has_value());
        const auto before = bench.workbench.model({"net", {}});
        QVERIFY(before && before->status.facts);
        QVERIFY(bench.tensor("sum", {5, 6}).has_value());
        const auto after = bench.workbench.model({"net", {}});
        QVERIFY(after->status.facts == before->status.facts);
        QCOMPARE(after->status.state, ModelState::Ready);
        const auto answer = bench.predict({1, 2});
        QVERIFY(answer.has_value());
        QCOMPARE(answer->outputs.size(), 1U);
        QCOMPARE(answer->outputs[0].name, std::string("y"));
    }

    void namesThatNobodyMakesAreExplained()
    {
        const QTemporaryDir folder;
        Inspected bench;
        QVERIFY(bench.workbench.open(network(folder), false).has_value());
        const auto wrong = bench.tensor("summ", {1, 2});
        QVERIFY(!wrong);
        QCOMPARE(wrong.error().code, ErrorCode::NotFound);
        QVERIFY2(wrong.error().message.find("sum") != std::string::npos,
                 wrong.error().message.c_str());
        QVERIFY(bench.tensor("w", {1, 2}).error().message.find("weight") != std::string::npos);
        QVERIFY(bench.tensor("n_Relu", {1, 2}).error().message.find("positive") !=
                std::string::npos);
        QCOMPARE(bench.tensor("", {1, 2}).error().code, ErrorCode::NotFound);
    }

    void aChangedFileIsNotMixedWithWhatIsLoaded()
    {
        const QTemporaryDir folder;
        Inspected bench;
        const auto path = network(folder);
        QVERIFY(bench.workbench.open(path, false).has_value());
        QVERIFY(bench.predict({1, 2}).has_value());
        OnnxBuilder other(13);
        other.input("x", {-1, 2});
        other.node("Neg", {"x"}, {"sum"});
        other.node("Abs", {"sum"}, {"y"});
        other.output("y", {-1, 2});
        other.save(folder, "net.onnx");
        const auto found = bench.tensor("sum", {1, 2});
        QVERIFY(!found);
        QVERIFY2(found.error().message.find("refresh") != std::string::npos,
                 found.error().message.c_str());
    }

    void whoHasGoneGetsCancelled()
    {
        const QTemporaryDir folder;
        Inspected bench;
        QVERIFY(bench.workbench.open(network(folder), false).has_value());
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(bench.tensor("sum", {1, 2}, stop.get_token()).error().code, ErrorCode::Cancelled);
        const auto graph = Inspected::waitFor<std::shared_ptr<const NetworkGraph>>([&](auto done) {
            bench.workbench.graph({"net", {}}, std::move(done), stop.get_token());
        });
        QCOMPARE(graph.error().code, ErrorCode::Cancelled);
    }

    void graphsNeedNoEngine()
    {
        Inspected bench;
        QVERIFY(bench.workbench.open(testModel("unknown_op.onnx"), false).has_value());
        const auto ask = [&](const std::string &name) {
            return Inspected::waitFor<std::shared_ptr<const NetworkGraph>>([&](auto done) {
                bench.workbench.graph({name, {}}, std::move(done));
            });
        };
        const auto graph = ask("unknown_op");
        QVERIFY2(graph.has_value(), graph ? "" : graph.error().message.c_str());
        QVERIFY(!(*graph)->nodes.empty());
        QCOMPARE(ask("nobody").error().code, ErrorCode::NotFound);
    }

    void weightsNeedNoEngine()
    {
        const QTemporaryDir folder;
        Inspected bench;
        QVERIFY(bench.workbench.open(network(folder), false).has_value());
        const auto found = Inspected::waitFor<WeightStatistics>([&](auto done) {
            bench.workbench.weights({"net", {}}, "w", std::move(done));
        });
        QVERIFY(found.has_value());
        QCOMPARE(found->values.min, -10.0);
        const auto status = bench.workbench.cache().status({"net", {}});
        QVERIFY(!status || status->state != ModelState::Ready);
    }

    void afterTheEndNothingIsLookedAt()
    {
        const QTemporaryDir folder;
        Inspected bench;
        QVERIFY(bench.workbench.open(network(folder), false).has_value());
        bench.workbench.stop(std::chrono::seconds(1));
        QCOMPARE(bench.tensor("sum", {1, 2}).error().code, ErrorCode::Unavailable);
        const auto graph = Inspected::waitFor<std::shared_ptr<const NetworkGraph>>([&](auto done) {
            bench.workbench.graph({"net", {}}, std::move(done));
        });
        QCOMPARE(graph.error().code, ErrorCode::Unavailable);
    }
};

QTEST_GUILESS_MAIN(TestInspection)
#include "tst_inspection.moc"
