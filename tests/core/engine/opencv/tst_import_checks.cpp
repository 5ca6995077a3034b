#include "engine/opencv/darknet_weights.h"
#include "engine/opencv/storage_text.h"
#include "engine/opencv/tensorflow_graph.h"
#include "engine/opencv/torch_walk.h"
#include "engine/proto_text.h"
#include "wire_writer.h"

#include <cstring>
#include <QTest>

using namespace warmbench;

namespace {

std::string times(std::size_t count, const std::string &text)
{
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        all += text;
    return all;
}

template <typename... T>
std::string little(T... values)
{
    std::string bytes;
    (bytes.append(reinterpret_cast<const char *>(&values), sizeof values), ...);
    return bytes;
}

// Checks and says why; empty: fine.
template <typename T>
std::string problemOf(const Result<T> &result)
{
    return result ? std::string() : result.error().message;
}

bool says(const std::string &problem, const char *part)
{
    return problem.find(part) != std::string::npos;
}

// A table of Torch7 within `levels` others, as bytes or in the text form.
std::string torchTables(int levels, bool binary)
{
    std::string file;
    for (int i = 0; i < levels; ++i)
        file += binary ? little(3, i + 1, 1, 1, 1.0)
                       : "3\n" + std::to_string(i + 1) + "\n1\n1\n1\n"; // key: the number 1
    return file + (binary ? little(0) : "0\n");
}

Result<TensorFlowGraph> graphOf(const std::string &text)
{
    return readTensorFlowText(*parseProtoText(text), "n.pbtxt");
}

constexpr const char *placeholder = "node { name: \"x\" op: \"Placeholder\" }\n";

} // namespace

