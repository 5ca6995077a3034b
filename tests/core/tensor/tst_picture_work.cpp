#include "tensor/picture_work.h"

#include "made_jpeg.h"
#include "tensor/bmp_header.h"
#include "tensor/gif_frame.h"
#include "tensor/image.h"
#include "tensor/jpeg_markers.h"
#include "tensor/picture_allowance.h"
#include "tensor/picture_end.h"
#include "tensor/png_header.h"
#include "tensor/webp_header.h"
#include "test_data.h"

#include <ctime>
#include <QTest>

using namespace warmbench;
using namespace std::chrono_literals;
using test::asBytes;

namespace {

PictureWork workOf(const std::string &bytes)
{
    return pictureWork(*imageFormat(asBytes(bytes)), asBytes(bytes));
}

std::chrono::nanoseconds threadTime()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::string big32Text(std::uint32_t value)
{
    return {static_cast<char>(value >> 24U), static_cast<char>(value >> 16U),
            static_cast<char>(value >> 8U), static_cast<char>(value)};
}

// The chunks of a PNG whose check sums nobody looks at.
std::string pngHead(std::uint32_t side, char depth, char colour, char interlaced,
                    std::size_t dataBytes)
{
    const std::string sum(4, '\0');
    return "\x89PNG\r\n\x1A\n" + big32Text(13) + "IHDR" + big32Text(side) + big32Text(side) +
           depth + colour + std::string(2, '\0') + interlaced + sum +
           big32Text(static_cast<std::uint32_t>(dataBytes)) + "IDAT" + std::string(dataBytes, 'x') +
           sum + big32Text(0) + "IEND" + sum;
}

} // namespace

