#include "tensor/image.h"

#include "tensor/npy.h"
#include "test_data.h"

#include <algorithm>
#include <cstdlib>
#include <QBuffer>
#include <QImage>
#include <QImageWriter>
#include <QTemporaryFile>
#include <QTest>
#include <random>
#include <unistd.h>

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

std::string big(std::uint32_t value)
{
    std::string bytes = little(value);
    std::reverse(bytes.begin(), bytes.end());
    return bytes;
}

// The check sum of a PNG's chunk, computed bit by bit (PNG, annex D).
std::string checkSum(const std::string &bytes)
{
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit)
            crc = crc & 1U ? 0xEDB88320U ^ (crc >> 1U) : crc >> 1U;
    }
    return big(~crc);
}

std::string chunk(const std::string &type, const std::string &content)
{
    return big(static_cast<std::uint32_t>(content.size())) + type + content +
           checkSum(type + content);
}

// A stored picture whose header claims another size.
std::string pngOfSize(std::uint32_t side)
{
    const std::string png = test::data("wide.png");
    return png.substr(0, 8) + chunk("IHDR", big(side) + big(side) + png.substr(24, 5)) +
           png.substr(33);
}

// Where the first IDAT lies.
std::size_t dataOf(const std::string &png)
{
    return png.find("IDAT") - 4;
}

// The same bytes with their IDAT ending early, though its chunk is well made and IEND follows.
std::string pngWithLessData(const std::string &png)
{
    const std::size_t at = dataOf(png);
    const std::string plain = png.substr(at + 8, png.find("IEND") - 4 - 4 - at - 8);
    return png.substr(0, at) + chunk("IDAT", plain.substr(0, plain.size() / 2)) + chunk("IEND", "");
}

// Its entropy-coded data ends in the middle of the last scan; EOI follows.
std::string jpegWithLessData(const std::string &jpeg)
{
    const std::size_t scan = jpeg.rfind("\xFF\xDA");
    return jpeg.substr(0, (scan + 14 + jpeg.size()) / 2) + "\xFF\xD9";
}

std::string riff(const std::string &chunks)
{
    return "RIFF" + little(static_cast<std::uint32_t>(chunks.size())) + chunks;
}

// Orientation as the only entry of an EXIF directory, in either byte order.
std::string exif(int orientation, bool bigEndian)
{
    const auto number = [=](int value, int bytes) {
        const std::string text = bigEndian ? big(static_cast<std::uint32_t>(value))
                                           : little(static_cast<std::uint32_t>(value));
        return bigEndian ? text.substr(static_cast<std::size_t>(4 - bytes))
                         : text.substr(0, static_cast<std::size_t>(bytes));
    };
    return (bigEndian ? "MM" : "II") + number(42, 2) + number(8, 4) + number(1, 2) +
           number(0x0112, 2) + number(3, 2) + number(1, 4) + number(orientation, 2) + number(0, 2) +
           number(0, 4);
}

// A JPEG's pixels as they are stored.
Image unturned(std::string jpeg)
{
    const std::size_t at = jpeg.find("Exif");
    jpeg.replace(at, 4, "none");
    return *decodeImage(asBytes(jpeg));
}

std::string asWebP(const Image &image)
{
    const QImage view(image.rgb.data(), image.width, image.height, qsizetype{3} * image.width,
                      QImage::Format_RGB888);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QImageWriter writer(&buffer, "webp");
    writer.setQuality(100); // lossless
    return writer.write(view) ? bytes.toStdString() : std::string();
}

// A simple WebP file as one with an EXIF chunk.
std::string webPWithExif(const std::string &webP, const Image &image, const std::string &exif)
{
    const auto side = [](int length) {
        return little(static_cast<std::uint32_t>(length - 1)).substr(0, 3);
    };
    return riff("WEBPVP8X" + little(10) + '\x08' + std::string(3, '\0') + side(image.width) +
                side(image.height) + webP.substr(12) + "EXIF" +
                little(static_cast<std::uint32_t>(exif.size())) + exif);
}

// The same frame on a larger canvas, announced as large as that.
std::string gifOfSize(std::string gif, int side)
{
    const std::string size = little(static_cast<std::uint32_t>(side)).substr(0, 2);
    gif.replace(6, 4, size + size);
    const std::size_t frame = gif.find(std::string(",\0\0\0\0", 5));
    gif.replace(frame + 5, 4, size + size);
    return gif;
}

// 4 x 2 pixels of black and white, 8 bits each.
std::string runLengthBmp(const std::string &runs)
{
    const std::string head = little(40) + little(4) + little(2) + std::string("\1\0\x08\0", 4) +
                             little(1) + little(static_cast<std::uint32_t>(runs.size())) +
                             little(0) + little(0) + little(2) + little(0);
    const std::string colours = little(0xFFFFFF) + little(0);
    return "BM" + little(62 + static_cast<std::uint32_t>(runs.size())) + little(0) + little(62) +
           head + colours + runs;
}

