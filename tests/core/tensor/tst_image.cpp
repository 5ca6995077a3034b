#include "tensor/image.h"

#include "tensor/npy.h"
#include "test_data.h"

#include <algorithm>
#include <cstdlib>
#include <QtTest>
#include <random>

using namespace warmbench;
using test::asBytes;

namespace {

int largestDifference(const Image &image, const Tensor &expected)
{
    const auto values = expected.values<std::uint8_t>();
    int worst = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        worst = std::max(worst, std::abs(int(image.rgb[i]) - int(values[i])));
    return worst;
}

std::array<int, 3> pixelAt(const Image &image, int x, int y)
{
    const auto at = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                         static_cast<std::size_t>(x));
    return {image.rgb[at], image.rgb[at + 1], image.rgb[at + 2]};
}

bool near(std::array<int, 3> pixel, std::array<int, 3> colour)
{
    for (std::size_t c = 0; c < 3; ++c) {
        if (std::abs(pixel[c] - colour[c]) > 12)
            return false;
    }
    return true;
}

std::string little(std::uint32_t value)
{
    return {static_cast<char>(value & 0xFFU), static_cast<char>(value >> 8U & 0xFFU),
            static_cast<char>(value >> 16U & 0xFFU), static_cast<char>(value >> 24U)};
}

// A stored picture whose header claims another size.
std::string pngOfSize(std::uint32_t side)
{
    std::string png = test::data("wide.png");
    for (std::size_t i = 0; i < 4; ++i)
        png[16 + i] = png[20 + i] = static_cast<char>(side >> (8U * (3 - i)) & 0xFFU);
    // The check sum of IHDR, computed bit by bit (PNG, annex D).
    std::uint32_t crc = 0xFFFFFFFFU;
    for (std::size_t i = 12; i < 29; ++i) {
        crc ^= static_cast<unsigned char>(png[i]);
        for (int bit = 0; bit < 8; ++bit)
            crc = crc & 1U ? 0xEDB88320U ^ (crc >> 1U) : crc >> 1U;
    }
    const std::string sum = little(~crc);
    std::copy(sum.rbegin(), sum.rend(), png.begin() + 29);
    return png;
}

} // namespace

