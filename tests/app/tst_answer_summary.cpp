// Outputs of many numbers as dtype, shape, min, max and mean.
#include "answer_summary.h"

#include <QTest>

using namespace warmbench;
using namespace warmbench::app;

namespace {

// `count` numbers as `text`, in one list.
std::string listOf(int count, const std::string &text, const std::string &last)
{
    std::string out = "[";
    for (int i = 0; i + 1 < count; ++i)
        out += text + ", ";
    return out + last + "]";
}

Result<OutputTypes> typesOf(const char *dtype)
{
    return OutputTypes{{{"logits", "float32"}, {"ids", dtype}}, "ids"};
}

} // namespace

class TestAnswerSummary : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void manyNumbersAreSummedUp_data()
    {
        QTest::addColumn<std::string>("json");
        QTest::addColumn<QByteArray>("dtype");
        QTest::addColumn<std::string>("expected"); // empty: as it is
        const auto row = [](const char *name, const std::string &json, const char *dtype,
                            const char *expected) {
            QTest::newRow(name) << json << QByteArray(dtype) << std::string(expected);
        };
        row("a hundred", listOf(100, "0.25", "0.5"), "float32", "");
        row("one more", listOf(101, "0.5", "101.5"), "float32",
            R"({"dtype": "float32", "shape": [101], "min": 0.5, "max": 101.5, "mean": 1.5})");
        row("nested", "[" + listOf(60, "1", "1") + "," + listOf(60, "-3", "-3") + "]", "float64",
            R"({"dtype": "float64", "shape": [2, 60], "min": -3, "max": 1, "mean": -1})");
        row("NaN is left out and counted", listOf(201, "null", "7"), "float32",
            R"({"dtype": "float32", "shape": [201], "min": 7, "max": 7, "mean": 7, "nan": 200})");
        row("nothing but NaN", listOf(101, "null", "null"), "float32",
            R"({"dtype": "float32", "shape": [101], "min": null, "max": null, "mean": null, "nan": 101})");
        row("infinite", listOf(101, "1", R"("Infinity")"), "float32",
            R"({"dtype": "float32", "shape": [101], "min": 1, "max": "Infinity", "mean": "Infinity"})");
        row("infinite both ways",
            "[" + listOf(60, "1", R"("Infinity")") + "," + listOf(60, "1", R"("-Infinity")") + "]",
            "float32",
            R"({"dtype": "float32", "shape": [2, 60], "min": "-Infinity", "max": "Infinity", "mean": null})");
        row("the greatest numbers", listOf(101, "1e308", "1e308"), "float64",
            R"({"dtype": "float64", "shape": [101], "min": 1e+308, "max": 1e+308, "mean": 1e+308})");
        row("integers stay exact", listOf(101, "9007199254740993", "9007199254740993"), "int64",
            R"({"dtype": "int64", "shape": [101], "min": 9007199254740993, "max": 9007199254740993, "mean": 9007199254740992})");
        row("the greatest integer", listOf(101, "18446744073709551615", "0"), "uint64",
            R"({"dtype": "uint64", "shape": [101], "min": 0, "max": 18446744073709551615, "mean": 18264103043276783616})");
        row("true and false", listOf(101, "true", "true"), "bool",
            R"({"dtype": "bool", "shape": [101], "min": 1, "max": 1, "mean": 1})");
        row("a dtype that is not told", listOf(101, "2", "2"), "",
            R"({"dtype": null, "shape": [101], "min": 2, "max": 2, "mean": 2})");
        row("texts", listOf(101, R"("cat")", R"("dog")"), "string", "");
    }
    void manyNumbersAreSummedUp()
    {
        QFETCH(std::string, json);
        QFETCH(QByteArray, dtype);
        QFETCH(std::string, expected);
        const std::string &shown = expected.empty() ? json : expected;
        const auto types = [&] { return typesOf(dtype.constData()); };
        const auto primary = summarised("{\"prediction\": " + json + "}", types);
        QVERIFY(primary.has_value());
        QCOMPARE(*primary, "{\"prediction\": " + shown + "}\n");
        const auto named = summarised(
            R"({"prediction": [1], "outputs": {"logits": [1], "ids": )" + json + "}}", types);
        QVERIFY(named.has_value());
        QCOMPARE(*named,
                 R"({"prediction": [1], "outputs": {"logits": [1], "ids": )" + shown + "}}\n");
    }

    void allElseStaysAsItIs()
    {
        const std::string answer =
            "{\"prediction\": [[0.01, 0.93]], \"model\": \"a \\\"b\\\" \u00e9\", "
            "\"results\": [{\"classes\": []}], \"timings_ms\": {\"load\": 0, \"total\": 0.8}}\n";
        const auto shown = summarised(answer, []() -> Result<OutputTypes> {
            return Error{ErrorCode::Internal, "Nobody is to ask."};
        });
        QVERIFY2(shown.has_value(), shown ? "" : shown.error().message.c_str());
        QCOMPARE(*shown, answer);
    }

    void whatCannotBeAskedIsTold()
    {
        const auto shown = summarised("{\"prediction\": " + listOf(101, "1.5", "1.5") + "}",
                                      []() -> Result<OutputTypes> {
                                          return Error{ErrorCode::Unavailable, "Nobody there."};
                                      });
        QVERIFY(!shown);
        QCOMPARE(shown.error().message, std::string("Nobody there."));
        QVERIFY(!summarised("no JSON", [] { return typesOf("float32"); }));
    }
};

QTEST_APPLESS_MAIN(TestAnswerSummary)
#include "tst_answer_summary.moc"
