#include "tensor/csv.h"

#include <cmath>
#include <limits>
#include <QTest>

using namespace warmbench;

using Rows = std::vector<std::vector<double>>;
using Names = std::vector<std::string>;

namespace {

struct Numbers
{
    Names names;
    Rows rows;
};

// All rows of the text at once.
Result<Numbers> numbersIn(const std::string &text)
{
    const auto table = readCsv(text);
    if (!table)
        return table.error();
    Numbers numbers{table->names, {}};
    for (std::size_t row = 0; row < table->rows.size(); ++row) {
        auto values = csvNumbers(*table, row);
        if (!values)
            return values.error();
        numbers.rows.push_back(*std::move(values));
    }
    return numbers;
}

} // namespace

class TestCsv : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tablesAreReadAsPeoplePasteThem_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("named");
        const auto row = [](const char *name, const char *text, bool named) {
            QTest::newRow(name) << QByteArray(text) << named;
        };
        row("commas", "1,2.5\n3,-4e1", false);
        row("semicolons", "1;2.5\n3;-4e1\n", false);
        row("tabs", "1\t2.5\r\n3\t-4e1\r\n", false);
        row("old line ends", "1,2.5\r3,-4e1\r", false);
        row("header", "a,b\n1,2.5\n3,-4e1\n", true);
        row("quoted header", "\"a\";\"b\"\n1;2.5\n3;-4e1\n", true);
        row("blanks", " 1 , 2.5 \n\n  \n3 ,\t-4e1  \n\n", false);
        row("byte order mark",
            "\xEF\xBB\xBF"
            "1,2.5\n3,-4e1",
            false);
        row("quoted numbers", "\"1\",\"2.5\"\n\"3\", \"-4e1\" \n", false);
        row("plus signs", "+1,+2.5\n+3,-4e1", false);
        row("blank lines before", "\n\n1;2.5\n3;-4e1", false);
    }
    void tablesAreReadAsPeoplePasteThem()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, named);
        const auto table = numbersIn(text.toStdString());
        QVERIFY2(table, table ? "" : table.error().message.c_str());
        QCOMPARE(table->rows, (Rows{{1, 2.5}, {3, -40}}));
        QCOMPARE(table->names, named ? (Names{"a", "b"}) : Names{});
    }

    void quotesFollowTheStandard()
    {
        const auto table = numbersIn("\"sepal \"\"length\"\", cm\",\"two\nlines\"\n1,2\n");
        QCOMPARE(table->names, (Names{"sepal \"length\", cm", "two\nlines"}));
        QCOMPARE(table->rows, (Rows{{1, 2}}));
    }

    void nanAndInfinityAreNumbers()
    {
        const auto table = numbersIn("nan,inf,-Infinity\nNaN,1,2");
        QVERIFY(table->names.empty());
        QVERIFY(std::isnan(table->rows[0][0]) && std::isnan(table->rows[1][0]));
        QCOMPARE(table->rows[0][1], std::numeric_limits<double>::infinity());
        QCOMPARE(table->rows[0][2], -std::numeric_limits<double>::infinity());
    }

    void whatIsTooSmallForFloat64IsZero()
    {
        QCOMPARE(numbersIn("1e-400,1\n")->rows, (Rows{{0, 1}}));
    }

    // A wide header takes no more than its text and the names that can mean a feature.
    void namesAreBounded()
    {
        std::string wide = "a";
        for (std::size_t i = 0; i < 2 * mostCsvNames; ++i)
            wide += ",a";
        const auto table = readCsv(wide + "\n1\n");
        QVERIFY(table.has_value());
        QCOMPARE(table->columns, 2 * mostCsvNames + 1);
        QCOMPARE(table->names.size(), mostCsvNames);
    }

    void whatIsNoTableIsRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char *name, const QByteArray &text, const char *says) {
            QTest::newRow(name) << text << QByteArray(says);
        };
        row("nothing", "", "has no rows");
        row("blank lines", "\n \n\r\n", "has no rows");
        row("names alone", "a,b\n", "its only row (\"a\", ...) was taken for the names");
        row("shorter row", "1,2\n3\n", "Row 2 of the CSV has 1 cells, the rows before it 2");
        row("longer row", "a,b\n1,2,3\n", "Row 2 of the CSV has 3 cells, its header 2");
        row("text", "a,b\n1,2\n3,x\n", "Row 3, column 2 (\"b\") of the CSV is \"x\"");
        row("empty cell", "1,2\n3,\n", "Row 2, column 2 of the CSV is empty");
        row("decimal comma", "1,5;2\n1;2\n1;2,5\n", "write decimals with a point");
        row("the only row", "a,b\n3,x\n", "Column 2 (\"b\") of the CSV is \"x\"");
        row("tail", "1\n2x\n", "is \"2x\"");
        row("hexadecimal", "1\n0x10\n", "is \"0x10\"");
        row("two signs", "1\n+-2\n", "is \"+-2\"");
        row("above float64", "1\n1e400\n", "is \"1e400\"");
        row("a first row with a hole", "1,\n3,4\n", "Row 1, column 2 of the CSV is empty");
        row("a first row with a word", "1,NA\n3,4\n", "Row 1, column 2 of the CSV is \"NA\"");
        row("open quote", "1,2\n\"3,4\n5,6", "a quote in row 2 that is never closed");
        row("zero byte", QByteArray("1,2\n3\0,4\n", 9), "is \"3?\"");
        row("open quote alone", "\"", "a quote in row 1");
        row("commas alone", ",,\n,,", "Column 1");
    }
    void whatIsNoTableIsRefused()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, says);
        const auto table = numbersIn(text.toStdString());
        QVERIFY2(!table, "accepted");
        QCOMPARE(table.error().code, ErrorCode::InvalidArgument);
        const auto message = QByteArray::fromStdString(table.error().message);
        QVERIFY2(message.contains(says) && message.endsWith('.'), message.constData());
    }

    void textIsToldFromTables_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("table");
        QTest::newRow("numbers") << QByteArray("1,2") << true;
        QTest::newRow("one number") << QByteArray("5") << true;
        QTest::newRow("header") << QByteArray("a,b\n1,2") << true;
        QTest::newRow("a cell is missing") << QByteArray("a,b\n,2") << true;
        QTest::newRow("labels") << QByteArray("cat\ndog\n1\n") << false;
        QTest::newRow("sentence") << QByteArray("Hello, world") << false;
        QTest::newRow("page") << QByteArray("<html>\n<body>") << false;
        QTest::newRow("binary") << QByteArray("\x01\x02,1") << false;
        QTest::newRow("nothing") << QByteArray() << false;
    }
    void textIsToldFromTables()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, table);
        QCOMPARE(looksLikeCsv(text.toStdString()), table);
    }

    void rowsStandAloneBehindTheirHeader()
    {
        const std::string text = "\"a;\";b\r\n\r\n1;2\r\n\"3\";4";
        const auto table = readCsv(text);
        QVERIFY(table.has_value());
        QCOMPARE(std::string(table->header), std::string("\"a;\";b"));
        QCOMPARE(table->rows.size(), std::size_t(2));
        QCOMPARE(std::string(table->rows[1].text), std::string("\"3\";4"));
        QCOMPARE(table->rows[1].number, std::size_t(4));
        QCOMPARE(csvRowAlone(*table, 1), std::string("\"a;\";b\n\"3\";4\n"));
    }

    void tensorsAreWrittenRowByRow()
    {
        const std::vector<float> values{1, 0.1F, std::nanf(""), -INFINITY};
        QCOMPARE(writeCsv(*Tensor::fromValues<float>({2, 2}, values)),
                 std::string("1,0.1\nnan,-inf\n"));
        QCOMPARE(writeCsv(*Tensor::fromValues<float>({4}, values)),
                 std::string("1\n0.1\nnan\n-inf\n"));
        QCOMPARE(writeCsv(*Tensor::fromValues<float>({1, 2, 2}, values)),
                 std::string("1,0.1,nan,-inf\n"));
        QCOMPARE(writeCsv(*Tensor::create(DType::Int64, {})), std::string("0\n"));
        QCOMPARE(writeCsv(*Tensor::create(DType::Float16, {0, 3})), std::string());
        QCOMPARE(writeCsv(*Tensor::create(DType::Bool, {3, 0})), std::string());
        QCOMPARE(writeCsv(*Tensor::fromStrings({2}, {"plain", "a \"b\", c"})),
                 std::string("plain\n\"a \"\"b\"\", c\"\n"));
    }

    void whatIsWrittenReadsBack()
    {
        const std::vector<double> values{0.1, 1e-300, 12345678901234567.0, -2.5};
        const auto table = numbersIn(writeCsv(*Tensor::fromValues<double>({2, 2}, values)));
        QCOMPARE(table->rows, (Rows{{values[0], values[1]}, {values[2], values[3]}}));
    }
};

QTEST_APPLESS_MAIN(TestCsv)
#include "tst_csv.moc"
