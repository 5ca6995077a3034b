#include "tensor/conversion.h"
#include "tensor/json_scan.h"
#include "tensor/json_tensor.h"
#include "tensor/json_writer.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <QTest>
#include <random>
#include <thread>

using namespace warmbench;

namespace {

using Dimensions = std::vector<Dimension>;

Dimensions dimensions(const QList<int> &sizes)
{
    Dimensions result;
    for (const int size : sizes)
        result.push_back({size, size < 0 && result.empty() ? "batch" : ""});
    return result;
}

Result<Tensor> read(std::string_view json, DType dtype, const QList<int> &declared)
{
    return tensorFromJson(json, "x", dtype, dimensions(declared));
}

std::string written(const Tensor &tensor)
{
    std::string json;
    appendJson(json, tensor);
    return json;
}

std::string nested(std::size_t depth)
{
    return std::string(depth, '[') + "1" + std::string(depth, ']');
}

} // namespace

class TestJsonTensor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void shapesMeetTheDeclaredOnes_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QList<int>>("declared");
        QTest::addColumn<QByteArray>("shape");
        const auto row = [](const char *name, const char *json, const QList<int> &declared,
                            const char *shape) {
            QTest::newRow(name) << QByteArray(json) << declared << QByteArray(shape);
        };
        row("nested as declared", "[[1,2],[3,4]]", {2, 2}, "[2, 2]");
        row("free batch", "[[1,2],[3,4]]", {-1, 2}, "[2, 2]");
        row("batch missing", "[1,2]", {-1, 2}, "[1, 2]");
        row("batch of 1 missing", "[[1,2]]", {1, 1, 2}, "[1, 1, 2]");
        row("batch of 1 too many", "[[1,2]]", {2}, "[2]");
        row("flat", "[1,2,3,4]", {2, 2}, "[2, 2]");
        row("flat solves the batch", "[1,2,3,4]", {-1, 2}, "[2, 2]");
        row("flat solves the middle", "[1,2,3,4,5,6]", {1, -1, 3}, "[1, 2, 3]");
        row("flat within a batch of 1", "[[1,2,3,4]]", {1, 2, 2}, "[1, 2, 2]");
        row("number", "7", {}, "[]");
        row("number for one element", " 7 ", {1, 1}, "[1, 1]");
        row("number for a free list", "7", {-1}, "[1]");
        row("list of 1 for a scalar", "[7]", {}, "[]");
        row("blanks", " [ [ 1 , 2 ] ,\n[ 3 , 4 ] ] ", {2, 2}, "[2, 2]");
        row("declared empty", "[]", {0}, "[0]");
        row("sequence of free length", "[1,2,3]", {-1, -1}, "[1, 3]");
    }
    void shapesMeetTheDeclaredOnes()
    {
        QFETCH(QByteArray, json);
        QFETCH(QList<int>, declared);
        QFETCH(QByteArray, shape);
        const auto tensor = read(json.toStdString(), DType::Float32, declared);
        QVERIFY2(tensor, tensor ? "" : tensor.error().message.c_str());
        QCOMPARE(QByteArray::fromStdString(shapeText(tensor->shape())), shape);
        if (tensor->elementCount() > 1)
            QCOMPARE(tensor->values<float>()[1], 2.0F);
    }

    void whatDoesNotFitIsRefusedWithWhatCameAndWhatWasExpected_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<int>("dtype");
        QTest::addColumn<QList<int>>("declared");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char *name, const std::string &json, DType dtype,
                            const QList<int> &declared, const char *says) {
            QTest::newRow(name) << QByteArray::fromStdString(json) << int(dtype) << declared
                                << QByteArray(says);
        };
        const auto floats = DType::Float32;
        row("too few", "[1,2,3]", floats, {-1, 4},
            "came with shape [3] (3 values), expected float32 [batch, 4]; nest the lists in that "
            "shape or send a flat list of a multiple of 4 values.");
        row("too many", "[1,2,3,4,5]", floats, {2, 2},
            "came with shape [5] (5 values), expected float32 [2, 2]; nest the lists in that shape "
            "or send a flat list of 4 values.");
        row("other nesting", "[[1,2],[3,4]]", floats, {4, 1}, "came with shape [2, 2]");
        row("two free extents", "[1,2,3,4]", floats, {-1, -1, 2}, "expected float32 [batch, ?, 2]");
        row("empty for a free extent", "[]", floats, {-1, 4}, "came with shape [0] (0 values)");
        row("empty lists", "[[],[]]", floats, {-1, -1}, "came with shape [2, 0]");
        row("ragged", "[[1,2],[3]]", floats, {2, 2},
            "list [1] has 1 elements where its neighbours have 2");
        row("ragged, empty", "[[[1]],[]]", floats, {2, 1, 1}, "list [1] is empty");
        row("number among lists", "[[1,2],3]", floats, {2, 2}, "element [1] is a single value");
        row("list among numbers", "[1,[2]]", floats, {2}, "element [1] is a list");
        row("list after an empty one", "[[],[[1]]]", floats, {2, 1}, "element [1, 0] is a list");
        row("text", "[1,\"2.5\"]", floats, {2},
            "element [1] is the text \"2.5\", expected a number");
        row("object", "{\"a\":1}", floats, {1}, "element [] is an object, expected a number");
        row("object within", "[1,{\"a\":[1,2]}]", floats, {2}, "element [1] is an object");
        row("number for a text", "[\"a\",1]", DType::String, {2},
            "element [1] is the number 1, expected a text in quotes");
        row("null for a text", "[null]", DType::String, {1}, "element [0] is null");
        row("fraction for an integer", "[1,2.5]", DType::Int64, {2},
            "element [1] is 2.5, expected a whole number");
        row("NaN for an integer", "[\"NaN\"]", DType::Int32, {1}, "is the text \"NaN\"");
        row("null for an integer", "[null]", DType::UInt64, {1}, "element [0] is null");
        row("above int8", "[1,128]", DType::Int8, {2}, "Element 1 is 128, which int8 cannot hold");
        row("two for a bool", "[0,2]", DType::Bool, {2}, "Element 1 is 2, which bool cannot hold");
        row("above int64", "[9223372036854775808]", DType::Int64, {1}, "which int64 cannot hold");
        row("above uint64", "[18446744073709551616]", DType::UInt64, {1}, "uint64 cannot hold");
        row("negative uint64", "[-1]", DType::UInt64, {1}, "is -1, which uint64 cannot hold");
        row("above float32", "[1e39]", floats, {1}, "1e+39, which float32 cannot hold");
        row("above float64", "[1e400]", DType::Float64, {1}, "is 1e400, which float64 cannot hold");
        row("above float16", "[65520]", DType::Float16, {1}, "which float16 cannot hold");
        row("nesting bomb", nested(33), floats, {1}, "is nested more than 32 deep");
        row("unclosed bomb", std::string(1'000'000, '['), floats, {1}, "x");
        row("nothing", "", floats, {1}, "is no valid JSON");
        row("blanks alone", "  \n", floats, {1}, "is no valid JSON");
        row("truncated list", "[1,2", floats, {2}, "is no valid JSON");
        row("truncated number", "[1,-", floats, {2}, "is no valid JSON");
        row("truncated text", "[\"a", DType::String, {1}, "is no valid JSON");
        row("closed twice", "[1]]", floats, {1}, "is no valid JSON");
        row("two values", "[1],[2]", floats, {1}, "is no valid JSON");
        row("brackets turned out", "1],[2", floats, {1}, "is no valid JSON");
        row("comma missing", "[1 2]", floats, {2}, "is no valid JSON");
        row("comma too many", "[1,2,]", floats, {2}, "is no valid JSON");
        row("comma alone", "[,]", floats, {2}, "is no valid JSON");
        row("bare word NaN", "[NaN]", floats, {1}, "is no valid JSON");
        row("wrong word", "[nul]", floats, {1}, "is no valid JSON");
        row("wrong word true", "[truth]", floats, {1}, "is no valid JSON");
        row("leading zero", "[01]", floats, {1}, "is no valid JSON");
        row("leading plus", "[+1]", floats, {1}, "is no valid JSON");
        row("no digit after the point", "[1.]", floats, {1}, "is no valid JSON");
        row("no digit before the point", "[.5]", floats, {1}, "is no valid JSON");
        row("hexadecimal", "[0x10]", floats, {1}, "is no valid JSON");
        row("number with a tail", "[1abc]", floats, {1}, "is no valid JSON");
        row("invalid UTF-8", "[\"\xC3\x28\"]", DType::String, {1}, "is no valid JSON");
        row("lone surrogate", "[\"\\ud800\"]", DType::String, {1}, "is no valid JSON");
        row("zero byte", std::string("[1\0]", 4), floats, {1}, "is no valid JSON");
        row("text with control characters", "[\"a\\u0007b\"]", floats, {1}, "the text \"a?b\"");
    }
    void whatDoesNotFitIsRefusedWithWhatCameAndWhatWasExpected()
    {
        QFETCH(QByteArray, json);
        QFETCH(int, dtype);
        QFETCH(QList<int>, declared);
        QFETCH(QByteArray, says);
        const auto tensor = read(json.toStdString(), static_cast<DType>(dtype), declared);
        QVERIFY2(!tensor, "accepted");
        const auto message = QByteArray::fromStdString(tensor.error().message);
        QCOMPARE(tensor.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(message.startsWith("Tensor \"x\"") && message.contains(says) &&
                     message.endsWith('.') && message.size() < 400,
                 message.constData());
    }

    void valuesTakeTheDeclaredType()
    {
        const auto reals = read("[1.5, -2e-3, true, null, \"NaN\", \"Infinity\", \"-Infinity\"]",
                                DType::Float64, {7});
        QVERIFY(reals);
        const auto values = reals->values<double>();
        QCOMPARE(values[0], 1.5);
        QCOMPARE(values[1], -2e-3);
        QCOMPARE(values[2], 1.0);
        QVERIFY(std::isnan(values[3]) && std::isnan(values[4]));
        QCOMPARE(values[5], std::numeric_limits<double>::infinity());
        QCOMPARE(values[6], -std::numeric_limits<double>::infinity());

        const auto whole =
            read("[9223372036854775807, -9223372036854775808, 3.0, 1e2, false]", DType::Int64, {5});
        QCOMPARE(written(*whole),
                 std::string("[9223372036854775807,-9223372036854775808,3,100,0]"));
        QCOMPARE(written(*read("[18446744073709551615]", DType::UInt64, {1})),
                 std::string("[18446744073709551615]"));
        QCOMPARE(written(*read("[true, 0]", DType::Bool, {2})), std::string("[true,false]"));
        QCOMPARE(read("[[\"a\\u00e9\\n\", \"NaN\"]]", DType::String, {1, 2})->strings(),
                 (std::vector<std::string>{"a\xC3\xA9\n", "NaN"}));
        // More digits than 64 bits hold, as json.dumps(10**30) writes them.
        QCOMPARE(
            read("[1000000000000000000000000000000]", DType::Float64, {1})->values<double>()[0],
            1e30);
    }

    void everyTypeIsWrittenSoThatItReadsBack()
    {
        const std::vector<double> numbers{0, 1, 0.1, -2.5, 1e-7, 16'777'216, 3.141592653589793};
        const auto source = Tensor::fromValues<double>({7}, numbers);
        for (const DType dtype : {DType::Float64, DType::Float32}) {
            const auto tensor = converted(*source, dtype);
            QCOMPARE(*read(written(*tensor), dtype, {7}), *tensor);
        }
        std::vector<Half> halves(0x7C00);
        for (std::size_t i = 0; i < halves.size(); ++i)
            halves[i].bits = static_cast<std::uint16_t>(i);
        const auto half = Tensor::fromValues<Half>({0x7C00}, halves);
        QCOMPARE(*read(written(*half), DType::Float16, {0x7C00}), *half);
        const std::vector<float> shortest{0.1F};
        QCOMPARE(written(*Tensor::fromValues<float>({1, 1}, shortest)), std::string("[[0.1]]"));
        QCOMPARE(written(*Tensor::create(DType::Int8, {})), std::string("0"));
        QCOMPARE(written(*Tensor::create(DType::Int8, {2, 0})), std::string("[[],[]]"));
        QCOMPARE(written(*Tensor::create(DType::UInt16, {2, 1, 2})),
                 std::string("[[[0,0]],[[0,0]]]"));
    }

    void numbersThatJsonLacksAreWrittenAsWords()
    {
        constexpr float inf = std::numeric_limits<float>::infinity();
        const std::vector<float> odd{std::nanf(""), inf, -inf};
        const auto tensor = Tensor::fromValues<float>({3}, odd);
        QCOMPARE(written(*tensor), std::string("[null,\"Infinity\",\"-Infinity\"]"));
        const auto back = read(written(*tensor), DType::Float32, {3});
        QVERIFY(std::isnan(back->values<float>()[0]));
        QCOMPARE(back->values<float>()[2], -inf);
        std::string text;
        appendJsonNumber(text, 1e22);
        QCOMPARE(text, std::string("1e+22"));
    }

    void numbersAreRoundedRight_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<double>("value");
        const auto row = [](const char *json, double value) {
            QTest::newRow(json) << QByteArray(json) << value;
        };
        row("0.5", 0.5);
        row("-17", -17);
        row("0.14509804546833038", 0.14509804546833038);
        row("0.53464871092675424624", 0.53464871092675424624); // 20 decimals
        row("-0.9926956295967102660355776258178", -0.9926956295967102660355776258178);
        row("12345678901234567890123", 12345678901234567890123.0);
        row("1.7976931348623157e308", 1.7976931348623157e308);
        row("4.9e-324", 4.9e-324);
        row("1e-400", 0);
        row("-0.00001e-330", -0.0);
        row("12.5e-3000000000000000000000", 0);
    }
    void numbersAreRoundedRight()
    {
        QFETCH(QByteArray, json);
        QFETCH(double, value);
        const auto number = numberFromJson(json.toStdString());
        QVERIFY(number);
        QCOMPARE(*number, value);
        QCOMPARE(std::signbit(*number), std::signbit(value));
        const auto tensor = read("[1.5," + json.toStdString() + "]", DType::Float64, {2});
        QVERIFY2(tensor, tensor ? "" : tensor.error().message.c_str());
        QCOMPARE(tensor->values<double>()[1], value);
    }
    void whatIsNoNumberIsNone()
    {
        for (const char *json : {"", "-", "1.", ".5", "01", "+1", "1e", "NaN", "1e400", "-9.9e9999",
                                 "1 ", "0x1", "123e99999999999999999999"})
            QVERIFY2(!numberFromJson(json), json);
    }
    void stringsAreEscapedAndRepaired_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("plain") << QByteArray("kitten") << QByteArray("\"kitten\"");
        QTest::newRow("quotes") << QByteArray("a\"b\\c") << QByteArray("\"a\\\"b\\\\c\"");
        QTest::newRow("controls") << QByteArray("\n\r\t\x01\x1f", 5)
                                  << QByteArray("\"\\n\\r\\t\\u0001\\u001f\"");
        QTest::newRow("zero") << QByteArray("a\0b", 3) << QByteArray("\"a\\u0000b\"");
        QTest::newRow("UTF-8") << QByteArray("é€😀") << QByteArray("\"é€😀\"");
        QTest::newRow("stray byte") << QByteArray("a\xFF") << QByteArray("\"a\xEF\xBF\xBD\"");
        QTest::newRow("overlong") << QByteArray("\xC0\x80")
                                  << QByteArray("\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
        QTest::newRow("surrogate")
            << QByteArray("\xED\xA0\x80") << QByteArray("\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
        QTest::newRow("cut off") << QByteArray("\xE2\x82")
                                 << QByteArray("\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    }
    void stringsAreEscapedAndRepaired()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, json);
        std::string out;
        appendJsonString(out, {text.constData(), static_cast<std::size_t>(text.size())});
        QCOMPARE(QByteArray::fromStdString(out), json);
    }

    // A thread's parser must not remember the error, the depth or the size of what came before.
    void badAndHugeInputsLeaveTheNextOneAlone()
    {
        std::string huge = "[0";
        for (int i = 1; i < 2'000'000; ++i)
            huge += ",0";
        huge += "]";
        for (int round = 0; round < 3; ++round) {
            QVERIFY(!read(nested(5000), DType::Float32, {1}));
            QVERIFY(!read("[\"", DType::Float32, {1}));
            QCOMPARE(read(huge, DType::Float32, {-1})->elementCount(), std::size_t(2'000'000));
            const auto refused = read(huge, DType::Float32, {2, 2});
            QVERIFY(refused.error().message.find("2000000 values") != std::string::npos);
            QVERIFY(read("[1,2]", DType::Float32, {2}));
        }
    }

    void threadsParseBesideEachOther()
    {
        std::vector<std::thread> threads;
        std::atomic<int> right{0};
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&right, t] {
                const std::string json = "[" + std::to_string(t) + ",2]";
                for (int i = 0; i < 200; ++i)
                    right += read(json, DType::Float32, {2})->values<float>()[0] == float(t);
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(right.load(), 800);
    }

    // Damaged text must be refused or read, never crash: the sanitizers watch.
    void damagedTextNeverCrashes()
    {
        std::mt19937 random(7); // NOLINT: the same damage every time
        const std::string whole = "[[1.5,-2e3,true],[null,\"Infinity\",0.25],[1,2,{\"a\":[]}]]";
        const std::string_view alphabet = "[]{},:\"0123456789.eE+-ntfu \\\xC3\x80";
        int refused = 0;
        for (int i = 0; i < 20'000; ++i) {
            std::string text = whole.substr(0, random() % (whole.size() + 1));
            for (std::size_t k = random() % 4; k > 0 && !text.empty(); --k)
                text[random() % text.size()] = alphabet[random() % alphabet.size()];
            const auto dtype = allDTypes[random() % allDTypes.size()];
            const auto tensor = read(text, dtype, {-1, 3});
            refused += tensor ? 0 : 1;
        }
        QVERIFY(refused > 15'000);
    }
};

QTEST_APPLESS_MAIN(TestJsonTensor)
#include "tst_json_tensor.moc"
