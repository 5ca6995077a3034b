// The inputs of a comparison from files, tables and folders.
#include "base/file.h"
#include "inference/comparison/comparison_inputs.h"

#include <filesystem>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;
namespace fs = std::filesystem;

namespace {

std::vector<ComparisonInput> all(const NextComparisonInput &next)
{
    std::vector<ComparisonInput> inputs;
    while (auto input = next())
        inputs.push_back(*std::move(input));
    return inputs;
}

} // namespace

class TestComparisonInputs : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_whole;
    fs::path m_folder{m_whole.path().toStdString()};

    std::string write(const char *name, const char *content)
    {
        const fs::path file = m_folder / name;
        fs::create_directories(file.parent_path());
        return writeFile(file, content) ? file.string() : std::string();
    }

private Q_SLOTS:
    void foldersAreReadThroughAndRowsComeOneByOne()
    {
        const std::string first = write("all/a.json", "[1]");
        const std::string rows = write("all/below/rows.csv", "x,y\n1,2\n3,4\n");
        const std::string last = write("all/c.json", "[2]");
        const auto inputs = all(inputsFrom({(m_folder / "all").string(), first}, mebibytes(1)));
        QCOMPARE(inputs.size(), std::size_t(5));
        QCOMPARE(inputs[0].name, first);
        QCOMPARE(**inputs[0].body, std::string("[1]"));
        QCOMPARE(inputs[0].expected, std::size_t(4)); // a table counts as one, until it is read
        QCOMPARE(inputs[1].name, rows + ":1");
        QCOMPARE(inputs[2].name, rows + ":2");
        QCOMPARE(inputs[2].expected, std::size_t(0));
        QVERIFY((**inputs[2].body).find("3,4") != std::string::npos);
        QCOMPARE(inputs[3].name, last);
        QCOMPARE(inputs[4].name, first);
    }

    void whatCannotBeReadIsToldAndTheNextOneFollows()
    {
        const std::string good = write("good.json", "[1]");
        const std::string large = write("large.json", "[1,1,1,1,1,1]");
        fs::create_directories(m_folder / "empty");
        const std::string empty = (m_folder / "empty").string();
        const auto inputs =
            all(inputsFrom({(m_folder / "missing.png").string(), empty, large, good}, {8}));
        QCOMPARE(inputs.size(), std::size_t(4));
        QVERIFY(!inputs[0].body);
        QVERIFY(inputs[0].body.error().message.find("missing.png") != std::string::npos);
        QVERIFY(!inputs[1].body);
        QVERIFY(inputs[1].body.error().message.find("hold no image") != std::string::npos);
        QVERIFY(!inputs[2].body);
        QVERIFY(inputs[3].body.has_value());
    }

    void whatIsAtHandComesOnce()
    {
        const auto inputs = all(oneInput("x", std::make_shared<const std::string>("[1]")));
        QCOMPARE(inputs.size(), std::size_t(1));
        QCOMPARE(inputs[0].expected, std::size_t(1));
    }
};

QTEST_GUILESS_MAIN(TestComparisonInputs)
#include "tst_comparison_inputs.moc"
