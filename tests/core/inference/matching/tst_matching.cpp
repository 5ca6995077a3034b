// The search for a notebook's preparation. The network tells the mean and the first pixel of each
// channel, which can be worked out by hand.
#include "inference/matching/match.h"
#include "inference/matching/preparations.h"
#include "make_tensor.h"
#include "manual_clock.h"
#include "tensor/image.h"
#include "tensor/npy.h"

#include <QTest>

using namespace warmbench;

namespace {

constexpr int side = 8;

// For each channel its mean, then its first pixel.
Result<std::vector<Tensor>> meansAndCorners(std::span<const Tensor> inputs)
{
    const Tensor &input = inputs.front();
    const auto samples = static_cast<std::size_t>(input.shape().front());
    const auto values = input.values<float>();
    const std::size_t plane = std::size_t{side} * side;
    std::vector<float> told;
    for (std::size_t sample = 0; sample < samples; ++sample) {
        for (std::size_t c = 0; c < 3; ++c) {
            double sum = 0;
            for (std::size_t i = 0; i < plane; ++i)
                sum += double{values[(sample * 3 + c) * plane + i]};
            told.push_back(static_cast<float>(sum / double{side * side}));
        }
        for (std::size_t c = 0; c < 3; ++c)
            told.push_back(values[(sample * 3 + c) * plane]);
    }
    return std::vector<Tensor>{tensorOf({static_cast<std::int64_t>(samples), 6}, told)};
}

// A dull answer wins unless the mean of a channel is above 50.
Result<std::vector<Tensor>> dullOrColour(std::span<const Tensor> inputs)
{
    auto told = meansAndCorners(inputs);
    const auto values = told->front().values<float>();
    std::vector<float> scores;
    for (std::size_t at = 0; at < values.size(); at += 6)
        scores.insert(scores.end(), {50, values[at], values[at + 1], values[at + 2]});
    return std::vector<Tensor>{tensorOf({std::int64_t(values.size() / 6), 4}, scores)};
}

InputPlan pictures()
{
    InputPlan plan;
    plan.kind = InputKind::Image;
    plan.preprocessing.width = side;
    plan.preprocessing.height = side;
    return plan;
}

ModelBundle meansModel()
{
    FakeNetworkOptions options;
    options.spec =
        networkSpec({tensorSpec("image", {-1, 3, side, side})}, {tensorSpec("means", {-1, 6})});
    options.answer = meansAndCorners;
    return loadedModel(std::move(options), {}, pictures());
}

// Takes three pictures at a time, and a mask of the pixels that count.
ModelBundle threeMaskedPictures()
{
    FakeNetworkOptions options;
    options.spec = networkSpec(
        {tensorSpec("image", {3, 3, side, side}), tensorSpec("pixel_mask", {3, side, side})},
        {tensorSpec("means", {3, 6})});
    options.answer = [](std::span<const Tensor> inputs) -> Result<std::vector<Tensor>> {
        const auto mask = inputs[1].values<float>();
        if (inputs[1].shape() != Shape{3, side, side} ||
            std::any_of(mask.begin(), mask.end(), [](float one) { return one != 1; }))
            return invalidArgument("the mask is not whole");
        return meansAndCorners(inputs);
    };
    InputPlan plan = pictures();
    plan.companions = companionsOf(options.spec, 0);
    return loadedModel(std::move(options), {}, std::move(plan));
}

ModelBundle colourModel()
{
    FakeNetworkOptions options;
    options.spec =
        networkSpec({tensorSpec("image", {-1, 3, side, side})}, {tensorSpec("scores", {-1, 4})});
    options.answer = dullOrColour;
    ModelSettings settings;
    settings.task = Task::Classification;
    settings.labels = {"dull", "red", "green", "blue"};
    return loadedModel(std::move(options), std::move(settings), pictures());
}

using Pixel = std::array<std::uint8_t, 3>;

// 20 x 10: the left quarter and the rest.
std::string flag(const Pixel &left, const Pixel &rest)
{
    Image image;
    image.width = 20;
    image.height = 10;
    for (int i = 0; i < 200; ++i) {
        const Pixel &pixel = i % 20 < 5 ? left : rest;
        image.rgb.insert(image.rgb.end(), pixel.begin(), pixel.end());
    }
    return encodePng(image).value_or(std::string());
}

std::string plain(const Pixel &pixel)
{
    return flag(pixel, pixel);
}

Result<MatchReport> matched(const ModelBundle &model, const std::vector<std::string> &pictures,
                            const std::string &expected = {}, const MatchLimits &limits = {})
{
    const ManualClock clock;
    MatchInputs inputs;
    inputs.pictures.assign(pictures.begin(), pictures.end());
    if (!expected.empty())
        inputs.expected = expected;
    return matchPreparations(model, inputs, clock, limits);
}

bool says(const std::vector<std::string> &notes, std::string_view word)
{
    return std::any_of(notes.begin(), notes.end(), [word](const std::string &note) {
        return note.find(word) != std::string::npos;
    });
}

const Pixel left{10, 20, 30};
const Pixel rest{200, 100, 50};

} // namespace

