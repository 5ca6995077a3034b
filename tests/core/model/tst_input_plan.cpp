#include "model/input_plan.h"
#include "model/understanding/understanding.h"

#include <QTest>

using namespace warmbench;

namespace {

std::vector<Dimension> shape(std::initializer_list<std::int64_t> extents)
{
    std::vector<Dimension> dimensions;
    for (const std::int64_t extent : extents)
        dimensions.push_back({extent, {}});
    return dimensions;
}

NetworkSpec network(std::initializer_list<std::int64_t> extents, DType dtype = DType::Float32)
{
    NetworkSpec spec;
    spec.inputs = {{"data", dtype, shape(extents), {}}};
    return spec;
}

// As a data frame of three columns is exported.
NetworkSpec people()
{
    NetworkSpec spec;
    spec.inputs = {{"age", DType::Float64, shape({-1, 1}), {}},
                   {"rooms", DType::Int64, shape({-1, 1}), {}},
                   {"city", DType::String, shape({-1, 1}), {}}};
    return spec;
}

ModelSettings settings(const char *json)
{
    auto parsed = parseModelSettings(json);
    return parsed ? *std::move(parsed) : ModelSettings();
}

Result<InputPlan> planned(const NetworkSpec &spec, const ModelSettings &settings)
{
    return planInput(spec, settings, hintsOf(spec));
}

QByteArray warnings(const InputPlan &plan)
{
    std::string all;
    for (const std::string &warning : plan.warnings)
        all += warning + "\n";
    return QByteArray::fromStdString(all);
}

} // namespace