// What this process writes to standard error while `run` runs.
template <typename Run>
std::string saidBy(const Run &run)
{
    QTemporaryFile file;
    file.open();
    const int kept = ::dup(STDERR_FILENO);
    ::dup2(file.handle(), STDERR_FILENO);
    run();
    ::dup2(kept, STDERR_FILENO);
    ::close(kept);
    QFile said(file.fileName());
    said.open(QIODevice::ReadOnly);
    return said.readAll().toStdString();
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

    void orientationIsAppliedInEveryFormatThatHasIt()
    {
        for (int orientation = 1; orientation <= 8; ++orientation) {
            const std::string jpeg =
                test::data("orientation_" + std::to_string(orientation) + ".jpg");
            const auto upright = decodeImage(asBytes(jpeg));
            QVERIFY(upright);
            const Image stored = unturned(jpeg);
            const std::string exifBytes = exif(orientation, orientation % 2 == 0);
            const std::string png = *encodePng(stored);
            const std::size_t data = dataOf(png);
            const auto turned = decodeImage(
                asBytes(png.substr(0, data) + chunk("eXIf", exifBytes) + png.substr(data)));
            QVERIFY(turned && *turned == *upright);
            const std::string webP = asWebP(stored);
            QCOMPARE(*decodeImage(asBytes(webP)), stored);
            const auto other = decodeImage(asBytes(webPWithExif(webP, stored, exifBytes)));
            QVERIFY2(other, other ? "" : other.error().message.c_str());
            QCOMPARE(*other, *upright);
        }
    }

    void brokenExifTurnsNothing()
    {
        const std::string png = test::data("wide.png");
        const auto plain = decodeImage(asBytes(png));
        const std::size_t data = dataOf(png);
        const std::string whole = exif(6, true);
        std::vector<std::string> broken{"", "MM", exif(9, true), exif(0, false),
                                        "MM" + whole.substr(2, 2) + big(0xFFFFFFF0U) +
                                            whole.substr(8)};
        for (std::size_t size = 1; size + 6 < whole.size(); ++size)
            broken.push_back(whole.substr(0, size));
        for (const std::string &bytes : broken) {
            const auto image =
                decodeImage(asBytes(png.substr(0, data) + chunk("eXIf", bytes) + png.substr(data)));
            QVERIFY(image && *image == *plain);
        }
    }

    // Containers that reach to their end around data that does not.
    void dataThatEndsEarlyIsRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char *name, const std::string &bytes) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes);
        };
        for (const char *name : {"wide.png", "rgb16.png", "palette.png", "rgba.png"})
            row(name, pngWithLessData(test::data(name)));
        QByteArray bytes;
        QBuffer buffer(&bytes);
        QImageWriter writer(&buffer, "png");
        writer.setProgressiveScanWrite(true);
        QVERIFY(writer.write(QImage(64, 48, QImage::Format_RGB888)));
        row("interlaced PNG", pngWithLessData(bytes.toStdString()));
        row("PNG of 9999x9999 in a few bytes", pngOfSize(9999));
        for (const char *name : {"wide.jpg", "gray.jpg", "progressive.jpg", "cmyk.jpg"})
            row(name, jpegWithLessData(test::data(name)));
        std::string jpeg = test::data("gray.jpg");
        const std::size_t frame = jpeg.find("\xFF\xC0");
        jpeg.replace(frame + 5, 4, "\x27\x0F\x27\x0F");
        row("JPEG of 9999x9999 in a few bytes", jpeg);
        const std::string webP = test::data("wide.webp");
        row("RIFF of less than its chunk",
            webP.substr(0, 4) + little(static_cast<std::uint32_t>(webP.size()) - 30) +
                webP.substr(8));
        row("chunk of WebP cut, its lengths mended",
            riff(webP.substr(8, 8) + little(static_cast<std::uint32_t>(webP.size()) / 4 * 2) +
                 webP.substr(20, webP.size() / 4 * 2)));
        const std::string gif = test::data("first.gif");
        row("GIF of 9999x9999 in a few bytes", gifOfSize(gif, 9999));
        const std::string bmp = test::data("wide.bmp");
        row("BMP without its last row", bmp.substr(0, bmp.size() - 5));
        row("run lengths that end early", runLengthBmp(std::string("\x04\x01\0\0", 4)));
        row("run lengths that say they end", runLengthBmp(std::string("\x04\x01\0\x01", 4)));
    }
    void dataThatEndsEarlyIsRefused()
    {
        QFETCH(QByteArray, bytes);
        Result<Image> image = Image{};
        const std::string said = saidBy([&] { image = decodeImage(asBytes(bytes.toStdString())); });
        QVERIFY(!image);
        QCOMPARE(image.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(image.error().message.ends_with("send the whole, undamaged file."),
                 image.error().message.c_str());
        QCOMPARE(said, std::string());
    }

    void runLengthsThatReachTheLastRowAreWhole()
    {
        const auto image = decodeImage(
            asBytes(runLengthBmp(std::string("\x04\x01\0\0\0\x04\x01\0\x01\0\0\0\0\x01", 14))));
        QVERIFY2(image, image ? "" : image.error().message.c_str());
        QCOMPARE(pixelAt(*image, 3, 1), (std::array{0, 0, 0})); // the lowest row comes first
        QCOMPARE(pixelAt(*image, 1, 0), (std::array{255, 255, 255}));
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
        row("PNG above its data", pngOfSize(9'000), "The PNG image is truncated");
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
