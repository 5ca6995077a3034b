// Presets by name, and what is said where one may fit. Their numbers are compared with what the
// frameworks make of pictures in tst_frameworks.
#include "base/file.h"
#include "model/presets.h"
#include "model/understanding/understanding.h"
#include "test_files.h"

#include <cmath>
#include <QTest>

using namespace warmbench;

namespace {

NetworkSpec network(const std::vector<std::int64_t> &input, const std::vector<std::int64_t> &output,
                    DType dtype = DType::Float32)
{
    NetworkSpec spec;
    spec.inputs = {{"data", dtype, {}, {}}};
    spec.outputs = {{"scores", DType::Float32, {}, {}}};
    for (const std::int64_t extent : input)
        spec.inputs[0].shape.push_back({extent, {}});
    for (const std::int64_t extent : output)
        spec.outputs[0].shape.push_back({extent, {}});
    return spec;
}

QByteArray offerFor(const NetworkSpec &spec, const char *json = "{}")
{
    auto settings = *parseModelSettings(json);
    const auto understood = understand(spec, settings);
    if (!understood)
        return QByteArray::fromStdString(understood.error().message);
    QByteArray offers;
    for (const std::string &warning : understood->warnings) {
        if (warning.find("\"input.preset\"") != std::string::npos)
            offers += QByteArray::fromStdString(warning);
    }
    return offers;
}

Preprocessing preparedBy(const std::string &preset, std::int64_t side)
{
    const auto settings = *parseModelSettings(R"({"input": {"preset": ")" + preset + R"("}})");
    return planInput(network({1, 3, side, side}, {1, 9}), settings, {})->preprocessing;
}

} // namespace

