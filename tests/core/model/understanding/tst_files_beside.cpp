// Files that people put beside a model, and those of Hugging Face.
#include "model_folder.h"

#include <algorithm>
#include <filesystem>
#include <QTest>

using namespace warmbench;

namespace {

namespace fs = std::filesystem;

Told preparedBy(const char *json, std::int64_t side = 224)
{
    const ModelFolder folder;
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
        const ModelFolder folder;
        const auto model = folder.put("cats.onnx");
        folder.put("labels.txt", "a\nb\nc\n");
        QCOMPARE(toldBy(model).settings.labels, (std::vector<std::string>{"a", "b", "c"}));
        QCOMPARE(toldBy(model).understood.values.at("labels").origin, std::string("labels.txt"));
        folder.put("cats.labels.txt", "x\ny\nz\n");
        QCOMPARE(toldBy(model).settings.labels, (std::vector<std::string>{"x", "y", "z"}));
    }

    void sharedFilesCountBesideOneModelOnly()
    {
        const ModelFolder folder;
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
        const ModelFolder folder;
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
        const ModelFolder folder;
        folder.put("labels.txt", "secret\n");
        const auto model = folder.put("inner/cats.onnx");
        fs::create_symlink(model.parent_path().parent_path() / "labels.txt",
                           model.parent_path() / "labels.txt");
        QVERIFY(readFilesBeside(model).files.empty());
        QVERIFY(readFilesBeside(model).hints.empty());
    }

