#include "tensor/dtype.h"

#include <cmath>
#include <limits>
#include <QTest>

using namespace warmbench;

namespace {

// What the bits mean by IEEE 754-2008 section 3.4, computed with no bit tricks.
double meaning(std::uint16_t bits)
{
    const double sign = bits & 0x8000U ? -1.0 : 1.0;
    const int exponent = (bits >> 10U) & 0x1F;
    const int fraction = bits & 0x3FF;
    if (exponent == 31)
        return fraction ? std::nan("") : sign * std::numeric_limits<double>::infinity();
    if (exponent == 0)
        return sign * std::ldexp(fraction, -24);
    return sign * std::ldexp(1024 + fraction, exponent - 25);
}

} // namespace

class TestHalf : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyValueWidensToWhatItsBitsMean()
    {
        for (unsigned bits = 0; bits <= 0xFFFF; ++bits) {
            const auto half = static_cast<std::uint16_t>(bits);
            const auto wide = static_cast<double>(toFloat(Half{half}));
            const double expected = meaning(half);
            QVERIFY2(std::isnan(expected) ? std::isnan(wide) : wide == expected,
                     qPrintable(QString::number(bits, 16)));
            QCOMPARE(std::signbit(wide), (bits & 0x8000U) != 0);
        }
    }

    void everyValueNarrowsBackToItself()
    {
        for (unsigned bits = 0; bits <= 0xFFFF; ++bits) {
            const Half half{static_cast<std::uint16_t>(bits)};
            QCOMPARE(toHalf(toFloat(half)).bits, half.bits);
        }
    }

    // Between two neighbours lies one midpoint: it goes to the even one, and the floats just beside
    // it to the nearer one. 0x7C00 stands where 65536 would: infinity is the upper neighbour.
    void midpointsRoundToEvenAndTheirNeighboursToTheNearest()
    {
        for (unsigned bits = 0; bits < 0x7C00U; ++bits) {
            const auto below = static_cast<std::uint16_t>(bits);
            const auto above = static_cast<std::uint16_t>(bits + 1);
            const double top = above == 0x7C00U ? 65536.0 : meaning(above);
            const auto middle = static_cast<float>((meaning(below) + top) / 2);
            const std::uint16_t even = bits % 2 == 0 ? below : above;
            for (const std::uint16_t sign : {0U, 0x8000U}) {
                const float factor = sign ? -1.0F : 1.0F;
                QCOMPARE(toHalf(factor * middle).bits, std::uint16_t(even | sign));
                QCOMPARE(toHalf(factor * std::nextafter(middle, 0.0F)).bits,
                         std::uint16_t(below | sign));
                QCOMPARE(toHalf(factor * std::nextafter(middle, INFINITY)).bits,
                         std::uint16_t(above | sign));
            }
        }
    }

    void extremesStayWhatTheyAre()
    {
        QCOMPARE(toHalf(std::numeric_limits<float>::max()).bits, std::uint16_t(0x7C00));
        QCOMPARE(toHalf(-std::numeric_limits<float>::infinity()).bits, std::uint16_t(0xFC00));
        QCOMPARE(toHalf(std::numeric_limits<float>::denorm_min()).bits, std::uint16_t(0));
        QVERIFY(std::isnan(toFloat(toHalf(std::numeric_limits<float>::quiet_NaN()))));
    }
};

QTEST_APPLESS_MAIN(TestHalf)
#include "tst_half.moc"
