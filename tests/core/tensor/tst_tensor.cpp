#include "tensor/conversion.h"
#include "tensor/tensor.h"

#include <cmath>
#include <limits>
#include <QTest>

using namespace warmbench;

namespace {

template <typename T>
Tensor vectorOf(std::initializer_list<T> values)
{
    const std::vector<T> list(values);
    return *Tensor::fromValues<T>({static_cast<std::int64_t>(list.size())}, list);
}

// The single value of the tensor after conversion, read as T.
template <typename T>
T onlyValue(const Result<Tensor> &tensor)
{
    return tensor->values<T>()[0];
}

constexpr double inf = std::numeric_limits<double>::infinity();

} // namespace

class TestTensor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void dtypeNamesReadBack()
    {
        for (const DType dtype : allDTypes)
            QCOMPARE(*parseDType(dtypeName(dtype)), dtype);
        const auto unknown = parseDType("complex64");
        QVERIFY(!unknown);
        QVERIFY(unknown.error().message.find("float16") != std::string::npos);
        QCOMPARE(dtypeSize(DType::Float16), std::size_t(2));
        QCOMPARE(dtypeSize(DType::Bool), std::size_t(1));
        QCOMPARE(dtypeSize(DType::String), std::size_t(0));
    }

    void elementCountsAreChecked_data()
    {
        QTest::addColumn<QList<qint64>>("shape");
        QTest::addColumn<qint64>("count"); // -1: refused
        QTest::newRow("scalar") << QList<qint64>{} << qint64(1);
        QTest::newRow("image") << QList<qint64>{1, 3, 240, 320} << qint64(230'400);
        QTest::newRow("empty") << QList<qint64>{4, 0} << qint64(0);
        QTest::newRow("empty beside huge") << QList<qint64>{qint64(1) << 62, 0, 9} << qint64(0);
        QTest::newRow("negative") << QList<qint64>{2, -1} << qint64(-1);
        QTest::newRow("negative beside empty") << QList<qint64>{0, -1} << qint64(-1);
        QTest::newRow("limit") << QList<qint64>{1 << 20, 1 << 20} << (qint64(1) << 40);
        QTest::newRow("over the limit") << QList<qint64>{(qint64(1) << 40) + 1} << qint64(-1);
        QTest::newRow("wraps to 0")
            << QList<qint64>{qint64(1) << 32, qint64(1) << 32} << qint64(-1);
        QTest::newRow("largest") << QList<qint64>{INT64_MAX, INT64_MAX} << qint64(-1);
    }
    void elementCountsAreChecked()
    {
        QFETCH(QList<qint64>, shape);
        QFETCH(qint64, count);
        const auto result = elementCount(Shape(shape.begin(), shape.end()));
        QCOMPARE(result ? qint64(*result) : qint64(-1), count);
    }

    void shapesReadAsPeopleWriteThem()
    {
        const Shape shape{1, 3, 240, 320};
        QCOMPARE(shapeText(shape), std::string("[1, 3, 240, 320]"));
        const std::vector<Dimension> declared{{-1, "batch"}, {3, ""}, {-1, ""}, {320, "width"}};
        QCOMPARE(shapeText(declared), std::string("[batch, 3, ?, 320]"));
        QVERIFY(matches(declared, shape));
        QVERIFY(!matches(declared, Shape{1, 4, 240, 320}));
        QVERIFY(!matches(declared, Shape{1, 3, 240}));
        QVERIFY(matches(std::vector<Dimension>{}, Shape{}));
    }

    void aNewTensorIsZeroAndAligned()
    {
        const auto tensor = Tensor::create(DType::Float64, {2, 3});
        QCOMPARE(tensor->byteSize(), std::size_t(48));
        for (const double value : tensor->values<double>())
            QCOMPARE(value, 0.0);
        QCOMPARE(reinterpret_cast<std::uintptr_t>(tensor->bytes().data()) % 16, std::uintptr_t(0));
        QCOMPARE(Tensor().shape(), Shape{0});
        QCOMPARE(Tensor::create(DType::String, {2})->strings().size(), std::size_t(2));
    }

    void dataThatDoesNotFitIsRefused()
    {
        const std::vector<float> five(5);
        const auto tensor = Tensor::fromValues<float>({2, 3}, five);
        QVERIFY(!tensor);
        QCOMPARE(tensor.error().code, ErrorCode::InvalidArgument);
        QVERIFY(tensor.error().message.find("24 bytes, but 20 came") != std::string::npos);
        QVERIFY(!Tensor::fromStrings({3}, {"a"}));
        QVERIFY(!Tensor::fromBytes(DType::String, {0}, {}));
        QVERIFY(!Tensor::create(DType::Int8, {-1}));
    }

    void reshapeKeepsElementsAndRefusesOtherCounts()
    {
        Tensor tensor = vectorOf<float>({1, 2, 3, 4});
        QVERIFY(tensor.reshape({2, 2}));
        QCOMPARE(tensor.shape(), (Shape{2, 2}));
        QCOMPARE(tensor.values<float>()[3], 4.0F);
        QVERIFY(!tensor.reshape({5}));
        QVERIFY(!tensor.reshape({-2, -2}));
        QCOMPARE(tensor.shape(), (Shape{2, 2}));
    }

    void integersThatDoNotFitAreRefused_data()
    {
        QTest::addColumn<qint64>("value");
        QTest::addColumn<int>("dtype");
        QTest::addColumn<bool>("fits");
        const auto row = [](const char *name, qint64 value, DType dtype, bool fits) {
            QTest::newRow(name) << value << int(dtype) << fits;
        };
        row("int8 most", 127, DType::Int8, true);
        row("int8 above", 128, DType::Int8, false);
        row("int8 least", -128, DType::Int8, true);
        row("int8 below", -129, DType::Int8, false);
        row("uint8 negative", -1, DType::UInt8, false);
        row("uint64 negative", -1, DType::UInt64, false);
        row("uint32 most", 4294967295, DType::UInt32, true);
        row("uint32 above", 4294967296, DType::UInt32, false);
        row("bool two", 2, DType::Bool, false);
        row("bool negative", -1, DType::Bool, false);
        row("bool one", 1, DType::Bool, true);
        row("half most", 65504, DType::Float16, true);
        row("half rounds down", 65519, DType::Float16, true);
        row("half above", 65520, DType::Float16, false);
        row("half far above", INT64_MAX, DType::Float16, false);
    }
    void integersThatDoNotFitAreRefused()
    {
        QFETCH(qint64, value);
        QFETCH(int, dtype);
        QFETCH(bool, fits);
        const Tensor source = vectorOf<std::int64_t>({0, value});
        const auto result = converted(source, static_cast<DType>(dtype));
        QCOMPARE(result.has_value(), fits);
        if (!fits)
            QVERIFY(result.error().message.find("Element 1 is " + std::to_string(value)) == 0);
    }

    void realsThatDoNotFitAreRefused_data()
    {
        QTest::addColumn<double>("value");
        QTest::addColumn<int>("dtype");
        QTest::addColumn<bool>("fits");
        const auto row = [](const char *name, double value, DType dtype, bool fits) {
            QTest::newRow(name) << value << int(dtype) << fits;
        };
        row("NaN to int", std::nan(""), DType::Int32, false);
        row("infinity to int", inf, DType::Int64, false);
        row("infinity to half", -inf, DType::Float16, true);
        row("2^63", 0x1p63, DType::Int64, false);
        row("-2^63", -0x1p63, DType::Int64, true);
        row("2^64", 0x1p64, DType::UInt64, false);
        row("below 2^64", 0x1p64 - 2048, DType::UInt64, true);
        row("rounds to 127", 127.4, DType::Int8, true);
        row("rounds to 128", 127.5, DType::Int8, false);
        row("rounds to 0", -0.5, DType::UInt8, true);
        row("rounds to -1", -0.6, DType::UInt8, false);
        row("fraction to bool", 0.4, DType::Bool, false);
        row("one to bool", 1.0, DType::Bool, true);
        row("1e300 to float", 1e300, DType::Float32, false);
        row("float overflow", 3.4028236e38, DType::Float32, false);
        row("half overflow", 65520.0, DType::Float16, false);
        row("half most", 65519.9, DType::Float16, true);
    }
    void realsThatDoNotFitAreRefused()
    {
        QFETCH(double, value);
        QFETCH(int, dtype);
        QFETCH(bool, fits);
        QCOMPARE(converted(vectorOf<double>({value}), static_cast<DType>(dtype)).has_value(), fits);
    }

    void fractionsRoundToNearestEven()
    {
        bool lossy = false;
        const auto result = converted(vectorOf<float>({0.5F, 1.5F, 2.5F, -0.5F, -1.5F, 2.49F}),
                                      DType::Int32, &lossy);
        QCOMPARE(*result, vectorOf<std::int32_t>({0, 2, 2, 0, -2, 2}));
        QVERIFY(lossy);
        QVERIFY(converted(vectorOf<float>({4.0F}), DType::Int32, &lossy));
        QVERIFY(!lossy);
    }

    void lossOfIntegerDigitsIsReported_data()
    {
        QTest::addColumn<qint64>("value");
        QTest::addColumn<int>("dtype");
        QTest::addColumn<bool>("lossy");
        QTest::newRow("2^53") << (qint64(1) << 53) << int(DType::Float64) << false;
        QTest::newRow("2^53+1") << (qint64(1) << 53) + 1 << int(DType::Float64) << true;
        QTest::newRow("2^24+1") << (qint64(1) << 24) + 1 << int(DType::Float32) << true;
        QTest::newRow("2^24+2") << (qint64(1) << 24) + 2 << int(DType::Float32) << false;
        QTest::newRow("largest") << qint64(INT64_MAX) << int(DType::Float32) << true;
        QTest::newRow("smallest") << qint64(INT64_MIN) << int(DType::Float32) << false;
        QTest::newRow("half 2049") << qint64(2049) << int(DType::Float16) << true;
        QTest::newRow("half 2050") << qint64(2050) << int(DType::Float16) << false;
    }
    void lossOfIntegerDigitsIsReported()
    {
        QFETCH(qint64, value);
        QFETCH(int, dtype);
        bool told = false;
        QVERIFY(converted(vectorOf<std::int64_t>({value}), static_cast<DType>(dtype), &told));
        QTEST(told, "lossy");
    }

    void conversionRoundsOnce()
    {
        // 1 + 2^-11 + 2^-40 lies above the midpoint of two halves; by way of float32 it would land
        // on it and go down.
        const auto half = converted(vectorOf<double>({1 + 0x1p-11 + 0x1p-40}), DType::Float16);
        QCOMPARE(onlyValue<Half>(half).bits, std::uint16_t(0x3C01));
        // The same with integers: 2^62 + 2^38 + 1 lies above the midpoint of two floats, and the
        // double nearest to it on the midpoint.
        const std::int64_t big = (std::int64_t(1) << 62) + (std::int64_t(1) << 38) + 1;
        const auto narrow = converted(vectorOf<std::int64_t>({big}), DType::Float32);
        QCOMPARE(onlyValue<float>(narrow), 0x1p62F + 0x1p39F);
    }

    void nanAndInfinitySurviveBetweenFloats()
    {
        const auto half =
            converted(vectorOf<double>({std::nan(""), inf, -inf, -0.0}), DType::Float16);
        const auto back = converted(*half, DType::Float64);
        QVERIFY(std::isnan(back->values<double>()[0]));
        QCOMPARE(back->values<double>()[1], inf);
        QCOMPARE(back->values<double>()[2], -inf);
        QVERIFY(std::signbit(back->values<double>()[3]));
    }

    void everyPairOfNumberTypesConverts()
    {
        for (const DType from : allDTypes) {
            for (const DType to : allDTypes) {
                if (from == DType::String || to == DType::String)
                    continue;
                const auto source = converted(vectorOf<float>({0, 1, 1}), from);
                const auto result = converted(converted(*source, to).value(), DType::Float32);
                QCOMPARE(*result, vectorOf<float>({0, 1, 1}));
            }
        }
        const Tensor words = *Tensor::fromStrings({1}, {"7"});
        QVERIFY(converted(words, DType::String));
        QVERIFY(!converted(words, DType::Float32));
        QVERIFY(!converted(vectorOf<float>({1}), DType::String));
        QVERIFY(converted(Tensor(), DType::Int8));
    }

    void anyNonZeroByteOfBoolIsTrue()
    {
        const std::array bytes{std::byte{0}, std::byte{2}, std::byte{255}};
        const auto flags = Tensor::fromBytes(DType::Bool, {3}, bytes);
        QCOMPARE(*converted(*flags, DType::Int8), vectorOf<std::int8_t>({0, 1, 1}));
    }

    void stackedSamplesSliceBack()
    {
        const std::vector<Tensor> samples{vectorOf<float>({1, 2}), vectorOf<float>({3, 4})};
        const auto batch = stacked(samples);
        QCOMPARE(batch->shape(), (Shape{2, 2}));
        QCOMPARE(slice(*batch, 1), samples[1]);
        const std::vector<Tensor> words{*Tensor::fromStrings({1}, {"a"}),
                                        *Tensor::fromStrings({1}, {"b"})};
        QCOMPARE(slice(*stacked(words), 1), words[1]);
        QVERIFY(!stacked({}));
        QVERIFY(!stacked(std::vector{vectorOf<float>({1}), vectorOf<float>({1, 2})}));
        QVERIFY(!stacked(std::vector{vectorOf<float>({1}), vectorOf<double>({1})}));
        const std::vector<Tensor> scalars{*Tensor::create(DType::Int8, {})};
        QCOMPARE(stacked(scalars)->shape(), Shape{1});
    }

    void concatenationJoinsRows()
    {
        const auto two = Tensor::create(DType::Float32, {2, 3});
        const auto none = Tensor::create(DType::Float32, {0, 3});
        const auto wide = Tensor::create(DType::Float32, {2, 4});
        QCOMPARE(concatenated(std::vector{*two, *none, *two})->shape(), (Shape{4, 3}));
        const auto refused = concatenated(std::vector{*two, *wide});
        QVERIFY(!refused);
        QVERIFY(refused.error().message.find("number 2 is float32 [2, 4]") != std::string::npos);
        QVERIFY(!concatenated({}));
        QVERIFY(!concatenated(std::vector{*Tensor::create(DType::Int8, {})}));
        const auto joined =
            concatenated(std::vector{vectorOf<float>({1}), vectorOf<float>({2, 3})});
        QCOMPARE(*joined, vectorOf<float>({1, 2, 3}));
    }
};

QTEST_APPLESS_MAIN(TestTensor)
#include "tst_tensor.moc"
