// Answers are bounded before they are written, and what goes wrong on the way is an answer too.
#include "api_server.h"
#include "base/logging.h"
#include "http/open_inference/open_inference_codec.h"
#include "http/tensorflow/tensorflow_codec.h"
#include "inference/answer/answer_bytes.h"
#include "inference/answer/prediction_json.h"
#include "make_tensor.h"
#include "manual_clock.h"
#include "tensor/json_writer.h"

#include <future>
#include <limits>
#include <new>
#include <QTest>

using namespace warmbench;
using namespace warmbench::http;

namespace {

constexpr SteadyTime never = SteadyTime::max();

template <typename T>
Tensor longest(const Shape &shape)
{
    auto tensor = Tensor::create(DTypeOf<T>::value, shape);
    T value = std::numeric_limits<T>::lowest();
    if constexpr (std::is_floating_point_v<T>)
        value = -std::numeric_limits<T>::min() * static_cast<T>(1.2345678901234567);
    for (T &one : tensor->template mutableValues<T>())
        one = value;
    return std::move(*tensor);
}

Prediction predictionOf(Tensor tensor, RunControl control)
{
    Prediction prediction;
    prediction.outputs.push_back({"y", std::move(tensor)});
    prediction.results.resize(1);
    prediction.control = std::move(control);
    return prediction;
}

std::string samples(int count)
{
    std::string body = "{\"inputs\": [[1,2,3,4]";
    for (int i = 1; i < count; ++i)
        body += ",[1,2,3,4]";
    return body + "]}";
}

std::unique_ptr<FakeSource> answering(decltype(FakeNetworkOptions::answer) answer)
{
    FakeModel model;
    model.network.answer = std::move(answer);
    auto source = std::make_unique<FakeSource>();
    source->set("fake", std::move(model));
    return source;
}

} // namespace

