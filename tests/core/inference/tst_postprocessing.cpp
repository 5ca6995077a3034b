#include "inference/postprocessing.h"
#include "make_tensor.h"

#include <cmath>
#include <limits>
#include <QTest>
#include <QVector>

using namespace warmbench;

namespace {

constexpr float nanValue = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

std::vector<int> indices(const std::vector<ScoredClass> &classes)
{
    std::vector<int> found;
    for (const ScoredClass &scored : classes)
        found.push_back(scored.index);
    return found;
}

ModelBundle modelOf(NetworkSpec spec, ModelSettings settings = {}, InputPlan input = {})
{
    FakeNetworkOptions options;
    options.spec = std::move(spec);
    return loadedModel(std::move(options), std::move(settings), std::move(input));
}

InputPlan picturePlan(int width, int height)
{
    InputPlan plan;
    plan.kind = InputKind::Image;
    plan.preprocessing.width = width;
    plan.preprocessing.height = height;
    return plan;
}

ModelBundle classifier(ModelSettings settings = {}, std::string producedBy = {})
{
    settings.task = Task::Classification;
    return modelOf(networkSpec({tensorSpec("x", {-1, 4})},
                               {tensorSpec("y", {-1, 3}, DType::Float32, std::move(producedBy))}),
                   std::move(settings));
}

// One face as corners; index 1 of two boxes.
std::vector<NamedTensor> faces()
{
    return {{"boxes", tensorOf({1, 2, 4}, {0, 0, 0.1F, 0.1F, 0.25F, 0.5F, 0.75F, 1.0F})},
            {"scores", tensorOf({1, 2, 2}, {0.9F, 0.1F, 0.1F, 0.9F})}};
}

ModelBundle detector(const std::string &decoder = "ultraface")
{
    ModelSettings settings;
    settings.decoder = DecoderSettings{decoder, 0.7, 0.3, 0};
    settings.labels = {"background", "face"};
    return modelOf(networkSpec({tensorSpec("x", {1, 3, 240, 320})},
                               {tensorSpec("boxes", {1, 2, 4}), tensorSpec("scores", {1, 2, 2})}),
                   settings, picturePlan(320, 240));
}

bool refusedFor(const Result<std::vector<SampleResult>> &results,
                const std::vector<std::string> &words,
                ErrorCode code = ErrorCode::FailedPrecondition)
{
    if (results || results.error().code != code)
        return false;
    return std::all_of(words.begin(), words.end(), [&](const std::string &word) {
        return results.error().message.find(word) != std::string::npos;
    });
}

} // namespace