class TestImportChecks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textOfModelsIsReadToItsDepth_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("problem"); // empty: none
        const auto row = [](const char *name, const std::string &text, const char *problem = "") {
            QTest::newRow(name) << QByteArray::fromStdString(text) << QByteArray(problem);
        };
        const std::string xml = "<?xml version=\"1.0\"?>\n";
        const std::string yaml = "%YAML:1.0\n---\nroot:\n   a: ";
        const auto nested = [](std::size_t levels, const char *open, const char *close) {
            return times(levels, open) + "1" + times(levels, close);
        };
        row("xml, 100 levels", xml + nested(100, "<a>", "</a>"));
        row("xml, 101 levels", xml + nested(101, "<a>", "</a>"), "deeper");
        row("xml, one after the other", xml + "<a>" + times(500, "<b>1</b>\n") + "</a>");
        row("xml, ends in comments do not count", xml + times(101, "<a><!-- </a></a> -->"),
            "deeper");
        row("xml, ends in attributes do not count", xml + times(101, "<a b=\"</a></a>\">"),
            "deeper");
        row("json, 100 levels", "{\"a\": " + nested(99, "[", "]") + "}");
        row("json, 101 levels", "{\"a\": " + nested(100, "[", "]") + "}", "deeper");
        row("json, ends in strings do not count", "{\"a\": " + times(101, "[\"]\\\"]\", "),
            "deeper");
        row("json, keys know no escape", "{" + times(101, "\"a\\\": {\"]}\": [{"), "deeper");
        row("json, ends in comments do not count", "{\"a\": " + times(101, "[ /* ] */ // ]\n"),
            "deeper");
        row("yaml, 90 levels", yaml + nested(90, "[", "]") + "\n");
        row("yaml, 101 levels", yaml + nested(101, "[", "]") + "\n", "deeper");
        row("yaml, maps in brackets", yaml + nested(101, "{ a: ", "}") + "\n", "deeper");
        row("yaml, dashes", yaml + "\n      " + times(101, "- ") + "1\n", "deeper");
        row("yaml, keys in one line", yaml + times(101, "a: ") + "1\n", "deeper");
        row("yaml, one after the other",
            yaml + "\n" + times(500, "      - { v:1, q:-1.5e-01 }\n      -\n         b: 2\n"));
        row("yaml, ends in keys", yaml + times(101, "{ a]}: ") + "\n", "list");
        row("yaml, ends in comments", yaml + times(101, "[ #]\n") + "\n", "list");
        row("yaml, ends in strings do not count", yaml + times(101, "[ \"]]\", ") + "\n", "deeper");
        row("a line's end that ends no line", yaml + "[ \r ]\n", "control");
        row("base64", xml + "<a type_id = \"binary\">AAAA</a>", "base64");
        row("another kind of text", "root: 1\n", "begins");
    }
    void textOfModelsIsReadToItsDepth()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, problem);
        const std::string found = problemOf(checkStorageText(text.toStdString()));
        QVERIFY2(problem.isEmpty() ? found.empty() : says(found, problem.constData()),
                 found.c_str());
    }

    void torchFilesAreWalked_data()
    {
        QTest::addColumn<bool>("binary");
        QTest::newRow("binary") << true;
        QTest::newRow("text") << false;
    }
    void torchFilesAreWalked()
    {
        QFETCH(bool, binary);
        QCOMPARE(problemOf(checkTorchFile(torchTables(90, binary), binary)), std::string());
        QVERIFY(says(problemOf(checkTorchFile(torchTables(200, binary), binary)), "deeper"));
        const std::string whole = torchTables(5, binary);
        for (std::size_t size = 0; size + 2 < whole.size(); ++size)
            QVERIFY(!checkTorchFile(whole.substr(0, size), binary));
        const std::string wide = binary ? little(3, 1, 1'000'000) : "3\n1\n1000000\n";
        QVERIFY(says(problemOf(checkTorchFile(wide, binary)), "entries"));
        const std::string function = binary ? little(6, 1) : "6\n1\n";
        QVERIFY(says(problemOf(checkTorchFile(function, binary)), "type 6"));
        const std::string odd = binary ? little(4, 1, 3) + "V 1" + little(8) + "os.Evil!"
                                       : "4\n1\n3\nV 1\n8\nos.Evil!\n";
        QVERIFY(says(problemOf(checkTorchFile(odd, binary)), "os.Evil!"));
    }

    void graphsEndAndAreWhole_data()
    {
        QTest::addColumn<QByteArray>("nodes");
        QTest::addColumn<QByteArray>("problem");
        const auto row = [](const char *name, const char *nodes, const char *problem) {
            QTest::newRow(name) << QByteArray(nodes) << QByteArray(problem);
        };
        row("a chain", "node { name: \"a\" op: \"Relu\" input: \"x\" }", "");
        row("used before it is made",
            "node { name: \"b\" op: \"Relu\" input: \"a\" } node { name: \"a\" op: \"Relu\" input: "
            "\"x\" }",
            "");
        row("an order", "node { name: \"a\" op: \"Relu\" input: \"x\" input: \"^x\" }", "");
        row("a second output",
            "node { name: \"s\" op: \"Switch\" input: \"x\" input: \"x\" } node { name: \"a\" op: "
            "\"Relu\" input: \"s:1\" }",
            "");
        row("a circle", "node { name: \"a\" op: \"Relu\" input: \"a\" }", "waits");
        row("a circle of orders",
            "node { name: \"a\" op: \"Relu\" input: \"x\" input: \"^b\" } node { name: \"b\" op: "
            "\"Relu\" input: \"a\" }",
            "waits");
        row("nobody", "node { name: \"a\" op: \"Relu\" input: \"y\" }", "\"y\"");
        row("no name", "node { op: \"Relu\" input: \"x\" }", "name");
        row("twice", "node { name: \"x\" op: \"Relu\" input: \"x\" }", "another");
        row("too few", "node { name: \"a\" op: \"FusedBatchNorm\" input: \"x\" }", "needs 5");
        row("no such output", "node { name: \"a\" op: \"Relu\" input: \"x:1\" }", "output");
        row("no number", "node { name: \"a\" op: \"Relu\" input: \"x:1:2\" }", "output");
        row("an impossible constant",
            "node { name: \"k\" op: \"Const\" attr { key: \"value\" value { tensor { dtype: "
            "DT_FLOAT "
            "tensor_shape { dim { size: 65536 } dim { size: 65536 } } } } } }",
            "shape");
    }
    void graphsEndAndAreWhole()
    {
        QFETCH(QByteArray, nodes);
        QFETCH(QByteArray, problem);
        const auto graph = graphOf(placeholder + nodes.toStdString());
        QVERIFY(graph);
        const std::string found = problemOf(checkTensorFlowGraph(*graph, {}, "n.pb"));
        QVERIFY2(problem.isEmpty() ? found.empty() : says(found, problem.constData()),
                 found.c_str());
    }

    void aTextGraphFindsItsConstantsInTheBinaryOne()
    {
        const auto graph = graphOf(std::string(placeholder) +
                                   "node { name: \"a\" op: \"MatMul\" input: \"x\" input: \"w\" }");
        QVERIFY(says(problemOf(checkTensorFlowGraph(*graph, {}, "n.pbtxt")), "\"w\""));
        const std::string constant =
            WireWriter().message(1, WireWriter().bytes(1, "w").bytes(2, "Const")).data();
        const auto weights = readTensorFlowGraph(constant, "n.pb");
        QVERIFY(weights);
        QCOMPARE(problemOf(checkTensorFlowGraph(*graph, *weights, "n.pbtxt")), std::string());
    }

    // What a constant holds is counted in bytes, not in the signs that stand for them.
    void escapedBytesOfATextGraphCountOnce()
    {
        const auto graph =
            graphOf(R"(node { name: "w" op: "Const" attr { key: "value" value { tensor {
                    dtype: DT_INT32 tensor_content: "\001\000\x0a\n" 'a"' } } } })");
        QVERIFY(graph);
        QCOMPARE(graph->back().constant.contentBytes, std::size_t(6));
    }

    void aCircleOfManyNodesIsFoundAtOnce()
    {
        std::string nodes = "node { name: \"n0\" op: \"Relu\" input: \"n19999\" }";
        for (int i = 1; i < 20'000; ++i)
            nodes += "node { name: \"n" + std::to_string(i) + "\" op: \"Relu\" input: \"n" +
                     std::to_string(i - 1) + "\" }";
        const auto graph = graphOf(nodes);
        QVERIFY(graph);
        QElapsedTimer timer;
        timer.start();
        QVERIFY(says(problemOf(checkTensorFlowGraph(*graph, {}, "n.pb")), "waits"));
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(says(problemOf(graphOf(nodes + "node { name: \"more\" }")), "nodes"));
    }

    void longChainsOfCopiesAreRefused()
    {
        const auto chain = [](int length) {
            std::string nodes = placeholder;
            for (int i = 0; i < length; ++i)
                nodes += "node { name: \"n" + std::to_string(i) + "\" op: \"Identity\" input: \"" +
                         (i == 0 ? "x" : "n" + std::to_string(i - 1)) + "\" }";
            return problemOf(checkTensorFlowGraph(*graphOf(nodes), {}, "n.pb"));
        };
        QCOMPARE(chain(1000), std::string());
        QVERIFY(says(chain(10'000), "copies"));
    }

    void darknetIsReadAsItsImporterReadsIt_data()
    {
        QTest::addColumn<QByteArray>("options");
        QTest::addColumn<bool>("fine");
        QTest::newRow("whole") << QByteArray("filters=4\nsize=1\n") << true;
        QTest::newRow("blanks") << QByteArray(" filters = 4 \r\n size=1\n") << true;
        QTest::newRow("a comment")
            << QByteArray("# filters=0\n; groups=0\nfilters=4\nsize=1\n") << true;
        QTest::newRow("the last one counts")
            << QByteArray("groups=1\ngroups=0\nfilters=4\nsize=1\n") << false;
        QTest::newRow("left-out characters")
            << QByteArray("gro|ups=0\nfilters=4\nsize=1\n") << false;
        QTest::newRow("a word for a number")
            << QByteArray("stride=many\nfilters=4\nsize=1\n") << false;
        QTest::newRow("a number beyond 31 bits")
            << QByteArray("filters=99999999999\nsize=1\n") << false;
        QTest::newRow("an impossible stride")
            << QByteArray("stride=2147483647\nfilters=4\n") << false;
    }
    void darknetIsReadAsItsImporterReadsIt()
    {
        QFETCH(QByteArray, options);
        QFETCH(bool, fine);
        const auto sections = parseDarknet(
            "[net]\nwidth=4\nheight=4\nchannels=3\n[convolutional]\n" + options.toStdString());
        QVERIFY(sections);
        QCOMPARE(darknetWeightCount(*sections).has_value(), fine);
        QVERIFY(!parseDarknet("[net]\n[convolutional]\n[net]\nwidth=9\n"));
    }
};

QTEST_GUILESS_MAIN(TestImportChecks)
#include "tst_import_checks.moc"
