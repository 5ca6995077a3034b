// Files that people and other tools put beside a model.
#include "base/file.h"
#include "model/understanding/files_beside.h"
#include "model/understanding/understanding.h"

#include <algorithm>
#include <filesystem>
#include <QTemporaryDir>
#include <QtTest>

using namespace warmbench;

namespace {

namespace fs = std::filesystem;

class Folder
{
public:
    fs::path put(const char *leaf, const std::string &content = "onnx") const
    {
        fs::path path = fs::path(m_folder.path().toStdString()) / leaf;
        fs::create_directories(path.parent_path());
        const auto done = writeFile(path, content);
        Q_ASSERT(done);
        return path;
    }

private:
    const QTemporaryDir m_folder;
};

NetworkSpec pictures(std::int64_t side)
{
    NetworkSpec spec;
    TensorSpec input;
    input.name = "pixel_values";
    input.shape = {{-1, {}}, {3, {}}, {side, {}}, {side, {}}};
    TensorSpec output;
    output.name = "logits";
    output.shape = {{-1, {}}, {3, {}}};
    spec.inputs = {input};
    spec.outputs = {output};
    return spec;
}

struct Told
{
    Preprocessing how;
    ModelSettings settings;
    Understood understood;
    std::string warnings;
};

Told toldBy(const fs::path &model, std::int64_t side = 224)
{
    Told told;
    const auto understood = understand(pictures(side), told.settings, readFilesBeside(model).hints);
    if (!understood)
        return told;
    told.how = understood->input.preprocessing;
    told.understood = understood->told;
    for (const std::string &warning : understood->warnings)
        told.warnings += warning + "\n";
    return told;
}

Told preparedBy(const char *json, std::int64_t side = 224)
{
    const Folder folder;
    folder.put("preprocessor_config.json", json);
    return toldBy(folder.put("model.onnx"), side);
}

} // namespace