class TestInputPlan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPictureWithoutSettingsIsAGuessThatSaysSo()
    {
        const auto plan = planned(network({-1, 3, 240, 320}), {});
        QVERIFY(plan);
        QCOMPARE(plan->kind, InputKind::Image);
        Preprocessing expected;
        expected.width = 320;
        expected.height = 240;
        QCOMPARE(plan->preprocessing, expected);
        QCOMPARE(plan->origins.at("width"), Origin::Network);
        QCOMPARE(plan->origins.at("layout"), Origin::Network);
        for (const char *key : {"channels", "resize", "scale", "mean", "std", "interpolation"})
            QCOMPARE(plan->origins.at(key), Origin::Guessed);
        QVERIFY2(warnings(*plan).contains("guess in part: stretch, rgb and scale 1/255"),
                 warnings(*plan));
    }

    void theShapeTellsLayoutAndChannels_data()
    {
        QTest::addColumn<QList<qint64>>("extents");
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("layout");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("width");
        const auto row = [](const char *name, const QList<qint64> &extents, InputKind kind,
                            Layout layout = Layout::Nchw, Channels channels = Channels::Rgb,
                            int width = 0) {
            QTest::newRow(name) << extents << int(kind) << int(layout) << int(channels) << width;
        };
        row("NCHW grey", {1, 1, 28, 30}, InputKind::Image, Layout::Nchw, Channels::Gray, 30);
        row("NHWC", {1, 28, 30, 3}, InputKind::Image, Layout::Nhwc, Channels::Rgb, 30);
        row("NHWC grey", {-1, 28, 30, 1}, InputKind::Image, Layout::Nhwc, Channels::Gray, 30);
        row("both", {1, 3, 30, 3}, InputKind::Image, Layout::Nchw, Channels::Rgb, 3);
        row("free size", {1, 3, -1, -1}, InputKind::Image, Layout::Nchw, Channels::Rgb, 224);
        row("grey with alpha", {1, 2, 28, 30}, InputKind::Image, Layout::Nchw, Channels::GrayAlpha,
            30);
        row("colour with alpha", {1, 28, 30, 4}, InputKind::Image, Layout::Nhwc, Channels::Rgba,
            30);
        row("three before four", {1, 4, 30, 3}, InputKind::Image, Layout::Nhwc, Channels::Rgb, 30);
        row("five channels", {1, 5, 28, 28}, InputKind::Tensor);
        row("all free", {-1, -1, -1, -1}, InputKind::Tensor);
        row("three dimensions", {3, 28, 28}, InputKind::Tensor);
        row("a row", {-1, 4}, InputKind::Features);
        row("a lone row", {4}, InputKind::Features);
        row("a long row", {1, 3000}, InputKind::Tensor);
        row("a free row", {1, -1}, InputKind::Tensor);
        row("many rows", {7, 4}, InputKind::Tensor);
        row("a scalar", {}, InputKind::Tensor);
    }
    void theShapeTellsLayoutAndChannels()
    {
        QFETCH(QList<qint64>, extents);
        QFETCH(int, kind);
        NetworkSpec spec = network({});
        for (const qint64 extent : extents)
            spec.inputs[0].shape.push_back({extent, {}});
        const auto plan = planned(spec, {});
        QVERIFY(plan);
        QCOMPARE(int(plan->kind), kind);
        if (plan->kind != InputKind::Image)
            return;
        QTEST(int(plan->preprocessing.layout), "layout");
        QTEST(int(plan->preprocessing.channels), "channels");
        QTEST(plan->preprocessing.width, "width");
    }

    void aTableWithoutSettingsNumbersItsFeatures()
    {
        const auto plan = planned(network({-1, 3}), {});
        QCOMPARE(plan->features.size(), std::size_t(3));
        QCOMPARE(plan->features[2].name, std::string("feature 3"));
        const auto named = planned(
            network({-1, 2}),
            settings(R"({"input": {"features": [{"name": "a"}, {"name": "b", "unit": "cm"}]}})"));
        QCOMPARE(named->kind, InputKind::Features);
        QCOMPARE(named->features[1].unit, std::string("cm"));
        QCOMPARE(named->origins.at("features"), Origin::SettingsFile);
    }

    void columnsAreNamedAsTheirInputs()
    {
        const auto plan = planned(people(), {});
        QVERIFY2(plan, plan ? "" : plan.error().message.c_str());
        QCOMPARE(plan->kind, InputKind::Features);
        QVERIFY(plan->columns);
        QCOMPARE(plan->features.size(), std::size_t(3));
        QCOMPARE(plan->features[0].name, std::string("age"));
        QCOMPARE(plan->features[0].dtype, DType::Float64);
        QCOMPARE(plan->features[2].name, std::string("city"));
        QCOMPARE(plan->features[2].dtype, DType::String);
        QCOMPARE(plan->origins.at("features"), Origin::Network);
        QVERIFY2(plan->warnings.empty(), warnings(*plan));
    }

    void settingsDescribeColumnsByName()
    {
        const auto plan = planned(
            people(),
            settings(
                R"({"input": {"features": [{"name": "rooms", "unit": "no.", "default": 3}]}})"));
        QVERIFY2(plan, plan ? "" : plan.error().message.c_str());
        QCOMPARE(plan->features.size(), std::size_t(3));
        QCOMPARE(plan->features[1].name, std::string("rooms"));
        QCOMPARE(plan->features[1].unit, std::string("no."));
        QCOMPARE(plan->features[1].dtype, DType::Int64);
        QVERIFY(!plan->features[0].fallback);

        const auto unknown =
            planned(people(), settings(R"({"input": {"features": [{"name": "room"}]}})"));
        QVERIFY(!unknown);
        QVERIFY2(unknown.error().message.find("(did you mean \"rooms\"?)") != std::string::npos,
                 unknown.error().message.c_str());
        const auto number = planned(
            people(), settings(R"({"input": {"features": [{"name": "city", "default": 3}]}})"));
        QVERIFY(!number);
        QVERIFY2(number.error().message.find("\"city\"") != std::string::npos,
                 number.error().message.c_str());
    }

    void severalInputsAreNoTable_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QList<QList<qint64>>>("shapes");
        const auto row = [](const char *name, InputKind kind, const QList<QList<qint64>> &shapes) {
            QTest::newRow(name) << int(kind) << shapes;
        };
        row("columns", InputKind::Features, {{-1, 1}, {-1, 1}});
        row("tokens and their mask", InputKind::Tensor, {{-1, -1}, {-1, -1}});
        row("tokens of a fixed length", InputKind::Tensor, {{-1, 128}, {-1, 128}});
        row("a picture and its size", InputKind::Image, {{-1, 3, 64, 64}, {-1, 2}});
        row("a column beside a row", InputKind::Tensor, {{-1, 1}, {-1, 16}});
        row("one sample of two states", InputKind::Tensor, {{1, 1}, {1, 1}});
        row("a column and a scalar", InputKind::Tensor, {{-1, 1}, {}});
    }
    void severalInputsAreNoTable()
    {
        QFETCH(QList<QList<qint64>>, shapes);
        NetworkSpec spec;
        for (const auto &extents : shapes) {
            spec.inputs.push_back(
                {"input " + std::to_string(spec.inputs.size()), DType::Float32, {}, {}});
            for (const qint64 extent : extents)
                spec.inputs.back().shape.push_back({extent, {}});
        }
        const auto plan = planned(spec, {});
        QVERIFY2(plan, plan ? "" : plan.error().message.c_str());
        QTEST(int(plan->kind), "kind");
        QCOMPARE(plan->columns, plan->kind == InputKind::Features);
    }

    void rowsOfTextsAreTables()
    {
        const auto plan = planned(network({-1, 2}, DType::String), {});
        QCOMPARE(plan->kind, InputKind::Features);
        QCOMPARE(plan->features[1].dtype, DType::String);
        QCOMPARE(planned(network({-1, 1}, DType::String), {})->features[0].name,
                 std::string("data"));
    }

    void metadataComesBeforeGuesses()
    {
        NetworkSpec spec = network({1, 3, 28, 28});
        spec.metadata = {{"Image.BitmapPixelFormat", "Bgr8"},
                         {"Image.NominalPixelRange", "NominalRange_0_255"}};
        const auto plan = planned(spec, {});
        QCOMPARE(plan->preprocessing.channels, Channels::Bgr);
        QCOMPARE(plan->origins.at("channels"), Origin::Metadata);
        QCOMPARE(plan->preprocessing.scale, 1.0);
        QCOMPARE(plan->origins.at("scale"), Origin::Metadata);
        QCOMPARE(plan->warnings.size(), std::size_t(1)); // that pictures are stretched is a guess
        QVERIFY2(warnings(*plan).contains("is a guess in part: stretch;"), warnings(*plan));

        spec.metadata["Image.NominalPixelRange"] = "Normalized_1_1";
        const Preprocessing signedRange = planned(spec, {})->preprocessing;
        QCOMPARE(0 * signedRange.scale - signedRange.mean[0], -1.0);
        QCOMPARE(255 * signedRange.scale - signedRange.mean[0], 1.0);
        spec.metadata["Image.NominalPixelRange"] = "NominalRange_16_235";
        const Preprocessing video = planned(spec, {})->preprocessing;
        QCOMPARE(0 * video.scale - video.mean[0], 16.0);
        QCOMPARE(255 * video.scale - video.mean[0], 235.0);
    }

    void settingsComeBeforeMetadataWithAWarning()
    {
        NetworkSpec spec = network({1, 3, 28, 28});
        spec.metadata = {{"Image.BitmapPixelFormat", "Bgr8"},
                         {"Image.NominalPixelRange", "NominalRange_0_255"}};
        const auto plan =
            planned(spec, settings(R"({"input": {"channels": "rgb", "scale": "1/255"}})"));
        QCOMPARE(plan->preprocessing.channels, Channels::Rgb);
        QCOMPARE(plan->origins.at("channels"), Origin::SettingsFile);
        QCOMPARE(plan->preprocessing.scale, 1 / 255.0);
        QCOMPARE(plan->preprocessing.mean, std::vector<double>{0});
        QVERIFY2(warnings(*plan).contains("The settings file says \"input.channels\" is rgb, the "
                                          "Image.* keys say bgr; the first counts."),
                 warnings(*plan));
        QVERIFY2(warnings(*plan).contains("the Image.* keys say 1;"), warnings(*plan));
        // Agreement is silent.
        QVERIFY(planned(spec, settings(R"({"input": {"channels": "bgr", "scale": 1,
                                                     "resize": "stretch"}})"))
                    ->warnings.empty());
    }

    void theNetworksShapeComesBeforeMetadata()
    {
        NetworkSpec spec = network({1, 3, 28, 28});
        spec.metadata = {{"Image.BitmapPixelFormat", "Gray8"},
                         {"Image.NominalPixelRange", "Sideways"}};
        const auto plan = planned(spec, {});
        QCOMPARE(plan->preprocessing.channels, Channels::Rgb);
        QVERIFY2(warnings(*plan).contains("the network's shape counts"), warnings(*plan));
        QVERIFY(hintsOf(spec).front().warnings.front().find("\"Sideways\", which is unknown") !=
                std::string::npos);
        QCOMPARE(plan->origins.at("scale"), Origin::Guessed);
    }

    void thePresetSetsWhatTheSettingsLeaveOpen()
    {
        const auto plan =
            planned(network({-1, 3, 224, 224}),
                    settings(R"({"input": {"preset": "imagenet", "channels": "bgr"}})"));
        const Preprocessing &how = plan->preprocessing;
        QCOMPARE(how.resize, ResizeMode::Crop);
        QCOMPARE(how.shorterSide, std::optional(256));
        QCOMPARE(how.channels, Channels::Bgr);
        QCOMPARE(how.scale, 1 / 255.0);
        QCOMPARE(how.mean, (std::vector<double>{0.485, 0.456, 0.406}));
        QCOMPARE(how.std, (std::vector<double>{0.229, 0.224, 0.225}));
        QCOMPARE(plan->origins.at("mean"), Origin::SettingsFile);
        QVERIFY2(plan->warnings.empty(), warnings(*plan));
        const auto large =
            planned(network({-1, 3, 299, 299}), settings(R"({"input": {"preset": "imagenet"}})"));
        QCOMPARE(large->preprocessing.shorterSide, std::optional(342));
    }

    void bytesAreNotScaledDown()
    {
        const auto plan = planned(network({1, 28, 28, 3}, DType::UInt8), {});
        QCOMPARE(plan->kind, InputKind::Image);
        QCOMPARE(plan->preprocessing.scale, 1.0);
        QCOMPARE(plan->origins.at("scale"), Origin::Network);
        QCOMPARE(planned(network({1, 3, 28, 28}, DType::String), {})->kind, InputKind::Tensor);
    }

    void signedBytesAreLess128()
    {
        const auto plan = planned(network({1, 28, 28, 3}, DType::Int8), {});
        QCOMPARE(plan->preprocessing.mean, std::vector<double>{128});
        QVERIFY2(warnings(*plan).contains("less 128"), warnings(*plan));
        QCOMPARE(
            planned(network({1, 28, 28, 3}, DType::Int8), settings(R"({"input": {"scale": 0.5}})"))
                ->preprocessing.mean,
            std::vector<double>{0});
    }

    void wholeNumbersTakeNoFractions()
    {
        NetworkSpec spec = network({1, 28, 28, 3}, DType::UInt8);
        spec.metadata = {{"Image.NominalPixelRange", "Normalized_0_1"}};
        const auto plan = planned(spec, {});
        QCOMPARE(plan->preprocessing.scale, 1.0);
        QVERIFY2(warnings(*plan).contains("takes whole numbers"), warnings(*plan));
    }

    void theOrderOfColoursCountsBesideAlpha()
    {
        NetworkSpec spec = network({1, 4, 28, 28});
        spec.metadata = {{"Image.BitmapPixelFormat", "Bgra8"}};
        const auto plan = planned(spec, {});
        QCOMPARE(plan->preprocessing.channels, Channels::Bgra);
        QCOMPARE(plan->origins.at("channels"), Origin::Metadata);
        const auto guess = planned(network({1, 4, 28, 28}), {});
        QVERIFY2(warnings(*guess).contains("rgba"), warnings(*guess));
    }

    void theBorderMayBeTheMean()
    {
        const auto plan =
            planned(network({1, 3, 28, 28}), settings(R"({"input": {"resize": "letterbox",
            "pad_value": "mean", "mean": 0.5}})"));
        QVERIFY(plan->preprocessing.padsWithMean);
        QCOMPARE(plan->origins.at("pad_value"), Origin::SettingsFile);
    }

    void theSettingsNameTheInput()
    {
        NetworkSpec spec = network({1, 4});
        spec.inputs.push_back({"picture", DType::Float32, shape({1, 1, 8, 8}), {}});
        spec.inputs.push_back({"other", DType::Float32, shape({1, 3, 8, 8}), {}});
        QCOMPARE(planned(spec, {})->index, std::size_t(1));
        const auto plan = planned(spec, settings(R"({"input": {"name": "other"}})"));
        QCOMPARE(plan->index, std::size_t(2));
        QCOMPARE(plan->origins.at("name"), Origin::SettingsFile);
        QCOMPARE(planned({}, {})->kind, InputKind::Tensor);
    }

    void settingsThatTheNetworkCannotTakeAreRefused_data()
    {
        QTest::addColumn<QList<qint64>>("extents");
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char *name, const QList<qint64> &extents, const char *json,
                            const char *said) {
            QTest::newRow(name) << extents << QByteArray(json) << QByteArray(said);
        };
        row("name", {1, 4}, R"({"input": {"name": "x"}})", "the network's inputs are data");
        row("channels", {1, 1, 8, 8}, R"({"input": {"channels": "rgb"}})",
            "\"input.channels\" asks for 3 channels (rgb)");
        row("preset on grey", {1, 1, 8, 8}, R"({"input": {"preset": "imagenet"}})",
            "\"input.preset\" asks for 3");
        row("grey mean for colour", {1, 1, 8, 8}, R"({"input": {"mean": [1, 2, 3]}})",
            "\"input.mean\" has 3 numbers, but a gray picture has 1 channel;");
        row("width", {1, 3, 8, 8}, R"({"input": {"width": 9}})",
            "\"input.width\" is 9, but input \"data\" [1, 3, 8, 8] takes 8");
        row("layout", {1, 3, 8, 8}, R"({"input": {"layout": "NHWC"}})", "8 channels where");
        row("picture for a table", {1, 64}, R"({"input": {"resize": "crop"}})",
            "\"input.resize\" is about a picture");
        row("small shorter side", {1, 3, 8, 8},
            R"({"input": {"resize": "crop", "shorter_side": 7}})", "set at least 8");
        row("feature count", {1, 4}, R"({"input": {"features": [{"name": "a"}]}})",
            "names 1 numbers, but input \"data\" [1, 4] takes 4");
        row("features of a picture", {1, 3, 8, 8}, R"({"input": {"features": [{"name": "a"}]}})",
            "takes no row of numbers");
        row("both", {1, 1}, R"({"input": {"width": 1, "features": [{"name": "a"}]}})",
            "leave one of them out");
        row("enormous", {1, 3, 8, 99999}, R"({"input": {"resize": "crop"}})", "send tensors");
    }
    void settingsThatTheNetworkCannotTakeAreRefused()
    {
        QFETCH(QList<qint64>, extents);
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, said);
        NetworkSpec spec = network({});
        for (const qint64 extent : extents)
            spec.inputs[0].shape.push_back({extent, {}});
        const auto parsed = parseModelSettings(json.toStdString());
        QVERIFY(parsed);
        const auto plan = planned(spec, *parsed);
        QVERIFY(!plan);
        QCOMPARE(plan.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(QByteArray::fromStdString(plan.error().message).contains(said),
                 plan.error().message.c_str());
    }

    void originsHaveNamesForPeople()
    {
        QCOMPARE(originName(Origin::Guessed), "guessed");
        QCOMPARE(originName(Origin::Metadata), "metadata");
        QCOMPARE(originName(Origin::SettingsFile), "settings file");
        QCOMPARE(originName(Origin::User), "you");
    }
};

QTEST_APPLESS_MAIN(TestInputPlan)
#include "tst_input_plan.moc"
