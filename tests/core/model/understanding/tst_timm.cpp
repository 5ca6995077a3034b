// The config.json that timm writes, as it is on the hub and as it was, and damaged ones.
#include "model/understanding/timm.h"
#include "model/understanding/understanding.h"

#include <QTest>

using namespace warmbench;

namespace {

Hints hintsIn(const char *json)
{
    const auto config = parseJson(json);
    Q_ASSERT(config);
    return timmHints(*config);
}

QByteArray warningsOf(const std::vector<std::string> &warnings)
{
    QByteArray all;
    for (const std::string &warning : warnings)
        all += QByteArray::fromStdString(warning) + '\n';
    return all;
}

Understanding plannedFor(const char *json, std::int64_t side)
{
    NetworkSpec spec;
    spec.inputs = {{"input0", DType::Float32, {{1, {}}, {3, {}}, {side, {}}, {side, {}}}, {}}};
    spec.outputs = {{"output0", DType::Float32, {{1, {}}, {3, {}}}, {}}};
    ModelSettings settings;
    return *understand(spec, settings, {hintsIn(json)});
}

constexpr const char *ofTheHub = R"({"architecture": "resnet50", "num_classes": 3,
    "label_names": ["n1", "n2", "n3"], "label_descriptions": {"n1": "tench, Tinca tinca", "n3": ""},
    "pretrained_cfg": {"tag": "a1_in1k", "input_size": [3, 224, 224],
    "test_input_size": [3, 288, 288], "interpolation": "bilinear", "crop_pct": 0.95,
    "test_crop_pct": 1.0, "crop_mode": "center", "mean": [0.5, 0.4, 0.3], "std": [0.1, 0.2, 0.3]}})";

} // namespace