class TestFilesBeside : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void labelsOfTheModelComeFirst()
    {
        const Folder folder;
        const auto model = folder.put("cats.onnx");
        folder.put("labels.txt", "a\nb\nc\n");
        QCOMPARE(toldBy(model).settings.labels, (std::vector<std::string>{"a", "b", "c"}));
        QCOMPARE(toldBy(model).understood.values.at("labels").origin, std::string("labels.txt"));
        folder.put("cats.labels.txt", "x\ny\nz\n");
        QCOMPARE(toldBy(model).settings.labels, (std::vector<std::string>{"x", "y", "z"}));
    }

    void sharedFilesCountBesideOneModelOnly()
    {
        const Folder folder;
        const auto model = folder.put("cats.onnx");
        folder.put("classes.txt", "a\nb\nc\n");
        QVERIFY(!toldBy(model).settings.labels.empty());
        folder.put("dogs.onnx");
        QVERIFY(toldBy(model).settings.labels.empty());
        folder.put("cats.names", "x\ny\nz\n");
        QCOMPARE(toldBy(model).settings.labels.front(), std::string("x"));
    }

    void whereAFileWouldCountIsWatched()
    {
        const Folder folder;
        const auto model = folder.put("cats.onnx");
        const auto before = readFilesBeside(model);
        QVERIFY(before.files.empty());
        const auto labels = folder.put("labels.txt", "a\n");
        QVERIFY(std::count(before.places.begin(), before.places.end(), labels) == 1);
        const auto after = readFilesBeside(model);
        QCOMPARE(after.files, std::vector<fs::path>{labels});
        QVERIFY(std::count(after.places.begin(), after.places.end(),
                           labels.parent_path() / "cats.labels.txt") == 1);
        QVERIFY(std::count(after.places.begin(), after.places.end(), labels) == 0);
    }

    void nothingOutsideIsRead()
    {
        const Folder folder;
        folder.put("labels.txt", "secret\n");
        const auto model = folder.put("inner/cats.onnx");
        fs::create_symlink(model.parent_path().parent_path() / "labels.txt",
                           model.parent_path() / "labels.txt");
        QVERIFY(readFilesBeside(model).files.empty());
        QVERIFY(readFilesBeside(model).hints.empty());
    }

    void damagedFilesAreSaid()
    {
        const Folder folder;
        const auto model = folder.put("cats.onnx");
        folder.put("labels.txt", "");
        folder.put("config.json", "{\"id2label\": ");
        folder.put("preprocessor_config.json", "[]");
        const Told told = toldBy(model);
        for (const char *said :
             {"\"labels.txt\" beside the model names no classes: line 1: there are no names",
              "\"config.json\" beside the model cannot be read: line 1",
              "\"preprocessor_config.json\" beside the model cannot be read: it holds no object"})
            QVERIFY2(told.warnings.find(said) != std::string::npos, told.warnings.c_str());
        QVERIFY(told.settings.labels.empty());
    }

    void configurationsOfClassifiersTellTheRest()
    {
        const Folder folder;
        const auto model = folder.put("model.onnx");
        folder.put("config.json", R"({"architectures": ["ViTForImageClassification"],
            "id2label": {"0": "tench", "1": "goldfish", "2": "café"}, "model_type": "vit"})");
        folder.put("preprocessor_config.json", R"({"image_processor_type": "ViTImageProcessor",
            "size": {"height": 224, "width": 224}, "resample": 3,
            "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]})");
        const Told told = toldBy(model);
        QCOMPARE(told.understood.summary,
                 std::string("ViT image classification, 3 names, stretch 224 x 224 (config.json)"));
        QVERIFY(told.settings.task == Task::Classification);
        QCOMPARE(told.settings.labels[2], std::string("café"));
        QCOMPARE(told.how.interpolation, Interpolation::Bicubic);
        QVERIFY(told.how.antialias);
        QCOMPARE(told.how.mean, std::vector<double>(3, 0.5));
        QCOMPARE(told.how.scale, 1 / 255.0);
        QCOMPARE(told.understood.values.at("mean").origin, std::string("preprocessor_config.json"));
        QVERIFY2(told.warnings.empty(), told.warnings.c_str());
        QVERIFY(!told.settings.output.activation);
        folder.put("config.json", R"({"architectures": ["SwinForImageClassification"],
            "problem_type": "multi_label_classification"})");
        QVERIFY(toldBy(model).settings.output.activation == Activation::Sigmoid);
    }

    void everyFormOfASizeIsRead()
    {
        Told told = preparedBy(R"({"size": 224, "resample": 2})"); // old ViT
        QCOMPARE(told.how.resize, ResizeMode::Stretch);
        QCOMPARE(told.how.interpolation, Interpolation::Bilinear);
        told = preparedBy(R"({"size": {"shortest_edge": 256}, "do_center_crop": true,
            "crop_size": {"height": 224, "width": 224}, "resample": 1})"); // CLIP
        QCOMPARE(told.how.resize, ResizeMode::Crop);
        QCOMPARE(told.how.shorterSide, std::optional(256));
        QCOMPARE(told.how.interpolation, Interpolation::Lanczos);
        told = preparedBy(R"({"image_processor_type": "ConvNextImageProcessor", "crop_pct": 0.875,
            "size": {"shortest_edge": 224}})");
        QCOMPARE(told.how.resize, ResizeMode::Crop);
        QCOMPARE(told.how.shorterSide, std::optional(256));
        told = preparedBy(R"({"feature_extractor_type": "ConvNextFeatureExtractor", "size": 384})",
                          384);
        QCOMPARE(told.how.resize, ResizeMode::Stretch);
        told = preparedBy(R"({"size": {"shortest_edge": 800, "longest_edge": 1333}})");
        QVERIFY2(told.warnings.find("resizes pictures in a way that is not known") !=
                     std::string::npos,
                 told.warnings.c_str());
    }

    void numbersForOtherChannelsAreLeftOut()
    {
        const Folder folder;
        const auto model = folder.put("model.onnx");
        folder.put("preprocessor_config.json",
                   R"({"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]})");
        auto spec = pictures(28);
        spec.inputs[0].shape[1].size = 1;
        ModelSettings settings;
        const auto understood = understand(spec, settings, readFilesBeside(model).hints);
        QVERIFY2(understood.has_value(), understood ? "" : understood.error().message.c_str());
        QCOMPARE(understood->input.preprocessing.mean, std::vector<double>{0});
        const auto &warnings = understood->warnings;
        QVERIFY(std::any_of(warnings.begin(), warnings.end(), [](const std::string &one) {
            return one.find("mean and std for other channels") != std::string::npos;
        }));
    }

    void numbersAreScaledAndNormalisedAsTheySay()
    {
        Told told = preparedBy(R"({"do_normalize": false})");
        QCOMPARE(told.how.mean, std::vector<double>{0});
        QCOMPARE(told.how.std, std::vector<double>{1});
        QCOMPARE(told.how.scale, 1 / 255.0);
        told = preparedBy(R"({"do_rescale": false, "do_normalize": false,
            "do_flip_channel_order": true})"); // MobileViT
        QCOMPARE(told.how.scale, 1.0);
        QCOMPARE(told.how.channels, Channels::Bgr);
        told = preparedBy(R"({"rescale_factor": 0.00784313725490196, "do_normalize": false})");
        QCOMPARE(told.how.scale, 1 / 127.5);
        told = preparedBy(R"({"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0, 0.5]})");
        QCOMPARE(told.how.mean, std::vector<double>{0});
        QVERIFY2(told.warnings.find("no numbers that can be used") != std::string::npos,
                 told.warnings.c_str());
    }
};

QTEST_GUILESS_MAIN(TestFilesBeside)
#include "tst_files_beside.moc"
