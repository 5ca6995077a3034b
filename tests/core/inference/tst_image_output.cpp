#include "inference/image_output.h"

#include <limits>
#include <QTest>
#include <QVector>

using namespace warmbench;

namespace {

constexpr float nanValue = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();
using Pixels = QVector<int>;

Pixels pixelsOf(const Image &image)
{
    return {image.rgb.begin(), image.rgb.end()};
}

QByteArray rangeText(const ImageRange &range)
{
    return QByteArray::number(range.black, 'g', 4) + " to " +
           QByteArray::number(range.white, 'g', 4) + ", " + imageRangeOriginName(range.origin);
}

} // namespace

class TestImageOutput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theValuesTellTheRange_data()
    {
        QTest::addColumn<QVector<float>>("values");
        QTest::addColumn<Pixels>("grey");
        QTest::addColumn<QByteArray>("range");
        const auto usual = [](double low, double high) {
            return rangeText({low, high, ImageRange::Origin::Usual});
        };
        const auto data = [](double low, double high) {
            return rangeText({low, high, ImageRange::Origin::Data});
        };
        QTest::newRow("0..1") << QVector<float>{0, 0.5F, 1} << Pixels{0, 128, 255} << usual(0, 1);
        QTest::newRow("0..1, a little over")
            << QVector<float>{-0.1F, 0.5F, 1.2F} << Pixels{0, 128, 255} << usual(0, 1);
        QTest::newRow("-1..1") << QVector<float>{-1, 0, 1} << Pixels{0, 128, 255} << usual(-1, 1);
        QTest::newRow("0..255") << QVector<float>{0, 127.4F, 255} << Pixels{0, 127, 255}
                                << usual(0, 255);
        QTest::newRow("0..255, overshot")
            << QVector<float>{-90, 12, 340} << Pixels{0, 12, 255} << usual(0, 255);
        QTest::newRow("0..255, dark")
            << QVector<float>{0, 12, 60} << Pixels{0, 12, 60} << usual(0, 255);
        QTest::newRow("of no usual range")
            << QVector<float>{-0.94F, 1.965F, 4.87F} << Pixels{0, 128, 255} << data(-0.94, 4.87);
        QTest::newRow("far from 0")
            << QVector<float>{5, 5.5F, 6} << Pixels{0, 128, 255} << data(5, 6);
        QTest::newRow("beyond 255")
            << QVector<float>{-300, 350, 1000} << Pixels{0, 128, 255} << data(-300, 1000);
        QTest::newRow("one number, of no usual range")
            << QVector<float>{5, 5, 5} << Pixels{0, 0, 0} << data(5, 10);
        QTest::newRow("NaN") << QVector<float>{nanValue, 0.5F, 1} << Pixels{0, 128, 255}
                             << usual(0, 1);
        QTest::newRow("NaN in -1..1")
            << QVector<float>{-1, nanValue, 1} << Pixels{0, 0, 255} << usual(-1, 1);
        QTest::newRow("infinite") << QVector<float>{-infinity, 0.5F, infinity}
                                  << Pixels{0, 128, 255} << usual(0, 1);
        QTest::newRow("nothing but NaN")
            << QVector<float>{nanValue, nanValue, nanValue} << Pixels{0, 0, 0} << usual(0, 1);
        QTest::newRow("all black") << QVector<float>{0, 0, 0} << Pixels{0, 0, 0} << usual(0, 1);
    }
    void theValuesTellTheRange()
    {
        QFETCH(QVector<float>, values);
        QFETCH(Pixels, grey);
        QFETCH(QByteArray, range);
        const std::span<const float> all(values.constData(), 3);
        QCOMPARE(rangeText(imageRangeOf(all)), range);
        const Image image = imageFromPlanes(all, 1, 3, 1, imageRangeOf(all));
        QCOMPARE(image.width, 3);
        QCOMPARE(image.height, 1);
        for (qsizetype i = 0; i < 3; ++i)
            QCOMPARE(pixelsOf(image).mid(i * 3, 3), Pixels(3, grey[i]));
    }

    void planesBecomeInterleavedPixels()
    {
        const std::vector<float> planes{10, 20, 30, 40, 50, 60}; // red, green, blue of two pixels
        const Image image = imageFromPlanes(planes, 3, 1, 2, {0, 255, {}});
        QCOMPARE(image.width, 1);
        QCOMPARE(image.height, 2);
        QCOMPARE(pixelsOf(image), Pixels({10, 30, 50, 20, 40, 60}));
    }
};

QTEST_APPLESS_MAIN(TestImageOutput)
#include "tst_image_output.moc"