class TestPictureWork : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void markersOfAJpegAreRead()
    {
        const std::string baseline = test::data("wide.jpg");
        const JpegMarkers plain = jpegMarkers(asBytes(baseline));
        QVERIFY(!plain.progressive && plain.whole());
        QCOMPARE(plain.scans, std::uint64_t(1));
        QCOMPARE(plain.components.size(), std::size_t(3));
        const std::string progressive = test::data("progressive.jpg");
        const JpegMarkers many = jpegMarkers(asBytes(progressive));
        QVERIFY(many.progressive && many.whole());
        QVERIFY2(many.scans >= 6, std::to_string(many.scans).c_str());
        const JpegMarkers made = jpegMarkers(asBytes(progressiveJpeg(100, 17, 5)));
        QCOMPARE(made.scans, std::uint64_t(5));
        QCOMPARE(made.blocksScanned, std::uint64_t(5 * 13 * 3));
        QCOMPARE(made.pixels(), std::int64_t(1700));
        QVERIFY(made.whole());
    }

    void madePicturesAreSound()
    {
        const auto image = decodeImage(asBytes(progressiveJpeg(100, 17, 12)));
        QVERIFY2(image, image ? "" : image.error().message.c_str());
        QCOMPARE(image->rgb, std::vector<std::uint8_t>(5100, 128));
    }

    void aJpegOfThousandsOfScansIsRefusedBeforeItIsDecoded_data()
    {
        QTest::addColumn<int>("side");
        QTest::addColumn<int>("scans");
        QTest::newRow("3,000 scans") << 4000 << 3000;
        QTest::newRow("small, but 400,000 scans") << 8 << 400'000;
        QTest::newRow("large, 120 scans") << 9900 << 120;
    }
    void aJpegOfThousandsOfScansIsRefusedBeforeItIsDecoded()
    {
        QFETCH(int, side);
        QFETCH(int, scans);
        const std::string bytes = progressiveJpeg(side, side, scans);
        const auto began = threadTime();
        const auto image = decodeImage(asBytes(bytes));
        const auto took = threadTime() - began;
        QVERIFY(!image);
        QCOMPARE(image.error().code, ErrorCode::InvalidArgument);
        const std::string says = "The JPEG image has " + std::to_string(scans) + " scans";
        QVERIFY2(image.error().message.starts_with(says), image.error().message.c_str());
        QVERIFY(image.error().message.ends_with("save it as baseline or with fewer scans."));
        QVERIFY2(took < 100ms, std::to_string(took.count()).c_str());
    }

    void honestPicturesOf100MegapixelsAreAccepted()
    {
        const auto passes = [](const std::string &bytes) {
            const auto work = workOf(bytes);
            return work.pixels == maxImagePixels &&
                   checkWork(*imageFormat(asBytes(bytes)), work).has_value();
        };
        QVERIFY(passes(progressiveJpeg(10'000, 10'000, 10)));
        const std::size_t body = 64 << 20;
        QVERIFY(passes(pngHead(10'000, 16, 6, 1, body)));
        // Ten scans of three components at full size, in as many bytes as a body has.
        std::string jpeg = progressiveJpeg(10'000, 10'000, 30);
        jpeg.insert(jpeg.size() - 2, std::string(body, '\x55'));
        const PictureWork work = workOf(jpeg);
        QVERIFY2(checkWork(ImageFormat::Jpeg, work), std::to_string(work.time.count()).c_str());
    }

    void workGrowsWithWhatCosts()
    {
        QVERIFY(workOf(progressiveJpeg(800, 800, 20)).time >
                2 * workOf(progressiveJpeg(800, 800, 4)).time);
        QVERIFY(workOf(pngHead(4000, 8, 2, 1, 9)).time > workOf(pngHead(4000, 8, 2, 0, 9)).time);
        QVERIFY(workOf(pngHead(4000, 16, 2, 0, 9)).time > workOf(pngHead(4000, 8, 2, 0, 9)).time);
        const std::string gif = test::data("first.gif");
        QVERIFY(workOf("GIF89a\xFF\x0F\xFF\x0F" + gif.substr(10)).time > 100 * workOf(gif).time);
        for (const char *name : {"wide.png", "wide.jpg", "wide.webp", "wide.bmp", "first.gif"}) {
            const PictureWork work = workOf(test::data(name));
            QVERIFY2(work.time > 0ns && work.time < 10ms, name);
            const auto image = decodeImage(asBytes(test::data(name)));
            QCOMPARE(work.pixels, std::int64_t{image->width} * image->height);
        }
    }

    void interlacedRowsAreCountedPassByPass()
    {
        const std::string plain = pngHead(9, 8, 2, 0, 1);
        QCOMPARE(pngHeader(asBytes(plain)).plainBytes(), std::uint64_t(9 * (1 + 27)));
        // Widths 2 1 3 2 5 4 9, heights 2 2 1 3 2 5 4 of the seven passes.
        const std::string interlaced = pngHead(9, 8, 2, 1, 1);
        const std::uint64_t expected = 2 * (1 + 6) + 2 * (1 + 3) + 1 * (1 + 9) + 3 * (1 + 6) +
                                       2 * (1 + 15) + 5 * (1 + 12) + 4 * (1 + 27);
        QCOMPARE(pngHeader(asBytes(interlaced)).plainBytes(), expected);
    }

    // What a thread may decode is counted over its pictures; beyond it none is decoded.
    void anAllowanceEndsWithThePictureThatGoesBeyondIt()
    {
        const std::string light = test::data("wide.png");
        const std::string heavy = progressiveJpeg(4000, 4000, 10);
        QVERIFY(workOf(heavy).time > 100ms);
        {
            const PictureAllowance allowance(100ms);
            QVERIFY(decodeImage(asBytes(light)));
            QVERIFY(!allowance.exceeded());
            const auto refused = decodeImage(asBytes(heavy));
            QVERIFY(!refused && refused.error().code == ErrorCode::Unavailable);
            QVERIFY(allowance.exceeded());
            QVERIFY(!decodeImage(asBytes(light)));
        }
        {
            const PictureAllowance allowance(3 * workOf(light).time);
            for (int i = 0; i < 3; ++i)
                QVERIFY(decodeImage(asBytes(light)));
            QVERIFY(!decodeImage(asBytes(light)) && allowance.exceeded());
        }
        QVERIFY(decodeImage(asBytes(heavy)));
    }
};

QTEST_APPLESS_MAIN(TestPictureWork)
#include "tst_picture_work.moc"
