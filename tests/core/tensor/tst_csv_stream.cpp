// A table that comes in pieces means the same as the whole text, wherever it is cut.
#include "tensor/csv_stream.h"

#include "tensor/csv.h"

#include <QTest>

using namespace warmbench;

namespace {

using Cells = std::vector<std::string>;
using Rows = std::vector<Cells>;

struct Read
{
    Cells names;
    Rows rows;
    std::string error; // empty if the table was read to its end
};

CsvStream streamOf(const std::string &text, std::size_t piece, Bytes longest)
{
    return CsvStream(
        [text, piece, from = std::size_t(0)](std::string &out,
                                             std::size_t) mutable -> Result<void> {
            out += text.substr(from, piece);
            from = std::min(text.size(), from + piece);
            return {};
        },
        longest);
}

Read inPieces(const std::string &text, std::size_t piece, Bytes longest = mebibytes(1))
{
    CsvStream stream = streamOf(text, piece, longest);
    Read read;
    for (auto row = stream.next();; row = stream.next()) {
        read.names = stream.names();
        if (!row)
            read.error = row.error().message;
        if (!row || !*row)
            return read;
        read.rows.push_back(stream.cells());
    }
}

Read whole(const std::string &text)
{
    Read read;
    const auto table = readCsv(text);
    if (!table) {
        read.error = table.error().message;
        return read;
    }
    read.names = table->names;
    for (std::size_t i = 0; i < table->rows.size() && read.error.empty(); ++i) {
        const auto cells = csvCells(*table, i);
        if (cells)
            read.rows.push_back(*cells);
        else
            read.error = cells.error().message;
    }
    return read;
}

} // namespace

class TestCsvStream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void piecesMeanTheSameAsTheWhole_data()
    {
        QTest::addColumn<std::string>("text");
        const auto row = [](const char *name, const char *text) {
            QTest::newRow(name) << std::string(text);
        };
        row("header", "age,city\n31,Bern\n7,Chur\n");
        row("no end of line", "age,city\n31,Bern");
        row("no header", "31,Bern\n7,Chur\n");
        row("semicolons", "age;city\r\n31;Bern, BE\r\n7;Chur\r\n");
        row("old line ends", "age\tcity\r31\tBern\r");
        row("quotes", "age,\"a \"\"city\"\"\"\n31,\"Bern\nand, more\"\n7,\" Chur \"\n");
        row("blank lines", "\n\nage,city\n\n31,Bern\n   \n7,Chur\n\n");
        row("byte order mark", "\xEF\xBB\xBF"
                               "age,city\n31,K\xC3\xB6ln\n");
        row("empty cells", "age,city\n,\n31,\n,Bern\n");
        row("shorter row", "age,city\n31,Bern\n7\n8,Chur\n");
        row("longer row", "31,Bern\n7,Chur,1\n");
        row("open quote", "age,city\n31,Bern\n7,\"Chur\n8,Thun\n");
        row("open quote in the header", "age,\"city\n31,Bern\n");
        row("header alone", "age,city\n");
        row("nothing", "\n \n");
    }
    void piecesMeanTheSameAsTheWhole()
    {
        QFETCH(std::string, text);
        const Read expected = whole(text);
        QVERIFY(!expected.rows.empty() || !expected.error.empty());
        for (std::size_t piece = 1; piece <= text.size() + 1; ++piece) {
            const Read read = inPieces(text, piece);
            QCOMPARE(read.error, expected.error);
            // An open quote is seen only once the rows before it are there.
            if (expected.error.find("quote") != std::string::npos)
                continue;
            QCOMPARE(read.names.size(), expected.error.empty() || !expected.rows.empty()
                                            ? expected.names.size()
                                            : read.names.size());
            QCOMPARE(read.rows, expected.rows);
        }
    }

    void aRowGoesOnAsATableOfItsOwn()
    {
        CsvStream stream = streamOf("age;city\n31;\"Bern; BE\"\n7;Chur\n", 5, mebibytes(1));
        QVERIFY(stream.next().value_or(false));
        QCOMPARE(stream.rowAlone(), std::string("age,city\n31,\"Bern; BE\"\n"));
        QVERIFY(stream.next().value_or(false));
        QCOMPARE(stream.rowAlone(), std::string("age,city\n7,Chur\n"));
        QCOMPARE(stream.row(), std::size_t(2));
    }

    void linesAreQuotedWhereAReaderNeedsIt()
    {
        QCOMPARE(csvLine({"plain", "a,b", "say \"no\"", "two\nlines", " blank", "", "K\xC3\xB6ln"}),
                 std::string("plain,\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",\" blank\",,"
                             "K\xC3\xB6ln\n"));
    }

    // A quote that is never closed does not bring the whole file into memory.
    void aRowIsBounded()
    {
        const std::string text = "age,city\n31,\"" + std::string(100'000, 'x');
        const Read read = inPieces(text, 1000, Bytes{5000});
        QVERIFY2(read.error.find("Row 2 of the CSV is longer than") != std::string::npos,
                 read.error.c_str());
    }

    void whatCannotBeReadIsSaid()
    {
        CsvStream stream(
            [](std::string &, std::size_t) -> Result<void> {
                return failedPrecondition("The disk is gone.");
            },
            mebibytes(1));
        QCOMPARE(stream.next().error().message, std::string("The disk is gone."));
    }
};

QTEST_APPLESS_MAIN(TestCsvStream)
#include "tst_csv_stream.moc"
