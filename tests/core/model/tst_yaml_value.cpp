#include "model/yaml_value.h"

#include <QTest>

using namespace warmbench;

namespace {

// A short form of the value, so that a test can compare it whole.
std::string formOf(const JsonValue &value)
{
    if (value.kind == JsonValue::Kind::Text)
        return "<" + value.text + ">";
    std::string form;
    for (std::size_t i = 0; i < value.items.size(); ++i)
        form += (i ? "," : "") + (value.keys.empty() ? std::string() : value.keys[i] + ":") +
                formOf(value.items[i]);
    switch (value.kind) {
    case JsonValue::Kind::List:
        return "[" + form + "]";
    case JsonValue::Kind::Object:
        return "{" + form + "}";
    default:
        return "null";
    }
}

std::string times(int count, const std::string &text)
{
    std::string all;
    for (int i = 0; i < count; ++i)
        all += text;
    return all;
}

} // namespace

class TestYamlValue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatToolsWriteIsRead_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("form");
        const auto row = [](const char *name, const char *text, const char *form) {
            QTest::newRow(name) << QByteArray(text) << QByteArray(form);
        };
        row("a list in a block", "names:\n- cat\n- dog\n", "{names:[<cat>,<dog>]}");
        row("a list in brackets", "nc: 2\nnames: ['cat', \"dog\"]", "{nc:<2>,names:[<cat>,<dog>]}");
        row("by index", "names:\n  0: cat # a pet\n  1: dog\n", "{names:{0:<cat>,1:<dog>}}");
        row("words stay words", "[yes, no, 1, null, ~, 1.5e3]",
            "[<yes>,<no>,<1>,<null>,<~>,<1.5e3>]");
        row("nothing", "a:\nb: ''", "{a:<>,b:<>}");
        row("a folded text", "a: >\n  one\n  two\n", "{a:<one two\n>}");
        row("JSON in quotes", "inputs: '[{\"name\": \"x\"}]'", "{inputs:<[{\"name\": \"x\"}]>}");
        row("letters", "- caf\303\251\n- \"\\u732b\"", "[<caf\303\251>,<\347\214\253>]");
        row("one document", "---\na: 1\n---\nb: 2\n", "{a:<1>}");
        row("an anchor", "a: &here 1", "{a:<1>}");
        row("an empty file", "", "null");
    }
    void whatToolsWriteIsRead()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, form);
        const auto value = parseYaml(text.toStdString());
        QVERIFY2(value, value ? "" : value.error().message.c_str());
        QCOMPARE(QByteArray::fromStdString(formOf(*value)), form);
    }

    void hostileTextIsRefusedWithItsPlace_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char *name, const std::string &text, const char *said) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << QByteArray(said);
        };
        row("an open bracket", "a: [1,\n", "line 2, column 1: it is no YAML");
        row("a tab", "a:\n\t- 1", "line 2, column 1: it is no YAML");
        row("no UTF-8", "a: \xff", "it is no YAML");
        row("aliases that multiply", "a: &a [x, x]\nb: &b [*a, *a]\n",
            "line 2, column 8: aliases (*name) are not read");
        row("a key that is a list", "? [a]\n: 1", "line 1, column 3: a key is no word");
        row("32 levels", times(33, "["), "column 33: it has more than 32 levels");
        row("a million levels", times(1'000'000, "["), "it has more than 32 levels");
        row("levels of keys", times(500'000, "{a: "), "it has more than 32 levels");
        row("many values", "[" + times(100'001, "a,") + "]", "it has more than 100000 values");
        row("a large file", std::string((4 << 20) + 1, 'a'), "it is larger than 4 MiB");
    }
    void hostileTextIsRefusedWithItsPlace()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, said);
        QElapsedTimer timer;
        timer.start();
        const auto value = parseYaml(text.toStdString());
        QVERIFY(!value);
        QCOMPARE(value.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(QByteArray::fromStdString(value.error().message).contains(said),
                 value.error().message.c_str());
        QVERIFY2(timer.elapsed() < 2000, std::to_string(timer.elapsed()).c_str());
    }

    void valuesKnowTheirPlace()
    {
        const auto value = parseYaml("nc: 1\nnames:\n  - cat\n");
        QVERIFY(value);
        const JsonValue *const names = value->member("names");
        QVERIFY(names);
        QCOMPARE(names->items.front().line, 3);
        QCOMPARE(names->items.front().column, 5);
        QVERIFY(!value->member("none"));
    }
};

QTEST_APPLESS_MAIN(TestYamlValue)
#include "tst_yaml_value.moc"
