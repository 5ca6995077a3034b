// The quick way through lists of numbers against the reader that knows all forms: whatever the one
// takes, the other takes to the same bits.
#include "tensor/json_reader.h"
#include "tensor/json_scan.h"

#include <bit>
#include <fmt/format.h>
#include <QTest>
#include <random>

using namespace warmbench;

namespace {

constexpr std::size_t room = 1000;

struct Scanned
{
    std::optional<ScannedNumbers> numbers;
    std::vector<float> values = std::vector<float>(room);
};

Scanned scan(std::string_view json)
{
    Scanned result;
    result.numbers = scanNumbers(json, result.values);
    return result;
}

// False where the reader refuses what was scanned, or reads something else.
bool agrees(std::string_view json, const Scanned &scanned)
{
    const auto read = readJsonNumbers<double>(json, room);
    if (!read || read->count != scanned.numbers->count || read->shape != scanned.numbers->shape)
        return false;
    for (std::size_t i = 0; i < read->count; ++i) {
        if (std::bit_cast<std::uint32_t>(static_cast<float>(read->values[i])) !=
            std::bit_cast<std::uint32_t>(scanned.values[i]))
            return false;
    }
    return true;
}

class Writer
{
public:
    explicit Writer(unsigned seed)
        : m_random(seed)
    {
    }
    std::size_t below(std::size_t end)
    {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(m_random);
    }
    std::string number()
    {
        const double value = std::uniform_real_distribution<double>(-1, 1)(m_random);
        switch (below(6)) {
        case 0:
            return fmt::format("{}", static_cast<int>(value * 300));
        case 1:
            return fmt::format("{:.{}f}", value * 1000, 1 + below(12));
        case 2:
            return fmt::format("{}", value); // as json.dumps writes: up to 17 digits
        case 3:
            return fmt::format("{}", static_cast<double>(static_cast<float>(value)));
        case 4:
            return fmt::format("{:.{}e}", value, below(10));
        default:
            return fmt::format("{}", static_cast<long long>(value * 1e15));
        }
    }
    std::string blanks()
    {
        static constexpr std::array<const char *, 6> all{"", "", "", " ", "\n  ", "\t\r"};
        return all[below(all.size())];
    }
    std::string list(std::size_t depth)
    {
        std::string text = "[";
        for (std::size_t i = 0; i < 3; ++i) {
            text += i ? "," : "";
            text += blanks() + (depth > 1 ? list(depth - 1) : number()) + blanks();
        }
        return text + "]";
    }

private:
    std::mt19937 m_random;
};

} // namespace

class TestJsonScan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesPlainLists_data();
    void takesPlainLists();
    void leavesAllElseToTheReader_data();
    void leavesAllElseToTheReader();
    void stopsAtItsRoom();
    void agreesWithTheReader();
    void agreesWithTheReaderOnDamagedText();
};

void TestJsonScan::takesPlainLists_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QList<float>>("values");
    QTest::newRow("one") << QByteArray("[1]") << QList<float>{1};
    QTest::newRow("blanks") << QByteArray("[ 1 ,\n2\t]") << QList<float>{1, 2};
    QTest::newRow("nested") << QByteArray("[[1, 2], [3, 4]]") << QList<float>{1, 2, 3, 4};
    QTest::newRow("signs") << QByteArray("[-0.5, -12, 0]") << QList<float>{-0.5F, -12, 0};
    QTest::newRow("7 and 8 digits")
        << QByteArray("[1234567.1234567, 12345678.5, 0.12345678, 0.123456789]")
        << QList<float>{1234567.1234567F, 12345678.5F, 0.12345678F, 0.123456789F};
    QTest::newRow("exponents") << QByteArray("[1e2, 1.5E-3, 2e+1]")
                               << QList<float>{100, 0.0015F, 20};
    QTest::newRow("17 digits") << QByteArray("[0.14509804546833038]")
                               << QList<float>{0.14509804546833038F};
    QTest::newRow("below float32") << QByteArray("[1e-60, 1e-45]") << QList<float>{0, 1e-45F};
}

void TestJsonScan::takesPlainLists()
{
    QFETCH(QByteArray, json);
    QFETCH(QList<float>, values);
    const auto scanned = scan(json.toStdString());
    QVERIFY(scanned.numbers);
    QCOMPARE(QList<float>(scanned.values.begin(),
                          scanned.values.begin() + static_cast<qsizetype>(scanned.numbers->count)),
             values);
    QVERIFY(agrees(json.toStdString(), scanned));
}

void TestJsonScan::leavesAllElseToTheReader_data()
{
    QTest::addColumn<QByteArray>("json");
    for (const char *json : {"",
                             "1",
                             "[",
                             "]",
                             "[]",
                             "[[]]",
                             "[1",
                             "[1,",
                             "[1,]",
                             "[,1]",
                             "[1 2]",
                             "[1]]",
                             "[1]x",
                             "[[1],[2,3]]",
                             "[1,[2]]",
                             "[[1],2]",
                             "[01]",
                             "[-]",
                             "[-01]",
                             "[1.]",
                             "[.5]",
                             "[+1]",
                             "[1e]",
                             "[1e+]",
                             "[0x10]",
                             "[1_0]",
                             "[null]",
                             "[NaN]",
                             "[\"1\"]",
                             "[true]",
                             "[{}]",
                             "[1e39]",
                             "[1e999]",
                             "[--1]",
                             "[1-1]",
                             "[1.2.3]",
                             "[00.5]",
                             "[12345678901234567890123456789.]",
                             "[\xEF\xBC\x91]"})
        QTest::newRow(*json ? json : "nothing") << QByteArray(json);
    QTest::newRow("zero byte") << QByteArray("[1\0]", 4);
    QTest::newRow("deep") << QByteArray(64, '[') + "1" + QByteArray(64, ']');
}

void TestJsonScan::leavesAllElseToTheReader()
{
    QFETCH(QByteArray, json);
    QVERIFY(!scan(json.toStdString()).numbers);
    // The same with much behind it, so that the quick path for short numbers looks at it too.
    const std::string padded = json.toStdString() + std::string(40, ' ') + "x";
    QVERIFY(!scan(padded).numbers);
}

void TestJsonScan::stopsAtItsRoom()
{
    std::vector<float> two(2);
    QVERIFY(scanNumbers("[1, 2]", two));
    QVERIFY(!scanNumbers("[1, 2, 3]", two));
}

void TestJsonScan::agreesWithTheReader()
{
    Writer writer(11);
    for (int i = 0; i < 3000; ++i) {
        const std::string json = writer.list(1 + writer.below(4));
        const auto scanned = scan(json);
        QVERIFY2(scanned.numbers, json.c_str());
        QVERIFY2(agrees(json, scanned), json.c_str());
    }
}

void TestJsonScan::agreesWithTheReaderOnDamagedText()
{
    Writer writer(12);
    static constexpr std::string_view bytes("[],.-+eE0123456789 \n\"ntf{}:\0\x80", 29);
    int taken = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string json = writer.list(1 + writer.below(3));
        for (std::size_t n = 1 + writer.below(3); n > 0; --n) {
            const std::size_t at = writer.below(json.size());
            if (writer.below(3) == 0)
                json.erase(at, 1);
            else
                json[at] = bytes[writer.below(bytes.size())];
        }
        const auto scanned = scan(json);
        if (!scanned.numbers)
            continue;
        ++taken;
        QVERIFY2(agrees(json, scanned), json.c_str());
    }
    QVERIFY(taken > 1000);
}

QTEST_APPLESS_MAIN(TestJsonScan)
#include "tst_json_scan.moc"
