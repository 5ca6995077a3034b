#include "inference/postprocessing.h"
#include "inference/prediction_flow.h"
#include "make_tensor.h"
#include "manual_clock.h"

#include <QTest>

using namespace warmbench;
using namespace std::chrono_literals;

namespace {

constexpr SteadyTime never = SteadyTime::max();

InferenceRequest requestOf(InferenceInputs inputs)
{
    InferenceRequest request;
    request.decode = [inputs = std::move(inputs)](const ModelBundle &, RunControl &) {
        return Result<InferenceInputs>(inputs);
    };
    return request;
}

InferenceRequest oneSample()
{
    return requestOf(SampleInputs{tensorOf({4}, {1, 2, 3, 4})});
}

ModelBundle echo()
{
    return loadedModel({});
}

// Takes 2x2 pictures as [1, 3, 2, 2] and gives them back.
ModelBundle mirror()
{
    FakeNetworkOptions options;
    options.spec = networkSpec({tensorSpec("x", {-1, 3, 2, 2})}, {tensorSpec("y", {-1, 3, 2, 2})});
    InputPlan plan;
    plan.kind = InputKind::Image;
    plan.preprocessing.width = 2;
    plan.preprocessing.height = 2;
    return loadedModel(std::move(options), {}, std::move(plan));
}

Image white(int width, int height)
{
    return {width, height,
            std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3), 255)};
}

int runsOf(const ModelBundle &model)
{
    return static_cast<const FakeNetwork &>(*model.network).runs();
}

} // namespace