class TestPresets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyOneMakesAPlan()
    {
        const auto names = presetNames();
        QVERIFY(names.size() > 40);
        QCOMPARE(std::set<std::string>(names.begin(), names.end()).size(), names.size());
        for (const std::string &name : names) {
            const Preset &preset = *presetNamed(name);
            QVERIFY2(preset.origin.find(':') != std::string_view::npos, name.c_str());
            const auto settings =
                *parseModelSettings(R"({"input": {"preset": ")" + name + R"("}})");
            for (const std::int64_t side : {-1, 1, 224, 16384}) {
                const auto plan = planInput(network({1, 3, side, side}, {1, 9}), settings, {});
                QVERIFY2(plan, plan ? "" : plan.error().message.c_str());
                const Preprocessing &how = plan->preprocessing;
                const bool follows = how.resize == ResizeMode::Fit;
                QCOMPARE(follows, side < 0 && name == "torchvision/segmentation");
                if (follows) {
                    QVERIFY(how.fit.freeWidth && how.fit.freeHeight && how.fit.shrink);
                    QCOMPARE(how.shorterSide, std::optional(520));
                    continue;
                }
                QCOMPARE(how.width, side > 0 ? int(side) : preset.size > 0 ? preset.size : 224);
                QCOMPARE(how.shorterSide.has_value(), preset.crops());
                QVERIFY(how.shorterSide.value_or(how.width) >= how.width);
                QCOMPARE(plan->origins.at("mean"), Origin::SettingsFile);
            }
        }
    }

    void aSizeOfTheSettingsEndsTheFit()
    {
        const auto settings = *parseModelSettings(
            R"({"input": {"preset": "torchvision/segmentation", "width": 512, "height": 256}})");
        const auto plan = planInput(network({1, 3, -1, -1}, {1, 9}), settings, {});
        QVERIFY2(plan, plan ? "" : plan.error().message.c_str());
        QVERIFY(plan->preprocessing.resize == ResizeMode::Stretch);
        QCOMPARE(plan->preprocessing.width, 512);
        QCOMPARE(plan->preprocessing.height, 256);
        QVERIFY(!plan->preprocessing.shorterSide);
    }

    void theShorterSideFollowsTheNetwork_data()
    {
        QTest::addColumn<QByteArray>("preset");
        QTest::addColumn<int>("side");
        QTest::addColumn<int>("shorterSide");
        const auto row = [](const char *preset, int side, int shorterSide) {
            QTest::addRow("%s of %d", preset, side) << QByteArray(preset) << side << shorterSide;
        };
        row("imagenet", 224, 256);
        row("imagenet", 28, 256);
        row("imagenet", 299, 342);
        row("torchvision/resnet50_v2", 224, 232);
        row("torchvision/resnet50_v2", 448, 464);
        row("timm/default", 224, 256);
        row("timm/default", 96, 109); // floor(96 / 0.875)
        row("timm/vit_base_patch16_384", 384, 384);
        row("caffe", 227, 256);
    }
    void theShorterSideFollowsTheNetwork()
    {
        QFETCH(QByteArray, preset);
        QFETCH(int, side);
        QTEST(*preparedBy(preset.toStdString(), side).shorterSide, "shorterSide");
    }

    void presetsWithoutASizeLeaveItAlone()
    {
        const auto settings =
            *parseModelSettings(R"({"input": {"preset": "torchvision/detection"}})");
        const auto plan = planInput(network({1, 3, 640, 640}, {1, 9}), settings, {});
        QCOMPARE(plan->origins.at("resize"), Origin::Guessed);
        QCOMPARE(plan->preprocessing.mean, std::vector<double>{0});
        QCOMPARE(plan->preprocessing.scale, 1 / 255.0);
    }

    void otherKeysComeBeforeIt()
    {
        const auto settings = *parseModelSettings(
            R"({"input": {"preset": "caffe", "mean": [103.9, 116.7, 123.6], "width": 227}})");
        const auto plan = planInput(network({1, 3, -1, -1}, {1, 9}), settings, {});
        QCOMPARE(plan->preprocessing.mean.front(), 103.9);
        QCOMPARE(plan->preprocessing.channels, Channels::Bgr);
        QCOMPARE(plan->preprocessing.width, 227);
        QCOMPARE(plan->preprocessing.height, 224);
    }

    void unknownNamesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char *value, const char *said) {
            QTest::newRow(value) << QByteArray(value) << QByteArray(said);
        };
        row(R"("torchvision/resnet50")", "did you mean \"torchvision/resnet50_v1\"?");
        row(R"("imagnet")", "did you mean \"imagenet\"?");
        row(R"("zzz")", "is \"zzz\", which is no preset; README.md lists them");
        row("7", "must be the name of a preset");
        row(R"("")", "must be the name of a preset");
    }
    void unknownNamesAreRefused()
    {
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, said);
        const auto settings =
            parseModelSettings(("{\"input\": {\"preset\": " + value + "}}").toStdString());
        QVERIFY(!settings);
        QVERIFY2(QByteArray::fromStdString(settings.error().message).contains(said),
                 settings.error().message.c_str());
        QCOMPARE(*parseModelSettings(R"({"input": {"preset": "ImageNet"}})")->input.preset,
                 std::string("imagenet"));
    }

    void oneThatMayFitIsSaidAndNotAssumed()
    {
        const auto plain = network({1, 3, 224, 224}, {1, 1000});
        QVERIFY2(offerFor(plain).contains("The 1000 classes look like ImageNet's"),
                 offerFor(plain));
        QVERIFY(offerFor(plain).contains("\"torchvision/resnet50_v2\""));
        auto settings = *parseModelSettings("{}");
        QCOMPARE(understand(plain, settings)->input.preprocessing.resize, ResizeMode::Stretch);
        QVERIFY(offerFor(network({-1, 224, 224, 3}, {-1, 1001})).contains("\"keras/tf\""));
        QVERIFY(!offerFor(network({1, 3, 224, 224}, {1, 1000, 1, 1})).isEmpty());
    }

    void nothingIsSaidWhereItIsToldOrOther_data()
    {
        QTest::addColumn<QList<qint64>>("input");
        QTest::addColumn<QList<qint64>>("output");
        QTest::addColumn<QByteArray>("json");
        const auto row = [](const char *name, const QList<qint64> &input,
                            const QList<qint64> &output, const char *json = "{}") {
            QTest::newRow(name) << input << output << QByteArray(json);
        };
        row("a preset", {1, 3, 224, 224}, {1, 1000}, R"({"input": {"preset": "caffe"}})");
        row("a scale", {1, 3, 224, 224}, {1, 1000}, R"({"input": {"scale": 1}})");
        row("other classes", {1, 3, 224, 224}, {1, 999});
        row("a map", {1, 3, 224, 224}, {1, 1000, 7, 7});
        row("grey", {1, 1, 224, 224}, {1, 1000});
        row("a table", {1, 4}, {1, 1000});
    }
    void nothingIsSaidWhereItIsToldOrOther()
    {
        QFETCH(QList<qint64>, input);
        QFETCH(QList<qint64>, output);
        QFETCH(QByteArray, json);
        const auto spec = network({input.begin(), input.end()}, {output.begin(), output.end()});
        QCOMPARE(offerFor(spec, json), QByteArray());
    }

    void theReadmeListsThemAll()
    {
        const auto readme = readFile(sourceFile("README.md"), mebibytes(1));
        QVERIFY(readme);
        for (const std::string &name : presetNames()) {
            const std::string leaf = name.substr(name.find('/') + 1);
            QVERIFY2(readme->find('`' + leaf + '`') != std::string::npos, name.c_str());
        }
    }
};

QTEST_APPLESS_MAIN(TestPresets)
#include "tst_presets.moc"
