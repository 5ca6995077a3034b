#include "tensor/value_statistics.h"

#include <cmath>
#include <QTest>

using namespace warmbench;

namespace {

template <typename T>
ValueStatistics of(const std::vector<T> &values)
{
    const auto tensor =
        Tensor::fromValues<T>({static_cast<std::int64_t>(values.size())}, std::span(values));
    return *statisticsOf(*tensor);
}

} // namespace

class TestValueStatistics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void numbersAreSummedUp()
    {
        const auto found = of<float>({1, -2, 0, 5});
        QCOMPARE(found.count, 4);
        QCOMPARE(found.min, -2.0);
        QCOMPARE(found.max, 5.0);
        QCOMPARE(found.mean, 1.0);
        QCOMPARE(found.deviation, std::sqrt(26.0 / 4));
        QCOMPARE(found.zeros, 1);
    }

    void whatIsNoNumberIsCountedApart()
    {
        const double nan = std::nan("");
        const auto found = of<double>({nan, 3, HUGE_VAL, -0.0, nan, 1, 0.5, 0.5});
        QCOMPARE(found.count, 8);
        QCOMPARE(found.nans, 2);
        QCOMPARE(found.infinities, 1);
        QCOMPARE(found.zeros, 1);
        QCOMPARE(found.min, 0.0);
        QVERIFY(std::isinf(found.max));
        QCOMPARE(found.mean, 1.0);
    }

    void finiteNumbersAreCountedByTheirPlace()
    {
        const std::vector<float> values{0, std::nanf(""), 1, 2, 2.5F, 4, HUGE_VALF, -HUGE_VALF};
        const auto tensor = Tensor::fromValues<float>({8}, std::span(values));
        const auto found = *statisticsOf(*tensor);
        QCOMPARE(found.low, 0.0);
        QCOMPARE(found.high, 4.0);
        const std::vector<std::int64_t> quarters{1, 1, 2, 1};
        QVERIFY(histogramOf(*tensor, found, 4) == quarters);
        const std::vector<float> none{HUGE_VALF};
        const auto infinite = *Tensor::fromValues<float>({1}, std::span(none));
        QVERIFY(std::isnan(statisticsOf(infinite)->low));
        QVERIFY(histogramOf(infinite, *statisticsOf(infinite), 4).empty());
    }

    void nothingHasNoExtremes()
    {
        const auto found = of<float>({});
        QCOMPARE(found.count, 0);
        QVERIFY(std::isnan(found.min) && std::isnan(found.mean) && std::isnan(found.deviation));
        QCOMPARE(statisticsJson(found),
                 std::string("\"count\": 0, \"min\": null, \"max\": null, \"mean\": null, "
                             "\"std\": null, \"nan\": 0, \"infinite\": 0, \"zeros\": 0"));
        QVERIFY(std::isnan(of<float>({std::nanf("")}).max));
    }

    // A sum in float32 would lose every number here.
    void manyNumbersFarFromZeroKeepTheirSpread()
    {
        std::vector<double> values;
        for (int i = 0; i < 100'000; ++i)
            values.push_back(1e9 + (i % 2 ? 1 : -1));
        const auto found = of(values);
        QVERIFY(std::abs(found.mean - 1e9) < 1e-6);
        QVERIFY(std::abs(found.deviation - 1) < 1e-9);
    }

    void integersAndHalvesCountAsWhatTheyMean()
    {
        QCOMPARE(of<std::uint64_t>({std::uint64_t{1} << 63U, 0}).max, 9223372036854775808.0);
        QCOMPARE(of<std::int8_t>({-128, 127}).mean, -0.5);
        QCOMPARE(of<Half>({toHalf(1.5F), toHalf(-1)}).min, -1.0);
    }

    void stringsAreRefused()
    {
        const auto tensor = Tensor::fromStrings({1}, {"a"});
        QCOMPARE(statisticsOf(*tensor).error().code, ErrorCode::InvalidArgument);
    }
};

QTEST_APPLESS_MAIN(TestValueStatistics)
#include "tst_value_statistics.moc"
