// What models are taken for, told by the names, shapes and texts that their exporters write.
#include "model/understanding/hugging_face.h"
#include "model/understanding/understanding.h"

#include <QTest>

using namespace warmbench;

namespace {

using Metadata = std::map<std::string, std::string>;

TensorSpec tensor(const char *name, const std::vector<std::int64_t> &shape)
{
    TensorSpec spec;
    spec.name = name;
    for (const std::int64_t extent : shape)
        spec.shape.push_back({extent, {}});
    return spec;
}

NetworkSpec network(const std::vector<std::int64_t> &input, std::vector<TensorSpec> outputs,
                    Metadata metadata = {})
{
    NetworkSpec spec;
    spec.inputs = {tensor("images", input)};
    spec.outputs = std::move(outputs);
    spec.metadata = std::move(metadata);
    return spec;
}

// As ultralytics 8.3 writes them.
Metadata keys(const char *task,
              const char *names = "{0: 'person', 1: \"driver's seat\", 2: 'café'}")
{
    return {{"description", "Ultralytics YOLOv8n model trained on coco8.yaml"},
            {"author", "Ultralytics"},
            {"version", "8.3.40"},
            {"task", task},
            {"stride", "32"},
            {"batch", "1"},
            {"imgsz", "[640, 640]"},
            {"names", names}};
}

Metadata with(Metadata metadata, const char *key, const char *value)
{
    metadata[key] = value;
    return metadata;
}

struct Read
{
    ModelSettings settings;
    Understanding understood;

    std::string warnings() const
    {
        std::string all;
        for (const std::string &warning : understood.warnings)
            all += warning + "\n";
        return all;
    }
    const Preprocessing &how() const { return understood.input.preprocessing; }
    std::string origin(const char *key) const { return understood.told.values.at(key).origin; }
    std::string decoder() const
    {
        return settings.decoder ? settings.decoder->type : std::string("none");
    }
};

Read read(const NetworkSpec &spec, const char *json = "{}")
{
    Read read;
    read.settings = *parseModelSettings(json);
    read.understood = *understand(spec, read.settings);
    return read;
}

} // namespace

Q_DECLARE_METATYPE(NetworkSpec)

