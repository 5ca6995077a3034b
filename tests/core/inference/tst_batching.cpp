#include "inference/batching.h"
#include "make_tensor.h"

#include <QTest>
#include <QVector>

using namespace warmbench;

namespace {

using Words = std::vector<std::string>;

std::vector<float> floats(const Tensor &tensor)
{
    const auto values = tensor.values<float>();
    return {values.begin(), values.end()};
}

// Doubles what it gets and keeps the shapes it was run with.
struct Recorder
{
    std::vector<Shape> shapes;
    std::vector<DType> dtypes;

    FakeNetworkOptions options(NetworkSpec spec, bool batches = true)
    {
        FakeNetworkOptions made;
        made.spec = std::move(spec);
        made.batches = batches;
        made.answer = [this](std::span<const Tensor> inputs) -> Result<std::vector<Tensor>> {
            for (const Tensor &input : inputs) {
                shapes.push_back(input.shape());
                dtypes.push_back(input.dtype());
            }
            Tensor doubled = inputs.front();
            if (doubled.dtype() == DType::Float32) {
                for (float &value : doubled.mutableValues<float>())
                    value *= 2;
            }
            return std::vector<Tensor>{std::move(doubled)};
        };
        return made;
    }
};

NetworkSpec vectors(std::int64_t batch, std::int64_t width, DType dtype = DType::Float32)
{
    return networkSpec({tensorSpec("x", {batch, width}, dtype)},
                       {tensorSpec("y", {batch, width}, dtype)});
}

void errorNames(const Error &error, ErrorCode code, const Words &words)
{
    QCOMPARE(errorCodeName(error.code), errorCodeName(code));
    for (const std::string &word : words)
        QVERIFY2(error.message.find(word) != std::string::npos,
                 (error.message + " lacks: " + word).c_str());
}

} // namespace

namespace {

// What each run of a test may take.
RunControl &unlimited()
{
    static RunControl control;
    return control;
}

} // namespace

