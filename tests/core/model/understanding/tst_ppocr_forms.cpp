// Finders and readers of text, told by the names and shapes that Paddle's exporter writes.
#include "base/file.h"
#include "model/understanding/files_beside.h"
#include "model/understanding/understanding.h"

#include <algorithm>
#include <filesystem>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;

namespace {

namespace fs = std::filesystem;

TensorSpec tensor(const char *name, const std::vector<std::int64_t> &shape, const char *made = "")
{
    TensorSpec spec;
    spec.name = name;
    for (const std::int64_t extent : shape)
        spec.shape.push_back({extent, {}});
    spec.producedBy = made;
    return spec;
}

NetworkSpec finder(const char *graph = "Model from PaddlePaddle.")
{
    NetworkSpec spec;
    spec.inputs = {tensor("x", {-1, 3, -1, -1})};
    spec.outputs = {tensor("sigmoid_0.tmp_0", {-1, 1, -1, -1}, "Sigmoid")};
    spec.graphName = graph;
    return spec;
}

NetworkSpec reader(std::int64_t classes, const char *graph = "Model from PaddlePaddle.")
{
    NetworkSpec spec;
    spec.inputs = {tensor("x", {-1, 3, 48, -1})};
    spec.outputs = {tensor("softmax_11.tmp_0", {-1, -1, classes}, "Softmax")};
    spec.graphName = graph;
    return spec;
}

struct Told
{
    ModelSettings settings;
    Understanding understood;

    const Preprocessing &how() const { return understood.input.preprocessing; }
    bool warnsOf(const char *words) const
    {
        return std::any_of(understood.warnings.begin(), understood.warnings.end(),
                           [&](const std::string &one) { return one.find(words) != one.npos; });
    }
};

Told told(const NetworkSpec &spec, const char *json = "{}", const std::vector<Hints> &beside = {})
{
    Told told;
    told.settings = *parseModelSettings(json);
    told.understood = *understand(spec, told.settings, beside);
    return told;
}

class Folder
{
public:
    fs::path put(const char *leaf, const std::string &content) const
    {
        fs::path path = fs::path(m_folder.path().toStdString()) / leaf;
        const auto done = writeFile(path, content);
        Q_ASSERT(done);
        return path;
    }

private:
    const QTemporaryDir m_folder;
};

} // namespace