class TestImage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKindDecodesToItsPixels_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("pixels");
        QTest::addColumn<int>("tolerance"); // decoders of JPEG round differently
        const auto row = [](const char *name, const char *pixels, int tolerance = 0) {
            QTest::newRow(name) << QString::fromLatin1(name) << QString::fromLatin1(pixels)
                                << tolerance;
        };
        row("wide.png", "wide");
        row("wide.bmp", "wide");
        row("wide.webp", "wide");
        row("rgb16.png", "rgb16");
        row("gray16.png", "gray16");
        row("rgba16.png", "rgba16", 1);
        row("rgba.png", "rgba");
        row("rgba.webp", "rgba_webp", 1);
        row("gray_alpha.png", "gray_alpha");
        row("gray.png", "gray");
        row("bilevel.png", "bilevel");
        row("palette.png", "palette");
        row("palette_alpha.png", "palette_alpha");
        row("palette.bmp", "palette");
        row("first.gif", "first_gif");
        row("wide.jpg", "wide_jpg", 4);
        row("gray.jpg", "gray_jpg", 2);
        row("progressive.jpg", "progressive_jpg", 4);
        row("cmyk.jpg", "cmyk_jpg", 4);
    }
    void everyKindDecodesToItsPixels()
    {
        QFETCH(QString, name);
        QFETCH(QString, pixels);
        QFETCH(int, tolerance);
        const std::string bytes = test::data(name.toStdString());
        QVERIFY(looksLikeImage(asBytes(bytes)));
        const auto image = decodeImage(asBytes(bytes));
        QVERIFY2(image, image ? "" : image.error().message.c_str());
        const auto expected =
            readNpy(asBytes(test::data("pixels_" + pixels.toStdString() + ".npy")));
        QVERIFY(expected);
        QCOMPARE((Shape{image->height, image->width, 3}), expected->shape());
        QCOMPARE(image->rgb.size(), expected->elementCount());
        const int worst = largestDifference(*image, *expected);
        QVERIFY2(worst <= tolerance, std::to_string(worst).c_str());
    }

    void orientationIsApplied()
    {
        for (int orientation = 1; orientation <= 8; ++orientation) {
            const auto image = decodeImage(
                asBytes(test::data("orientation_" + std::to_string(orientation) + ".jpg")));
            QVERIFY(image);
            QCOMPARE(image->width, 40);
            QCOMPARE(image->height, 24);
            QVERIFY2(near(pixelAt(*image, 4, 4), {255, 0, 0}) &&
                         near(pixelAt(*image, 35, 20), {0, 0, 255}) &&
                         near(pixelAt(*image, 35, 4), {255, 255, 255}),
                     std::to_string(orientation).c_str());
        }
    }

    void whatIsNoImageIsRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char *name, const std::string &bytes, const char *says) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << QByteArray(says);
        };
        row("nothing", "", "The image is empty (0 bytes)");
        row("SVG", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
            "begins with \"<svg xmlns='http\"");
        row("SVG with XML head", "<?xml version='1.0'?><svg/>",
            "is no PNG, JPEG, WebP, BMP or GIF");
        row("TIFF", std::string("II*\0\x08\0\0\0", 8), "is no PNG");
        row("text that begins as BMP does", "BMW and Mercedes build cars.", "is no PNG");
        row("PNG bomb", pngOfSize(60'000), "The PNG image has 3600 megapixels, more than 100");
        row("GIF bomb", "GIF89a\xFF\xFF\xFF\xFF" + test::data("first.gif").substr(10),
            "The GIF image has 4294 megapixels");
        row("BMP bomb",
            test::data("wide.bmp").substr(0, 18) + little(15'000) + little(15'000) +
                test::data("wide.bmp").substr(26),
            "The BMP image has 225 megapixels");
        row("PNG above its data", pngOfSize(9'000), "The PNG image is damaged");
        row("PNG without pixels", pngOfSize(0), "The PNG image is damaged");
        row("BMP of negative width",
            test::data("wide.bmp").substr(0, 18) + little(0xFFFFFFF0U) +
                test::data("wide.bmp").substr(22),
            "The BMP image is damaged");
        row("signature alone", "\x89PNG\r\n\x1A\n", "The PNG image is damaged");
        row("JPEG start alone", "\xFF\xD8\xFF", "The JPEG image is damaged");
    }
    void whatIsNoImageIsRefused()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, says);
        const auto image = decodeImage(asBytes(bytes.toStdString()));
        QVERIFY2(!image, "accepted");
        QCOMPARE(image.error().code, ErrorCode::InvalidArgument);
        const auto message = QByteArray::fromStdString(image.error().message);
        QVERIFY2(message.contains(says) && message.endsWith('.'), message.constData());
    }

    // Whatever part of a file comes, the answer is all of the picture or none.
    void truncatedImagesAreRefused_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : {"wide.png", "rgb16.png", "palette.png", "wide.jpg", "gray.jpg",
                                 "progressive.jpg", "orientation_6.jpg", "wide.webp", "rgba.webp",
                                 "wide.bmp", "palette.bmp", "first.gif"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void truncatedImagesAreRefused()
    {
        QFETCH(QString, name);
        const std::string whole = test::data(name.toStdString());
        const auto expected = decodeImage(asBytes(whole));
        QVERIFY(expected);
        const std::size_t step = std::max<std::size_t>(1, whole.size() / 300);
        int refused = 0;
        for (std::size_t size = whole.size() - 1; size > 0 && size < whole.size(); size -= step) {
            const auto image = decodeImage(asBytes(whole.substr(0, size)));
            refused += image ? 0 : 1;
            if (image)
                QVERIFY2(*image == *expected, std::to_string(size).c_str());
            else
                QCOMPARE(image.error().code, ErrorCode::InvalidArgument);
        }
        QVERIFY(refused >= 150);
    }

    void damagedImagesNeverCrash()
    {
        std::mt19937 random(5); // NOLINT: the same damage every time
        int refused = 0;
        for (const char *name : {"palette.png", "wide.jpg", "progressive.jpg", "rgba.webp",
                                 "palette.bmp", "first.gif"}) {
            const std::string whole = test::data(name);
            for (int i = 0; i < 150; ++i) {
                std::string bytes = whole;
                for (int k = 0; k < 4; ++k)
                    bytes[random() % std::min<std::size_t>(bytes.size(), 700)] =
                        static_cast<char>(random());
                const auto image = decodeImage(asBytes(bytes));
                refused += image ? 0 : 1;
                if (image)
                    QCOMPARE(image->rgb.size(), std::size_t(image->width) * image->height * 3);
            }
        }
        QVERIFY(refused > 50);
    }

    void dataBehindThePictureDoesNotMatter()
    {
        for (const char *name : {"wide.png", "wide.jpg", "first.gif", "wide.bmp"})
            QVERIFY2(decodeImage(asBytes(test::data(name) + "and more")), name);
    }

    void picturesWrittenAsPngReadBack()
    {
        const auto image = decodeImage(asBytes(test::data("wide.png")));
        const auto png = encodePng(*image);
        QVERIFY(png);
        QCOMPARE(*decodeImage(asBytes(*png)), *image);
        QVERIFY(!encodePng(Image{}));
        QVERIFY(!encodePng(Image{2, 2, std::vector<std::uint8_t>(11)}));
    }
};

QTEST_APPLESS_MAIN(TestImage)
#include "tst_image.moc"