class TestMatching : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Means are a quarter of the left and three quarters of the rest where it is stretched, and the
    // rest alone where the centre is cut out.
    void theNotebooksPreparationIsFirst_data()
    {
        QTest::addColumn<std::vector<float>>("expected");
        QTest::addColumn<QString>("channels");
        QTest::addColumn<QString>("resize");
        QTest::addColumn<double>("mean"); // the first
        const auto row = [](const char *name, const std::vector<float> &expected,
                            const char *channels, const char *resize, double mean) {
            QTest::newRow(name) << expected << QString::fromLatin1(channels)
                                << QString::fromLatin1(resize) << mean;
        };
        row("plain 0 to 255", {152.5F, 80, 45, 10, 20, 30}, "rgb", "stretch", 0);
        row("Caffe, stretched", {45 - 104, 80 - 117, 152.5F - 123, 30 - 104, 20 - 117, 10 - 123},
            "bgr", "stretch", 104);
        row("Keras' Caffe, cut",
            {50 - 103.939F, 100 - 116.779F, 200 - 123.68F, 50 - 103.939F, 100 - 116.779F,
             200 - 123.68F},
            "bgr", "crop", 103.939);
        row("ImageNet, cut",
            {float((200 / 255.0 - .485) / .229), float((100 / 255.0 - .456) / .224),
             float((50 / 255.0 - .406) / .225), float((200 / 255.0 - .485) / .229),
             float((100 / 255.0 - .456) / .224), float((50 / 255.0 - .406) / .225)},
            "rgb", "crop", 0.485);
    }
    void theNotebooksPreparationIsFirst()
    {
        QFETCH(std::vector<float>, expected);
        QFETCH(QString, channels);
        QFETCH(QString, resize);
        QFETCH(double, mean);
        const auto report =
            matched(meansModel(), {flag(left, rest)}, writeNpy(tensorOf({1, 6}, expected)));
        QVERIFY2(report.has_value(), report ? "" : report.error().message.c_str());
        QVERIFY2(report->matches, report->summary.c_str());
        QVERIFY(report->summary.starts_with("matches: largest difference "));
        const Preprocessing &best = report->candidates.front().how;
        QCOMPARE(QString::fromLatin1(channelsName(best.channels)), channels);
        QCOMPARE(QString::fromLatin1(resizeModeName(best.resize)), resize);
        QCOMPARE(best.mean.front(), mean);
        QVERIFY(report->candidates.front().closeness->sameBest == true);
        QVERIFY(report->runs <= mostMatchRuns);
        QVERIFY(says(report->notes, "runs of the network"));
    }

    // The notebook may save [6] for the network's [1, 6].
    void theBatchMayBeLeftOut()
    {
        const auto report = matched(meansModel(), {flag(left, rest)},
                                    writeNpy(tensorOf({6}, {152.5F, 80, 45, 10, 20, 30})));
        QVERIFY(report && report->matches);
    }

    // The notebook may save what the network gives for all pictures, the first of which counts, or
    // for that one.
    void whatGoesWithThePictureIsFilled()
    {
        const std::vector<float> first{152.5F, 80, 45, 10, 20, 30};
        std::vector<float> all = first;
        all.resize(18, 7);
        for (const auto &[shape, values] :
             {std::pair(Shape{1, 6}, first), {Shape{6}, first}, {Shape{3, 6}, all}}) {
            const auto report = matched(threeMaskedPictures(), {flag(left, rest)},
                                        writeNpy(tensorOf(shape, values)));
            QVERIFY2(report.has_value(), report ? "" : report.error().message.c_str());
            QVERIFY2(report->matches, report->summary.c_str());
        }
        std::vector<float> x(std::size_t{3} * 3 * side * side, 0);
        for (std::size_t c = 0; c < 3; ++c)
            std::fill_n(x.begin() + std::ptrdiff_t(c) * side * side, side * side,
                        std::array{200.F, 100.F, 50.F}[c]);
        const auto input = matched(threeMaskedPictures(), {flag(left, rest)},
                                   writeNpy(tensorOf({3, 3, side, side}, x)));
        QVERIFY2(input.has_value(), input ? "" : input.error().message.c_str());
        QVERIFY(input->againstInput && input->matches);
    }

    void theNotebooksOwnInputIsCompared()
    {
        // 0 to 255, red, green and blue, the centre: all of it the rest.
        std::vector<float> x;
        for (const float value : {200.F, 100.F, 50.F})
            x.insert(x.end(), std::size_t{side} * side, value);
        const auto report =
            matched(meansModel(), {flag(left, rest)}, writeNpy(tensorOf({1, 3, side, side}, x)));
        QVERIFY2(report.has_value(), report ? "" : report.error().message.c_str());
        QVERIFY(report->againstInput);
        QVERIFY(report->matches);
        QCOMPARE(report->runs, std::size_t(0));
        QVERIFY(report->candidates.front().how.resize == ResizeMode::Crop);
    }

    void whatDiffersIsSaidWhereNoneAgrees()
    {
        const auto report = matched(meansModel(), {flag(left, rest)},
                                    writeNpy(tensorOf({1, 6}, {900, 0, 0, 0, 0, 0})));
        QVERIFY(report.has_value());
        QVERIFY(!report->matches);
        QVERIFY2(report->summary.starts_with("none agrees: the closest, "),
                 report->summary.c_str());
    }

    // One colour all over: a stretched picture is the same as one cut out.
    void whatThePictureDoesNotTellIsSaid()
    {
        const auto report = matched(meansModel(), {plain(rest)},
                                    writeNpy(tensorOf({1, 6}, {200, 100, 50, 200, 100, 50})));
        QVERIFY(report && report->matches);
        QVERIFY(says(report->notes, "others agree within the tolerance too"));
    }

    void aWrongRangeGivesEveryPictureTheSameLabel()
    {
        const auto report = matched(colourModel(), {plain({200, 0, 0}), plain({0, 200, 0}),
                                                    plain({0, 0, 200}), plain({5, 5, 5})});
        QVERIFY2(report.has_value(), report ? "" : report.error().message.c_str());
        QVERIFY(!report->compared);
        for (const MatchCandidate &candidate : report->candidates) {
            const bool bytes = candidate.how.scale == 1;
            QVERIFY2(candidate.tellsNothingApart != bytes, preparationText(candidate.how).c_str());
        }
        QVERIFY2(report->summary.find("cannot be right") != std::string::npos,
                 report->summary.c_str());
        QVERIFY(says(report->notes, "cannot be told"));
        QCOMPARE(report->candidates.front().answers.size(), std::size_t(4));
    }

    void fewPicturesTellNothing()
    {
        const auto report = matched(colourModel(), {plain({200, 0, 0}), plain({0, 200, 0})});
        QVERIFY(report.has_value());
        QVERIFY(std::none_of(report->candidates.begin(), report->candidates.end(),
                             [](const auto &each) { return each.tellsNothingApart; }));
        QVERIFY(report->summary.find("3 or more") != std::string::npos);
    }

    void refusalsSayWhatToSend_data()
    {
        QTest::addColumn<std::vector<std::string>>("pictures");
        QTest::addColumn<std::string>("expected");
        QTest::addColumn<std::string>("word");
        const auto row = [](const char *name, const std::vector<std::string> &pictures,
                            const std::string &expected, const char *word) {
            QTest::newRow(name) << pictures << expected << std::string(word);
        };
        const std::string six = writeNpy(tensorOf({6}, {0, 0, 0, 0, 0, 0}));
        row("another shape", {plain(rest)}, writeNpy(tensorOf({5}, {0, 0, 0, 0, 0})), "[?, 6]");
        row("no numbers", {plain(rest)}, "hello", "numpy.save");
        row("no picture", {"hello"}, six, "");
        row("two for one", {plain(rest), plain(left)}, six, "send that one alone");
        row("none", {}, {}, "send 1 to 12");
        row("too many", std::vector<std::string>(13, plain(rest)), {}, "send 1 to 12");
    }
    void refusalsSayWhatToSend()
    {
        QFETCH(std::vector<std::string>, pictures);
        QFETCH(std::string, expected);
        QFETCH(std::string, word);
        const auto report = matched(meansModel(), pictures, expected);
        QVERIFY(!report.has_value());
        QVERIFY(report.error().code == ErrorCode::InvalidArgument);
        QVERIFY2(report.error().message.find(word) != std::string::npos,
                 report.error().message.c_str());
    }

    void aModelOfNumbersHasNothingToMatch()
    {
        const auto report = matched(loadedModel({}), {plain(rest)}, "hello");
        QVERIFY(!report.has_value());
        QVERIFY(report.error().message.find("takes numbers, not pictures") != std::string::npos);
    }

    void theDeadlineEndsTheSearch()
    {
        const ManualClock clock;
        MatchInputs inputs;
        const std::string picture = flag(left, rest);
        const std::string expected = writeNpy(tensorOf({6}, {0, 0, 0, 0, 0, 0}));
        inputs.pictures = {picture};
        inputs.expected = expected;
        const auto report = matchPreparations(
            meansModel(), inputs, clock,
            {.deadline = clock.now(), .cancellation = {}, .stop = {}, .memory = {}});
        QVERIFY(!report.has_value());
        QVERIFY(report.error().code == ErrorCode::DeadlineExceeded);
    }

    void aClientThatHasGoneEndsIt()
    {
        std::stop_source gone;
        gone.request_stop();
        const auto report =
            matched(meansModel(), {flag(left, rest)}, writeNpy(tensorOf({6}, {0, 0, 0, 0, 0, 0})),
                    {.deadline = SteadyTime::max(),
                     .cancellation = gone.get_token(),
                     .stop = {},
                     .memory = {}});
        QVERIFY(!report.has_value());
        QVERIFY(report.error().code == ErrorCode::Cancelled);
    }

    void picturesCountInTheMemoryOfRequests()
    {
        const auto report =
            matched(meansModel(), {flag(left, rest)}, writeNpy(tensorOf({6}, {0, 0, 0, 0, 0, 0})),
                    {.deadline = SteadyTime::max(),
                     .cancellation = {},
                     .stop = {},
                     .memory = std::make_shared<MemoryBudget>(Bytes{100})});
        // Small amounts count in steps of 256 KiB, so this picture fits; a large one does not.
        QVERIFY(report.has_value());
        Image large;
        large.width = 800;
        large.height = 800;
        large.rgb.assign(std::size_t{800} * 800 * 3, 7);
        const auto refused = matched(meansModel(), {encodePng(large).value_or(std::string())},
                                     writeNpy(tensorOf({6}, {0, 0, 0, 0, 0, 0})),
                                     {.deadline = SteadyTime::max(),
                                      .cancellation = {},
                                      .stop = {},
                                      .memory = std::make_shared<MemoryBudget>(Bytes{100})});
        QVERIFY(!refused.has_value());
        QVERIFY(refused.error().code == ErrorCode::ResourceExhausted);
    }
};

QTEST_GUILESS_MAIN(TestMatching)
#include "tst_matching.moc"