class TestPpocrForms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFinderIsToldByItsExporter()
    {
        const Told one = told(finder());
        QVERIFY(one.settings.task == Task::Detection);
        QCOMPARE(one.settings.decoder->type, std::string("ppocr-boxes"));
        QCOMPARE(one.settings.decoder->scoreThreshold, 0.6);
        QCOMPARE(one.settings.labels, std::vector<std::string>{"text"});
        QCOMPARE(one.understood.told.summary,
                 std::string("PP-OCR text detection, 1 name, fit up to 960 pixels (output form)"));
        QVERIFY(one.how().fit == (FitSides{true, true, 960, 32}));
        QVERIFY(one.how().channels == Channels::Bgr);
        QCOMPARE(one.how().mean, (std::vector<double>{0.485, 0.456, 0.406}));
        QVERIFY(one.understood.warnings.empty());
        QVERIFY(!one.understood.told.values.contains("width"));
    }

    // Depth and matting have the same shapes.
    void anotherMapIsNoTextButIsAskedAbout()
    {
        const Told one = told(finder("main_graph"));
        QVERIFY(!one.settings.task && !one.settings.decoder);
        QVERIFY(one.warnsOf("ppocr-boxes"));
        const Told set = told(finder("main_graph"),
                              R"({"decoder": {"type": "ppocr-boxes"}, "input": {"resize": "fit",
                                  "multiple_of": 32, "longest_side": 640}})");
        QCOMPARE(set.settings.decoder->scoreThreshold, 0.6);
        QCOMPARE(set.how().fit.longestSide, 640);
        QCOMPARE(set.how().width, 32);
    }

    void aReaderTakesTheCharactersThatFit_data()
    {
        QTest::addColumn<int>("classes");
        QTest::addColumn<QByteArray>("last");
        QTest::newRow("blank and space") << 5 << QByteArray(" ");
        QTest::newRow("blank alone") << 4 << QByteArray("\xc3\xa9");
    }
    void aReaderTakesTheCharactersThatFit()
    {
        QFETCH(int, classes);
        QFETCH(QByteArray, last);
        const Folder folder;
        const auto model = folder.put("rec.onnx", "onnx");
        folder.put("det.onnx", "onnx"); // a model beside it changes nothing
        folder.put("ppocr_keys_v1.txt", "a\r\nb\r\n\xc3\xa9\r\n");
        folder.put("en_dict.txt", "few");
        const auto beside = readFilesBeside(model);
        QCOMPARE(beside.files.size(), std::size_t(2));
        const Told one = told(reader(classes), "{}", beside.hints);
        QVERIFY(one.settings.task == Task::Text);
        QCOMPARE(one.settings.labels.size(), std::size_t(classes));
        QCOMPARE(one.settings.labels.front(), std::string());
        QCOMPARE(one.settings.labels[1], std::string("a"));
        QCOMPARE(one.settings.labels.back(), last.toStdString());
        QVERIFY(one.how().fit.freeWidth && !one.how().fit.freeHeight);
        QCOMPARE(one.how().width, 320);
        QCOMPARE(one.how().padValue, 127.5F);
        QCOMPARE(one.understood.told.values.at("labels").origin, std::string("ppocr_keys_v1.txt"));
        QVERIFY2(one.understood.warnings.empty(),
                 one.understood.warnings.empty() ? "" : one.understood.warnings[0].c_str());
        const Told other = told(finder(), "{}", beside.hints);
        QCOMPARE(other.settings.labels, std::vector<std::string>{"text"});
    }

    void charactersWithinTheModelComeFirst()
    {
        NetworkSpec spec = reader(5, "graph");
        spec.metadata["character"] = "x\ny\nz";
        const Folder folder;
        const auto model = folder.put("rec.onnx", "onnx");
        folder.put("dict.txt", "a\nb\nc\n");
        const Told one = told(spec, "{}", readFilesBeside(model).hints);
        QVERIFY(one.settings.task == Task::Text);
        QCOMPARE(one.settings.labels, (std::vector<std::string>{"", "x", "y", "z", " "}));
    }

    void aCountThatDoesNotFitIsSaid()
    {
        const Folder folder;
        const auto model = folder.put("rec.onnx", "onnx");
        const auto places = readFilesBeside(model).places; // watched until the file is there
        const auto keys = folder.put("ppocr_keys_v1.txt", "a\nb\n");
        QVERIFY(std::find(places.begin(), places.end(), keys) != places.end());
        const Told one = told(reader(50), "{}", readFilesBeside(model).hints);
        QVERIFY(!one.settings.task);
        QVERIFY(one.warnsOf("there are 2 of ppocr_keys_v1.txt characters, not 48 or 49 as fit"));
        const Told none = told(reader(50));
        QVERIFY(none.warnsOf("nothing names its characters"));
        QVERIFY(!told(reader(50, "graph")).warnsOf("reader of text"));
    }

    void settingsMayNameAllClasses()
    {
        const Told one = told(reader(4), R"({"labels": ["-", "a", "b", "c"]})");
        QVERIFY(one.settings.task == Task::Text);
        QCOMPARE(one.settings.labels[0], std::string("-"));
        const Told raw = told(reader(4), R"({"task": "tensor"})");
        QVERIFY(raw.settings.task == Task::Tensor);
        QVERIFY(raw.understood.warnings.size() == 1); // how pictures are prepared is a guess
    }

    void whatIsNoListOfCharactersIsLeftAlone()
    {
        const Folder folder;
        const auto model = folder.put("rec.onnx", "onnx");
        folder.put("api_keys.txt", std::string(100, 'k') + "\n");
        folder.put("keys_null.txt", std::string("a\0b\n", 4));
        folder.put("dict.txt", std::string(std::size_t(3) << 20, '\n'));
        QVERIFY(readFilesBeside(model).files.empty());
    }

    void fitNeedsASideThatFollows()
    {
        NetworkSpec spec = reader(5);
        spec.inputs[0].shape[3].size = 320;
        ModelSettings settings = *parseModelSettings(R"({"input": {"resize": "fit"}})");
        const auto refused = understand(spec, settings);
        QVERIFY(!refused);
        QVERIFY(refused.error().message.find("both sides of input") != std::string::npos);
        const Told set = told(finder("g"), R"({"input": {"resize": "fit", "height": 32}})");
        QVERIFY(set.how().fit.freeWidth && !set.how().fit.freeHeight);
        QCOMPARE(set.how().height, 32);
        const Told idle = told(reader(5), R"({"input": {"resize": "stretch", "pad_to": 9}})");
        QVERIFY(idle.warnsOf("they belong to \"fit\""));
    }
};

QTEST_APPLESS_MAIN(TestPpocrForms)
#include "tst_ppocr_forms.moc"
