#include "inference/image_output.h"

#include <limits>
#include <QtTest>
#include <set>

using namespace warmbench;

namespace {

constexpr float nanValue = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();
using Pixels = QVector<int>;

Pixels pixelsOf(const Image &image)
{
    return {image.rgb.begin(), image.rgb.end()};
}

std::array<std::uint8_t, 3> pixel(const Image &image, std::size_t index)
{
    return {image.rgb[index * 3], image.rgb[index * 3 + 1], image.rgb[index * 3 + 2]};
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

    void eachPixelTakesItsBestClass()
    {
        const std::vector<float> planes{0.9F, 0.1F, 0.1F, nanValue, // class 0
                                        0.0F, 0.8F, 0.1F, 0,        // class 1
                                        0.1F, 0.1F, 0.7F, 0};       // class 2
        const Image image = colouredClasses(planes, 3, 2, 2);
        const std::array<std::uint8_t, 3> black{0, 0, 0};
        QCOMPARE(pixel(image, 0), black);
        QVERIFY(pixel(image, 1) != black);
        QVERIFY(pixel(image, 2) != black);
        QVERIFY(pixel(image, 1) != pixel(image, 2));
        QCOMPARE(pixel(image, 3), black);
    }

    void oneplaneMeansAboveHalf()
    {
        const std::vector<float> plane{0.5F, 0.51F, nanValue};
        const Image image = colouredClasses(plane, 1, 3, 1);
        const std::array<std::uint8_t, 3> black{0, 0, 0};
        QCOMPARE(pixel(image, 0), black);
        QVERIFY(pixel(image, 1) != black);
        QCOMPARE(pixel(image, 2), black);
    }

    void aHundredClassesHaveColoursOfTheirOwn()
    {
        constexpr std::size_t classes = 100;
        std::vector<float> planes(classes * classes);
        for (std::size_t i = 0; i < classes; ++i)
            planes[i * classes + i] = 1;
        const Image image = colouredClasses(planes, int(classes), int(classes), 1);
        std::set<std::array<std::uint8_t, 3>> colours;
        for (std::size_t i = 0; i < classes; ++i)
            colours.insert(pixel(image, i));
        QCOMPARE(colours.size(), classes);
    }
};

QTEST_APPLESS_MAIN(TestImageOutput)
#include "tst_image_output.moc"
