// The command line: exit codes, failures as one sentence, `predict` and `inspect`.
#include "base/file.h"
#include "program.h"
#include "test_files.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonValue>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;

namespace {

QString text(const std::filesystem::path &path)
{
    return QString::fromStdString(path.string());
}

QStringList words(const char *line)
{
    return QString::fromUtf8(line).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

QString sample(const char *name)
{
    return text(sampleFile(name));
}

std::vector<QJsonObject> lines(const std::string &output)
{
    std::vector<QJsonObject> objects;
    for (const QByteArray &line : QByteArray::fromStdString(output).split('\n')) {
        if (!line.isEmpty())
            objects.push_back(QJsonDocument::fromJson(line).object());
    }
    return objects;
}

QString bestLabel(const QJsonObject &prediction)
{
    return prediction[QLatin1String("results")]
        .toArray()[0][QLatin1String("classes")]
        .toArray()[0][QLatin1String("label")]
        .toString();
}

} // namespace

class TestCommands : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void exitCodesTellDoneFailedAndWrongUsage_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<std::string>("word"); // on standard output for 0, else on standard error
        const auto row = [](const char *name, const QStringList &arguments, int code,
                            const char *word) {
            QTest::newRow(name) << arguments << code << std::string(word);
        };
        row("version", words("--version"), 0, "warmbench 0.");
        row("help", words("--help"), 0, "serve | predict | inspect | bench | match | check");
        row("help of a command", words("serve --help"), 0, "--port");
        row("unknown option", words("serve --sample --prot 1"), 2, "prot");
        row("option of another command", words("inspect --port 1 m.onnx"), 2, "port");
        row("nothing to serve", words("serve"), 2, "serve --sample");
        row("port that is no number", words("serve --sample --port abc"), 2, "--port");
        row("port beyond ports", words("serve --sample --port 65536"), 2, "65535");
        row("limits in the help", words("serve --help"), 0, "--max-connections-per-address");
        row("a limit that is none", words("serve --sample --max-connections 0"), 2,
            "--max-connections");
        row("a header of no size", words("serve --sample --max-header 0"), 2, "256 B");
        row("a request line too short", words("serve --sample --max-request-line 10"), 2, "256 B");
        row("too few fields", words("serve --sample --max-header-fields 1"), 2, "from 8");
        row("memory for no request", words("serve --sample --max-input 1"), 2,
            "--max-input: 1 bytes hold no request");
        row("memory for no request of the size", words("serve --sample --max-input 1MiB"), 2,
            "at least 67158016");
        row("a body for ever", words("serve --sample --body-grace -1"), 2, "--min-body-rate 0");
        row("a header in no time", words("serve --sample --header-timeout 0"), 2, "100ms");
        row("an idle time too short", words("serve --sample --idle-timeout 1ms"), 2, "100ms");
        for (const char *name : {"", "..", "models/digits.onnx", "a\nb"})
            row(name[0] ? name : "no name at a server",
                {QStringLiteral("predict"), QStringLiteral("--url"), QStringLiteral("127.0.0.1:1"),
                 QString::fromLatin1(name), sample("three.json")},
                2, "is no name of a model");
        row("a time that is none", words("serve --sample --idle-timeout soon"), 2, "30s");
        row("size that is none", words("serve --sample --memory-budget much"), 2, "512MiB");
        row("option without its value", words("serve --sample --port"), 2, "port");
        row("nothing to predict", words("predict m.onnx"), 2, "INPUT");
        row("nothing to inspect", words("inspect"), 2, "MODEL");
        row("an input to inspect for nothing", words("inspect m.onnx x.npy"), 2, "--tensor");
        row("numbers of no tensor", words("inspect m.onnx --output o.npy"), 2, "--tensor NAME");
        row("layers of a tensor", words("inspect m.onnx --layers --tensor t"), 2, "one of them");
        row("nothing to bench", words("bench"), 2, "bench needs one MODEL");
        row("no requests at once", words("bench --concurrency 0 m.onnx"), 2, "from 1 to 256");
        row("missing model to bench", words("bench /nowhere/m.onnx"), 1, "/nowhere/m.onnx");
        row("a batch for one sample",
            {QStringLiteral("bench"), QStringLiteral("--batch"), QStringLiteral("2"),
             text(testModel("fixed_batch.onnx"))},
            1, "one sample at a time");
        row("a model that cannot run in bench",
            {QStringLiteral("bench"), text(testModel("unknown_op.onnx"))}, 1, "FooBarOp");
        row("missing configuration", words("serve --sample --config /nowhere.json"), 2,
            "/nowhere.json");
        row("missing model", words("predict /nowhere/m.onnx x.json"), 1, "/nowhere/m.onnx");
        row("missing model to inspect", words("inspect /nowhere/m.onnx"), 1, "/nowhere/m.onnx");
        row("missing input",
            {QStringLiteral("predict"), sample("digits.onnx"),
             QStringLiteral("/nowhere/three.png")},
            1, "/nowhere/three.png");
        row("input that is no input",
            {QStringLiteral("predict"), sample("digits.onnx"), sample("README.md")}, 1,
            "README.md");
        row("a folder without inputs",
            {QStringLiteral("predict"), sample("digits.onnx"), text(sourceFile("packaging"))}, 1,
            "packaging");
        row("a model that cannot run",
            {QStringLiteral("predict"), text(testModel("unknown_op.onnx")), sample("three.json")},
            1, "FooBarOp");
    }
    void exitCodesTellDoneFailedAndWrongUsage()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(std::string, word);
        const Run run = Program::run(arguments);
        QVERIFY2(run.code == code, (run.output + run.errors).c_str());
        const std::string &told = code == 0 ? run.output : run.errors;
        QVERIFY2(told.find(word) != std::string::npos, told.c_str());
        if (code == 0) {
            QCOMPARE(run.errors, std::string());
            return;
        }
        QCOMPARE(run.output, std::string());
        QVERIFY2(run.errors.starts_with("warmbench: "), run.errors.c_str());
        QVERIFY2(std::count(run.errors.begin(), run.errors.end(), '\n') == 1, run.errors.c_str());
    }

    void theEnvironmentGoesBeforeTheFileAndTheCommandLineBeforeBoth()
    {
        const QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "options.json";
        QVERIFY(writeFile(file, R"({"port": "file", "queue": 1})").has_value());
        const QStringList serve{QStringLiteral("serve"), QStringLiteral("--sample"),
                                QStringLiteral("--config"), text(file)};
        const auto refusedValue = [&](const QStringList &more, const QStringList &environment) {
            const Run run = Program::run(serve + more, {}, environment);
            return run.code == 2 ? run.errors : std::string("code ") + std::to_string(run.code);
        };
        const std::string fromFile = refusedValue({}, {});
        QVERIFY2(fromFile.find("\"file\"") != std::string::npos, fromFile.c_str());
        const QStringList variable{QStringLiteral("WARMBENCH_PORT=environment")};
        const std::string fromEnvironment = refusedValue({}, variable);
        QVERIFY2(fromEnvironment.find("\"environment\"") != std::string::npos,
                 fromEnvironment.c_str());
        const std::string fromLine = refusedValue({QStringLiteral("--port=line")}, variable);
        QVERIFY2(fromLine.find("\"line\"") != std::string::npos, fromLine.c_str());

        QVERIFY(writeFile(file, R"({"prot": 1})").has_value());
        const std::string slip = refusedValue({}, {});
        QVERIFY2(slip.find("\"port\"") != std::string::npos, slip.c_str());
    }

    void predictPrintsALineForEachInput()
    {
        const Run run =
            Program::run({QStringLiteral("predict"), sample("digits.onnx"), sample("three.png"),
                          sample("three.json"), sample("seven.png")});
        QVERIFY2(run.code == 0, run.errors.c_str());
        const auto answers = lines(run.output);
        QCOMPARE(int(answers.size()), 3);
        QCOMPARE(bestLabel(answers[0]), QStringLiteral("3"));
        QCOMPARE(bestLabel(answers[1]), QStringLiteral("3"));
        QCOMPARE(bestLabel(answers[2]), QStringLiteral("7"));
        QCOMPARE(answers[0][QLatin1String("input")].toString(), sample("three.png"));
        QCOMPARE(answers[0][QLatin1String("model")].toString(), QStringLiteral("digits"));
    }

    void predictGoesOnAfterABadInput()
    {
        const Run run = Program::run({QStringLiteral("predict"), sample("digits.onnx"),
                                      QStringLiteral("/nowhere/one.png"), sample("seven.png")});
        QCOMPARE(run.code, 1);
        const auto answers = lines(run.output);
        QCOMPARE(int(answers.size()), 1);
        QCOMPARE(bestLabel(answers[0]), QStringLiteral("7"));
    }

    void predictReadsFoldersAndSamplesByName()
    {
        const QTemporaryDir folder;
        const std::filesystem::path inputs = folder.path().toStdString();
        for (const char *name : {"two.png", "one.png", "digits.labels.txt"})
            std::filesystem::copy_file(sampleFile(name), inputs / name);
        const Run run = Program::run({QStringLiteral("predict"), QStringLiteral("--sample"),
                                      QStringLiteral("digits"), folder.path()});
        QVERIFY2(run.code == 0, run.errors.c_str());
        const auto answers = lines(run.output);
        QCOMPARE(int(answers.size()), 2);
        QCOMPARE(bestLabel(answers[0]), QStringLiteral("1"));
        QCOMPARE(bestLabel(answers[1]), QStringLiteral("2"));
    }

    void predictTakesAFolderWithItsSubfolders()
    {
        const QTemporaryDir folder;
        const std::filesystem::path inputs = folder.path().toStdString();
        std::filesystem::create_directories(inputs / "b" / "deep");
        std::filesystem::create_directories(inputs / "a");
        for (const char *name : {"two.png", "b/one.png", "b/deep/seven.png", "a/three.png"})
            std::filesystem::copy_file(sampleFile(std::filesystem::path(name).filename().string()),
                                       inputs / name);
        // Links in circles end, and do not give an input twice.
        std::filesystem::create_directory_symlink(inputs, inputs / "a" / "up");
        std::filesystem::create_directory_symlink(inputs / "b", inputs / "again");
        std::filesystem::create_directory_symlink("nowhere", inputs / "broken");
        const QTemporaryDir elsewhere;
        std::filesystem::copy_file(sampleFile("eight.png"),
                                   std::filesystem::path(elsewhere.path().toStdString()) /
                                       "eight.png");
        std::filesystem::create_directory_symlink(elsewhere.path().toStdString(),
                                                  inputs / "linked");
        const Run run =
            Program::run({QStringLiteral("predict"), sample("digits.onnx"), folder.path()});
        QVERIFY2(run.code == 0, run.errors.c_str());
        QStringList names;
        QStringList labels;
        for (const QJsonObject &answer : lines(run.output)) {
            names << answer[QLatin1String("input")].toString().mid(folder.path().size() + 1);
            labels << bestLabel(answer);
        }
        QCOMPARE(names.join(QLatin1Char(' ')),
                 QStringLiteral("a/three.png b/deep/seven.png b/one.png linked/eight.png two.png"));
        QCOMPARE(labels.join(QLatin1Char(' ')), QStringLiteral("3 7 1 8 2"));
    }

    void predictSumsUpOutputsOfManyNumbers()
    {
        // As many numbers out as there are of a picture.
        const QStringList command{QStringLiteral("predict"), text(testModel("image_out.onnx")),
                                  sample("three.png")};
        const Run run = Program::run(command);
        QVERIFY2(run.code == 0, run.errors.c_str());
        QCOMPARE(int(lines(run.output).size()), 1);
        const QJsonObject summary = lines(run.output)[0][QLatin1String("prediction")].toObject();
        QCOMPARE(summary[QLatin1String("dtype")].toString(), QStringLiteral("float32"));
        QCOMPARE(summary[QLatin1String("shape")].toArray().size(), 4);
        const double least = summary[QLatin1String("min")].toDouble(-100);
        const double mean = summary[QLatin1String("mean")].toDouble(-100);
        QVERIFY2(least > -100 && least <= mean &&
                     mean <= summary[QLatin1String("max")].toDouble(-100),
                 run.output.c_str());

        const Run raw = Program::run(command + QStringList{QStringLiteral("--raw")});
        QVERIFY2(raw.code == 0, raw.errors.c_str());
        QVERIFY(lines(raw.output)[0][QLatin1String("prediction")].isArray());
        QVERIFY(raw.output.size() > run.output.size());
        // What is small stays as it is.
        const QStringList small{QStringLiteral("predict"), sample("digits.onnx"),
                                sample("three.png")};
        QVERIFY(lines(Program::run(small).output)[0][QLatin1String("prediction")].isArray());
    }

    void predictReadsStandardInput()
    {
        const auto picture = readFile(sampleFile("eight.png"), mebibytes(1));
        QVERIFY(picture.has_value());
        const Run run =
            Program::run({QStringLiteral("predict"), sample("digits.onnx"), QStringLiteral("-")},
                         QByteArray::fromStdString(*picture));
        QVERIFY2(run.code == 0, run.errors.c_str());
        const auto answers = lines(run.output);
        QCOMPARE(int(answers.size()), 1);
        QCOMPARE(bestLabel(answers[0]), QStringLiteral("8"));
    }

    void predictReadsTablesRowByRow()
    {
        const QTemporaryDir folder;
        const auto table = std::filesystem::path(folder.path().toStdString()) / "flowers.csv";
        QVERIFY(writeFile(table, "sepal length,sepal width,petal length,petal width\n"
                                 "5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n")
                    .has_value());
        const Run run = Program::run({QStringLiteral("predict"), sample("iris.onnx"), text(table)});
        QVERIFY2(run.code == 0, run.errors.c_str());
        const auto answers = lines(run.output);
        QCOMPARE(int(answers.size()), 2);
        QCOMPARE(bestLabel(answers[0]), QStringLiteral("setosa"));
        QCOMPARE(bestLabel(answers[1]), QStringLiteral("virginica"));
        QVERIFY(answers[1][QLatin1String("input")].toString().endsWith(QLatin1String(":2")));
    }

    void aHeaderNamesTheNumbersOfATable()
    {
        const QTemporaryDir folder;
        const auto table = std::filesystem::path(folder.path().toStdString()) / "shuffled.csv";
        QVERIFY(writeFile(table, "petal width,sepal length,sepal width,petal length\n"
                                 "2.3,6.7,3.0,5.2\n")
                    .has_value());
        const Run run = Program::run({QStringLiteral("predict"), sample("iris.onnx"), text(table)});
        QVERIFY2(run.code == 0, run.errors.c_str());
        QCOMPARE(bestLabel(lines(run.output)[0]), QStringLiteral("virginica"));

        QVERIFY(writeFile(table, "petal wide,sepal length,sepal width,petal length\n1,2,3,4\n")
                    .has_value());
        const Run slip =
            Program::run({QStringLiteral("predict"), sample("iris.onnx"), text(table)});
        QCOMPARE(slip.code, 1);
        QVERIFY2(slip.errors.find("petal width") != std::string::npos, slip.errors.c_str());
    }

    void tablesGetTheirAnswersAsColumns()
    {
        const QTemporaryDir folder;
        const auto table = std::filesystem::path(folder.path().toStdString()) / "people.csv";
        const QString people = text(testModel("people.onnx"));
        const auto asked = [&](const std::string &content) {
            return writeFile(table, content)
                       ? Program::run({QStringLiteral("predict"), QStringLiteral("--csv"), people,
                                       text(table)})
                       : Run();
        };
        // 0.1 * 31 + 2 - 2 - 4 = -0.9 against its opposite: softmax gives 0.8581489.
        const Run done = asked("rooms;city;age\r\n2;\"Bern\";31\r\n9;\"a \"\"b\"\", c\";31\r\n");
        QVERIFY2(done.code == 0, done.errors.c_str());
        const QStringList lines =
            QString::fromStdString(done.output).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(int(lines.size()), 3);
        QCOMPARE(lines[0], QStringLiteral("rooms,city,age,label,score"));
        QVERIFY2(lines[1].startsWith(QLatin1String("2,Bern,31,stays,0.858148")),
                 qPrintable(lines[1]));
        QVERIFY2(
            lines[2].startsWith(QLatin1String("9,\"a \"\"b\"\", c\",31,\"moves, soon\",0.99999")),
            qPrintable(lines[2]));

        const Run unnamed = asked("31,2,Bern\n");
        QVERIFY2(unnamed.output.starts_with("column 1,column 2,column 3,label,score\n31,2,Bern,"),
                 (unnamed.output + unnamed.errors).c_str());
        const Run slip = asked("rooms,citi,age\n2,Bern,31\n3,Bern,31\n");
        QCOMPARE(slip.code, 1);
        QVERIFY2(slip.output.empty(), slip.output.c_str());
        QVERIFY2(slip.errors.find("(did you mean \"city\"?)") != std::string::npos,
                 slip.errors.c_str());
        QCOMPARE(int(std::count(slip.errors.begin(), slip.errors.end(), '\n')), 1);

        const Run picture = Program::run({QStringLiteral("predict"), QStringLiteral("--csv"),
                                          sample("digits.onnx"), sample("three.png")});
        QCOMPARE(picture.code, 1);
        QVERIFY2(picture.errors.find("--csv") != std::string::npos, picture.errors.c_str());
    }

    void theWindowWithoutADisplaySaysWhatToDo()
    {
        const Run run =
            Program::run({}, {},
                         {QStringLiteral("DISPLAY="), QStringLiteral("WAYLAND_DISPLAY="),
                          QStringLiteral("QT_QPA_PLATFORM=")});
        QCOMPARE(run.code, 1);
        QVERIFY2(run.errors.find("warmbench serve") != std::string::npos, run.errors.c_str());
    }

    void helpNamesTheProgramAndItsCommand()
    {
        const Run run = Program::run({QStringLiteral("serve"), QStringLiteral("--help")});
        QCOMPARE(run.code, 0);
        QVERIFY2(run.output.find("warmbench serve [options]") != std::string::npos,
                 run.output.c_str());
    }

    void aDefaultModelThatIsNotThereIsRefusedAtStart()
    {
        const Run run = Program::run({QStringLiteral("serve"), QStringLiteral("--sample"),
                                      QStringLiteral("--port"), QStringLiteral("0"),
                                      QStringLiteral("--default"), QStringLiteral("digitz")});
        QCOMPARE(run.code, 1);
        QVERIFY2(run.errors.find("digits") != std::string::npos, run.errors.c_str());
    }

    void inspectTellsWhatAModelIs()
    {
        const Run run = Program::run({QStringLiteral("inspect"), QStringLiteral("--json"),
                                      text(testModel("multi_out.onnx"))});
        QVERIFY2(run.code == 0, run.errors.c_str());
        const auto objects = lines(run.output);
        QCOMPARE(int(objects.size()), 1);
        const QJsonArray outputs = objects[0][QLatin1String("outputs")].toArray();
        QCOMPARE(outputs.size(), 2);
        QCOMPARE(outputs[0][QLatin1String("name")].toString(), QStringLiteral("zeta"));
        QCOMPARE(outputs[1][QLatin1String("name")].toString(), QStringLiteral("alpha"));
        QCOMPARE(objects[0][QLatin1String("opset")].toInt(), 13);
        QVERIFY(objects[0][QLatin1String("refusal")].isNull());
        QVERIFY(
            objects[0][QLatin1String("digest")].toString().startsWith(QLatin1String("sha256:")));

        const Run plain =
            Program::run({QStringLiteral("inspect"), text(testModel("multi_out.onnx"))});
        QCOMPARE(plain.code, 0);
        QVERIFY(plain.output.find("zeta") < plain.output.find("alpha"));
    }

    void benchMeasuresWhatItIsAskedFor_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<int>("runs"); // 0: at least 20
        QTest::addColumn<int>("batch");
        const QString tiny = text(testModel("tiny_64.onnx"));
        QTest::newRow("as it is") << tiny << QStringList() << 0 << 1;
        QTest::newRow("fewer runs than requests at once")
            << tiny << words("--runs 3 --concurrency 8") << 3 << 1;
        QTest::newRow("batches at once")
            << tiny << words("--runs 200 --concurrency 4 --batch 16") << 200 << 16;
        QTest::newRow("integers") << text(testModel("addsub_int32.onnx")) << words("--runs 20")
                                  << 20 << 1;
        QTest::newRow("pictures of any size")
            << text(testModel("dynamic.onnx")) << words("--runs 2") << 2 << 1;
        QTest::newRow("a sample by name")
            << QStringLiteral("digits") << words("--sample --runs 1") << 1 << 1;
    }
    void benchMeasuresWhatItIsAskedFor()
    {
        QFETCH(QString, model);
        QFETCH(QStringList, options);
        QFETCH(int, runs);
        QFETCH(int, batch);
        const QStringList command{QStringLiteral("bench"), QStringLiteral("--json"), model};
        const Run run = Program::run(command + options);
        QVERIFY2(run.code == 0, run.errors.c_str());
        QCOMPARE(run.errors, std::string());
        const auto objects = lines(run.output);
        QCOMPARE(int(objects.size()), 1);
        const QJsonObject &told = objects[0];
        const int made = told[QLatin1String("runs")].toInt();
        QVERIFY2(runs == 0 ? made >= 20 : made == runs, run.output.c_str());
        QCOMPARE(told[QLatin1String("batch")].toInt(), batch);
        const QJsonValue latency = told[QLatin1String("latency_ms")];
        double before = 0;
        for (const char *name : {"p50", "p90", "p99", "max"}) {
            const double value = latency[QLatin1String(name)].toDouble(-1);
            QVERIFY2(value > 0 && value >= before, run.output.c_str());
            before = value;
        }
        const double rate = told[QLatin1String("runs_per_second")].toDouble();
        QVERIFY2(rate > 0, run.output.c_str());
        QCOMPARE(told[QLatin1String("samples_per_second")].toDouble(), rate * batch);
    }

    void benchIsReadableToo()
    {
        const Run run = Program::run({QStringLiteral("bench"), QStringLiteral("--runs"),
                                      QStringLiteral("5"), QStringLiteral("--engine"),
                                      QStringLiteral("opencv"), text(testModel("tiny_64.onnx"))});
        QVERIFY2(run.code == 0, run.errors.c_str());
        for (const char *part : {"tiny_64 (opencv)", "5 of 1 sample, 1 at once", "p99", "a second"})
            QVERIFY2(run.output.find(part) != std::string::npos, run.output.c_str());
    }

    void benchTellsLayersAndSweeps()
    {
        const QString model = text(testModel("tiny_64.onnx"));
        Run run = Program::run({QStringLiteral("bench"), QStringLiteral("--layers"),
                                QStringLiteral("--json"), QStringLiteral("--runs"),
                                QStringLiteral("1"), model});
        QVERIFY2(run.code == 0, run.errors.c_str());
        const QJsonArray engines = lines(run.output).at(0)[QLatin1String("engines")].toArray();
        QVERIFY(!engines.isEmpty());
        for (const QJsonValue &engine : engines) {
            double shares = 0;
            const QJsonArray layers = engine[QLatin1String("layers")].toArray();
            for (const QJsonValue &layer : layers)
                shares += layer[QLatin1String("share")].toDouble();
            QVERIFY2(std::abs(shares - 1) < 1e-9, run.output.c_str());
        }
        run = Program::run({QStringLiteral("bench"), QStringLiteral("--layers"),
                            QStringLiteral("--runs"), QStringLiteral("1"), model});
        QVERIFY2(run.output.find("ms a run of ") != std::string::npos, run.output.c_str());

        run = Program::run({QStringLiteral("bench"), QStringLiteral("--sweep"),
                            QStringLiteral("--runs"), QStringLiteral("4"), model});
        QVERIFY2(run.code == 0, run.errors.c_str());
        QVERIFY2(run.output.find("   8 at once of   1") != std::string::npos, run.output.c_str());
        QVERIFY2(run.output.find("   1 at once of  16") != std::string::npos, run.output.c_str());
        run = Program::run({QStringLiteral("bench"), QStringLiteral("--sweep"),
                            QStringLiteral("--batch"), QStringLiteral("2"), model});
        QCOMPARE(run.code, 2);
    }

    void theVersionNamesTheEngines()
    {
        const Run run = Program::run({QStringLiteral("--version")});
        QCOMPARE(run.code, 0);
        QVERIFY2(run.output.find("\nopencv 4.") != std::string::npos, run.output.c_str());
        // Built without it or with it, the program says so.
        QVERIFY2(run.output.find("onnxruntime") != std::string::npos, run.output.c_str());
    }

    void worksWithoutOnnxRuntime()
    {
        const QStringList without{QStringLiteral("WARMBENCH_ONNXRUNTIME=")};
        const QString model = text(testModel("tiny_64.onnx"));
        const Run version = Program::run({QStringLiteral("--version")}, {}, without);
        QVERIFY2(version.output.find("no onnxruntime: ") != std::string::npos,
                 version.output.c_str());
        const Run inspected = Program::run({QStringLiteral("inspect"), model}, {}, without);
        QVERIFY2(inspected.output.find("opencv 4") != std::string::npos, inspected.output.c_str());
        const Run asked = Program::run({QStringLiteral("bench"), QStringLiteral("--engine"),
                                        QStringLiteral("onnxruntime"), model},
                                       {}, without);
        QVERIFY(asked.code != 0);
        QVERIFY2(asked.errors.find("\"onnxruntime\"") != std::string::npos &&
                     asked.errors.find("opencv") != std::string::npos,
                 asked.errors.c_str());
    }

    // ONNX Runtime would keep a list of what it ran, to send it to its makers, even where somebody
    // asked for that.
    void nothingIsCollected()
    {
        const QTemporaryDir home;
        const Run run = Program::run(
            {QStringLiteral("bench"), QStringLiteral("--runs"), QStringLiteral("1"),
             text(testModel("tiny_64.onnx"))},
            {}, {QStringLiteral("HOME=") + home.path(), QStringLiteral("ORT_DISABLE_TELEMETRY=0")});
        QVERIFY2(run.code == 0, run.errors.c_str());
        for (const QString &folder : {home.path(), Program::cacheFolder()}) {
            for (const auto &entry :
                 std::filesystem::recursive_directory_iterator(folder.toStdString())) {
                const std::string path = entry.path().string();
                QVERIFY2(path.find("Microsoft") == std::string::npos, path.c_str());
            }
        }
    }

    void aFolderWithoutAModelIsSaidToHoldNone()
    {
        const QTemporaryDir folder;
        for (const char *command : {"inspect", "bench"}) {
            const Run run = Program::run({QString::fromLatin1(command), folder.path()});
            QCOMPARE(run.code, 1);
            QVERIFY2(run.errors.find("holds no model") != std::string::npos, run.errors.c_str());
        }
    }

    void inspectTellsWhyAnEngineRefuses()
    {
        const Run run = Program::run({QStringLiteral("inspect"), QStringLiteral("--json"),
                                      text(testModel("unknown_op.onnx"))});
        QVERIFY2(run.code == 0, run.errors.c_str());
        const auto objects = lines(run.output);
        QCOMPARE(int(objects.size()), 1);
        const QString refusal = objects[0][QLatin1String("refusal")].toString();
        QVERIFY2(refusal.contains(QLatin1String("mystery")) &&
                     refusal.contains(QLatin1String("FooBarOp")),
                 qPrintable(refusal));
        QCOMPARE(objects[0][QLatin1String("inputs")].toArray().size(), 1);
    }

    void enginesAreComparedAndTheVerdictIsKept()
    {
        const QTemporaryDir cache;
        const QStringList environment{QStringLiteral("XDG_CACHE_HOME=") + cache.path()};
        const QStringList inspect{QStringLiteral("inspect"), QStringLiteral("--json"),
                                  sample("digits.onnx")};
        QVERIFY(lines(Program::run(inspect, {}, environment).output)[0][QLatin1String("verdict")]
                    .isNull());
        auto run = Program::run({QStringLiteral("bench"), QStringLiteral("--engines"),
                                 QStringLiteral("--json"), sample("digits.onnx")},
                                {}, environment);
        QVERIFY2(run.code == 0, run.errors.c_str());
        const QJsonObject verdict = lines(run.output).at(0);
        QCOMPARE(verdict[QLatin1String("inputs")][QLatin1String("golden")].toInt(), 3);
        QCOMPARE(verdict[QLatin1String("timed_on")].toString(), QStringLiteral("golden"));
        run = Program::run(inspect, {}, environment);
        QCOMPARE(lines(run.output).at(0)[QLatin1String("verdict")].toObject(), verdict);
        run = Program::run({QStringLiteral("inspect"), sample("digits.onnx")}, {}, environment);
        QVERIFY2(run.output.find("verdict     " +
                                 verdict[QLatin1String("summary")].toString().toStdString()) !=
                     std::string::npos,
                 run.output.c_str());
        run = Program::run(
            {QStringLiteral("bench"), QStringLiteral("--engines"), sample("digits.onnx")}, {},
            environment);
        QVERIFY2(run.output.find("3 golden, 0 seen, 2 random") != std::string::npos,
                 run.output.c_str());
        run = Program::run({QStringLiteral("bench"), QStringLiteral("--engines"),
                            QStringLiteral("--runs"), QStringLiteral("5"), sample("digits.onnx")},
                           {}, environment);
        QCOMPARE(run.code, 2);
        QVERIFY2(run.errors.find("leave --runs") != std::string::npos, run.errors.c_str());
    }
};

QTEST_GUILESS_MAIN(TestCommands)
#include "tst_commands.moc"
