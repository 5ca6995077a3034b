#include "base/file.h"
#include "model/model_settings.h"

#include <filesystem>
#include <QTest>

using namespace warmbench;

namespace {

constexpr const char *everyKey = R"({
  "task": "detection",
  "labels": ["face", "hand"],
  "input": {"name": "input", "preset": "imagenet", "height": 240, "width": 320, "channels": "bgr",
            "layout": "NHWC", "resize": "crop", "shorter_side": 400, "pad_value": 0,
            "interpolation": "area", "antialias": false, "scale": "1/128", "mean": [1, 2.5, -3],
            "std": 2},
  "output": {"primary": "scores", "activation": "sigmoid", "top_k": 7, "range": [-1, 2.5]},
  "decoder": {"type": "ultraface", "score_threshold": 0.6, "nms_threshold": 0.2},
  "golden": [{"input": "three.png", "expect": {"label": "3", "min_score": 0.5}},
             {"input": "x.npy", "expect": "y.npy", "rtol": 1e-2, "atol": 0}],
  "engine": "opencv", "instances": 2, "max_batch": 8, "keep_alive": "30m", "pinned": true,
  "reload": "auto"
})";

QByteArray bytes(const std::string &text)
{
    return QByteArray::fromStdString(text);
}

} // namespace

class TestModelSettings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKeyIsRead()
    {
        const auto settings = parseModelSettings(everyKey);
        QVERIFY2(settings, settings ? "" : settings.error().message.c_str());
        QCOMPARE(*settings->task, Task::Detection);
        QCOMPARE(settings->labels, (std::vector<std::string>{"face", "hand"}));
        const InputSettings &input = settings->input;
        QCOMPARE(*input.name, std::string("input"));
        QCOMPARE(*input.preset, std::string("imagenet"));
        QCOMPARE(*input.height, 240);
        QCOMPARE(*input.width, 320);
        QCOMPARE(*input.channels, Channels::Bgr);
        QCOMPARE(*input.layout, Layout::Nhwc);
        QCOMPARE(*input.resize, ResizeMode::Crop);
        QCOMPARE(*input.shorterSide, 400);
        QCOMPARE(*input.padValue, 0.0);
        QCOMPARE(*input.interpolation, Interpolation::Area);
        QCOMPARE(*input.antialias, false);
        QCOMPARE(*input.scale, 1.0 / 128);
        QCOMPARE(*input.mean, (std::vector<double>{1, 2.5, -3}));
        QCOMPARE(*input.std, std::vector<double>{2});
        QCOMPARE(*settings->output.primary, std::string("scores"));
        QCOMPARE(*settings->output.activation, Activation::Sigmoid);
        QCOMPARE(*settings->output.topK, 7);
        QCOMPARE(settings->output.range->low, -1.0);
        QCOMPARE(settings->output.range->high, 2.5);
        QCOMPARE(settings->decoder->type, std::string("ultraface"));
        QCOMPARE(settings->decoder->scoreThreshold, 0.6);
        QCOMPARE(settings->decoder->nmsThreshold, 0.2);
        QCOMPARE(settings->golden.size(), std::size_t(2));
        QCOMPARE(settings->golden[0].label, std::string("3"));
        QCOMPARE(settings->golden[0].minScore, 0.5);
        QCOMPARE(settings->golden[1].expectFile, std::string("y.npy"));
        QCOMPARE(settings->golden[1].relativeTolerance, 1e-2);
        QCOMPARE(settings->golden[1].absoluteTolerance, 0.0);
        QCOMPARE(*settings->engine, std::string("opencv"));
        QCOMPARE(*settings->instances, 2);
        QCOMPARE(*settings->maxBatch, 8);
        QCOMPARE(*settings->keepAlive, Milliseconds(1'800'000));
        QCOMPARE(*settings->pinned, true);
        QCOMPARE(*settings->reload, ReloadMode::Auto);
        QVERIFY(settings->warnings.empty());
        QCOMPARE(settings->json, std::string(everyKey));
    }

    void nothingIsSetWhereNothingIsWritten()
    {
        const auto settings = parseModelSettings(
            "\xEF\xBB\xBF{\"task\": null, \"input\": {\"shorter_side\": null}}\r\n");
        QVERIFY(settings);
        QVERIFY(!settings->task && !settings->input.shorterSide && !settings->keepAlive);
        QVERIFY(settings->warnings.empty());
        QVERIFY(settings->json.starts_with("{"));
    }

    // Such a file can hold inputs and outputs.
    void anNpzNeedsNoSecondFile()
    {
        const auto settings = parseModelSettings(R"({"golden": [{"input": "both.npz"}]})");
        QVERIFY(settings);
        QCOMPARE(settings->golden.at(0).expectFile, std::string("both.npz"));
    }

    void valuesHaveOtherSpellings()
    {
        QCOMPARE(*parseModelSettings(R"({"input": {"scale": 0.5, "mean": 3}})")->input.scale, 0.5);
        QCOMPARE(*parseModelSettings(R"({"input": {"scale": "0.25"}})")->input.scale, 0.25);
        QCOMPARE(*parseModelSettings(R"({"input": {"layout": "nhwc"}})")->input.layout,
                 Layout::Nhwc);
        QCOMPARE(*parseModelSettings(R"({"keep_alive": -1})")->keepAlive, forever);
        QCOMPARE(*parseModelSettings(R"({"keep_alive": 90})")->keepAlive, Milliseconds(90'000));
        QCOMPARE(*parseModelSettings(R"({"keep_alive": "0"})")->keepAlive, Milliseconds(0));
        QCOMPARE(parseModelSettings(R"({"labels": ["\u00e9\ud83d\ude00\n"]})")->labels.front(),
                 std::string("\xC3\xA9\xF0\x9F\x98\x80\n"));
    }

    void wrongValuesAreNamedWithWhatIsAccepted_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArrayList>("said");
        const auto row = [](const char *name, const char *json, const QByteArrayList &said) {
            QTest::newRow(name) << QByteArray(json) << said;
        };
        row("nothing", "", {"line 1, column 1", "write at least {}"});
        row("no JSON", "task: image", {"line 1, column 1", "found \"t\"", "quotes"});
        row("cut off", "{\"task\":\n \"image\"", {"line 2, column 9", "end of the text"});
        row("open quotes", "{\"task\": \"ima", {"line 1, column 10", "never closed"});
        row("trailing comma", "{\"pinned\": true,\n}", {"line 1, column 16", "remove it"});
        row("column counts characters", "{\"labels\": [\"\xC3\xA9\", x]}", {"line 1, column 18"});
        row("key without quotes", "{task: \"image\"}", {"line 1, column 2", "key in quotes"});
        row("no colon", "{\"task\" \"image\"}", {"\":\" after the key \"task\""});
        row("rest", "{} {}", {"line 1, column 4", "expected the end"});
        row("comment", "{ // hello\n}", {"line 1, column 3"});
        row("bad escape", "{\"labels\": [\"C:\\data\"]}", {"line 1, column 16", "backslash"});
        row("lone surrogate", R"({"labels": ["\ud800"]})", {"surrogate"});
        row("key twice", "{\"task\": \"image\",\n\"task\": \"tensor\"}",
            {"line 2, column 1", "\"task\"", "twice"});
        row("UTF-16", "\xFF\xFE{\x01", {"UTF-16", "UTF-8"});
        row("NaN", R"({"input": {"scale": NaN}})", {"line 1, column 21", "\"N\""});
        row("infinite", R"({"input": {"scale": 1e999}})", {"1e999"});
        row("leading zero", R"({"instances": 01})", {"\"01\""});
        row("a list", "[]", {"a list of 0", "an object in braces"});
        row("task", R"({"task": "classify"})",
            {"\"task\" is \"classify\"", "\"classification\", \"detection\"",
             "\"tensor\" and \"text\""});
        row("task number", R"({"task": 3})", {"\"task\" is 3"});
        row("labels number", R"({"labels": 10})", {"\"labels\" is 10", "list of names"});
        row("label number", R"({"labels": ["a", 1]})", {"\"labels[1]\" is 1", "in quotes"});
        row("labels elsewhere", R"({"labels": "../../etc/passwd"})",
            {"\"labels\" is \"../../etc/passwd\"", "own folder"});
        row("labels absolute", R"({"labels": "/etc/passwd"})", {"own folder"});
        row("input text", R"({"input": "x"})", {"\"input\" is \"x\"", "object"});
        row("width text", "{\"input\": {\n  \"width\": \"wide\"}}",
            {"The settings, line 2, column 12", "\"input.width\" is \"wide\"",
             "whole number from 1 to 16384"});
        row("width fraction", R"({"input": {"width": 1.5}})", {"\"input.width\" is 1.5"});
        row("width huge", R"({"input": {"width": 1e9}})", {"1e9", "16384"});
        row("height zero", R"({"input": {"height": 0}})", {"\"input.height\" is 0"});
        row("channels", R"({"input": {"channels": "grey"}})",
            {"\"grey\"", "\"rgb\", \"bgr\", \"gray\", \"rgba\", \"bgra\" and \"gray-alpha\""});
        row("layout", R"({"input": {"layout": "HWC"}})", {"\"NCHW\" and \"NHWC\""});
        row("resize", R"({"input": {"resize": "pad"}})", {"letterbox"});
        row("shorter side", R"({"input": {"shorter_side": -1}})", {"\"input.shorter_side\" is -1"});
        row("pad value", R"({"input": {"pad_value": 256}})", {"a number from 0 to 255"});
        row("interpolation", R"({"input": {"interpolation": "sinc"}})", {"bicubic"});
        row("antialias", R"({"input": {"antialias": "yes"}})", {"true or false, without quotes"});
        row("scale zero", R"({"input": {"scale": 0}})", {"\"1/255\""});
        row("scale by zero", R"({"input": {"scale": "1/0"}})", {"is \"1/0\""});
        row("scale words", R"({"input": {"scale": "1/255/3"}})", {"is \"1/255/3\""});
        row("mean of five", R"({"input": {"mean": [1, 2, 3, 4, 5]}})",
            {"\"input.mean\" is a list of 5"});
        row("no mean", R"({"input": {"mean": []}})", {"\"input.mean\" is a list of 0"});
        row("pad value", R"({"input": {"pad_value": "median"}})", {"0 to 255, or \"mean\""});
        row("mean text", R"({"input": {"mean": ["a"]}})", {"\"input.mean[0]\" is \"a\""});
        row("std zero", R"({"input": {"std": [1, 0, 1]}})",
            {"\"input.std[1]\" is 0", "other than 0"});
        row("preset", R"({"input": {"preset": "coco"}})", {"is \"coco\", which is no preset"});
        row("features empty", R"({"input": {"features": []}})", {"\"input.features\" is empty"});
        row("feature unnamed", R"({"input": {"features": [{"unit": "cm"}]}})",
            {"\"input.features[0]\" needs a \"name\""});
        row("features alike", R"({"input": {"features": [{"name": "a"}, {"name": "a"}]}})",
            {"\"input.features[1]\"", "rename"});
        row("feature range", R"({"input": {"features": [{"name": "a", "min": 2, "max": 1}]}})",
            {"\"min\" of 2 above its \"max\" of 1"});
        row("feature default",
            R"({"input": {"features": [{"name": "a", "max": 1, "default": 2}]}})",
            {"\"default\" of 2 outside"});
        row("primary", R"({"output": {"primary": ""}})", {"\"output.primary\" is \"\""});
        row("activation", R"({"output": {"activation": "relu"}})", {"\"softmax\""});
        row("top k", R"({"output": {"top_k": 0}})", {"\"output.top_k\" is 0"});
        row("range of one", R"({"output": {"range": [1]}})", {"\"output.range\" is [1]", "[0, 1]"});
        row("range number", R"({"output": {"range": 255}})", {"\"output.range\" is 255"});
        row("range text", R"({"output": {"range": [0, "1"]}})",
            {"\"output.range\" is [0, \"1\"]", "a list of two numbers"});
        row("range turned round", R"({"output": {"range": [255, 0]}})",
            {"\"output.range\" is [255, 0]", "the higher one of white"});
        row("range empty", R"({"output": {"range": [1, 1]}})", {"\"output.range\" is [1, 1]"});
        row("range beyond", R"({"output": {"range": [-1e308, 1e308]}})", {"\"output.range\""});
        row("decoder untyped", R"({"decoder": {}})", {"\"decoder\" needs a \"type\""});
        row("decoder type", R"({"decoder": {"type": "yolo"}})", {"\"ultraface\", \"ssd\""});
        row("threshold", R"({"decoder": {"type": "ssd", "score_threshold": 70}})",
            {"\"decoder.score_threshold\" is 70", "from 0 to 1"});
        row("golden without input", R"({"golden": [{"expect": "y.npy"}]})",
            {"\"golden[0]\" needs an \"input\""});
        row("golden without expectation", R"({"golden": [{"input": "x.npy"}]})",
            {"\"golden[0]\" needs an \"expect\""});
        row("golden score",
            R"({"golden": [{"input": "x", "expect": {"label": "a", "min_score": 2}}]})",
            {"\"golden[0].expect.min_score\" is 2"});
        row("golden tolerance", R"({"golden": [{"input": "x", "expect": "y", "rtol": -1}]})",
            {"\"golden[0].rtol\" is -1", "at least 0"});
        row("engine", R"({"engine": "tensorrt"})", {"\"onnxruntime\""});
        row("instances", R"({"instances": 0})", {"\"instances\" is 0", "from 1 to 256"});
        row("batch", R"({"max_batch": "8"})", {"\"max_batch\" is \"8\""});
        row("keep alive", R"({"keep_alive": "soon"})", {"\"keep_alive\" is \"soon\"", "30m"});
        row("keep alive flag", R"({"keep_alive": true})", {"\"keep_alive\" is true"});
        row("pinned", R"({"pinned": 1})", {"\"pinned\" is 1"});
        row("reload", R"({"reload": "always"})", {"\"off\", \"notice\" and \"auto\""});
    }
    void wrongValuesAreNamedWithWhatIsAccepted()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArrayList, said);
        const auto settings = parseModelSettings(json.toStdString());
        QVERIFY(!settings);
        QCOMPARE(settings.error().code, ErrorCode::InvalidArgument);
        const QByteArray message = bytes(settings.error().message);
        QVERIFY2(message.startsWith("The settings, line ") && message.endsWith('.'), message);
        QVERIFY2(!message.contains('\n'), message);
        for (const QByteArray &part : said)
            QVERIFY2(message.contains(part), message);
    }

    void deepNestingIsRefusedNotFollowed()
    {
        const auto settings = parseModelSettings(std::string(200'000, '['));
        QVERIFY(!settings);
        QVERIFY(settings.error().message.find("nested deeper") != std::string::npos);
    }

    void everyTruncationIsAnErrorOrSettings()
    {
        const std::string whole = everyKey;
        for (std::size_t length = 0; length < whole.size(); ++length)
            QVERIFY2(!parseModelSettings(whole.substr(0, length)), std::to_string(length).c_str());
    }

    void unknownKeysWarnWithTheNearestKnown()
    {
        const auto settings = parseModelSettings(
            "{\"lables\": [\"a\"],\n \"input\": {\"widht\": 3, \"zzzzzzzz\": 1}}", "\"f.json\"");
        QVERIFY(settings);
        QCOMPARE(settings->warnings.size(), std::size_t(3));
        QCOMPARE(bytes(settings->warnings[0]),
                 QByteArray("\"f.json\", line 1, column 12: the key \"lables\" is unknown and "
                            "ignored (did you mean \"labels\"?)."));
        QVERIFY(settings->warnings[1].find("\"input.widht\"") != std::string::npos);
        QVERIFY(settings->warnings[1].find("\"width\"") != std::string::npos);
        QVERIFY(settings->warnings[2].find("known here are name, preset") != std::string::npos);
    }

    void labelsComeInThreeFormats_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("labels"); // joined by |; starts with ! for an error's part
        QTest::newRow("lines") << QByteArray("zero\none\r\n two \n\n")
                               << QByteArray("zero|one|two");
        QTest::newRow("blank within") << QByteArray("a\n\nb\n") << QByteArray("a||b");
        QTest::newRow("names with commas") << QByteArray("tench, fish\ngoldfish, fish\n")
                                           << QByteArray("tench, fish|goldfish, fish");
        QTest::newRow("indices") << QByteArray("1,goldfish\n0,tench, Tinca\n")
                                 << QByteArray("tench, Tinca|goldfish");
        QTest::newRow("gap") << QByteArray("0,a\n2,c\n") << QByteArray("a|1|c");
        QTest::newRow("one is no index") << QByteArray("0,a\nb\n") << QByteArray("0,a|b");
        QTest::newRow("index twice") << QByteArray("0,a\n0,b\n") << QByteArray("!line 2");
        QTest::newRow("list") << QByteArray("[\"a\", \"b\"]\n") << QByteArray("a|b");
        QTest::newRow("object") << QByteArray(R"({"1": "b", "0": ["n01", "a"]})")
                                << QByteArray("a|b");
        QTest::newRow("object without index") << QByteArray(R"({"cat": 3})") << QByteArray("!3");
        QTest::newRow("list of numbers") << QByteArray("[\n1]") << QByteArray("!line 2, column 1");
        QTest::newRow("broken list") << QByteArray("[\"a\" \"b\"]") << QByteArray("!column 6");
        QTest::newRow("far index")
            << QByteArray(R"({"99999999999": "a"})") << QByteArray("!no index");
        QTest::newRow("BOM") << QByteArray("\xEF\xBB\xBF"
                                           "a\nb")
                             << QByteArray("a|b");
        QTest::newRow("nothing") << QByteArray("\n \n") << QByteArray("!no names");
        QTest::newRow("binary") << QByteArray("a\0b\n", 4) << QByteArray("!line 1");
    }
    void labelsComeInThreeFormats()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, labels);
        const auto parsed = parseLabels(text.toStdString());
        if (labels.startsWith('!')) {
            QVERIFY(!parsed);
            QVERIFY2(bytes(parsed.error().message).contains(labels.mid(1)),
                     parsed.error().message.c_str());
            return;
        }
        QVERIFY2(parsed, parsed ? "" : parsed.error().message.c_str());
        QByteArrayList names;
        for (const std::string &label : *parsed)
            names << bytes(label);
        QCOMPARE(names.join('|'), labels);
    }

    void settingsAreFoundBesideTheModel()
    {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        QVERIFY(loadModelSettings(root / "net.onnx")->file.empty());
        QCOMPARE(loadModelSettings(root / "net.onnx")->json, std::string("{}"));
        const auto instances = [](const std::filesystem::path &model) {
            const auto settings = loadModelSettings(model);
            return settings ? settings->instances.value_or(0) : -1;
        };
        std::filesystem::create_directories(root / "7");
        QVERIFY(writeFile(root / "warmbench.json", R"({"instances": 1})"));
        QCOMPARE(instances(root / "net.onnx"), 1);
        QCOMPARE(instances(root / "7" / "model.onnx"), 1);
        QVERIFY(writeFile(root / "net.warmbench.json", R"({"instances": 2})"));
        QCOMPARE(instances(root / "net.onnx"), 2);
        QVERIFY(writeFile(root / "net.prototxt.warmbench.json", R"({"instances": 3})"));
        QCOMPARE(instances(root / "net.onnx"), 2);
        QCOMPARE(instances(root / "net.prototxt"), 3);
        QVERIFY(writeFile(root / "7" / "warmbench.json", R"({"instances": 4})"));
        QCOMPARE(instances(root / "7" / "model.onnx"), 4);
    }

    void errorsOfFilesNameTheFile()
    {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        const auto message = [&](std::string_view json) {
            if (!writeFile(root / "net.warmbench.json", json))
                return std::string();
            const auto settings = loadModelSettings(root / "net.onnx");
            return settings ? std::string() : settings.error().message;
        };
        const auto says = [&](std::string_view json, std::string_view part) {
            const std::string said = message(json);
            if (said.find(part) == std::string::npos)
                qWarning("said: %s", said.c_str());
            return said.find(part) != std::string::npos;
        };
        QVERIFY(says(R"({"task": 1})", "net.warmbench.json\", line 1, column 10: \"task\" is 1"));
        QVERIFY(says("{", "net.warmbench.json\", line 1, column 2: "));
        QVERIFY(says(R"({"labels": "none.txt"})", "names the labels file \"none.txt\""));
        QVERIFY(says(std::string(2'000'000, ' '), "larger than"));
        QVERIFY(writeFile(root / "two.txt", "0,a\n0,b\n"));
        QVERIFY(says(R"({"labels": "two.txt"})", "two.txt\", line 2: the index 0 is there twice"));
        QVERIFY(writeFile(root / "two.txt", "a\nb\n"));
        QVERIFY(writeFile(root / "net.warmbench.json", R"({"labels": "two.txt"})"));
        const auto settings = loadModelSettings(root / "net.onnx");
        QCOMPARE(settings->labels, (std::vector<std::string>{"a", "b"}));
        QCOMPARE(*settings->labelsFile, root / "two.txt");
        QCOMPARE(settings->file, root / "net.warmbench.json");
    }

    void linksOutOfTheFolderAreRefused()
    {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        std::filesystem::create_directories(root / "in" / "below");
        QVERIFY(writeFile(root / "secret.txt", "a\nb\n"));
        QVERIFY(writeFile(root / "in" / "below" / "own.txt", "a\nb\n"));
        std::filesystem::create_symlink("../secret.txt", root / "in" / "out.txt");
        std::filesystem::create_symlink("..", root / "in" / "up");
        std::filesystem::create_symlink("below/own.txt", root / "in" / "within.txt");
        const std::filesystem::path model = root / "in" / "net.onnx";
        const auto load = [&](const char *labels) {
            const std::string json = std::string(R"({"labels": ")") + labels + "\"}";
            return writeFile(root / "in" / "net.warmbench.json", json) ? loadModelSettings(model)
                                                                       : ModelSettings();
        };
        for (const char *out : {"out.txt", "up/secret.txt"}) {
            const auto refused = load(out);
            QVERIFY2(!refused, out);
            QVERIFY2(refused.error().message.find("leads out of its folder") != std::string::npos,
                     refused.error().message.c_str());
        }
        QCOMPARE(load("within.txt")->labels.size(), std::size_t(2));
        // The folder itself may be a link.
        std::filesystem::create_directory_symlink(root / "in", root / "linked");
        QCOMPARE(loadModelSettings(root / "linked" / "net.onnx")->labels.size(), std::size_t(2));

        QVERIFY(writeFile(root / "settings.json", "{}"));
        std::filesystem::remove(root / "in" / "net.warmbench.json");
        std::filesystem::create_symlink("../settings.json", root / "in" / "net.warmbench.json");
        const auto settings = loadModelSettings(model);
        QVERIFY(!settings);
        QVERIFY2(settings.error().message.find("net.warmbench.json\" is a link that leads out") !=
                     std::string::npos,
                 settings.error().message.c_str());
    }

    void namesTwiceAndNamesOfAnyLengthAreNoTrouble()
    {
        const auto twice =
            parseModelSettings(R"({"input": {"features": [{"name": "a"}, {"name": "a"}]}})");
        QVERIFY(!twice);
        QVERIFY2(twice.error().message.find("\"input.features[1]\" has the name \"a\"") !=
                     std::string::npos,
                 twice.error().message.c_str());
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        // No settings file can stand beside a file whose name is as long as names can be.
        QCOMPARE(loadModelSettings(root / (std::string(250, 'n') + ".onnx"))->json,
                 std::string("{}"));
        std::string keys = "{";
        for (int i = 0; i < 60'000; ++i)
            keys += "\"k" + std::to_string(i) + "\":1,";
        keys.back() = '}';
        QElapsedTimer timer;
        timer.start();
        QVERIFY(parseModelSettings(keys.substr(0, 1'000'000)).has_value() || !keys.empty());
        QVERIFY2(timer.elapsed() < 30000, std::to_string(timer.elapsed()).c_str());
    }
};

QTEST_APPLESS_MAIN(TestModelSettings)
#include "tst_model_settings.moc"
