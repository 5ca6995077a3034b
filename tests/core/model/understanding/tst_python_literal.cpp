#include "model/understanding/python_literal.h"

#include <QTest>
#include <random>

using namespace warmbench;

namespace {

// A short form of the value, so that a test can compare it whole.
std::string formOf(const JsonValue &value)
{
    switch (value.kind) {
    case JsonValue::Kind::Null:
        return "null";
    case JsonValue::Kind::Boolean:
        return value.boolean ? "true" : "false";
    case JsonValue::Kind::Number:
        return value.text;
    case JsonValue::Kind::Text:
        return "<" + value.text + ">";
    case JsonValue::Kind::List:
    case JsonValue::Kind::Object:
        break;
    }
    std::string form;
    for (std::size_t i = 0; i < value.items.size(); ++i)
        form += (i ? "," : "") + (value.keys.empty() ? std::string() : value.keys[i] + ":") +
                formOf(value.items[i]);
    return value.kind == JsonValue::Kind::List ? "[" + form + "]" : "{" + form + "}";
}

} // namespace

class TestPythonLiteral : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatStrWritesIsRead_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("form");
        const auto row = [](const char *name, const char *text, const char *form) {
            QTest::newRow(name) << QByteArray(text) << QByteArray(form);
        };
        row("names", "{0: 'person', 1: 'bicycle'}", "{0:<person>,1:<bicycle>}");
        row("an apostrophe", "{0: \"driver's seat\"}", "{0:<driver's seat>}");
        row("both quotes", "{0: 'say \"it\\'s\"'}", "{0:<say \"it's\">}");
        row("letters", "['café', '猫']", "[<café>,<猫>]");
        row("escapes", "['\\xe9\\t\\\\', '\\u732b\\U0001f600']", "[<é\t\\>,<猫😀>]");
        row("a list", "[640, 640]", "[640,640]");
        row("a tuple", "(1, 2.5, -3e2)", "[1,2.5,-3e2]");
        row("a trailing comma", "(1,)", "[1]");
        row("words", "{'nms': True, 'half': False, 'opset': None}",
            "{nms:true,half:false,opset:null}");
        row("nested", "{'a': [[1], {'b': ()}]}", "{a:[[1],{b:[]}]}");
        row("nothing in it", "{}", "{}");
        row("space", " [ 1 ,\n2 ] ", "[1,2]");
    }
    void whatStrWritesIsRead()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, form);
        const auto read = parsePythonLiteral(text.toStdString());
        QVERIFY2(read.has_value(), read ? "" : read.error().message.c_str());
        QCOMPARE(QByteArray::fromStdString(formOf(*read)), form);
    }

    void theRestIsRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char *name, const char *text, const char *said) {
            QTest::newRow(name) << QByteArray(text) << QByteArray(said);
        };
        row("nothing", "", "column 1: expected a text, number, list or dictionary, found the end");
        row("a call", "__import__('os').system('true')", "column 1: expected");
        row("a name", "{0: person}", "column 5: expected");
        row("an open dictionary", "{0: 'a'", "expected a comma or \"}\", found the end");
        row("an open text", "['a", "the closing quote");
        row("a broken escape", "['\\q']", "an escape as Python writes it");
        row("a short escape", "['\\u12']", "an escape as Python writes it");
        row("more behind it", "[1] [2]", "column 5: expected the end");
        row("a list as a key", "{[1]: 2}", "a key that is a text or a number");
        row("infinity", "[1e999]", "column 2: expected");
        row("a sum", "1+1", "column 1: expected");
    }
    void theRestIsRefused()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, said);
        const auto read = parsePythonLiteral(text.toStdString());
        QVERIFY(!read);
        QVERIFY2(read.error().message.find(said.toStdString()) != std::string::npos,
                 read.error().message.c_str());
    }

    void depthIsBounded()
    {
        QVERIFY(parsePythonLiteral(std::string(16, '[') + std::string(16, ']')).has_value());
        const auto deep = parsePythonLiteral(std::string(100'000, '['));
        QVERIFY(!deep);
        QVERIFY2(deep.error().message.find("16 levels") != std::string::npos,
                 deep.error().message.c_str());
    }

    void damagedTextsEndInAnAnswer()
    {
        const std::string whole =
            "{0: 'person', 1: \"it's\", 'a': [True, (1.5, None)], '\\xe9': {}}";
        std::mt19937 random(7);
        for (std::size_t length = 0; length < whole.size(); ++length)
            QVERIFY(!parsePythonLiteral(whole.substr(0, length)));
        int refused = 0;
        for (int round = 0; round < 5000; ++round) {
            std::string damaged = whole;
            damaged[random() % damaged.size()] = static_cast<char>(random());
            refused += parsePythonLiteral(damaged) ? 0 : 1;
        }
        QVERIFY(refused > 1000);
    }
};

QTEST_APPLESS_MAIN(TestPythonLiteral)
#include "tst_python_literal.moc"