class TestUnderstanding : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ultralyticsKeysTellAll()
    {
        const Read told =
            read(network({1, 3, 640, 640}, {tensor("output0", {1, 7, 8400})}, keys("detect")));
        QCOMPARE(told.understood.told.summary,
                 std::string("YOLO v8 detection, 3 names, letterbox 640 x 640 (Ultralytics keys)"));
        QCOMPARE(told.settings.labels,
                 (std::vector<std::string>{"person", "driver's seat", "café"}));
        QVERIFY(told.settings.task == Task::Detection);
        QCOMPARE(told.decoder(), std::string("yolov8"));
        QCOMPARE(told.settings.decoder->classes, 3);
        QCOMPARE(told.settings.decoder->scoreThreshold, 0.25);
        QCOMPARE(told.settings.decoder->nmsThreshold, 0.7);
        Preprocessing expected;
        expected.width = expected.height = 640;
        expected.resize = ResizeMode::Letterbox;
        expected.antialias = false;
        QCOMPARE(told.how(), expected);
        QCOMPARE(told.origin("resize"), std::string("Ultralytics keys"));
        QCOMPARE(told.origin("width"), std::string("network"));
        QCOMPARE(told.origin("labels"), std::string("Ultralytics keys"));
        QVERIFY2(told.understood.warnings.empty(), told.warnings().c_str());
    }

    void theFormOfTheRowsDecides_data()
    {
        QTest::addColumn<NetworkSpec>("spec");
        QTest::addColumn<QByteArray>("decoder");
        QTest::addColumn<int>("classes");
        const auto row = [](const char *name, std::vector<TensorSpec> outputs, Metadata metadata,
                            const char *decoder, int classes) {
            QTest::newRow(name) << network({1, 3, 640, 640}, std::move(outputs),
                                           std::move(metadata))
                                << QByteArray(decoder) << classes;
        };
        const Metadata five{{"stride", "32"}, {"names", "['a', 'b']"}};
        row("v5", {tensor("output0", {1, 25200, 7})}, five, "yolov5", 2);
        row("v5 with masks",
            {tensor("output0", {1, 25200, 39}), tensor("output1", {1, 32, 160, 160})}, five,
            "yolov5", 2);
        row("v8 of two classes", {tensor("output0", {1, 6, 8400})},
            keys("detect", "{0: 'a', 1: 'b'}"), "yolov8", 2);
        row("v8 with masks",
            {tensor("output0", {1, 39, 8400}), tensor("output1", {1, 32, 160, 160})},
            keys("segment"), "yolov8", 3);
        row("v8 with points", {tensor("output0", {1, 56, 8400})},
            with(keys("pose", "{0: 'person'}"), "kpt_shape", "[17, 3]"), "yolov8", 1);
        row("v10, which wrote no flag", {tensor("output0", {1, 300, 6})}, keys("detect"),
            "yolo-rows", 3);
        row("v26", {tensor("output0", {1, 300, 6})}, with(keys("detect"), "end2end", "True"),
            "yolo-rows", 3);
        row("v26 with masks",
            {tensor("output0", {1, 300, 38}), tensor("output1", {1, 32, 160, 160})},
            with(keys("segment"), "end2end", "True"), "yolo-rows", 3);
        row("NMS inside", {tensor("output0", {1, 100, 6})},
            with(keys("detect"), "args", "{'batch': 1, 'nms': True}"), "yolo-rows", 3);
        row("free boxes", {tensor("output0", {-1, 7, -1})}, keys("detect"), "yolov8", 3);
        row("more classes than names", {tensor("output0", {1, 12, 8400})}, keys("detect"), "yolov8",
            0);
        row("another form", {tensor("output0", {1, 12, 5})}, keys("detect"), "none", 0);
    }
    void theFormOfTheRowsDecides()
    {
        QFETCH(NetworkSpec, spec);
        QFETCH(QByteArray, decoder);
        QFETCH(int, classes);
        const Read told = read(spec);
        QCOMPARE(QByteArray::fromStdString(told.decoder()), decoder);
        if (told.settings.decoder)
            QCOMPARE(told.settings.decoder->classes, classes);
        else
            QVERIFY2(told.warnings().find("given as numbers only") != std::string::npos,
                     told.warnings().c_str());
    }

    void freeSizesAreThoseOfTheKeys()
    {
        const auto metadata = with(keys("detect"), "imgsz", "[320, 480]");
        const auto spec = network({-1, 3, -1, -1}, {tensor("output0", {-1, 7, -1})}, metadata);
        Read told = read(spec);
        QCOMPARE(told.how().height, 320);
        QCOMPARE(told.how().width, 480);
        QCOMPARE(told.origin("width"), std::string("Ultralytics keys"));
        auto silent = spec;
        silent.metadata.erase("imgsz");
        told = read(silent);
        QCOMPARE(told.how().width, 640);
        QCOMPARE(told.origin("width"), std::string("guessed"));
        const Read set = read(spec, R"({"input": {"width": 256}})");
        QCOMPARE(set.how().width, 256);
        QVERIFY2(set.warnings().find("The settings file says \"input.width\" is 256, the "
                                     "Ultralytics keys say 480; the first counts.") !=
                     std::string::npos,
                 set.warnings().c_str());
    }

    void classifiersArePreparedByVersion()
    {
        const auto spec = [](const Metadata &metadata) {
            return network({1, 3, 224, 224}, {tensor("output0", {1, 3})}, metadata);
        };
        const auto now = with(keys("classify"), "imgsz", "[224, 224]");
        const Read told = read(spec(now));
        QVERIFY(told.settings.task == Task::Classification);
        QCOMPARE(told.how().resize, ResizeMode::Crop);
        QCOMPARE(told.how().shorterSide, std::optional(224));
        QVERIFY(told.how().antialias);
        QCOMPARE(told.how().mean, std::vector<double>{0});
        QVERIFY(!read(spec(with(now, "version", "8.0.196"))).how().antialias);
        const Read five = read(spec({{"stride", "32"}, {"names", "{0: 'a', 1: 'b', 2: 'c'}"}}));
        QVERIFY(five.settings.task == Task::Classification);
        QCOMPARE(five.how().mean, (std::vector<double>{0.485, 0.456, 0.406}));
    }

    void whatFollowsTheBoxIsTold()
    {
        const Read boxes =
            read(network({1, 3, 640, 640}, {tensor("output0", {1, 8, 8400})}, keys("obb")));
        QVERIFY(boxes.settings.task == Task::Detection);
        QVERIFY(boxes.settings.decoder && boxes.settings.decoder->oriented);
        const Read pose = read(network({1, 3, 640, 640}, {tensor("output0", {1, 58, 8400})},
                                       with(keys("pose"), "kpt_shape", "[17, 3]")));
        QVERIFY(pose.settings.decoder.has_value());
        QCOMPARE(pose.settings.decoder->points, 17);
        QCOMPARE(pose.settings.decoder->pointNames.at(0), std::string("nose"));
        const Read masks =
            read(network({1, 3, 640, 640},
                         {tensor("output0", {1, 39, 8400}), tensor("output1", {1, 32, 160, 160})},
                         keys("segment")));
        QVERIFY(masks.settings.decoder.has_value());
        QCOMPARE(masks.settings.decoder->masks, 32);
    }

    // Names that do not fit, and classes without names.
    void whatIsMissingOfTheNamesIsAskedFor()
    {
        const auto spec = network({1, 3, 640, 640}, {tensor("output0", {1, 84, 8400})}, {});
        const Read nameless = read(spec);
        QVERIFY2(nameless.warnings().find("80 classes have no names") != std::string::npos,
                 nameless.warnings().c_str());
        ModelSettings settings;
        settings.labels = {"cat", "dog"};
        const auto few = understand(spec, settings);
        QVERIFY(few.has_value());
        QVERIFY(std::any_of(few->warnings.begin(), few->warnings.end(), [](const auto &warning) {
            return warning.find("2 labels") != std::string::npos &&
                   warning.find("80 classes") != std::string::npos;
        }));
    }

    void whatIsNotDecodedIsSaid()
    {
        const Read other =
            read(network({1, 3, 640, 640}, {tensor("output0", {1, 9, 77})}, keys("obb")));
        QVERIFY(other.settings.task == Task::Tensor);
        QVERIFY2(other.warnings().find("numbers only") != std::string::npos,
                 other.warnings().c_str());
        const Read unknown =
            read(network({1, 3, 640, 640}, {tensor("output0", {1, 8, 8400})}, keys("fly")));
        QVERIFY2(unknown.warnings().find("\"task\" is \"fly\"") != std::string::npos,
                 unknown.warnings().c_str());
    }

    void otherChannelsThanThoseOfAPictureAreSaid()
    {
        const Read told = read(network({1, 4, 640, 640}, {tensor("output0", {1, 7, 8400})},
                                       with(keys("detect"), "channels", "4")));
        QCOMPARE(told.how().channels, Channels::Rgba);
        QVERIFY2(told.warnings().find("\"channels\" is \"4\"") != std::string::npos,
                 told.warnings().c_str());
        QVERIFY(read(network({1, 3, 640, 640}, {tensor("output0", {1, 7, 8400})},
                             with(keys("detect"), "channels", "3")))
                    .warnings()
                    .empty());
    }

    void damagedKeysAreLeftOutWithAWarning()
    {
        const auto spec = network({1, 3, 640, 640}, {tensor("output0", {1, 7, 8400})},
                                  keys("detect", "{0: 'person'"));
        const Read told = read(spec);
        QVERIFY(told.settings.labels.empty());
        QVERIFY2(told.warnings().find("\"names\" cannot be read (column 13: expected a comma") !=
                     std::string::npos,
                 told.warnings().c_str());
        // The shapes tell the form without the names.
        QCOMPARE(told.decoder(), std::string("yolov8"));
        const Read size = read(network({1, 3, 640, 640}, {tensor("output0", {1, 7, 8400})},
                                       with(keys("detect"), "imgsz", "[640, 1e300]")));
        QVERIFY2(size.warnings().find("\"imgsz\" is no pair of sizes") != std::string::npos,
                 size.warnings().c_str());
    }

    void theSettingsFileComesFirst()
    {
        const auto spec =
            network({1, 3, 640, 640}, {tensor("output0", {1, 7, 8400})}, keys("detect"));
        const Read told = read(
            spec,
            R"({"labels": ["x"], "input": {"resize": "stretch"}, "decoder": {"type": "yolov8", "score_threshold": 0.5}})");
        QCOMPARE(told.settings.labels, std::vector<std::string>{"x"});
        QCOMPARE(told.settings.decoder->scoreThreshold, 0.5);
        QCOMPARE(told.settings.decoder->nmsThreshold, 0.7); // of its type
        QCOMPARE(told.how().resize, ResizeMode::Stretch);
        QCOMPARE(told.origin("resize"), std::string("settings file"));
        QCOMPARE(told.origin("decoder"), std::string("settings file"));
        const Read tensors = read(spec, R"({"task": "tensor"})");
        QVERIFY(tensors.settings.task == Task::Tensor);
        QCOMPARE(tensors.origin("task"), std::string("settings file"));
    }

    void whatAnOutputMeansMayBeAGuess()
    {
        const auto guessOf = [](std::vector<TensorSpec> outputs, const char *json = "{}") {
            ModelSettings settings = *parseModelSettings(json);
            auto made = understand(network({1, 3, 64, 64}, std::move(outputs)), settings, {});
            return made ? made->input.guess : made.error().message;
        };
        const auto says = [](const std::string &text, const char *word) {
            return text.find(word) != std::string::npos;
        };
        const std::string scores = guessOf({tensor("y", {1, 512})});
        QVERIFY2(says(scores, "That output \"y\" [1, 512] scores classes is a guess"),
                 scores.c_str());
        QVERIFY(!says(guessOf({tensor("y", {1, 3})}, R"({"labels": ["a", "b", "c"]})"), "scores"));
        QVERIFY(!says(guessOf({tensor("y", {1, 3})}, R"({"task": "tensor"})"), "scores"));
        const std::string rows = guessOf({tensor("y", {1, -1, 85})});
        QVERIFY2(says(rows, "may be a detector's"), rows.c_str());
    }

    void classMapsOfWholeNumbersAreSegmentations()
    {
        TensorSpec map = tensor("y", {1, 64, 64});
        map.dtype = DType::Int64;
        ModelSettings settings;
        QVERIFY(understand(network({1, 3, 64, 64}, {map}), settings, {}));
        QVERIFY(settings.task == Task::Segmentation);
        map.dtype = DType::Float32;
        ModelSettings others;
        QVERIFY(understand(network({1, 3, 64, 64}, {map}), others, {}));
        QVERIFY(!others.task);
    }

    void thousandNamesLeaveOutTheBackground()
    {
        ModelSettings settings;
        settings.labels.assign(1000, "name");
        QVERIFY(understand(network({1, 3, 64, 64}, {tensor("y", {1, 1001})}), settings, {}));
        QCOMPARE(settings.labels.size(), std::size_t(1001));
        QCOMPARE(settings.labels.front(), std::string("background"));
    }

    void detectorsAreToldByTheirForm_data()
    {
        QTest::addColumn<NetworkSpec>("spec");
        QTest::addColumn<QByteArray>("decoder");
        const auto row = [](const char *name, const std::vector<std::int64_t> &input,
                            std::vector<TensorSpec> outputs, const char *decoder) {
            QTest::newRow(name) << network(input, std::move(outputs)) << QByteArray(decoder);
        };
        row("YOLOX", {1, 3, 416, 416}, {tensor("output", {1, 3549, 85})}, "yolox");
        row("YOLOX of one class", {1, 3, 192, 192}, {tensor("output", {1, 756, 6})}, "yolox");
        row("FastestDet", {1, 3, 352, 352}, {tensor("output", {1, 484, 85})}, "fastestdet");
        row("v8", {1, 3, 640, 640}, {tensor("output0", {1, 84, 8400})}, "yolov8");
        row("v8 of two classes", {1, 3, 640, 640}, {tensor("output0", {1, 6, 8400})}, "yolov8");
        row("v5 of one class", {1, 3, 640, 640}, {tensor("output0", {1, 25200, 6})}, "yolov5");
        row("v6", {1, 3, 640, 640}, {tensor("outputs", {1, 8400, 85})}, "yolov5");
        row("v8 of four grids", {1, 3, 1280, 1280}, {tensor("output0", {1, 84, 34000})}, "yolov8");
        row("v5 of four grids", {1, 3, 1280, 1280}, {tensor("output0", {1, 102000, 85})}, "yolov5");
        row("end to end", {1, 3, 640, 640}, {tensor("output0", {1, 300, 6})}, "yolo-rows");
        row("end to end, as many rows as places", {1, 3, 240, 320},
            {tensor("output0", {1, 300, 6})}, "yolo-rows");
        row("end to end, turned", {1, 3, 640, 640}, {tensor("output0", {1, 300, 7})}, "yolo-rows");
        row("end to end, points", {1, 3, 640, 640}, {tensor("output0", {1, 300, 57})}, "yolo-rows");
        row("RFB-320", {1, 3, 240, 320},
            {tensor("scores", {1, 4420, 2}), tensor("boxes", {1, 4420, 4})}, "ultraface");
        row("RFB-320 of another size", {1, 3, 480, 640},
            {tensor("scores", {1, 4420, 2}), tensor("boxes", {1, 4420, 4})}, "none");
        row("a classifier", {1, 3, 224, 224}, {tensor("output", {1, 1000})}, "none");
        row("a style", {1, 3, 224, 224}, {tensor("output", {1, 3, 224, 224})}, "none");
        row("sequences", {1, 3, 640, 640}, {tensor("output", {1, 8400, 5})}, "none");
        row("features of a transformer", {1, 3, 224, 224}, {tensor("hidden", {1, 196, 768})},
            "none");
        row("of another", {1, 3, 640, 640}, {tensor("memory", {1, 8400, 256})}, "none");
        row("of a third", {1, 3, 640, 640}, {tensor("memory", {1, 256, 8400})}, "none");
        row("a table", {1, 4}, {tensor("output", {1, 300, 6})}, "none");
    }
    void detectorsAreToldByTheirForm()
    {
        QFETCH(NetworkSpec, spec);
        QFETCH(QByteArray, decoder);
        const Read told = read(spec);
        QCOMPARE(QByteArray::fromStdString(told.decoder()), decoder);
        if (decoder == "none")
            return;
        QCOMPARE(told.origin("decoder"), std::string("output form"));
        // Shapes tell no names.
        const auto &warnings = told.understood.warnings;
        QVERIFY2(std::all_of(warnings.begin(), warnings.end(),
                             [](const std::string &warning) {
                                 return warning.find("labels.txt") != std::string::npos;
                             }),
                 told.warnings().c_str());
    }

    void aFamilyBringsItsPreparation()
    {
        const Read told = read(network({1, 3, 416, 416}, {tensor("output", {1, 3549, 85})}));
        QCOMPARE(told.how().channels, Channels::Bgr);
        QCOMPARE(told.how().scale, 1.0);
        QCOMPARE(told.how().resize, ResizeMode::Letterbox);
        QCOMPARE(told.how().padPosition, PadPosition::End);
        QCOMPARE(told.understood.told.summary,
                 std::string("YOLOX detection, letterbox 416 x 416 (output form)"));
        const Read faces = read(network(
            {1, 3, 240, 320}, {tensor("scores", {1, 4420, 2}), tensor("boxes", {1, 4420, 4})}));
        QCOMPARE(faces.how().mean, std::vector<double>{127});
        QCOMPARE(faces.settings.labels, (std::vector<std::string>{"background", "face"}));
    }

    void theRestSaysWhatItIsGuessedToBe()
    {
        QCOMPARE(read(network({1, 3, 224, 224}, {tensor("y", {1, 10})})).understood.told.summary,
                 std::string("Pictures, stretch 224 x 224 (guessed)"));
        QCOMPARE(read(network({-1, 4}, {tensor("y", {-1, 3})})).understood.told.summary,
                 std::string("A table, 4 columns"));
        QCOMPARE(read(network({-1, 77, 768}, {tensor("y", {1})})).understood.told.summary,
                 std::string("Tensors"));
        const Read set = read(network({1, 3, 224, 224}, {tensor("y", {1, 2})}),
                              R"({"task": "classification", "labels": ["a", "b"]})");
        QCOMPARE(set.understood.told.summary,
                 std::string("Classification, 2 names, stretch 224 x 224 (guessed)"));
    }

    // Logits alone do not tell softmax from sigmoid: the count of names does.
    void transformersAreToldApart_data()
    {
        QTest::addColumn<int>("scores");
        QTest::addColumn<int>("queries");
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QByteArray>("decoder");
        QTest::addColumn<QByteArray>("warning");
        const QByteArray three = "\"id2label\": {\"0\": \"a\", \"1\": \"b\", \"2\": \"c\"}";
        const auto kind = [&](const char *architecture, const char *type) {
            return "{\"architectures\": [\"" + QByteArray(architecture) +
                   "\"], \"model_type\": \"" + QByteArray(type) + "\", " + three + "}";
        };
        const QByteArray untold = "Nothing tells";
        QTest::newRow("one score more")
            << 4 << 300 << QByteArray("{" + three + "}") << QByteArray("detr") << QByteArray();
        QTest::newRow("as many scores")
            << 3 << 100 << QByteArray("{" + three + "}") << QByteArray("rtdetr") << QByteArray();
        QTest::newRow("names of another model")
            << 9 << 100 << QByteArray("{" + three + "}") << QByteArray("detr") << untold;
        QTest::newRow("nothing, 100 queries")
            << 4 << 100 << QByteArray() << QByteArray("detr") << untold;
        QTest::newRow("nothing, 300 queries")
            << 4 << 300 << QByteArray() << QByteArray("rtdetr") << untold;
        QTest::newRow("nothing, all free")
            << -1 << -1 << QByteArray() << QByteArray("detr") << untold;
        QTest::newRow("YOLOS") << 4 << 100 << kind("YolosForObjectDetection", "yolos")
                               << QByteArray("detr") << QByteArray();
        QTest::newRow("D-FINE") << 3 << 300 << kind("DFineForObjectDetection", "d_fine")
                                << QByteArray("rtdetr") << QByteArray();
        QTest::newRow("Conditional DETR, free sizes")
            << -1 << -1 << kind("ConditionalDetrForObjectDetection", "conditional_detr")
            << QByteArray("rtdetr") << QByteArray();
        QTest::newRow("a kind of its own") << 4 << 300 << kind("NewForObjectDetection", "new")
                                           << QByteArray("detr") << QByteArray();
        QTest::newRow("kind and names disagree")
            << 3 << 100 << kind("DetrForObjectDetection", "detr") << QByteArray("detr")
            << QByteArray("names 3 classes");
    }
    void transformersAreToldApart()
    {
        QFETCH(int, scores);
        QFETCH(int, queries);
        QFETCH(QByteArray, config);
        QFETCH(QByteArray, decoder);
        QFETCH(QByteArray, warning);
        const auto spec = network({-1, 3, -1, -1}, {tensor("logits", {-1, queries, scores}),
                                                    tensor("pred_boxes", {-1, queries, 4})});
        std::vector<Hints> beside;
        if (!config.isEmpty())
            beside.push_back(configHints(*parseJson(config.toStdString())));
        Read told;
        told.understood = *understand(spec, told.settings, beside);
        QCOMPARE(told.decoder(), decoder.toStdString());
        QCOMPARE(told.settings.decoder->scoreThreshold, 0.5);
        QVERIFY(told.settings.task == Task::Detection);
        if (decoder == "detr") {
            QCOMPARE(told.how().resize, ResizeMode::Fit);
            QCOMPARE(told.how().shorterSide, std::optional(800));
            QCOMPARE(told.how().fit.longestSide, 1333);
        } else {
            QCOMPARE(told.how().resize, ResizeMode::Stretch);
            QCOMPARE(told.how().width, 640);
        }
        QCOMPARE(told.how().mean.size(), std::size_t(decoder == "detr" ? 3 : 1));
        // The size, which the network leaves free, is a guess.
        QVERIFY2(told.warnings().find("pixels") != std::string::npos, told.warnings().c_str());
        if (warning.isEmpty())
            QCOMPARE(told.understood.warnings.size(), std::size_t(1));
        else
            QVERIFY2(told.warnings().find(warning.toStdString()) != std::string::npos,
                     told.warnings().c_str());
    }

    void theSettingsDecideBetweenTransformers()
    {
        const auto spec = network(
            {1, 3, 64, 64}, {tensor("logits", {1, 100, 4}), tensor("pred_boxes", {1, 100, 4})});
        const Read told = read(spec, "{\"decoder\": {\"type\": \"rtdetr\"}}");
        QCOMPARE(told.decoder(), std::string("rtdetr"));
        QCOMPARE(told.warnings(), std::string());
        QCOMPARE(told.how().mean, std::vector<double>{0});
    }

    // What a picture's companions are is known by name and shape; another input leaves them out.
    void companionsOfPictures()
    {
        auto spec =
            network({-1, 3, 64, 64}, {tensor("labels", {-1, 300}), tensor("boxes", {-1, 300, 4}),
                                      tensor("scores", {-1, 300})});
        QVERIFY(read(spec).decoder() == "none");
        spec.inputs.push_back(tensor("orig_target_sizes", {-1, 2}));
        const Read told = read(spec);
        QCOMPARE(told.decoder(), std::string("detr-finished"));
        QCOMPARE(told.understood.input.companions.size(), std::size_t(1));
        QCOMPARE(told.understood.input.companions[0].index, std::size_t(1));
        spec.inputs.push_back(tensor("pixel_mask", {-1, 64, 64}));
        QCOMPARE(read(spec).understood.input.companions.size(), std::size_t(2));
        spec.inputs[1].shape[1].size = 3;
        QVERIFY(read(spec).understood.input.companions.empty());
        spec.inputs[1].shape[1].size = 2;
        spec.inputs.push_back(tensor("temperature", {-1, 1}));
        QVERIFY(read(spec).understood.input.companions.empty());
    }

    void threePlanesAreAPictureWhereBoxesComeOut()
    {
        auto spec = network({3, -1, -1}, {tensor("boxes", {-1, 4}), tensor("labels", {-1}),
                                          tensor("scores", {-1})});
        QVERIFY(read(spec).understood.input.kind == InputKind::Tensor); // labels are no integers
        spec.outputs[1].dtype = DType::Int64;
        const Read told = read(spec);
        QCOMPARE(told.decoder(), std::string("torchvision-detection"));
        QVERIFY(told.understood.input.kind == InputKind::Image);
        QCOMPARE(told.how().resize, ResizeMode::Letterbox);
        QCOMPARE(told.how().width, 800);
        // The size, which the network leaves free, is a guess.
        QCOMPARE(told.understood.warnings.size(), std::size_t(1));
        QVERIFY2(told.warnings().find("pixels") != std::string::npos, told.warnings().c_str());
        for (std::size_t i = 0; i < 3; ++i) // without names, in the dictionary's order
            spec.outputs[i].name = std::to_string(i);
        QCOMPARE(read(spec).decoder(), std::string("torchvision-detection"));
        spec.inputs[0].shape[0].size = 4;
        QVERIFY(read(spec).understood.input.kind == InputKind::Tensor);
    }

    void optimumLeavesChannelsFree()
    {
        auto spec = network({-1, -1, -1, -1},
                            {tensor("logits", {-1, 100, 92}), tensor("pred_boxes", {-1, 100, 4})});
        QVERIFY(read(spec).understood.input.kind == InputKind::Tensor);
        spec.inputs[0].shape[1].name = "num_channels";
        const Read told = read(spec);
        QVERIFY(told.understood.input.kind == InputKind::Image);
        QCOMPARE(told.how().layout, Layout::Nchw);
        QCOMPARE(told.origin("layout"), std::string("network"));
        QCOMPARE(told.how().channels, Channels::Rgb);
    }
};

QTEST_APPLESS_MAIN(TestUnderstanding)
#include "tst_understanding.moc"