class TestPostprocessing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void softmaxSurvivesLargeLogits()
    {
        const std::vector<float> logits{1000, 1001, -1000};
        const auto scores = softmax(logits);
        const double e = std::exp(1.0);
        QVERIFY(std::abs(double(scores[0]) - 1 / (1 + e)) < 1e-7);
        QVERIFY(std::abs(double(scores[1]) - e / (1 + e)) < 1e-7);
        QCOMPARE(scores[2], 0.0F);
        const std::vector<float> equal(4, 3e38F);
        QCOMPARE(softmax(equal), std::vector<float>(4, 0.25F));
        QVERIFY(softmax({}).empty());
    }

    void nanStaysNan()
    {
        for (const std::vector<float> &logits :
             {std::vector<float>{nanValue, 1}, {1, nanValue}, {infinity, infinity}}) {
            for (const float score : softmax(logits))
                QVERIFY(std::isnan(score));
        }
        const std::vector<float> mixed{nanValue, 0};
        QVERIFY(std::isnan(sigmoid(mixed)[0]));
        QCOMPARE(sigmoid(mixed)[1], 0.5F);
    }

    void sigmoidSurvivesLargeLogits()
    {
        const std::vector<float> logits{0, 3e38F, -3e38F, 2};
        const auto scores = sigmoid(logits);
        QCOMPARE(scores[0], 0.5F);
        QCOMPARE(scores[1], 1.0F);
        QCOMPARE(scores[2], 0.0F);
        QVERIFY(std::abs(double(scores[3]) - 0.8807970779778823) < 1e-7);
    }

    void theBestComeFirst_data()
    {
        QTest::addColumn<QVector<float>>("scores");
        QTest::addColumn<int>("k");
        QTest::addColumn<QVector<int>>("best");
        using Scores = QVector<float>;
        using Best = QVector<int>;
        QTest::newRow("two of four") << Scores{0.1F, 0.7F, 0.2F, 0.5F} << 2 << Best{1, 3};
        QTest::newRow("more than there are") << Scores{0.1F, 0.7F} << 9 << Best{1, 0};
        QTest::newRow("ties by index") << Scores{0.5F, 0.7F, 0.5F, 0.7F} << 4 << Best{1, 3, 0, 2};
        QTest::newRow("NaN last") << Scores{nanValue, 0.1F, nanValue, 0.7F} << 4
                                  << Best{3, 1, 0, 2};
        QTest::newRow("infinities") << Scores{-infinity, nanValue, infinity} << 3 << Best{2, 0, 1};
        QTest::newRow("none wanted") << Scores{0.1F} << 0 << Best{};
        QTest::newRow("fewer than none") << Scores{0.1F} << -3 << Best{};
        QTest::newRow("nothing there") << Scores{} << 5 << Best{};
    }
    void theBestComeFirst()
    {
        QFETCH(QVector<float>, scores);
        QFETCH(int, k);
        QFETCH(QVector<int>, best);
        const auto classes = topK({scores.constData(), std::size_t(scores.size())}, k, {});
        QCOMPARE(indices(classes), std::vector<int>(best.begin(), best.end()));
    }

    void aClassWithoutALabelIsNamedByItsIndex()
    {
        const std::vector<float> scores{0.1F, 0.2F, 0.7F};
        const std::vector<std::string> labels{"cat", "dog"};
        const auto classes = topK(scores, 3, labels);
        QCOMPARE(classes[0].label, std::string("2"));
        QCOMPARE(classes[1].label, std::string("dog"));
        QCOMPARE(classes[2].label, std::string("cat"));
        QCOMPARE(classes[0].score, 0.7F);
    }

    void theModelSuggestsItsTask_data()
    {
        QTest::addColumn<QVector<qint64>>("output");
        QTest::addColumn<bool>("picture");
        QTest::addColumn<bool>("labels");
        QTest::addColumn<bool>("softmax");
        QTest::addColumn<std::string>("task");
        using Sizes = QVector<qint64>;
        QTest::newRow("scores of a picture")
            << Sizes{-1, 10} << true << false << false << std::string("classification");
        QTest::newRow("scores with labels")
            << Sizes{1, 3} << false << true << false << std::string("classification");
        QTest::newRow("scores of a softmax")
            << Sizes{1, 3} << false << false << true << std::string("classification");
        QTest::newRow("numbers of numbers")
            << Sizes{1, 3} << false << false << false << std::string("tensor");
        QTest::newRow("a free number of scores")
            << Sizes{1, -1} << true << false << false << std::string("classification");
        QTest::newRow("a single number")
            << Sizes{1, 1} << true << true << false << std::string("tensor");
        QTest::newRow("a colour picture of a picture")
            << Sizes{1, 3, 8, 8} << true << false << false << std::string("image");
        QTest::newRow("a grey picture of a picture")
            << Sizes{1, 1, -1, -1} << true << false << false << std::string("image");
        QTest::newRow("scores of convolutions alone")
            << Sizes{1, 1000, 1, 1} << true << false << false << std::string("classification");
        QTest::newRow("scores of convolutions alone, three with labels")
            << Sizes{-1, 3, 1, 1} << false << true << false << std::string("classification");
        QTest::newRow("numbers of numbers, with extents of one")
            << Sizes{1, 3, 1, 1} << false << false << false << std::string("tensor");
        QTest::newRow("a picture of free size")
            << Sizes{1, 3, -1, -1} << true << true << false << std::string("image");
        QTest::newRow("planes of a picture")
            << Sizes{1, 64, 8, 8} << true << false << false << std::string("tensor");
        QTest::newRow("a picture of numbers")
            << Sizes{1, 3, 8, 8} << false << false << false << std::string("tensor");
    }
    void theModelSuggestsItsTask()
    {
        QFETCH(QVector<qint64>, output);
        QFETCH(bool, picture);
        QFETCH(bool, labels);
        QFETCH(bool, softmax);
        QFETCH(std::string, task);
        TensorSpec spec{"y", DType::Float32, {}, softmax ? "Softmax" : "Gemm"};
        for (const qint64 size : output)
            spec.shape.push_back({size, {}});
        ModelSettings settings;
        if (labels)
            settings.labels = {"a", "b", "c"};
        ModelBundle model = modelOf(networkSpec({tensorSpec("x", {1, 4})}, {spec}), settings,
                                    picture ? picturePlan(8, 8) : InputPlan());
        const auto name = [&] { return std::string(taskName(taskOf(model))); };
        QCOMPARE(name(), task);
        model.settings.decoder = DecoderSettings{"ssd", 0.7, 0.3, 0};
        QCOMPARE(name(), std::string("detection"));
        model.settings.task = Task::Segmentation;
        QCOMPARE(name(), std::string("segmentation"));
    }

    void aNetworkWithoutOutputsIsATensorModel()
    {
        QVERIFY(taskOf(modelOf(networkSpec({}, {}))) == Task::Tensor);
    }

    void eachSampleGetsItsClasses()
    {
        ModelSettings settings;
        settings.labels = {"a", "b", "c"};
        settings.output.topK = 1;
        const auto results = postprocess(
            classifier(settings),
            std::vector<NamedTensor>{{"y", tensorOf({2, 3}, {0, 5, 0, 9, 0, 0})}}, {}, 2);
        QVERIFY(results.has_value());
        QCOMPARE(int(results->size()), 2);
        QCOMPARE(results->at(0).classes[0].label, std::string("b"));
        QCOMPARE(results->at(1).classes[0].label, std::string("a"));
        QCOMPARE(int(results->at(0).classes.size()), 1);
    }

    void activationIsAppliedOnceAtMost_data()
    {
        QTest::addColumn<int>("activation"); // -1: not set
        QTest::addColumn<std::string>("producedBy");
        QTest::addColumn<QVector<float>>("output");
        QTest::addColumn<float>("best");
        using Values = QVector<float>;
        const float e = std::exp(1.0F);
        QTest::newRow("logits") << -1 << std::string("Gemm") << Values{0, 2, 0}
                                << e * e / (2 + e * e);
        QTest::newRow("probabilities already")
            << -1 << std::string("Gemm") << Values{0.2F, 0.7F, 0.1F} << 0.7F;
        QTest::newRow("softmax of the network")
            << int(Activation::Softmax) << std::string("Softmax") << Values{0.2F, 0.7F, 0.1F}
            << 0.7F;
        QTest::newRow("softmax asked for") << int(Activation::Softmax) << std::string("Gemm")
                                           << Values{0, 2, 0} << e * e / (2 + e * e);
        QTest::newRow("none asked for")
            << int(Activation::None) << std::string("Gemm") << Values{0, 4, 0} << 4.0F;
        QTest::newRow("sigmoid of the network")
            << -1 << std::string("Sigmoid") << Values{0.9F, 0.95F, 0.1F} << 0.95F;
        QTest::newRow("sigmoid of the network, asked for")
            << int(Activation::Sigmoid) << std::string("Sigmoid") << Values{0.9F, 0.95F, 0.1F}
            << 0.95F;
        QTest::newRow("labels that hold at once")
            << -1 << std::string("Identity") << Values{0.9F, 0.95F, 0.1F} << 0.95F;
        QTest::newRow("small logits")
            << -1 << std::string("Gemm") << Values{0, 0.5F, 0} << std::sqrt(e) / (2 + std::sqrt(e));
        QTest::newRow("sigmoid asked for")
            << int(Activation::Sigmoid) << std::string("Gemm") << Values{-9, 0, -9} << 0.5F;
    }
    void activationIsAppliedOnceAtMost()
    {
        QFETCH(int, activation);
        QFETCH(std::string, producedBy);
        QFETCH(QVector<float>, output);
        QFETCH(float, best);
        ModelSettings settings;
        if (activation >= 0)
            settings.output.activation = static_cast<Activation>(activation);
        const std::vector<NamedTensor> outputs{
            {"y", tensorOf({1, 3}, {output[0], output[1], output[2]})}};
        const auto results = postprocess(classifier(settings, producedBy), outputs, {}, 1);
        QVERIFY(results.has_value());
        QCOMPARE(results->at(0).classes[0].index, 1);
        QVERIFY(std::abs(results->at(0).classes[0].score - best) < 1e-6F);
        QCOMPARE(outputs[0].tensor.values<float>()[1], output[1]); // never reshaped
    }

    void integersAreScoresToo()
    {
        ModelSettings settings;
        settings.output.activation = Activation::None;
        const std::vector<NamedTensor> outputs{{"y", tensorOf<std::int64_t>({1, 3}, {3, 9, 1})}};
        const auto results = postprocess(classifier(settings), outputs, {}, 1);
        QVERIFY(results.has_value());
        QCOMPARE(results->at(0).classes[0].score, 9.0F);
    }

    void thePrimaryOutputIsTheOneThatCounts()
    {
        ModelBundle model = classifier();
        model.primaryOutput = 1;
        model.scoresOutput = 1;
        FakeNetworkOptions options;
        options.spec = networkSpec({tensorSpec("x", {-1, 4})},
                                   {tensorSpec("z", {-1, 2}), tensorSpec("y", {-1, 3})});
        model.network = std::make_shared<FakeNetwork>(options);
        const std::vector<NamedTensor> outputs{{"z", tensorOf({1, 2}, {9, 0})},
                                               {"y", tensorOf({1, 3}, {0, 0, 9})}};
        const auto results = postprocess(model, outputs, {}, 1);
        QVERIFY(results.has_value());
        QCOMPARE(results->at(0).classes[0].index, 2);
    }

    void boxesAreLaidOverThePicture_data()
    {
        QTest::addColumn<QVector<double>>("mapping"); // scales, offsets, original size
        QTest::addColumn<QVector<float>>("box");
        using Mapping = QVector<double>;
        using Box = QVector<float>;
        // The face lies at 80..240 x 120..240 of the network's 320x240 pixels.
        QTest::newRow("no picture") << Mapping{} << Box{80, 120, 240, 240};
        QTest::newRow("stretch") << Mapping{2, 3, 0, 0, 640, 720} << Box{160, 360, 480, 720};
        // The middle 640x480 of 960x480.
        QTest::newRow("crop") << Mapping{2, 2, 160, 0, 960, 480} << Box{320, 240, 640, 480};
        // 640x320 with bars of 40 network pixels above and below.
        QTest::newRow("letterbox") << Mapping{2, 2, 0, -80, 640, 320} << Box{160, 160, 480, 320};
        QTest::newRow("clamped") << Mapping{4, 4, -400, 0, 500, 900} << Box{0, 480, 500, 900};
    }
    void boxesAreLaidOverThePicture()
    {
        QFETCH(QVector<double>, mapping);
        QFETCH(QVector<float>, box);
        std::vector<ImageMapping> mappings;
        if (!mapping.isEmpty())
            mappings.push_back(
                {mapping[0], mapping[1], mapping[2], mapping[3], int(mapping[4]), int(mapping[5])});
        const auto results = postprocess(detector(), faces(), mappings, 1);
        QVERIFY2(results.has_value(), results ? "" : results.error().message.c_str());
        QCOMPARE(int(results->at(0).detections.size()), 1);
        const Detection &found = results->at(0).detections[0];
        QCOMPARE(found.label, std::string("face"));
        QCOMPARE(found.score, 0.9F);
        QCOMPARE(QVector<float>({found.left, found.top, found.right, found.bottom}), box);
    }

    void slidersOverrideTheThresholds()
    {
        const auto all = postprocess(detector(), faces(), {}, 1, AnswerOptions{0.05, 1, {}});
        QVERIFY(all.has_value());
        QCOMPARE(int(all->at(0).detections.size()), 2);
        const auto none = postprocess(detector(), faces(), {}, 1, AnswerOptions{0.95, 1, {}});
        QVERIFY(none.has_value());
        QVERIFY(none->at(0).detections.empty());
    }

    void ssdBoxesGoToTheirSamples()
    {
        const ModelBundle model = detector("ssd");
        const std::vector<NamedTensor> outputs{
            {"detection_out", tensorOf({1, 1, 2, 7}, {1, 1, 0.9F, 0, 0, 0.5F, 0.5F, //
                                                      0, 0, 0.8F, 0.5F, 0.5F, 1, 1})}};
        const auto results = postprocess(model, outputs, {}, 2);
        QVERIFY(results.has_value());
        QCOMPARE(results->at(0).detections.at(0).label, std::string("background"));
        QCOMPARE(results->at(0).detections.at(0).left, 160.0F);
        QCOMPARE(results->at(1).detections.at(0).label, std::string("face"));
        QCOMPARE(results->at(1).detections.at(0).bottom, 120.0F);
    }

    void outputsOfAnotherFormAreRefused()
    {
        const std::vector<NamedTensor> vectors{{"y", tensorOf({1, 3}, {1, 2, 3})}};
        QVERIFY(refusedFor(postprocess(detector(), vectors, {}, 1), {"\"scores\"", "decoder"}));
        QVERIFY(refusedFor(postprocess(detector("ssd"), vectors, {}, 1), {"[1, 1, D, 7]"}));

        std::vector<NamedTensor> uneven = faces();
        uneven[1].tensor = tensorOf({1, 1, 2}, {0, 0.9F});
        QVERIFY(refusedFor(postprocess(detector(), uneven, {}, 1), {"\"boxes\"", "as many"}));

        ModelBundle image = classifier();
        image.settings.task = Task::Image;
        QVERIFY(refusedFor(postprocess(image, vectors, {}, 1), {"\"y\"", "[1, 3]", "\"image\""}));
        image.settings.task = Task::Segmentation;
        QVERIFY(refusedFor(postprocess(image, vectors, {}, 1), {"\"y\"", "\"segmentation\""}));
        image.settings.task = Task::Detection;
        QVERIFY(refusedFor(postprocess(image, vectors, {}, 1), {"\"decoder\"", "yolov8"}));

        const std::vector<NamedTensor> empty{{"y", zeros({1, 0})}};
        QVERIFY(refusedFor(postprocess(classifier(), empty, {}, 1), {"\"y\"", "[1, 0]"}));
        const std::vector<NamedTensor> words{{"y", *Tensor::fromStrings({1, 1}, {"not a number"})}};
        QVERIFY(refusedFor(postprocess(classifier(), words, {}, 1), {"\"y\"", "scores"}));
    }

    // Reading as many samples as were sent would leave the output's memory.
    void outputsThatDoNotCountTheSamplesAreRefused()
    {
        ModelBundle image = classifier();
        image.settings.task = Task::Image;
        const std::vector<NamedTensor> one{{"y", zeros({1, 3, 4, 4})}};
        QVERIFY(refusedFor(postprocess(image, one, {}, 2), {"[1, 3, 4, 4]", "2 samples"},
                           ErrorCode::InvalidArgument));
        const std::vector<NamedTensor> scalar{{"y", zeros({})}};
        QVERIFY(refusedFor(postprocess(classifier(), scalar, {}, 3), {"[]", "3 samples"},
                           ErrorCode::InvalidArgument));
        QVERIFY(refusedFor(postprocess(detector(), faces(), {}, 2), {"[1, 2, 4]", "2 samples"},
                           ErrorCode::InvalidArgument));
    }

    void picturesComeOutAsPictures()
    {
        ModelBundle model = classifier();
        model.settings.task = Task::Image;
        const auto results = postprocess(
            model, std::vector<NamedTensor>{{"y", tensorOf({2, 1, 1, 2}, {0, 1, 1, 0})}}, {}, 2);
        QVERIFY(results.has_value());
        QCOMPARE(results->at(0).image->width, 2);
        QCOMPARE(results->at(0).image->height, 1);
        QCOMPARE(int(results->at(0).image->rgb[0]), 0);
        QCOMPARE(int(results->at(1).image->rgb[0]), 255);
        model.settings.task = Task::Segmentation;
        const auto masks = postprocess(
            model, std::vector<NamedTensor>{{"y", tensorOf({1, 2, 1, 2}, {1, 0, 0, 1})}}, {}, 1);
        QVERIFY(masks.has_value());
        QVERIFY(masks->at(0).segmentation.has_value());
        QVERIFY(masks->at(0).segmentation->classes == (std::vector<std::uint16_t>{0, 1}));
    }

    void picturesMayHaveTheirChannelsLastOrNone_data()
    {
        QTest::addColumn<QVector<int>>("shape");
        QTest::addColumn<QVector<float>>("values");
        QTest::newRow("channels last")
            << QVector<int>{1, 2, 1, 3} << QVector<float>{1, 0, 0, 0, 0, 1};
        QTest::newRow("channels first")
            << QVector<int>{1, 3, 2, 1} << QVector<float>{1, 0, 0, 0, 0, 1};
    }
    void picturesMayHaveTheirChannelsLastOrNone()
    {
        QFETCH(QVector<int>, shape);
        QFETCH(QVector<float>, values);
        ModelBundle model = classifier();
        model.settings.task = Task::Image;
        const auto results =
            postprocess(model,
                        std::vector<NamedTensor>{
                            {"y", tensorOf(Shape(shape.begin(), shape.end()),
                                           std::vector<float>(values.begin(), values.end()))}},
                        {}, 1);
        QVERIFY(results.has_value());
        const Image &image = *results->at(0).image;
        QCOMPARE(image.width, 1);
        QCOMPARE(image.height, 2);
        QVERIFY(image.rgb == (std::vector<std::uint8_t>{255, 0, 0, 0, 0, 255}));
    }

    void depthHasNoChannels()
    {
        ModelBundle model = classifier();
        model.settings.task = Task::Image;
        const auto results = postprocess(
            model, std::vector<NamedTensor>{{"y", tensorOf({1, 1, 2}, {0, 10})}}, {}, 1);
        QVERIFY(results.has_value());
        QVERIFY(results->at(0).image->rgb == (std::vector<std::uint8_t>{0, 0, 0, 255, 255, 255}));
    }

    void labelsGoWithScoresOfConvolutionsAlone()
    {
        ModelSettings settings;
        settings.labels = {"cat", "dog", "fish"};
        const ModelBundle model =
            modelOf(networkSpec({tensorSpec("x", {1, 3, 8, 8})}, {tensorSpec("y", {-1, 3, 1, 1})}),
                    settings, picturePlan(8, 8));
        const std::vector<NamedTensor> outputs{{"y", tensorOf({2, 3, 1, 1}, {0, 9, 0, 0, 0, 9})}};
        const auto results = postprocess(model, outputs, {}, 2);
        QVERIFY2(results.has_value(), results ? "" : results.error().message.c_str());
        QCOMPARE(results->at(0).classes.at(0).label, std::string("dog"));
        QCOMPARE(results->at(1).classes.at(0).label, std::string("fish"));
        QVERIFY(!results->at(0).image);
    }

    void theSettingsSayWhatIsBlackAndWhite()
    {
        ModelBundle model = classifier();
        model.settings.task = Task::Image;
        const std::vector<NamedTensor> outputs{{"y", tensorOf({1, 1, 1, 2}, {-0.94F, 4.87F})}};
        const auto told = postprocess(model, outputs, {}, 1);
        QVERIFY(told.has_value());
        QCOMPARE(int(told->at(0).image->rgb[0]), 0);
        QCOMPARE(int(told->at(0).image->rgb[3]), 255);
        QVERIFY(told->at(0).imageRange->origin == ImageRange::Origin::Data);
        model.settings.output.range = OutputRange{-10, 10};
        const auto set = postprocess(model, outputs, {}, 1);
        QVERIFY(set.has_value());
        QCOMPARE(int(set->at(0).image->rgb[0]), 116);
        QCOMPARE(int(set->at(0).image->rgb[3]), 190);
        QVERIFY(set->at(0).imageRange->origin == ImageRange::Origin::Settings);
        QCOMPARE(set->at(0).imageRange->white, 10.0);
    }

    void plainTensorsNeedNothing()
    {
        ModelBundle model = classifier();
        model.settings.task = Task::Tensor;
        const auto results =
            postprocess(model, std::vector<NamedTensor>{{"y", zeros({3, 3})}}, {}, 3);
        QVERIFY(results.has_value());
        QCOMPARE(int(results->size()), 3);
        QVERIFY(results->at(0).classes.empty());
        QVERIFY(!results->at(0).image);
        QVERIFY(postprocess(classifier(), std::vector<NamedTensor>{{"y", zeros({0, 3})}}, {}, 0)
                    ->empty());
    }
};

QTEST_APPLESS_MAIN(TestPostprocessing)
#include "tst_postprocessing.moc"
