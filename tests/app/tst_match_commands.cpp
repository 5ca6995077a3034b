// `warmbench match` and `warmbench check`: a notebook's numbers, from a bare model to a golden
// answer that is checked.
#include "base/file.h"
#include "program.h"
#include "test_files.h"

#include <filesystem>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;
namespace fs = std::filesystem;

namespace {

constexpr int pythonLacksPillow = 77; // exit code of caffe_reference.py

QString text(const fs::path &path)
{
    return QString::fromStdString(path.string());
}

QJsonObject object(const std::string &output)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(output)).object();
}

Run python(const QStringList &arguments)
{
    QProcess process;
    process.start(text(testPython()), arguments);
    Run run;
    if (process.waitForFinished(120'000))
        run.code = process.exitCode();
    run.errors = process.readAllStandardError().toStdString();
    return run;
}

// Keeps the prediction of `input` as the program gives it, with the sample's settings.
Run keepAnswer(const fs::path &model, const fs::path &input, const fs::path &to)
{
    const Run run = Program::run(
        {QStringLiteral("predict"), QStringLiteral("--raw"), text(model), text(input)});
    const auto told = writeFile(to.string() + ".json", run.output);
    return told ? python({QStringLiteral("-c"),
                          QStringLiteral("import json, sys, numpy as np\n"
                                         "told = json.load(open(sys.argv[1] + '.json'))\n"
                                         "np.save(sys.argv[1], np.float32(told['prediction']))"),
                          text(to)})
                : Run();
}

} // namespace

class TestMatchCommands : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_whole;
    fs::path m_folder{m_whole.path().toStdString()};

    // The sample's network alone, in a folder of its own.
    fs::path bareModel(const char *name) const
    {
        const fs::path folder = m_folder / name;
        fs::create_directory(folder);
        fs::copy_file(sampleFile("digits.onnx"), folder / "digits.onnx");
        return folder / "digits.onnx";
    }
    Result<std::string> numpy(const char *code, const fs::path &folder)
    {
        const Run run = python({QStringLiteral("-c"),
                                QStringLiteral("import sys, numpy as np\nd = sys.argv[1] + '/'\n") +
                                    QString::fromUtf8(code),
                                text(folder)});
        return run.code == 0 ? Result<std::string>(std::string()) : invalidArgument(run.errors);
    }

private Q_SLOTS:
    void fromABareModelToACheckedGoldenAnswer()
    {
        const fs::path expected = m_folder / "three.npy";
        const Run kept = keepAnswer(sampleFile("digits.onnx"), sampleFile("three.png"), expected);
        QVERIFY2(kept.code == 0, kept.errors.c_str());
        const fs::path model = bareModel("written");

        const Run match =
            Program::run({QStringLiteral("match"), QStringLiteral("--write"), text(model),
                          text(sampleFile("three.png")), text(expected)});
        QVERIFY2(match.code == 0, match.errors.c_str());
        QVERIFY2(match.output.find("\nmatches: largest difference ") != std::string::npos,
                 match.output.c_str());
        QVERIFY(match.output.find("gray, 0 to 1") != std::string::npos);
        const fs::path settings = model.parent_path() / "digits.warmbench.json";
        QVERIFY2(match.output.find("kept in " + settings.string()) != std::string::npos,
                 match.output.c_str());
        QVERIFY(fs::exists(model.parent_path() / "digits.golden.png"));
        QVERIFY(fs::exists(model.parent_path() / "digits.golden.npy"));

        const Run check = Program::run({QStringLiteral("check"), text(model)});
        QVERIFY2(check.code == 0, check.errors.c_str());
        QVERIFY2(check.output.find("agrees   digits.golden.png: largest difference ") == 0,
                 check.output.c_str());

        // Another network's numbers.
        QVERIFY(keepAnswer(sampleFile("digits.onnx"), sampleFile("eight.png"),
                           model.parent_path() / "digits.golden.npy")
                    .code == 0);
        const Run broken =
            Program::run({QStringLiteral("check"), QStringLiteral("--json"), text(model)});
        QCOMPARE(broken.code, 1);
        QVERIFY(broken.errors.find("1 of 1 golden answers") != std::string::npos);
        const QJsonObject told = object(broken.output);
        QCOMPARE(told[QLatin1String("agreeing")].toInt(), 0);
        const auto answer = told[QLatin1String("answers")][0];
        QVERIFY(!answer[QLatin1String("agrees")].toBool());
        QVERIFY(answer[QLatin1String("largest_difference")].toDouble() > 0.01);
    }

    void nothingIsWrittenWhereNoneAgrees()
    {
        const fs::path model = bareModel("refused");
        QVERIFY(
            numpy("np.save(d + 'y.npy', np.full((1, 10), 1e3, np.float32))", model.parent_path())
                .has_value());
        const Run run =
            Program::run({QStringLiteral("match"), QStringLiteral("--write"), text(model),
                          text(sampleFile("three.png")), text(model.parent_path() / "y.npy")});
        QCOMPARE(run.code, 1);
        QVERIFY2(run.errors.find("none agrees: the closest, ") != std::string::npos &&
                     run.errors.find("nothing was written") != std::string::npos,
                 run.errors.c_str());
        QVERIFY(!fs::exists(model.parent_path() / "digits.warmbench.json"));
    }

    void labelsAndScoresAreChecked()
    {
        const Run run = Program::run(
            {QStringLiteral("check"), QStringLiteral("--json"), text(sampleFile("digits.onnx"))});
        QVERIFY2(run.code == 0, run.errors.c_str());
        const QJsonObject told = object(run.output);
        QCOMPARE(told[QLatin1String("golden")].toInt(), 3);
        QCOMPARE(told[QLatin1String("agreeing")].toInt(), 3);
        QVERIFY(told[QLatin1String("answers")][1][QLatin1String("score")].toDouble() >= 0.8);
    }

    // One network of two inputs and two outputs, all in one file by their names.
    void anNpzHoldsInputsAndOutputsByName()
    {
        const fs::path folder = m_folder / "npz";
        fs::create_directory(folder);
        fs::copy_file(testModel("multi_out.onnx"), folder / "net.onnx");
        QVERIFY(numpy("x = np.float32([[-1, 2, -3, 4]])\n"
                      "np.savez(d + 'right.npz', x=x, zeta=np.maximum(x, 0), alpha=2 * x)\n"
                      "np.savez_compressed(d + 'wrong.npz', x=x, alpha=3 * x)",
                      folder)
                    .has_value());
        QVERIFY(writeFile(folder / "net.warmbench.json",
                          R"({"golden": [{"input": "right.npz"}, {"input": "wrong.npz"},
                              {"input": "../digits.png", "expect": "y.npy"}]})"));
        const Run run = Program::run(
            {QStringLiteral("check"), QStringLiteral("--json"), text(folder / "net.onnx")});
        QCOMPARE(run.code, 1);
        const auto answers = object(run.output)[QLatin1String("answers")].toArray();
        QCOMPARE(answers.size(), 3);
        QVERIFY2(answers[0][QLatin1String("agrees")].toBool(), run.output.c_str());
        QVERIFY(!answers[1][QLatin1String("agrees")].toBool());
        QCOMPARE(answers[1][QLatin1String("largest_difference")].toDouble(), 4.0);
        QVERIFY2(answers[2][QLatin1String("sentence")].toString().contains(
                     QLatin1String("leads out of the folder")),
                 run.output.c_str());
    }

    // Caffe's preparation, by Pillow and numpy; the network is told nothing.
    void squeezeNetsPreparationIsFoundFirst()
    {
        const auto model = sharedModel("squeezenet_fp16.onnx");
        const auto picture = sharedModel("kitten.png");
        if (!model || !picture)
            QSKIP("the shared models are not here");
        const Run made =
            python({text(sourceFile("tests/app/caffe_reference.py")), text(Program::path()),
                    text(*model), text(*picture), text(m_folder)});
        if (made.code == pythonLacksPillow)
            QSKIP("Python has no Pillow; install python3-pil.");
        QVERIFY2(made.code == 0, made.errors.c_str());
        for (const char *expected : {"y.npy", "x.npy"}) {
            const Run run = Program::run({QStringLiteral("match"), QStringLiteral("--json"),
                                          text(*model), text(*picture), text(m_folder / expected)});
            const auto told = object(run.output);
            const auto best = told[QLatin1String("candidates")][0];
            QCOMPARE(best[QLatin1String("preparation")].toString(),
                     QStringLiteral("bgr, 0 to 255, less 104, 117, 123; shorter side 256, then the "
                                    "centre; Pillow's bilinear"));
            QVERIFY(best[QLatin1String("share")].toDouble() < 0.02);
            QVERIFY(told[QLatin1String("preparations")].toInt() > 150);
            QVERIFY(told[QLatin1String("runs")].toInt() <= 200);
        }
    }

    // Without numbers all that can be told is that ranges of 0 to 1 give one label nearly always.
    void squeezeNetsRangeCannotBeSmall()
    {
        const auto model = sharedModel("squeezenet_fp16.onnx");
        const auto kitten = sharedModel("kitten.png");
        const auto faces = sharedModel("faces.jpg");
        if (!model || !kitten || !faces)
            QSKIP("the shared models are not here");
        const fs::path folder = m_folder / "pictures";
        fs::create_directory(folder);
        const Run cut = python(
            {QStringLiteral("-c"),
             QStringLiteral("import sys\n"
                            "try:\n"
                            "    from PIL import Image\n"
                            "except ImportError:\n"
                            "    sys.exit(77)\n"
                            "for name, file in (('kitten', sys.argv[1]), ('faces', sys.argv[2])):\n"
                            "    image = Image.open(file).convert('RGB')\n"
                            "    w, h = image.size\n"
                            "    parts = (0, 0, w, h), (0, 0, w // 2, h), (w // 2, 0, w, h)\n"
                            "    for i, part in enumerate(parts):\n"
                            "        image.crop(part).save(f'{sys.argv[3]}/{name}{i}.png')\n"),
             text(*kitten), text(*faces), text(folder)});
        if (cut.code == pythonLacksPillow)
            QSKIP("Python has no Pillow; install python3-pil.");
        QVERIFY2(cut.code == 0, cut.errors.c_str());
        const Run run = Program::run(
            {QStringLiteral("match"), QStringLiteral("--json"), text(*model), text(folder)});
        QVERIFY2(run.code == 0, run.errors.c_str());
        const auto told = object(run.output);
        QVERIFY2(
            told[QLatin1String("summary")].toString().contains(QLatin1String("cannot be right")),
            run.output.c_str());
        int small = 0;
        for (const auto &candidate : told[QLatin1String("candidates")].toArray()) {
            const bool bytes =
                candidate[QLatin1String("input")][QLatin1String("scale")].toDouble() == 1;
            QVERIFY2(candidate[QLatin1String("tells_nothing_apart")].toBool() != bytes,
                     qPrintable(candidate[QLatin1String("preparation")].toString()));
            small += bytes ? 0 : 1;
        }
        QCOMPARE(small, 7);
    }

    void wrongUsageIsSaid_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<std::string>("word");
        const QString digits = text(sampleFile("digits.onnx"));
        const QString three = text(sampleFile("three.png"));
        const auto row = [](const char *name, const QStringList &arguments, int code,
                            const char *word) {
            QTest::newRow(name) << arguments << code << std::string(word);
        };
        row("nothing to match", {QStringLiteral("match"), digits}, 2, "at least one INPUT");
        row("two to check", {QStringLiteral("check"), digits, digits}, 2, "one MODEL");
        row("nothing expected to write",
            {QStringLiteral("match"), QStringLiteral("--write"), digits, three}, 1, "give it");
        row("no golden answer", {QStringLiteral("check"), text(testModel("add.onnx"))}, 1,
            "no golden answer");
        row("a model of numbers", {QStringLiteral("match"), text(sampleFile("iris.onnx")), three},
            1, "not pictures");
        row("no such picture",
            {QStringLiteral("match"), digits, QStringLiteral("/nowhere/cat.png")}, 1, "/nowhere");
    }
    void wrongUsageIsSaid()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(std::string, word);
        const Run run = Program::run(arguments);
        QCOMPARE(run.code, code);
        QVERIFY2(run.errors.find(word) != std::string::npos, run.errors.c_str());
    }
};

QTEST_GUILESS_MAIN(TestMatchCommands)
#include "tst_match_commands.moc"