class TestTimm : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theHubsFileTellsAll()
    {
        const Hints told = hintsIn(ofTheHub);
        QCOMPARE(told.source, std::string("config.json (timm)"));
        QCOMPARE(told.summary, std::string("resnet50 image classification"));
        QVERIFY(told.task == Task::Classification);
        QCOMPARE(told.labels, (std::vector<std::string>{"tench, Tinca tinca", "n2", "n3"}));
        QVERIFY(told.input.channels == Channels::Rgb);
        QVERIFY(told.input.resize == ResizeMode::Crop);
        QVERIFY(told.input.interpolation == Interpolation::Bilinear);
        QCOMPARE(*told.input.mean, (std::vector<double>{0.5, 0.4, 0.3}));
        QCOMPARE(*told.input.std, (std::vector<double>{0.1, 0.2, 0.3}));
        QCOMPARE(*told.input.scale, 1 / 255.0);
        QVERIFY2(told.warnings.empty(), warningsOf(told.warnings));
    }

    void theNetworksSizeChoosesTheCrop_data()
    {
        QTest::addColumn<int>("side");
        QTest::addColumn<int>("shorterSide");
        QTest::newRow("of the training") << 224 << 235; // floor(224 / 0.95)
        QTest::newRow("of the test") << 288 << 288;
        QTest::newRow("another") << 256 << 269;
        QTest::newRow("free") << -1 << 235;
    }
    void theNetworksSizeChoosesTheCrop()
    {
        QFETCH(int, side);
        const auto planned = plannedFor(ofTheHub, side);
        const Preprocessing &how = planned.input.preprocessing;
        QTEST(*how.shorterSide, "shorterSide");
        QCOMPARE(how.width, side > 0 ? side : 224);
        QCOMPARE(originText(planned.input, "shorter_side"), std::string("config.json (timm)"));
        QCOMPARE(warningsOf(planned.warnings).contains("network's shape counts"), side == 256);
    }

    void olderFilesHaveItAtTheTop()
    {
        const Hints told = hintsIn(R"({"architecture": "vit_tiny", "num_classes": 0,
            "input_size": [1, 32, 32], "crop_mode": "squash", "crop_pct": 1.0})");
        QVERIFY(!told.task);
        QVERIFY(told.input.channels == Channels::Gray);
        QVERIFY(told.input.resize == ResizeMode::Stretch);
        QCOMPARE(*told.input.width, 32);
    }

    void whatIsMissingIsTimmsDefault()
    {
        const auto planned = plannedFor(R"({"architecture": "x", "num_classes": 3})", 224);
        const Preprocessing &how = planned.input.preprocessing;
        QCOMPARE(how.resize, ResizeMode::Crop);
        QCOMPARE(how.shorterSide, std::optional(256));
        QCOMPARE(how.interpolation, Interpolation::Bicubic);
        QVERIFY(how.antialias);
        QCOMPARE(how.mean, (std::vector<double>{0.485, 0.456, 0.406}));
        QCOMPARE(how.std, (std::vector<double>{0.229, 0.224, 0.225}));
    }

    void itIsToldFromTransformers_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<bool>("timms");
        const auto row = [](const char *name, const char *json, bool timms) {
            QTest::newRow(name) << QByteArray(json) << timms;
        };
        row("timm", R"({"architecture": "resnet50"})", true);
        row("timm in transformers",
            R"({"architecture": "resnet50", "architectures": ["TimmWrapperModel"]})", true);
        row("transformers", R"({"architectures": ["ViTModel"], "model_type": "vit"})", false);
        row("a number", R"({"architecture": 3})", false);
        row("nothing", "{}", false);
    }
    void itIsToldFromTransformers()
    {
        QFETCH(QByteArray, json);
        QTEST(isTimmConfig(*parseJson(json.toStdString())), "timms");
    }

    void whatCannotBeReadIsSaid_data()
    {
        QTest::addColumn<QByteArray>("keys");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char *name, const char *keys, const char *said) {
            QTest::newRow(name) << QByteArray(keys) << QByteArray(said);
        };
        row("two sides", R"("input_size": [224, 224])", "\"input_size\" of config.json is no list");
        row("a huge side", R"("input_size": [3, 1e300, 224])", "\"input_size\" of config.json");
        row("texts", R"("input_size": ["3", "224", "224"])", "\"input_size\" of config.json");
        row("negative", R"("test_input_size": [3, -1, -1])", "\"test_input_size\" of config.json");
        row("no crop", R"("crop_pct": 0)", "\"crop_pct\" of config.json is no number above 0");
        row("tiny crop", R"("crop_pct": 1e-320)", "");
        row("large crop", R"("crop_pct": 1.5)", "\"crop_pct\" of config.json");
        row("crop as text", R"("crop_pct": "0.9")", "\"crop_pct\" of config.json");
        row("filter", R"("interpolation": "random")", "is \"random\", which is unknown here");
        row("mode", R"("crop_mode": "sideways")", "is \"sideways\", which is unknown here");
        row("cut border", R"("crop_mode": "border", "crop_pct": 0.9)", "the whole picture is kept");
        row("mean", R"("mean": [0.5, 0.5])", "\"mean\" of config.json is no list of numbers");
        row("std of zero", R"("std": [0.5, 0, 0.5])", "\"std\" of config.json");
        row("names", R"("label_names": 7)", "\"label_names\" of config.json names no classes");
        row("not square", R"("input_size": [3, 224, 448])", "not square");
        row("nothing", R"("pretrained_cfg": null, "label_names": null)", "");
    }
    void whatCannotBeReadIsSaid()
    {
        QFETCH(QByteArray, keys);
        QFETCH(QByteArray, said);
        const QByteArray json = "{\"architecture\": \"x\", \"num_classes\": 3, " + keys + '}';
        const Hints told = hintsIn(json);
        QVERIFY2(warningsOf(told.warnings).contains(said), warningsOf(told.warnings));
        QCOMPARE(told.warnings.size(), std::size_t(said.isEmpty() ? 0 : 1));
        const auto planned = plannedFor(json, 224);
        const Image dot{1, 1, {1, 2, 3}};
        QVERIFY(preprocess(dot, planned.input.preprocessing));
    }
};

QTEST_APPLESS_MAIN(TestTimm)
#include "tst_timm.moc"
