// `warmbench compare`: two models, engines or settings files on the same inputs.
#include "base/file.h"
#include "program.h"
#include "test_files.h"

#include <filesystem>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>
#include <sstream>

using namespace warmbench;
namespace fs = std::filesystem;

namespace {

QString text(const fs::path &path)
{
    return QString::fromStdString(path.string());
}

Run compare(const QStringList &arguments)
{
    return Program::run(QStringList{QStringLiteral("compare")} + arguments);
}

QJsonObject object(const std::string &output)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(output)).object();
}

bool holds(const std::string &whole, const char *part)
{
    return whole.find(part) != std::string::npos;
}

} // namespace

class TestCompareCommand : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_whole;
    fs::path m_folder{m_whole.path().toStdString()};
    const QString m_digits = text(sampleFile("digits.onnx"));
    const QString m_three = text(sampleFile("three.png"));

    // The sample's settings with another range of pixels.
    fs::path otherSettings() const
    {
        auto own = readFile(sampleFile("digits.warmbench.json"), mebibytes(1));
        if (!own)
            return {};
        const std::string scale = "\"1/255\"";
        own->replace(own->find(scale), scale.size(), "\"-1/255\"");
        const fs::path file = m_folder / "negative.json";
        fs::copy_file(sampleFile("digits.labels.txt"), m_folder / "digits.labels.txt",
                      fs::copy_options::overwrite_existing);
        return writeFile(file, *own) ? file : fs::path();
    }

private Q_SLOTS:
    void theSameModelTwiceIsTheSame()
    {
        const Run run = compare({m_digits, m_digits, m_three, text(sampleFile("eight.png"))});
        QVERIFY2(run.code == 0, run.errors.c_str());
        QVERIFY2(holds(run.output, "changed     0 of 2 answers\n"), run.output.c_str());
        QVERIFY(holds(run.output, "cosine      1.000000 at least, 1.000000 on average\n"));
        QVERIFY(holds(run.output, "The latencies cannot be trusted: 2 runs"));
        std::istringstream lines(run.output);
        for (std::string line; std::getline(lines, line) && !line.empty();)
            QVERIFY2(line.size() <= 100, line.c_str());
    }

    void aFolderIsComparedAndToldInJson()
    {
        const fs::path pictures = m_folder / "pictures";
        fs::create_directories(pictures);
        for (const char *name : {"three.png", "four.png", "eight.png"})
            fs::copy_file(sampleFile(name), pictures / name);
        const Run run = compare({QStringLiteral("--json"), QStringLiteral("--runs"),
                                 QStringLiteral("2"), m_digits, m_digits, text(pictures)});
        QVERIFY2(run.code == 0, run.errors.c_str());
        const QJsonObject told = object(run.output);
        QCOMPARE(told[QLatin1String("inputs")].toArray().size(), 3);
        const auto summary = told[QLatin1String("summary")];
        QCOMPARE(summary[QLatin1String("compared")].toInt(), 3);
        QCOMPARE(summary[QLatin1String("lowest_cosine")].toDouble(), 1.0);
        QCOMPARE(summary[QLatin1String("runs")].toInt(), 6);
        QVERIFY(summary[QLatin1String("latencies_trusted")].toBool());
        QVERIFY(summary[QLatin1String("infer_ms")][QLatin1String("a")].toDouble() > 0);
        QVERIFY(told[QLatin1String("a")][QLatin1String("memory_bytes")].toInteger() > 0);
    }

    void anEngineIsNamedBehindTheModel()
    {
        const Run run = compare({QStringLiteral("--json"), m_digits + QStringLiteral("@opencv"),
                                 m_digits + QStringLiteral("@auto"), m_three});
        QVERIFY2(run.code == 0, run.errors.c_str());
        const QJsonObject told = object(run.output);
        QCOMPARE(told[QLatin1String("a")][QLatin1String("engine")].toString(),
                 QStringLiteral("opencv"));
        QCOMPARE(told[QLatin1String("summary")][QLatin1String("changed")].toInt(), 0);
        const Run wrong = compare({m_digits + QStringLiteral("@opencb"), m_digits, m_three});
        QCOMPARE(wrong.code, 1);
        QVERIFY2(holds(wrong.errors, "did you mean \"opencv\"?"), wrong.errors.c_str());
    }

    void aSettingsFileIsNamedBehindTheModel()
    {
        const fs::path settings = otherSettings();
        QVERIFY(!settings.empty());
        const Run run = compare({QStringLiteral("--json"), m_digits,
                                 m_digits + QStringLiteral("@opencv@") + text(settings), m_three,
                                 text(sampleFile("eight.png")), text(sampleFile("one.png"))});
        QVERIFY2(run.code == 0, run.errors.c_str());
        const QJsonObject told = object(run.output);
        const auto summary = told[QLatin1String("summary")];
        QVERIFY(summary[QLatin1String("changed")].toInt() > 0);
        QVERIFY(summary[QLatin1String("lowest_cosine")].toDouble() < 0.9);
        const Run missing = compare({m_digits, m_digits + QStringLiteral("@none.json"), m_three});
        QCOMPARE(missing.code, 1);
        QVERIFY2(holds(missing.errors, "none.json"), missing.errors.c_str());
    }

    void aRefusedInputIsToldAndTheComparisonGoesOn()
    {
        const Run run = compare({m_digits, m_digits, text(sampleFile("README.md")), m_three});
        QVERIFY2(run.code == 0, run.errors.c_str());
        QVERIFY2(holds(run.output, "refused     1 of 2 inputs\n"), run.output.c_str());
        QVERIFY(holds(run.output, "    A and B: "));
    }

    void whereNothingIsComparedItFails()
    {
        const Run run = compare({m_digits, text(sampleFile("iris.onnx")), m_three});
        QCOMPARE(run.code, 1);
        QVERIFY2(holds(run.output, "    B: "), run.output.c_str());
        QVERIFY2(holds(run.errors, "The input was not answered by both: "), run.errors.c_str());
        QCOMPARE(compare({m_digits, m_digits}).code, 2);
        QCOMPARE(compare({m_digits, text(m_folder / "none.onnx"), m_three}).code, 1);
    }
};

QTEST_GUILESS_MAIN(TestCompareCommand)
#include "tst_compare_command.moc"