    void damagedFilesAreSaid()
    {
        const ModelFolder folder;
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
        const ModelFolder folder;
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

    void theConfigurationOfTimmIsToldByItsKeys()
    {
        const ModelFolder folder;
        const auto model = folder.put("model.onnx");
        folder.put("config.json", R"({"architecture": "resnet18", "num_classes": 3,
            "label_names": ["a", "b", "c"], "pretrained_cfg": {"crop_pct": 0.95,
            "input_size": [3, 224, 224], "interpolation": "bicubic"}})");
        const Told told = toldBy(model);
        QCOMPARE(told.understood.summary,
                 std::string("Resnet18 image classification, 3 names, crop 224 x 224 "
                             "(config.json (timm))"));
        QCOMPARE(told.how.shorterSide, std::optional(235));
        QCOMPARE(told.understood.values.at("mean").origin, std::string("config.json (timm)"));
        QVERIFY2(told.warnings.empty(), told.warnings.c_str());
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
        for (const char *detr : {R"({"size": {"shortest_edge": 800, "longest_edge": 1333}})",
                                 R"({"size": 800, "max_size": 1333})",
                                 R"({"size": {"max_height": 640, "max_width": 640}})"}) {
            told = preparedBy(detr);
            QCOMPARE(told.how.resize, ResizeMode::Letterbox);
            QCOMPARE(told.how.padPosition, PadPosition::End);
            QVERIFY(told.how.padsWithMean);
            QVERIFY2(told.warnings.empty(), told.warnings.c_str());
        }
        told = preparedBy(R"({"feature_extractor_type": "DeiTFeatureExtractor", "size": 256,
            "do_center_crop": true, "crop_size": 224})");
        QCOMPARE(told.how.resize, ResizeMode::Stretch);
        QCOMPARE(told.how.shorterSide, std::optional(256));
        told = preparedBy(R"({"image_processor_type": "LevitImageProcessor",
            "size": {"shortest_edge": 224}, "do_center_crop": true, "crop_size": 224})");
        QCOMPARE(told.how.resize, ResizeMode::Crop);
        QCOMPARE(told.how.shorterSide, std::optional(256));
        told = preparedBy(R"({"image_processor_type": "PoolFormerImageProcessor", "crop_pct": 0.95,
            "size": {"shortest_edge": 224}, "do_center_crop": true, "crop_size": 224})");
        QCOMPARE(told.how.shorterSide, std::optional(235));
    }

    void aNetworkOfFreeSizesFollowsThePicture()
    {
        for (const char *detr : {R"({"size": {"shortest_edge": 800, "longest_edge": 1333}})",
                                 R"({"size": 800, "max_size": 1333})"}) {
            const Told told = preparedBy(detr, -1);
            QCOMPARE(told.how.resize, ResizeMode::Fit);
            QVERIFY(told.how.fit.freeWidth && told.how.fit.freeHeight && told.how.fit.shrink);
            QCOMPARE(told.how.shorterSide, std::optional(800));
            QCOMPARE(told.how.fit.longestSide, 1333);
            QVERIFY2(told.warnings.empty(), told.warnings.c_str());
        }
        const Told alone = preparedBy(R"({"size": {"shortest_edge": 224}})", -1);
        QCOMPARE(alone.how.shorterSide, std::optional(224));
        QCOMPARE(alone.how.fit.longestSide, 0);
        const Told longest = preparedBy(R"({"size": {"longest_edge": 1333}})", -1);
        QCOMPARE(sizeText(longest.how), std::string("longer side 1333 pixels"));
        const Told padded = preparedBy(R"({"size": {"shortest_edge": 800, "longest_edge": 1333},
            "do_pad": true, "pad_size": {"height": 640, "width": 480}})",
                                       -1);
        QCOMPARE(padded.how.resize, ResizeMode::Letterbox);
        QCOMPARE(padded.how.height, 640);
        QVERIFY2(contains(padded.warnings, "by \"pad_size\""), padded.warnings.c_str());
        const Told square = preparedBy(R"({"size": {"longest_edge": 640},
            "pad_size": {"height": 640, "width": 640}})",
                                       -1);
        QVERIFY2(square.warnings.empty(), square.warnings.c_str());
    }

    void whatCannotBeDoneNamesItsKey_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char *name, const char *json, const char *said) {
            QTest::newRow(name) << QByteArray(json) << QByteArray(said);
        };
        row("shortest alone", R"({"size": {"shortest_edge": 224}})",
            "lets the size follow the picture, but input");
        row("size of nothing", R"({"size": {"height": 1e99, "width": 0}})", "by \"size\"");
        row("size in words", R"({"size": {"shortest_edge": 800, "longest_edge": "1333"}})",
            "by \"size\"");
        row("half a pixel", R"({"size": {"shortest_edge": 800.5}})", "by \"size\"");
        row("negative size", R"({"size": -3})", "by \"size\"");
        row("thumbnail", R"({"do_thumbnail": true})", "by \"do_thumbnail\"");
        row("DPT", R"({"size": {"height": 384, "width": 384}, "keep_aspect_ratio": true})",
            "by \"keep_aspect_ratio\"");
        row("stretched and padded", R"({"size": {"height": 64, "width": 64}, "do_pad": true,
            "pad_size": {"height": 96, "width": 96}})",
            "by \"pad_size\"");
    }
    void whatCannotBeDoneNamesItsKey()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, said);
        const Told told = preparedBy(json.constData());
        QVERIFY2(told.warnings.find(said.toStdString()) != std::string::npos,
                 told.warnings.c_str());
    }

    void numbersForOtherChannelsAreLeftOut()
    {
        const ModelFolder folder;
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

    void aDataSetsNamesAreLabels_data()
    {
        QTest::addColumn<QByteArray>("yaml");
        QTest::addColumn<QByteArray>("names"); // with commas between
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char *name, const char *yaml, const char *names,
                            const char *said) {
            QTest::newRow(name) << QByteArray(yaml) << QByteArray(names) << QByteArray(said);
        };
        row("Roboflow", "train: ../train/images\nnc: 3\nnames: ['no', \"dog\", \"2\"]\n",
            "no,dog,2", "");
        row("Ultralytics", "path: x\nnames:\n  0: person\n  1: car\n  2: caf\303\251 # it is\n",
            "person,car,caf\303\251", "");
        row("another count", "nc: 80\nnames: [a, b, c]", "a,b,c",
            "data.yaml has 3 names, but \"nc\" is 80; the names count.");
        row("no names", "nc: 3", "", "\"data.yaml\" beside the model names no classes: it has no");
        row("names that are no names", "names: [[a], b]", "", "names no classes: line 1, column 9");
        row("far indices", "names: {4000000000: a}", "", "which is no index from 0");
        row("a list", "- a", "", "it has no \"names\"");
        row("damaged", "names: [a", "", "\"data.yaml\" beside the model cannot be read: line");
        row("aliases", "a: &a [x]\nnames: *a", "", "aliases (*name) are not read");
    }
    void aDataSetsNamesAreLabels()
    {
        QFETCH(QByteArray, yaml);
        QFETCH(QByteArray, names);
        QFETCH(QByteArray, said);
        const ModelFolder folder;
        folder.put("data.yaml", yaml.toStdString());
        const Told told = toldBy(folder.put("best.onnx"));
        std::string joined;
        for (const std::string &name : told.settings.labels)
            joined += (joined.empty() ? "" : ",") + name;
        QCOMPARE(QByteArray::fromStdString(joined), names);
        QVERIFY2(said.isEmpty() ? !contains(told.warnings, "data.yaml")
                                : contains(told.warnings, said),
                 told.warnings.c_str());
        if (!names.isEmpty())
            QCOMPARE(told.understood.values.at("labels").origin, std::string("data.yaml"));
    }

    void huggingFacesFilesOneFolderUpCountWhereItWasOpened()
    {
        const ModelFolder folder;
        const auto model = folder.put("vit/onnx/model.onnx");
        folder.put("vit/onnx/model_quantized.onnx");
        folder.put("vit/config.json", R"({"architectures": ["ViTForImageClassification"],
            "id2label": {"0": "a", "1": "b", "2": "c"}})");
        folder.put("vit/preprocessor_config.json", R"({"size": 224,
            "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]})");
        folder.put("vit/labels.txt", "x\ny\nz\n"); // no file of Hugging Face
        QCOMPARE(readBeside(model, true),
                 (std::vector<std::string>{"../preprocessor_config.json", "../config.json"}));
        const Told told = toldBy(model, 224, true);
        QCOMPARE(told.settings.labels, (std::vector<std::string>{"a", "b", "c"}));
        QCOMPARE(told.how.mean, std::vector<double>(3, 0.5));
        QVERIFY2(told.warnings.empty(), told.warnings.c_str());

        QVERIFY(readBeside(model, false).empty());
        const Told closed = toldBy(model);
        QVERIFY(closed.settings.labels.empty());
        const std::string offer =
            "\"config.json\" one folder up may tell of this model; open the folder \"" +
            model.parent_path().parent_path().string() + "\" to use it.";
        QVERIFY2(contains(closed.warnings, offer.c_str()), closed.warnings.c_str());
        // What stands beside the model itself is enough.
        folder.put("vit/onnx/config.json", "{}");
        QVERIFY(!contains(toldBy(model).warnings, "\"config.json\" one folder up"));
    }

    void onlyKnownFoldersHaveFilesOneFolderUp()
    {
        const ModelFolder folder;
        folder.put("config.json", R"({"id2label": {"0": "a"}})");
        folder.put("config.pbtxt", "output { label_filename: \"labels.txt\" }");
        folder.put("labels.txt", "a\nb\nc\n");
        const auto model = folder.put("nets/model.onnx");
        QVERIFY(readBeside(model, true).empty());
        QVERIFY2(toldBy(model).warnings.empty() || !contains(toldBy(model).warnings, "folder up"),
                 toldBy(model).warnings.c_str());
    }

    void linksFromTheFolderAboveAreNotFollowed()
    {
        const ModelFolder folder;
        folder.put("secret.json", R"({"id2label": {"0": "secret"}})");
        const auto model = folder.put("vit/onnx/model.onnx");
        const auto above = model.parent_path().parent_path();
        fs::create_symlink(above.parent_path() / "secret.json", above / "config.json");
        QVERIFY(readBeside(model, true).empty());
        QVERIFY(!contains(toldBy(model).warnings, "folder up"));
    }

    void namesThatDisagreeAreBothShown()
    {
        const ModelFolder folder;
        const auto model = folder.put("model.onnx");
        folder.put("config.json", R"({"architectures": ["ViTForImageClassification"],
            "id2label": {"0": "a", "1": "b", "2": "c"}})");
        folder.put("labels.txt", "x\ny\nz\n");
        const Told told = toldBy(model);
        QCOMPARE(told.settings.labels, (std::vector<std::string>{"a", "b", "c"}));
        QVERIFY2(contains(told.warnings,
                          "named otherwise by config.json (3 names, \"a\" first) than "
                          "by labels.txt (3 names, \"x\" first)"),
                 told.warnings.c_str());
        folder.put("labels.txt", "a\nb\nc\n"); // agreement is silent
        QVERIFY(!contains(toldBy(model).warnings, "otherwise"));
    }

    void linesThatCountThemselvesAreNames()
    {
        const ModelFolder folder;
        const auto model = folder.put("model.onnx");
        folder.put("labels.txt", "0 cat\n1 big dog\n2 bird\n");
        QCOMPARE(toldBy(model).settings.labels,
                 (std::vector<std::string>{"cat", "big dog", "bird"}));
        folder.put("labels.txt", "7 up\n1 up\n2 up\n");
        QCOMPARE(toldBy(model).settings.labels.front(), std::string("7 up"));
        folder.put("labels.txt", "Z\xfcrich\nb\nc\n");
        const Told latin = toldBy(model);
        QVERIFY2(contains(latin.warnings, "line 1: is no UTF-8 text"), latin.warnings.c_str());
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
        told = preparedBy(R"({"image_mean": [0.1, 0.2, 0.3], "image_std": [1, 2, 3],
            "do_flip_channel_order": true})");
        QCOMPARE(told.how.mean, (std::vector<double>{0.3, 0.2, 0.1}));
        QCOMPARE(told.how.std, (std::vector<double>{3, 2, 1}));
        told = preparedBy(R"({"rescale_factor": 0.00784313725490196, "rescale_offset": true,
            "do_normalize": false})");
        QCOMPARE(told.how.mean, std::vector<double>{1});
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
