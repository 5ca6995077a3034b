#include "tensor/conversion.h"
#include "tensor/npy.h"

#include "test_data.h"

#include <QTest>
#include <random>

using namespace warmbench;
using test::asBytes;

namespace {

// A version 1.0 file with this header and data.
std::string file(std::string header, const std::string &content = {})
{
    header += '\n';
    std::string text("\x93NUMPY\x01\x00", 8);
    text += static_cast<char>(header.size() & 0xFFU);
    text += static_cast<char>(header.size() >> 8U);
    return text + header + content;
}

} // namespace

class TestNpy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void filesOfNumpyAreRead_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("dtype");
        QTest::addColumn<int>("first"); // of the 24 ascending numbers
        const auto row = [](const char *name, DType dtype, int first) {
            QTest::newRow(name) << QString::fromLatin1(name) << int(dtype) << first;
        };
        row("f4", DType::Float32, -7);
        row("f8", DType::Float64, -7);
        row("f2", DType::Float16, -7);
        row("f4_big", DType::Float32, -7);
        row("f8_big", DType::Float64, -7);
        row("f2_big", DType::Float16, -7);
        row("i1", DType::Int8, -7);
        row("i2_big", DType::Int16, -7);
        row("i4", DType::Int32, -7);
        row("i8_big", DType::Int64, -7);
        row("u1", DType::UInt8, 0);
        row("u2_big", DType::UInt16, 0);
        row("u4", DType::UInt32, 0);
        row("u8_big", DType::UInt64, 0);
        row("fortran", DType::Int32, -7);
        row("v1", DType::Float32, -7);
        row("v2", DType::Float32, -7);
        row("v3", DType::Float32, -7);
    }
    void filesOfNumpyAreRead()
    {
        QFETCH(QString, name);
        QFETCH(int, dtype);
        QFETCH(int, first);
        const auto tensor = readNpy(asBytes(test::data("npy_" + name.toStdString() + ".npy")));
        QVERIFY2(tensor, tensor ? "" : tensor.error().message.c_str());
        QCOMPARE(int(tensor->dtype()), dtype);
        QCOMPARE(tensor->shape(), (Shape{2, 3, 4}));
        const auto reals = converted(*tensor, DType::Float64);
        for (int i = 0; i < 24; ++i)
            QCOMPARE(reals->values<double>()[static_cast<std::size_t>(i)], double(first + i));
    }

    void otherKindsOfNumpyAreRead()
    {
        const auto scalar = readNpy(asBytes(test::data("npy_scalar.npy")));
        QCOMPARE(scalar->shape(), Shape{});
        QCOMPARE(scalar->values<float>()[0], 2.5F);
        QCOMPARE(readNpy(asBytes(test::data("npy_empty.npy")))->shape(), (Shape{0, 3}));
        const auto flags = readNpy(asBytes(test::data("npy_bool.npy")));
        QCOMPARE(flags->dtype(), DType::Bool);
        QCOMPARE(int(flags->values<std::uint8_t>()[7]), 0);
        QCOMPARE(int(flags->values<std::uint8_t>()[8]), 1);
        const std::vector<std::string> texts{"a", "é€", "", "😀 z"};
        QCOMPARE(readNpy(asBytes(test::data("npy_text.npy")))->strings(), texts);
        QCOMPARE(readNpy(asBytes(test::data("npy_text_big.npy")))->strings(), texts);
        QCOMPARE(readNpy(asBytes(test::data("npy_bytes.npy")))->strings(),
                 (std::vector<std::string>{"ab", "c"}));
    }

    void whatIsWrittenIsByteForByteWhatNumpyWrites_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name :
             {"f4", "f8", "f2", "i1", "i4", "u1", "u4", "bool", "scalar", "empty", "text", "v1"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void whatIsWrittenIsByteForByteWhatNumpyWrites()
    {
        QFETCH(QString, name);
        const std::string content = test::data("npy_" + name.toStdString() + ".npy");
        // NumPy leaves more room in its header, so only the data is compared as bytes.
        const std::string written = writeNpy(*readNpy(asBytes(content)));
        const auto dataOf = [](const std::string &npy) {
            return npy.substr(10 + static_cast<unsigned char>(npy[8]) +
                              256U * static_cast<unsigned char>(npy[9]));
        };
        QCOMPARE(dataOf(written), dataOf(content));
        QCOMPARE((written.size() - dataOf(written).size()) % 64, std::size_t(0));
        QCOMPARE(*readNpy(asBytes(written)), *readNpy(asBytes(content)));
    }

    void everyTypeReadsBack()
    {
        for (const DType dtype : allDTypes) {
            const Tensor tensor = *Tensor::create(dtype, {2, 1, 3});
            QCOMPARE(*readNpy(asBytes(writeNpy(tensor))), tensor);
        }
        const Tensor texts = *Tensor::fromStrings({3}, {"", "é😀", "a\nb"});
        QCOMPARE(*readNpy(asBytes(writeNpy(texts))), texts);
        const Tensor stray = *Tensor::fromStrings({1}, {"a\xFF"});
        QCOMPARE(readNpy(asBytes(writeNpy(stray)))->strings()[0], std::string("a\xEF\xBF\xBD"));
    }

    void whatIsNoTensorIsRefused_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char *name, const std::string &content, const char *says) {
            QTest::newRow(name) << QByteArray::fromStdString(content) << QByteArray(says);
        };
        const auto stored = [](const char *name) {
            return test::data(std::string("npy_bad_") + name + ".npy");
        };
        row("complex", stored("complex"), "type '<c8'");
        row("structure", stored("structure"), "a structure of fields");
        row("object", stored("object"), "type '|O'");
        row("date", stored("date"), "type '<M8[D]'");
        row("nothing", "", "is no .npy file");
        row("other file", "PK\x03\x04 and so on", "is no .npy file");
        row("magic alone", "\x93NUMPY", "truncated within its header");
        row("version 9", std::string("\x93NUMPY\x09\x00\x10\x00", 10), "version 9.0");
        row("version 0", std::string("\x93NUMPY\x00\x00\x10\x00", 10), "version 0.0");
        row("header longer than the file", std::string("\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF{'d", 15),
            "truncated within its header");
        row("no dictionary", file("hello"), "cannot be read (\"hello");
        row("key missing", file("{'descr': '<f4', 'shape': (1,)}"), "cannot be read");
        row("key twice", file("{'descr': '<f4', 'shape': (1,), 'shape': (1,)}"), "cannot be read");
        row("key unknown", file("{'descr': '<f4', 'fortran_order': False, 'shap': (1,)}"),
            "cannot be read");
        row("code", file("{'descr': '<f4', 'fortran_order': f(), 'shape': (1,)}"),
            "cannot be read");
        row("tail", file("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x"),
            "cannot be read");
        row("negative extent", file("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"),
            "negative extent");
        row("huge shape",
            file("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}"),
            "more than 2^40 elements");
        row("extent above 64 bits",
            file("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}"),
            "cannot be read");
        row("more than the data",
            file("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,)}", "abcd"),
            "is truncated");
        row("one byte short",
            file("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "1234567"),
            "takes 2 elements of 4 bytes, but 7 bytes came");
        row("texts without bytes",
            file("{'descr': '<U0', 'fortran_order': False, 'shape': (1099511627776,)}"),
            "holds 1099511627776 strings");
        row("long double", file("{'descr': '<f16', 'fortran_order': False, 'shape': (0,)}"),
            "type '<f16'");
        row("type without size", file("{'descr': '<f', 'fortran_order': False, 'shape': (0,)}"),
            "type '<f'");
        row("huge type",
            file("{'descr': '<U99999999999999999999', 'fortran_order': False, 'shape': (1,)}"),
            "type '<U9999");
        row("empty type", file("{'descr': '', 'fortran_order': False, 'shape': (0,)}"), "type ''");
    }
    void whatIsNoTensorIsRefused()
    {
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, says);
        const auto tensor = readNpy(asBytes(content.toStdString()));
        QVERIFY2(!tensor, "accepted");
        QCOMPARE(tensor.error().code, ErrorCode::InvalidArgument);
        const auto message = QByteArray::fromStdString(tensor.error().message);
        QVERIFY2(message.contains(says) && message.endsWith('.'), message.constData());
    }

    void headersOfPython2AndWithoutCommasAreRead()
    {
        QCOMPARE(readNpy(asBytes(file("{\"descr\": \"|u1\", \"fortran_order\": False, "
                                      "\"shape\": (2L, 1L)}",
                                      "ab")))
                     ->shape(),
                 (Shape{2, 1}));
        QCOMPARE(readNpy(asBytes(file("{'shape':(2),'fortran_order':True,'descr':'=i1'}", "ab")))
                     ->shape(),
                 Shape{2});
    }

    void everyTruncationIsRefusedAndDamageNeverCrashes()
    {
        const std::string whole = test::data("npy_text_big.npy");
        for (std::size_t size = 0; size < whole.size(); ++size)
            QVERIFY2(!readNpy(asBytes(whole.substr(0, size))), std::to_string(size).c_str());
        std::mt19937 random(3); // NOLINT: the same damage every time
        int refused = 0;
        for (int i = 0; i < 5'000; ++i) {
            std::string text = whole;
            for (int k = 0; k < 3; ++k)
                text[random() % 130] = static_cast<char>(random());
            refused += readNpy(asBytes(text)) ? 0 : 1;
        }
        QVERIFY(refused > 1'000);
    }
};

QTEST_APPLESS_MAIN(TestNpy)
#include "tst_npy.moc"