class TestBatching : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void firstExtentCountsSamplesWhereItIsFreeOrOne_data()
    {
        QTest::addColumn<QVector<QVector<qint64>>>("inputs");
        QTest::addColumn<bool>("batch");
        QTest::addColumn<QVector<qint64>>("sample");
        using Shapes = QVector<QVector<qint64>>;
        using Sizes = QVector<qint64>;
        QTest::newRow("free") << Shapes{{-1, 4}} << true << Sizes{4};
        QTest::newRow("one") << Shapes{{1, 3, 2, 2}} << true << Sizes{3, 2, 2};
        QTest::newRow("fixed at two") << Shapes{{2, 3}} << false << Sizes{2, 3};
        QTest::newRow("a single extent") << Shapes{{-1}} << false << Sizes{-1};
        QTest::newRow("a scalar") << Shapes{Sizes{}} << false << Sizes{};
        QTest::newRow("all inputs") << Shapes{{1, 4}, {-1, 2}} << true << Sizes{4};
        QTest::newRow("one input differs") << Shapes{{1, 4}, {3, 2}} << false << Sizes{1, 4};
        QTest::newRow("no inputs") << Shapes{} << false << Sizes{};
    }
    void firstExtentCountsSamplesWhereItIsFreeOrOne()
    {
        QFETCH(QVector<QVector<qint64>>, inputs);
        QFETCH(bool, batch);
        QFETCH(QVector<qint64>, sample);
        NetworkSpec spec;
        for (const auto &shape : inputs) {
            TensorSpec input{"x", DType::Float32, {}, {}};
            for (const qint64 size : shape)
                input.shape.push_back({size, {}});
            spec.inputs.push_back(std::move(input));
        }
        QCOMPARE(hasBatchDimension(spec), batch);
        if (inputs.isEmpty())
            return;
        QVector<qint64> found;
        for (const Dimension &dimension : sampleShape(spec, 0))
            found.push_back(dimension.size);
        QCOMPARE(found, sample);
    }

    void samplesOfOneShapeRunAsOneBatch()
    {
        Recorder recorder;
        FakeNetwork network(recorder.options(vectors(-1, 2)));
        const std::vector<Tensor> samples{tensorOf({2}, {1, 2}), tensorOf({2}, {3, 4}),
                                          tensorOf({2}, {5, 6})};
        const auto outputs = runSamples(network, samples, unlimited());
        QVERIFY(outputs.has_value());
        QCOMPARE(network.runs(), 1);
        QCOMPARE(recorder.shapes, std::vector<Shape>({{3, 2}}));
        QCOMPARE(outputs->at(0).shape(), Shape({3, 2}));
        QCOMPARE(floats(outputs->at(0)), std::vector<float>({2, 4, 6, 8, 10, 12}));
    }

    void aNetworkThatDoesNotBatchRunsSampleBySample_data()
    {
        QTest::addColumn<qint64>("batch");
        QTest::addColumn<bool>("batches");
        QTest::newRow("free, but the engine cannot") << qint64(-1) << false;
        QTest::newRow("fixed at one") << qint64(1) << false;
    }
    void aNetworkThatDoesNotBatchRunsSampleBySample()
    {
        QFETCH(qint64, batch);
        QFETCH(bool, batches);
        Recorder recorder;
        FakeNetwork network(recorder.options(vectors(batch, 2), batches));
        const std::vector<Tensor> samples{tensorOf({2}, {1, 2}), tensorOf({2}, {3, 4})};
        const auto outputs = runSamples(network, samples, unlimited());
        QVERIFY(outputs.has_value());
        QCOMPARE(recorder.shapes, std::vector<Shape>({{1, 2}, {1, 2}}));
        QCOMPARE(outputs->at(0).shape(), Shape({2, 2}));
        QCOMPARE(floats(outputs->at(0)), std::vector<float>({2, 4, 6, 8}));
    }

    void withoutABatchDimensionOutputsGetOne()
    {
        Recorder recorder;
        FakeNetwork network(recorder.options(vectors(2, 2), false));
        const std::vector<Tensor> samples{tensorOf({2, 2}, {1, 2, 3, 4}),
                                          tensorOf({2, 2}, {5, 6, 7, 8})};
        const auto outputs = runSamples(network, samples, unlimited());
        QVERIFY(outputs.has_value());
        QCOMPARE(recorder.shapes, std::vector<Shape>({{2, 2}, {2, 2}}));
        QCOMPARE(outputs->at(0).shape(), Shape({2, 2, 2}));
    }

    void samplesOfTwoShapesRunOneByOne()
    {
        FakeNetworkOptions options;
        options.spec = networkSpec({tensorSpec("x", {-1, -1})}, {tensorSpec("sum", {-1, 1})});
        options.answer = [](std::span<const Tensor> inputs) -> Result<std::vector<Tensor>> {
            float sum = 0;
            for (const float value : inputs.front().values<float>())
                sum += value;
            return std::vector<Tensor>{tensorOf({1, 1}, {sum})};
        };
        FakeNetwork network(options);
        const std::vector<Tensor> samples{tensorOf({2}, {1, 2}), tensorOf({3}, {3, 4, 5})};
        const auto outputs = runSamples(network, samples, unlimited());
        QVERIFY(outputs.has_value());
        QCOMPARE(network.runs(), 2);
        QCOMPARE(outputs->at(0).shape(), Shape({2, 1}));
        QCOMPARE(floats(outputs->at(0)), std::vector<float>({3, 12}));
    }

    void answersOfTwoShapesAreRefused()
    {
        Recorder recorder;
        FakeNetwork network(recorder.options(
            networkSpec({tensorSpec("x", {-1, -1})}, {tensorSpec("y", {-1, -1})})));
        const std::vector<Tensor> samples{tensorOf({2}, {1, 2}), tensorOf({3}, {3, 4, 5})};
        const auto outputs = runSamples(network, samples, unlimited());
        QVERIFY(!outputs);
        errorNames(outputs.error(), ErrorCode::InvalidArgument, {"one at a time"});
    }

    void samplesAreCastToTheDeclaredType()
    {
        Recorder recorder;
        FakeNetwork network(recorder.options(vectors(-1, 2, DType::Int64)));
        const std::vector<Tensor> samples{tensorOf({2}, {1, 2})};
        const auto outputs = runSamples(network, samples, unlimited());
        QVERIFY(outputs.has_value());
        QVERIFY(recorder.dtypes == std::vector{DType::Int64});
        QCOMPARE(outputs->at(0).values<std::int64_t>()[1], std::int64_t(2));
    }

    void samplesThatDoNotFitAreRefused_data()
    {
        QTest::addColumn<int>("which");
        QTest::addColumn<Words>("words");
        QTest::newRow("none") << 0 << Words{"empty", "at least one"};
        QTest::newRow("too long") << 1 << Words{"\"x\"", "[3]", "[2]", "reshape"};
        QTest::newRow("the second differs") << 2 << Words{"\"x\"", "[1]", "[2]"};
        QTest::newRow("what the type cannot hold") << 3 << Words{"\"x\"", "300"};
    }
    void samplesThatDoNotFitAreRefused()
    {
        QFETCH(int, which);
        QFETCH(Words, words);
        const std::vector<std::vector<Tensor>> cases{{},
                                                     {tensorOf({3}, {1, 2, 3})},
                                                     {tensorOf({2}, {1, 2}), tensorOf({1}, {1})},
                                                     {tensorOf({2}, {1, 300})}};
        FakeNetworkOptions options;
        options.spec = vectors(-1, 2, DType::UInt8);
        FakeNetwork network(options);
        const auto outputs = runSamples(network, cases.at(std::size_t(which)), unlimited());
        QVERIFY(!outputs);
        QCOMPARE(network.runs(), 0);
        errorNames(outputs.error(), ErrorCode::InvalidArgument, words);
    }

    void aNetworkOfSeveralInputsWantsThemByName()
    {
        FakeNetworkOptions options;
        options.spec = networkSpec({tensorSpec("left", {-1, 2}), tensorSpec("right", {-1, 2})},
                                   {tensorSpec("y", {-1, 2})});
        FakeNetwork network(options);
        const std::vector<Tensor> samples{tensorOf({2}, {1, 2})};
        const auto outputs = runSamples(network, samples, unlimited());
        QVERIFY(!outputs);
        errorNames(outputs.error(), ErrorCode::InvalidArgument,
                   {"2 inputs", "left and right", "\"tensors\""});
    }

    void cancellationStopsBetweenTwoRuns()
    {
        std::stop_source cancellation;
        FakeNetworkOptions options;
        options.spec = vectors(1, 2);
        options.batches = false;
        options.answer = [&](std::span<const Tensor> inputs) -> Result<std::vector<Tensor>> {
            cancellation.request_stop();
            return std::vector<Tensor>{inputs.front()};
        };
        FakeNetwork network(options);
        const std::vector<Tensor> samples(5, tensorOf({2}, {1, 2}));
        const SystemClock clock;
        RunControl control(SteadyTime::max(), clock, cancellation.get_token(), {});
        const auto outputs = runSamples(network, samples, control);
        QVERIFY(!outputs);
        QCOMPARE(errorCodeName(outputs.error().code), "CANCELLED");
        QCOMPARE(network.runs(), 1);
    }

    void theNetworksErrorComesThrough()
    {
        FakeNetworkOptions options;
        options.spec = vectors(1, 2);
        options.batches = false;
        options.answer = [](std::span<const Tensor>) -> Result<std::vector<Tensor>> {
            return failedPrecondition("Layer \"dense\" broke.");
        };
        FakeNetwork network(options);
        const std::vector<Tensor> samples(2, tensorOf({2}, {1, 2}));
        const auto outputs = runSamples(network, samples, unlimited());
        QVERIFY(!outputs);
        QCOMPARE(outputs.error(), failedPrecondition("Layer \"dense\" broke."));
        QCOMPARE(network.runs(), 1);
    }

    void namedInputsComeInTheNetworksOrderAndType()
    {
        const NetworkSpec spec =
            networkSpec({tensorSpec("left", {-1, 2}), tensorSpec("right", {1}, DType::Int32)}, {});
        const std::vector<NamedTensor> given{{"right", tensorOf({1}, {7})},
                                             {"left", tensorOf({3, 2}, {1, 2, 3, 4, 5, 6})}};
        const auto ordered = orderedInputs(spec, given);
        QVERIFY(ordered.has_value());
        QCOMPARE(ordered->at(0).shape(), Shape({3, 2}));
        QCOMPARE(ordered->at(1).values<std::int32_t>()[0], 7);
    }

    void namedInputsThatDoNotFitAreRefused_data()
    {
        QTest::addColumn<Words>("names");
        QTest::addColumn<int>("width");
        QTest::addColumn<Words>("words");
        const Words both{"left", "right"};
        QTest::newRow("missing") << Words{"left"} << 2
                                 << Words{"\"right\"", "missing", "[?, 2]", "float32"};
        QTest::newRow("unknown, near")
            << Words{"left", "rigth"} << 2
            << Words{"\"rigth\"", "did you mean \"right\"", "left and right"};
        QTest::newRow("unknown, far")
            << Words{"left", "zzzzzzzz"} << 2 << Words{"\"zzzzzzzz\"; its inputs"};
        QTest::newRow("twice") << Words{"left", "right", "left"} << 2 << Words{"\"left\"", "twice"};
        QTest::newRow("shape") << both << 3 << Words{"\"left\"", "[1, 3]", "[?, 2]"};
        QTest::newRow("none") << Words{} << 2 << Words{"\"left\"", "missing"};
        QTest::newRow("control characters in a name")
            << Words{"left\n\x1b[31m"} << 2 << Words{"left??[31m"};
    }
    void namedInputsThatDoNotFitAreRefused()
    {
        QFETCH(Words, names);
        QFETCH(int, width);
        QFETCH(Words, words);
        const NetworkSpec spec =
            networkSpec({tensorSpec("left", {-1, 2}), tensorSpec("right", {-1, 2})}, {});
        std::vector<NamedTensor> given;
        for (const std::string &name : names)
            given.push_back({name, zeros({1, width})});
        const auto ordered = orderedInputs(spec, given);
        QVERIFY(!ordered);
        errorNames(ordered.error(), ErrorCode::InvalidArgument, words);
    }
};

QTEST_APPLESS_MAIN(TestBatching)
#include "tst_batching.moc"