class TestAnswerBounds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void noTensorIsLongerThanItsBound()
    {
        const std::vector<Shape> shapes{{}, {1}, {7}, {5, 1}, {1, 5}, {2, 3, 4}, {3, 1, 1, 1}};
        for (const Shape &shape : shapes) {
            const std::vector<Tensor> tensors{
                longest<float>(shape),        longest<double>(shape),
                longest<std::int8_t>(shape),  longest<std::int16_t>(shape),
                longest<std::int32_t>(shape), longest<std::int64_t>(shape),
                zeros(shape, DType::Bool),    zeros(shape, DType::UInt64)};
            for (const Tensor &tensor : tensors) {
                std::string json;
                appendJson(json, tensor);
                QVERIFY2(json.size() <= jsonBytes(tensor), json.c_str());
            }
        }
        const Tensor texts = *Tensor::fromStrings({2}, {"\x01\x02\xff", ""});
        std::string json;
        appendJson(json, texts);
        QVERIFY2(json.size() <= jsonBytes(texts), json.c_str());
    }

    void noResultIsLongerThanItsBound()
    {
        Prediction prediction = predictionOf(zeros({1}), {});
        const std::string empty = predictionJson(prediction);
        SampleResult &result = prediction.results.front();
        result.classes.push_back({std::numeric_limits<int>::min(), "\x01\x02", -1.1754944e-38F});
        const float far = -1e9F;
        Detection found{-1, "\x01", -1.1754944e-38F, far, far, far, far};
        found.angle = -1.1754944e-38F;
        found.corners.fill({far, far});
        found.keypoints.assign(17, {"\x01\x02", {far, far}, -1.1754944e-38F});
        result.detections.push_back(found);
        result.segmentation = Segmentation{
            2'000'000'000, 2'000'000'000, {}, {{std::numeric_limits<int>::min(), "\x01", 1e-9}}};
        result.text.push_back({"\x01", -1.1754944e-38F, {}});
        result.text.back().corners = {{{far, far}, {far, far}, {-far, far}, {far, far}}};
        prediction.task = Task::Text;
        result.image = Image{2'000'000'000, 2'000'000'000, {}};
        QVERIFY(predictionJson(prediction).size() - empty.size() <= jsonBytes(prediction.results));
    }

    void anAnswerWithoutRoomIsRefusedBeforeItIsWritten()
    {
        const auto budget = std::make_shared<MemoryBudget>(mebibytes(1));
        const ManualClock clock;
        const auto control = [&] {
            return RunControl(never, clock, {}, MemoryBudget::Share(budget));
        };
        const auto refused = [](const std::string &text) {
            return text.find("answer") != std::string::npos &&
                   text.find("--max-input") != std::string::npos;
        };
        Prediction prediction = predictionOf(zeros({100'000}), control());
        const auto json = predictionJson(prediction, prediction.control);
        QVERIFY(!json && refused(json.error().message));

        const auto rows = tensorFlowJson(prediction, {.rows = false, .samples = 1});
        QVERIFY(!rows && refused(rows.error().message));

        OpenInferenceAsk ask;
        ask.outputs.resize(1);
        ask.outputs[0].name = "y";
        const ApiReply reply = openInferenceReply(predictionOf(zeros({100'000}), control()), ask);
        QCOMPARE(reply.status, 507);
        QVERIFY2(refused(reply.body), reply.body.c_str());
        QCOMPARE(budget->held(), std::size_t{0});
    }

    void anAnswerIsHeldUntilItIsSent()
    {
        const auto budget = std::make_shared<MemoryBudget>(mebibytes(64));
        const ManualClock clock;
        OpenInferenceAsk ask;
        ask.outputs.resize(1);
        ask.outputs[0].name = "y";
        {
            const ApiReply reply = openInferenceReply(
                predictionOf(longest<float>({1'000'000}),
                             RunControl(never, clock, {}, MemoryBudget::Share(budget))),
                ask);
            QCOMPARE(reply.status, 200);
            QVERIFY(budget->held() > reply.body.size() / 2);
            QVERIFY(budget->held() <= reply.body.size());
        }
        QCOMPARE(budget->held(), std::size_t{0});
    }

    void aDeadlineEndsWritingToo()
    {
        ManualClock clock;
        Prediction prediction = predictionOf(
            zeros({1}), RunControl(clock.now() + std::chrono::seconds(1), clock, {}, {}));
        prediction.results.resize(1000);
        QVERIFY(predictionJson(prediction, prediction.control));
        clock.advance(std::chrono::seconds(2));
        const auto late = predictionJson(prediction, prediction.control);
        QVERIFY(!late);
        QCOMPARE(errorCodeName(late.error().code), "DEADLINE_EXCEEDED");
    }

    void whatManySamplesBecomeIsBounded()
    {
        HttpOptions options;
        options.maxBody = mebibytes(1);
        options.limits.bufferedInput = mebibytes(4);
        ApiServer api(oneFake(), options, defaultFake());
        QVERIFY(api.started());
        const HttpResponse refused = api.post("/predict", samples(80'000));
        QCOMPARE(refused.status, 507);
        QVERIFY2(refused.body.find("--max-input") != std::string::npos, refused.body.c_str());
        for (int i = 0; i < 20; ++i) { // what was taken was given back
            const HttpResponse right = api.post("/predict", samples(2000));
            QVERIFY2(right.status == 200, right.body.c_str());
        }
    }

    void anExceptionOnAWorkerIsAnAnswer_data()
    {
        QTest::addColumn<bool>("memory");
        QTest::addColumn<int>("status");
        QTest::newRow("a lack of memory") << true << 507;
        QTest::newRow("a defect") << false << 500;
    }
    void anExceptionOnAWorkerIsAnAnswer()
    {
        QFETCH(bool, memory);
        QFETCH(int, status);
        std::atomic<bool> broken = true;
        ApiServer api(answering([&](std::span<const Tensor> inputs) -> Result<std::vector<Tensor>> {
                          if (broken && memory)
                              throw std::bad_alloc();
                          if (broken)
                              throw 7;
                          return std::vector<Tensor>{inputs.front()};
                      }),
                      {}, defaultFake());
        const std::string body = samples(1);
        QCOMPARE(api.post("/predict", body).status, status);
        QCOMPARE(api.post("/v1/models/fake:predict", "{\"instances\": [[1,2,3,4]]}").status,
                 status);
        broken = false;
        QCOMPARE(api.post("/predict", body).status, 200);
    }

    void aContinuationThatCannotMakeItsAnswerIsAskedForAnError()
    {
        ApiServer api(oneFake(), {}, defaultFake());
        InferenceRequest request;
        request.decode = [](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
            return InferenceInputs(SampleInputs{zeros({4})});
        };
        std::promise<Error> said;
        api.workbench().predict(std::move(request), [&](Result<Prediction> prediction) {
            if (prediction)
                throw std::bad_alloc();
            said.set_value(prediction.error());
        });
        QCOMPARE(errorCodeName(said.get_future().get().code), "RESOURCE_EXHAUSTED");
    }

    void instancesThatAnOutputDoesNotCountAreTheClientsToMend()
    {
        ApiServer api(answering([](std::span<const Tensor>) -> Result<std::vector<Tensor>> {
                          return std::vector<Tensor>{zeros({3, 4})};
                      }),
                      {}, defaultFake());
        const HttpResponse refused =
            api.post("/v1/models/fake:predict", "{\"instances\": [[1,2,3,4],[1,2,3,4]]}");
        QVERIFY2(refused.status == 400, refused.body.c_str());
    }
};

QTEST_GUILESS_MAIN(TestAnswerBounds)
#include "tst_answer_bounds.moc"