class TestPredictionFlow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachPhaseIsTimed()
    {
        ManualClock clock;
        FakeNetworkOptions options;
        options.answer = [&](std::span<const Tensor> inputs) {
            clock.advance(5ms);
            return Result<std::vector<Tensor>>(std::vector<Tensor>{inputs.front()});
        };
        const ModelBundle model = loadedModel(std::move(options));
        InferenceRequest request;
        request.decode = [&](const ModelBundle &, RunControl &) {
            clock.advance(3ms);
            return Result<InferenceInputs>(SampleInputs{tensorOf({4}, {1, 2, 3, 4})});
        };
        const auto prediction = runPrediction(model, request, never, clock);
        QVERIFY(prediction.has_value());
        QCOMPARE(prediction->timings[Phase::Queue], 0ns);
        QCOMPARE(prediction->timings[Phase::Decode], 3ms);
        QCOMPARE(prediction->timings[Phase::Preprocess], 0ms);
        QCOMPARE(prediction->timings[Phase::Infer], 5ms);
        QCOMPARE(prediction->timings[Phase::Postprocess], 0ms);
    }

    void phasesHaveTheNamesThatClientsSee()
    {
        std::string names;
        for (const Phase phase : allPhases)
            names += std::string(phaseName(phase)) + " ";
        QCOMPARE(names, std::string("load queue decode preprocess infer postprocess "));
    }

    void theAnswerSaysWhoGaveIt()
    {
        ModelBundle model = echo();
        model.settings.task = Task::Classification;
        const auto prediction = runPrediction(model, oneSample(), never, ManualClock());
        QVERIFY(prediction.has_value());
        QCOMPARE(prediction->model.name, std::string("m"));
        QCOMPARE(prediction->model.version, std::string("1"));
        QCOMPARE(prediction->digest, std::string("sha256:1"));
        QCOMPARE(prediction->engine, std::string("fake"));
        QVERIFY(prediction->task == Task::Classification);
        QCOMPARE(int(prediction->outputs.size()), 1);
        QCOMPARE(prediction->outputs[0].name, std::string("y"));
        QCOMPARE(prediction->outputs[0].tensor.shape(), Shape({1, 4}));
        QCOMPARE(prediction->results.at(0).classes.at(0).index, 3);
        QVERIFY(!prediction->seen);
    }

    void aSinglePictureKeepsWhatTheNetworkSaw()
    {
        const auto one =
            runPrediction(mirror(), requestOf(ImageInputs{white(8, 4)}), never, ManualClock());
        QVERIFY2(one.has_value(), one ? "" : one.error().message.c_str());
        QCOMPARE(one->seen->shape(), Shape({3, 2, 2}));
        QCOMPARE(one->seen->values<float>()[0], 1.0F);
        QCOMPARE(one->mapping->originalWidth, 8);
        QCOMPARE(one->mapping->scaleX, 4.0);
        QCOMPARE(one->outputs[0].tensor.shape(), Shape({1, 3, 2, 2}));
        QVERIFY(one->results.at(0).image.has_value());

        const auto two = runPrediction(mirror(), requestOf(ImageInputs{white(8, 4), white(3, 3)}),
                                       never, ManualClock());
        QVERIFY(two.has_value());
        QVERIFY(!two->seen);
        QVERIFY(!two->mapping);
        QCOMPARE(int(two->results.size()), 2);
    }

    void namedTensorsRunAsTheyAre()
    {
        const ModelBundle model = echo();
        const auto prediction = runPrediction(model, requestOf(TensorInputs{{"x", zeros({3, 4})}}),
                                              never, ManualClock());
        QVERIFY(prediction.has_value());
        QCOMPARE(runsOf(model), 1);
        QCOMPARE(prediction->outputs[0].tensor.shape(), Shape({3, 4}));
        QCOMPARE(int(prediction->results.size()), 3);
    }

    void badInputIsRefusedBeforeTheNetworkRuns_data()
    {
        QTest::addColumn<int>("which");
        QTest::addColumn<QByteArray>("word");
        QTest::newRow("a picture for a network of numbers") << 0 << QByteArray("not pictures");
        QTest::newRow("a sample of another shape") << 1 << QByteArray("[3]");
        QTest::newRow("an unknown tensor") << 2 << QByteArray("\"z\"");
        QTest::newRow("no picture") << 3 << QByteArray("at least one");
        QTest::newRow("an empty picture") << 4 << QByteArray("");
    }
    void badInputIsRefusedBeforeTheNetworkRuns()
    {
        QFETCH(int, which);
        QFETCH(QByteArray, word);
        const std::vector<InferenceInputs> inputs{
            ImageInputs{white(2, 2)}, SampleInputs{zeros({3})}, TensorInputs{{"z", zeros({1, 4})}},
            ImageInputs{}, ImageInputs{Image()}};
        const ModelBundle model = which < 3 ? echo() : mirror();
        const auto prediction =
            runPrediction(model, requestOf(inputs.at(std::size_t(which))), never, ManualClock());
        QVERIFY(!prediction);
        QCOMPARE(errorCodeName(prediction.error().code), "INVALID_ARGUMENT");
        QVERIFY2(prediction.error().message.find(word.toStdString()) != std::string::npos,
                 prediction.error().message.c_str());
        QCOMPARE(runsOf(model), 0);
    }

    void errorsComeThrough()
    {
        InferenceRequest request;
        request.decode = [](const ModelBundle &, RunControl &) {
            return Result<InferenceInputs>(invalidArgument("No numbers here."));
        };
        auto prediction = runPrediction(echo(), request, never, ManualClock());
        QVERIFY(!prediction);
        QCOMPARE(prediction.error(), invalidArgument("No numbers here."));

        FakeNetworkOptions options;
        options.answer = [](std::span<const Tensor>) {
            return Result<std::vector<Tensor>>(failedPrecondition("Layer \"dense\" broke."));
        };
        prediction =
            runPrediction(loadedModel(std::move(options)), oneSample(), never, ManualClock());
        QVERIFY(!prediction);
        QCOMPARE(prediction.error(), failedPrecondition("Layer \"dense\" broke."));

        ModelBundle model = echo();
        model.settings.task = Task::Segmentation;
        prediction = runPrediction(model, oneSample(), never, ManualClock());
        QVERIFY(!prediction);
        QCOMPARE(errorCodeName(prediction.error().code), "FAILED_PRECONDITION");
    }

    void aPassedDeadlineEndsItBetweenTwoPhases()
    {
        ManualClock clock;
        const ModelBundle model = echo();
        InferenceRequest request = oneSample();
        int decoded = 0;
        request.decode = [&](const ModelBundle &, RunControl &) {
            ++decoded;
            clock.advance(10ms);
            return Result<InferenceInputs>(SampleInputs{tensorOf({4}, {1, 2, 3, 4})});
        };
        auto prediction = runPrediction(model, request, clock.now() + 10ms, clock);
        QVERIFY(!prediction);
        QCOMPARE(errorCodeName(prediction.error().code), "DEADLINE_EXCEEDED");
        QCOMPARE(decoded, 1);
        QCOMPARE(runsOf(model), 0);

        prediction = runPrediction(model, request, clock.now(), clock);
        QVERIFY(!prediction);
        QCOMPARE(decoded, 1);

        prediction = runPrediction(model, request, clock.now() + 11ms, clock);
        QVERIFY(prediction.has_value());
    }

    void aClientThatWentAwayEndsItBetweenTwoPhases()
    {
        const ModelBundle model = echo();
        std::stop_source cancellation;
        InferenceRequest request;
        request.cancellation = cancellation.get_token();
        request.decode = [&](const ModelBundle &, RunControl &) {
            cancellation.request_stop();
            return Result<InferenceInputs>(SampleInputs{tensorOf({4}, {1, 2, 3, 4})});
        };
        const auto prediction = runPrediction(model, request, never, ManualClock());
        QVERIFY(!prediction);
        QCOMPARE(errorCodeName(prediction.error().code), "CANCELLED");
        QCOMPARE(runsOf(model), 0);
    }

    void samplesRunInPiecesOfBoundedBytes()
    {
        constexpr std::size_t count = 50;
        const std::int64_t size = 1 << 18; // floats: 1 MiB
        FakeNetworkOptions options;
        options.spec = networkSpec({tensorSpec("x", {-1, size})}, {tensorSpec("y", {-1, 1})});
        std::vector<std::int64_t> batches;
        int alive = 0;
        int mostAlive = 0;
        options.answer = [&](std::span<const Tensor> inputs) {
            batches.push_back(inputs[0].shape()[0]);
            alive = 0;
            auto output = Tensor::create(DType::Float32, {batches.back(), 1});
            for (std::int64_t i = 0; i < batches.back(); ++i)
                output->mutableValues<float>()[std::size_t(i)] =
                    inputs[0].values<float>()[std::size_t(i * size)];
            return Result<std::vector<Tensor>>(std::vector<Tensor>{std::move(*output)});
        };
        const ModelBundle model = loadedModel(std::move(options));
        InferenceRequest request;
        request.decode = [&](const ModelBundle &, RunControl &) {
            return Result<InferenceInputs>(SampleInputs(count, [&](std::size_t i, RunControl &) {
                mostAlive = std::max(mostAlive, ++alive);
                auto tensor = Tensor::create(DType::Float32, {size});
                tensor->mutableValues<float>()[0] = static_cast<float>(i);
                return tensor;
            }));
        };
        request.memory = std::make_shared<MemoryBudget>(mebibytes(40));
        {
            const ManualClock clock;
            const auto prediction = runPrediction(model, request, never, clock);
            QVERIFY2(prediction, prediction ? "" : prediction.error().message.c_str());
            QVERIFY(batches.size() > 2);
            QVERIFY(mostAlive < 20);
            QCOMPARE(prediction->runs, batches.size());
            QCOMPARE(prediction->outputs[0].tensor.shape(), Shape({std::int64_t{count}, 1}));
            for (std::size_t i = 0; i < count; ++i)
                QCOMPARE(prediction->outputs[0].tensor.values<float>()[i], static_cast<float>(i));
            QCOMPARE(prediction->results.size(), count);
        }
        QCOMPARE(request.memory->held(), std::size_t{0});
    }

    void whatPiecesBecomeIsCountedBeforeItIsMade()
    {
        FakeNetworkOptions options;
        options.spec = networkSpec({tensorSpec("x", {-1, 4})}, {tensorSpec("y", {-1, 1 << 20})});
        const ModelBundle model = loadedModel(std::move(options));
        InferenceRequest request = requestOf(SampleInputs(std::vector<Tensor>(30, zeros({4}))));
        request.memory = std::make_shared<MemoryBudget>(mebibytes(100));
        const auto prediction = runPrediction(model, request, never, ManualClock());
        QVERIFY(!prediction);
        QCOMPARE(errorCodeName(prediction.error().code), "RESOURCE_EXHAUSTED");
        QVERIFY(prediction.error().message.find("outputs") != std::string::npos);
        QCOMPARE(runsOf(model), 0);
        QCOMPARE(request.memory->held(), std::size_t{0});
    }

    void aPassedDeadlineEndsItBetweenTwoPieces()
    {
        ManualClock clock;
        FakeNetworkOptions options;
        options.batches = false;
        options.answer = [&](std::span<const Tensor> inputs) {
            clock.advance(10ms);
            return Result<std::vector<Tensor>>(std::vector<Tensor>{inputs.front()});
        };
        const ModelBundle model = loadedModel(std::move(options));
        const InferenceRequest request =
            requestOf(SampleInputs(std::vector<Tensor>(100, zeros({4}))));
        const auto prediction = runPrediction(model, request, clock.now() + 35ms, clock);
        QVERIFY(!prediction);
        QCOMPARE(errorCodeName(prediction.error().code), "DEADLINE_EXCEEDED");
        QCOMPARE(runsOf(model), 4);
    }

    void aPassedDeadlineEndsItWithinDecoding()
    {
        ManualClock clock;
        const ModelBundle model = echo();
        InferenceRequest request;
        int made = 0;
        request.decode = [&](const ModelBundle &, RunControl &) {
            return Result<InferenceInputs>(
                SampleInputs(100'000, [&](std::size_t, RunControl &) -> Result<Tensor> {
                    ++made;
                    clock.advance(1ms);
                    return zeros({4});
                }));
        };
        const auto prediction = runPrediction(model, request, clock.now() + 100ms, clock);
        QVERIFY(!prediction);
        QCOMPARE(errorCodeName(prediction.error().code), "DEADLINE_EXCEEDED");
        QVERIFY2(made < 500, QByteArray::number(made).constData());
        QCOMPARE(runsOf(model), 0);
    }

    void unequalBatchesAreTheClientsToMend()
    {
        FakeNetworkOptions options;
        options.spec = networkSpec({tensorSpec("a", {-1, 2}), tensorSpec("b", {-1, 3})},
                                   {tensorSpec("y", {-1, 2}), tensorSpec("z", {-1, 3})});
        const ModelBundle model = loadedModel(std::move(options));
        const auto prediction = runPrediction(
            model, requestOf(TensorInputs{{"a", zeros({2, 2})}, {"b", zeros({3, 3})}}), never,
            ManualClock());
        QVERIFY(!prediction);
        QCOMPARE(errorCodeName(prediction.error().code), "INVALID_ARGUMENT");
        for (const char *word : {"\"a\" has 2", "\"b\" has 3"})
            QVERIFY2(prediction.error().message.find(word) != std::string::npos,
                     prediction.error().message.c_str());
        QCOMPARE(runsOf(model), 0);
    }

    void picturesOfASizeThatTheNetworkDoesNotTakeAreTheSettingsFault()
    {
        ModelBundle model = mirror();
        model.input.preprocessing.width = 3;
        const auto prediction =
            runPrediction(model, requestOf(ImageInputs{white(8, 4)}), never, ManualClock());
        QVERIFY(!prediction);
        QCOMPARE(errorCodeName(prediction.error().code), "FAILED_PRECONDITION");
        QVERIFY(prediction.error().message.find("settings") != std::string::npos);
        QCOMPARE(runsOf(model), 0);
    }

    void aSizeThatNoPictureHasIsTheClientsToMendWhereItChoseIt()
    {
        FakeNetworkOptions options;
        options.spec =
            networkSpec({tensorSpec("x", {-1, -1, -1, -1})}, {tensorSpec("y", {-1, -1, -1, -1})});
        ModelSettings settings;
        settings.task = Task::Image;
        const ModelBundle model = loadedModel(std::move(options), settings);
        const auto prediction = runPrediction(
            model, requestOf(TensorInputs{{"x", zeros({1, 2, 5, 5})}}), never, ManualClock());
        QVERIFY(!prediction);
        QCOMPARE(errorCodeName(prediction.error().code), "INVALID_ARGUMENT");
    }

    void slidersReachTheDecoder()
    {
        FakeNetworkOptions options;
        options.spec = networkSpec({tensorSpec("x", {-1, 4})}, {tensorSpec("scores", {-1, 1, 2}),
                                                                tensorSpec("boxes", {-1, 1, 4})});
        options.answer = [](std::span<const Tensor>) {
            return Result<std::vector<Tensor>>(std::vector<Tensor>{
                tensorOf({1, 1, 2}, {0.5F, 0.5F}), tensorOf({1, 1, 4}, {0, 0, 1, 1})});
        };
        ModelSettings settings;
        settings.decoder = DecoderSettings{"ultraface", 0.7, 0.3, 0};
        ModelBundle model = loadedModel(std::move(options), settings);
        InferenceRequest request = oneSample();
        // Boxes are laid over a picture, whose size a network of four numbers does not tell.
        const auto sizeless = runPrediction(model, request, never, ManualClock());
        QVERIFY(!sizeless);
        QVERIFY(sizeless.error().message.find("pictures") != std::string::npos);
        model.input.preprocessing.width = model.input.preprocessing.height = 100;
        auto prediction = runPrediction(model, request, never, ManualClock());
        QVERIFY(prediction.has_value());
        QVERIFY(prediction->results.at(0).detections.empty());
        request.answer = {0.4, 0.3, {}};
        prediction = runPrediction(model, request, never, ManualClock());
        QVERIFY(prediction.has_value());
        QCOMPARE(int(prediction->results.at(0).detections.size()), 1);

        // And again, without a run.
        const auto *const network = static_cast<const FakeNetwork *>(model.network.get());
        const int runs = network->runs();
        const auto none = answerAgain(model, *prediction, {0.6, 0.3, {}});
        QVERIFY(none.has_value());
        QVERIFY(none->at(0).detections.empty());
        const auto same = answerAgain(model, *prediction, request.answer);
        QVERIFY(same.has_value());
        QCOMPARE(int(same->at(0).detections.size()), 1);
        QCOMPARE(same->at(0).detections[0].right, prediction->results[0].detections[0].right);
        QCOMPARE(network->runs(), runs);
        model.digest = "sha256:other";
        QVERIFY(answerAgain(model, *prediction, {}).error().message.find("run it again") !=
                std::string::npos);
    }

    void anAnswerToSeveralPicturesIsNotDecodedAgain()
    {
        const ModelBundle model = mirror();
        const auto two = runPrediction(model, requestOf(ImageInputs{white(8, 4), white(3, 3)}),
                                       never, ManualClock());
        QVERIFY(two.has_value());
        const auto again = answerAgain(model, *two, {});
        QVERIFY(!again);
        QVERIFY(again.error().message.find("several pictures") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestPredictionFlow)
#include "tst_prediction_flow.moc"
