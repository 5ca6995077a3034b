// What MLflow and Triton put beside a model.
#include "model_folder.h"

#include <QTest>

using namespace warmbench;

namespace fs = std::filesystem;

class TestFilesOfTools : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void mlflowsExampleBeginsTheForm_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("examples");
        const auto row = [](const char *name, const char *json, const char *examples) {
            QTest::newRow(name) << QByteArray(json) << QByteArray(examples);
        };
        row("split", R"({"columns": ["b", "a"], "data": [[2.5, 1], [4, 3]]})", "1;2.5;");
        row("split for serving", R"({"dataframe_split": {"columns": ["a", "b"],
            "data": [[5, true]]}})",
            "5;1;");
        row("rows without names", R"({"inputs": [[5.1, 3.5], [1, 2]]})", "5.1;3.5;");
        row("one row", R"({"inputs": [7, 8]})", "7;8;");
        row("columns", R"({"inputs": {"a": [[9]], "c": [1]}})", "9;;");
        row("records", R"({"dataframe_records": [{"b": 2, "a": 1}]})", "1;2;");
        row("rows alone", "[[3, 4]]", "3;4;");
        row("text for a number", R"({"inputs": [["abc", 4]]})",
            ";4;\"input_example.json\" gives the column \"a\" of float32 the example abc; the "
            "form");
        row("of another width", R"({"inputs": [[1, 2, 3]]})", ";;");
        row("no row", R"({"columns": ["a", "b"], "data": []})", ";;");
        row("short row", R"({"columns": ["a", "b"], "data": [[1]]})", ";;");
        row("nothing", "[]", ";;");
        row("damaged", R"({"inputs": [)", ";;\"input_example.json\" beside the model cannot be");
    }
    void mlflowsExampleBeginsTheForm()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, examples);
        NetworkSpec spec;
        TensorSpec input;
        input.name = "X";
        input.shape = {{-1, {}}, {2, {}}};
        spec.inputs = spec.outputs = {input};
        const ModelFolder folder;
        const auto model = folder.put("model.onnx");
        folder.put("MLmodel", "flavors:\n  onnx:\n    data: model.onnx\n"
                              "saved_input_example_info:\n  artifact_path: input_example.json\n"
                              "signature:\n  inputs: '[{\"type\": \"double\", \"name\": \"a\"}, "
                              "{\"type\": \"double\", \"name\": \"b\"}]'\n");
        folder.put("input_example.json", json.constData());
        const auto beside = readFilesBeside(model);
        QCOMPARE(beside.files.size(), std::size_t(2));
        ModelSettings settings;
        const auto understood = understand(spec, settings, beside.hints);
        std::string told;
        for (const Feature &feature : understood->input.features)
            told += feature.example + ";";
        for (const std::string &warning : understood->warnings)
            told += warning;
        QVERIFY2(told.starts_with(examples.toStdString()), told.c_str());
        QCOMPARE(understood->input.features.at(0).name, std::string("a"));
    }

    void mlflowNamesTheColumns()
    {
        NetworkSpec spec;
        TensorSpec row;
        row.name = "X";
        row.shape = {{-1, {}}, {2, {}}};
        spec.inputs = {row};
        spec.outputs = {row};
        const auto columns = [&](const fs::path &model, bool aboveOpened) {
            ModelSettings settings;
            const auto understood =
                understand(spec, settings, readFilesBeside(model, aboveOpened).hints);
            std::string names;
            for (const Feature &feature : understood->input.features)
                names += feature.name + ";";
            return names + originText(understood->input, "features");
        };
        const ModelFolder folder;
        const auto model = folder.put("model.onnx");
        const auto write = [&](const char *data, const char *inputs) {
            folder.put("MLmodel", std::string("flavors:\n  onnx:\n    data: ") + data +
                                      "\nsignature:\n  inputs: '" + inputs + "'\n");
            return columns(model, false);
        };
        const std::string unnamed = "feature 1;feature 2;network";
        const char *const two =
            R"([{"type": "double", "name": "sepal length, cm", "required": true},
                {"type": "long", "name": "petals"}])";
        QCOMPARE(write("model.onnx", two), std::string("sepal length, cm;petals;MLmodel"));
        QCOMPARE(write("other.onnx", two), unnamed);
        for (const char *const other :
             {R"([{"type": "double", "name": "a"}])",
              R"([{"type": "string", "name": "a"}, {"type": "double", "name": "b"}])",
              R"([{"type": "tensor", "name": "X",
                   "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}])",
              "5", "[1, [2], null]", "[{"})
            QCOMPARE(write("model.onnx", other), unnamed);
        QCOMPARE(readFilesBeside(model).hints.front().warnings.size(), std::size_t(1));
    }

    void mlflowsFileMayLieBelow()
    {
        const ModelFolder folder;
        const auto model = folder.put("data/net.onnx");
        folder.put("MLmodel", "flavors: {onnx: {data: data/net.onnx}}");
        QCOMPARE(readBeside(model, true), std::vector<std::string>{"../MLmodel"});
        QVERIFY(readBeside(model, false).empty());
    }

    void tritonTellsLayoutSizeAndLabels()
    {
        const ModelFolder folder;
        const auto model = folder.put("resnet/1/model.onnx");
        folder.put("resnet/config.pbtxt", R"(
            name: "resnet"  # a comment
            platform: "onnxruntime_onnx"
            max_batch_size: 8
            input [ { name: "pixel_values" data_type: TYPE_FP32 format: FORMAT_NCHW
                      dims: [ 3, 96, 128 ] } ]
            output { name: "logits" data_type: TYPE_FP32 dims: [ 3 ] label_filename: "names.txt" }
            )");
        folder.put("resnet/names.txt", "a\nb\nc\n");
        const Told told = toldBy(model, -1, true);
        QVERIFY2(!contains(told.warnings, "config.pbtxt"), told.warnings.c_str());
        QCOMPARE(told.settings.labels, (std::vector<std::string>{"a", "b", "c"}));
        QCOMPARE(told.understood.values.at("labels").origin, std::string("names.txt"));
        QCOMPARE(told.how.height, 96);
        QCOMPARE(told.how.width, 128);
        QCOMPARE(told.understood.values.at("layout").origin, std::string("config.pbtxt"));
        QCOMPARE(readBeside(model, true),
                 (std::vector<std::string>{"../config.pbtxt", "../names.txt"}));
        QVERIFY2(contains(toldBy(model).warnings, "\"config.pbtxt\" one folder up"),
                 toldBy(model).warnings.c_str());
    }

    void aLayoutThatTheNetworkDoesNotHaveIsLeftOut()
    {
        const ModelFolder folder;
        folder.put("config.pbtxt",
                   "input { name: \"pixel_values\" format: FORMAT_NHWC dims: [224, 224, 3] }");
        const Told told = toldBy(folder.put("model.onnx"));
        QCOMPARE(told.how.layout, Layout::Nchw);
        QVERIFY2(contains(told.warnings, "The config.pbtxt says NHWC, but input \"pixel_values\""),
                 told.warnings.c_str());
    }

    void tritonsLabelsAreNotReadElsewhere_data()
    {
        QTest::addColumn<QByteArray>("leaf");
        for (const char *leaf : {"../secret.txt", "/etc/passwd", "link.txt", "", "1", "none.txt"})
            QTest::newRow(*leaf ? leaf : "empty") << QByteArray(leaf);
    }
    void tritonsLabelsAreNotReadElsewhere()
    {
        QFETCH(QByteArray, leaf);
        const ModelFolder folder;
        folder.put("secret.txt", "secret\n");
        const auto model = folder.put("resnet/1/model.onnx");
        const auto config = folder.put("resnet/config.pbtxt",
                                       "output { label_filename: \"" + leaf.toStdString() + "\" }");
        fs::create_symlink(config.parent_path().parent_path() / "secret.txt",
                           config.parent_path() / "link.txt");
        QCOMPARE(readBeside(model, true), std::vector<std::string>{"../config.pbtxt"});
        QVERIFY(toldBy(model, 224, true).settings.labels.empty());
    }

    void damagedFilesOfToolsAreSaid()
    {
        const ModelFolder folder;
        const auto model = folder.put("model.onnx");
        folder.put("MLmodel", "flavors: [");
        folder.put("config.pbtxt", "input { name: ");
        const Told told = toldBy(model);
        for (const char *said : {"\"MLmodel\" beside the model cannot be read: line 2, column",
                                 "\"config.pbtxt\" beside the model cannot be read: line 1 is no "
                                 "protobuf text"})
            QVERIFY2(contains(told.warnings, said), told.warnings.c_str());
        folder.put("MLmodel", std::string(2 << 20, 'a'));
        QVERIFY2(contains(toldBy(model).warnings, "MLmodel"), toldBy(model).warnings.c_str());
    }
};

QTEST_GUILESS_MAIN(TestFilesOfTools)
#include "tst_files_of_tools.moc"
