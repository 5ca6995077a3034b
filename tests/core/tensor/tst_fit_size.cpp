// Sizes that follow the picture, against those that PaddleOCR's rules give: the expected ones were
// computed in Python as DetResizeForTest and resize_norm_img do it.
#include "tensor/preprocessing.h"

#include <QTest>

using namespace warmbench;

namespace {

Image plain(int width, int height, std::uint8_t value)
{
    Image image;
    image.width = width;
    image.height = height;
    image.rgb.assign(std::size_t(width) * std::size_t(height) * 3, value);
    return image;
}

Preprocessing bothFollow()
{
    Preprocessing how;
    how.width = how.height = 32;
    how.resize = ResizeMode::Fit;
    how.fit = {.freeWidth = true, .freeHeight = true, .longestSide = 960, .multipleOf = 32};
    how.antialias = false;
    return how;
}

// A line of text: 48 pixels high, at least 320 wide.
Preprocessing widthFollows()
{
    Preprocessing how;
    how.width = 320;
    how.height = 48;
    how.resize = ResizeMode::Fit;
    how.fit = {.freeWidth = true};
    how.padValue = 127.5;
    how.mean = {0.5};
    how.std = {0.5};
    how.antialias = false;
    return how;
}

} // namespace

class TestFitSize : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bothSidesFollowThePicture_data()
    {
        QTest::addColumn<QSize>("picture");
        QTest::addColumn<QSize>("network");
        QTest::newRow("as it is") << QSize(960, 960) << QSize(960, 960);
        QTest::newRow("shrunk") << QSize(1283, 721) << QSize(960, 544);
        QTest::newRow("not enlarged") << QSize(33, 200) << QSize(32, 192);
        QTest::newRow("smallest") << QSize(31, 15) << QSize(32, 32);
        QTest::newRow("a strip") << QSize(4000, 100) << QSize(960, 32);
        QTest::newRow("half to even") << QSize(48, 80) << QSize(64, 64);
        QTest::newRow("large") << QSize(2000, 1500) << QSize(960, 704);
        QTest::newRow("one pixel") << QSize(1, 1) << QSize(32, 32);
    }
    void bothSidesFollowThePicture()
    {
        QFETCH(QSize, picture);
        QFETCH(QSize, network);
        const Image image = plain(picture.width(), picture.height(), 9);
        const auto made = preprocess(image, bothFollow());
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        QCOMPARE(QSize(made->mapping.networkWidth, made->mapping.networkHeight), network);
        QCOMPARE(made->tensor.shape(), (Shape{3, network.height(), network.width()}));
        QCOMPARE(preparedBytes(image, bothFollow()), made->tensor.byteSize());
        // Each axis is scaled for itself, so that the corners come back to the corners.
        QCOMPARE(made->mapping.scaleX * network.width(), double(picture.width()));
        QCOMPARE(made->mapping.scaleY * network.height(), double(picture.height()));
    }

    void aSmallPictureIsEnlargedToItsShorterSide()
    {
        Preprocessing how = bothFollow();
        how.shorterSide = 736;
        how.fit.longestSide = 4096;
        auto made = preprocess(plain(300, 200, 9), how);
        QCOMPARE(QSize(made->mapping.networkWidth, made->mapping.networkHeight), QSize(1088, 736));
        how.fit.longestSide = 960;
        made = preprocess(plain(300, 200, 9), how);
        QCOMPARE(made->mapping.networkWidth, 960);
    }

    // Sizes as transformers' get_size_with_aspect_ratio gives them.
    void theShorterSideIsMetExactly_data()
    {
        QTest::addColumn<QSize>("picture");
        QTest::addColumn<int>("shorter");
        QTest::addColumn<int>("longest");
        QTest::addColumn<QSize>("network");
        QTest::newRow("enlarged") << QSize(640, 480) << 800 << 1333 << QSize(1066, 800);
        QTest::newRow("by its longer side") << QSize(1283, 721) << 800 << 1333 << QSize(1333, 749);
        QTest::newRow("upright") << QSize(333, 500) << 800 << 1333 << QSize(800, 1201);
        QTest::newRow("as it is") << QSize(800, 1000) << 800 << 1333 << QSize(800, 1000);
        QTest::newRow("a strip") << QSize(4000, 100) << 800 << 1333 << QSize(1333, 33);
        QTest::newRow("small") << QSize(31, 15) << 800 << 1333 << QSize(1333, 645);
        QTest::newRow("shrunk") << QSize(2000, 1500) << 520 << 0 << QSize(693, 520);
        QTest::newRow("as long as it comes") << QSize(10, 300) << 52 << 0 << QSize(52, 1560);
        QTest::newRow("a square") << QSize(721, 721) << 800 << 1333 << QSize(800, 800);
        QTest::newRow("one pixel") << QSize(1, 1) << 520 << 0 << QSize(520, 520);
        QTest::newRow("within the most pixels") << QSize(1, 9000) << 16 << 0 << QSize(2, 16384);
    }
    void theShorterSideIsMetExactly()
    {
        QFETCH(QSize, picture);
        QFETCH(int, shorter);
        QFETCH(int, longest);
        QFETCH(QSize, network);
        Preprocessing how = bothFollow();
        how.width = how.height = 1;
        how.shorterSide = shorter;
        how.fit = {.freeWidth = true, .freeHeight = true, .longestSide = longest, .shrink = true};
        const Image image = plain(picture.width(), picture.height(), 9);
        const auto made = preprocess(image, how);
        QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        QCOMPARE(made->tensor.shape(), (Shape{3, network.height(), network.width()}));
        QCOMPARE(preparedBytes(image, how), made->tensor.byteSize());
    }

    void theShorterSideKeepsToTheMultiple()
    {
        Preprocessing how = bothFollow();
        how.shorterSide = 520;
        how.fit = {.freeWidth = true, .freeHeight = true, .multipleOf = 32, .shrink = true};
        QCOMPARE(preprocess(plain(641, 333, 9), how)->tensor.shape(), (Shape{3, 512, 992}));
    }

    void theWidthFollowsAFixedHeight_data()
    {
        QTest::addColumn<QSize>("picture");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("filled");
        QTest::newRow("as it is") << QSize(320, 48) << 320 << 320;
        QTest::newRow("filled up") << QSize(100, 48) << 320 << 100;
        QTest::newRow("long") << QSize(641, 50) << 615 << 615;
        QTest::newRow("longer") << QSize(1000, 31) << 1548 << 1548;
        QTest::newRow("upright") << QSize(7, 90) << 320 << 4;
    }
    void theWidthFollowsAFixedHeight()
    {
        QFETCH(QSize, picture);
        QFETCH(int, width);
        QFETCH(int, filled);
        const auto made = preprocess(plain(picture.width(), picture.height(), 255), widthFollows());
        QVERIFY(made.has_value());
        QCOMPARE(made->tensor.shape(), (Shape{3, 48, width}));
        const auto row = made->tensor.values<float>().first(std::size_t(width));
        for (int x = 0; x < width; ++x)
            QCOMPARE(row[std::size_t(x)], x < filled ? 1.0F : 0.0F);
    }

    void theHeightFollowsAFixedWidth()
    {
        Preprocessing how = widthFollows();
        how.width = 40;
        how.height = 1;
        how.fit = {.freeHeight = true};
        const auto made = preprocess(plain(20, 50, 255), how);
        QCOMPARE(made->tensor.shape(), (Shape{3, 100, 40}));
    }

    // 16384 pixels are the most that any side gets, whatever the proportion.
    void noSideIsLongerThanAllowed()
    {
        Preprocessing how = widthFollows();
        how.height = 8;
        const auto made = preprocess(plain(16000, 1, 255), how);
        QCOMPARE(made->tensor.shape(), (Shape{3, 8, 16384}));
        how.fit.longestSide = 100;
        how.width = 1;
        QCOMPARE(preprocess(plain(16000, 1, 255), how)->tensor.shape(), (Shape{3, 8, 100}));
    }

    void wrongNumbersAreNamed()
    {
        Preprocessing how = bothFollow();
        how.fit.multipleOf = 0;
        QVERIFY(
            preprocess(plain(4, 4, 0), how).error().message.starts_with("\"multiple_of\" is 0"));
        how = bothFollow();
        how.fit.longestSide = 20'000;
        QVERIFY(preprocess(plain(4, 4, 0), how).error().message.starts_with("\"longest_side\""));
    }

    void sizesAreToldInWords()
    {
        QCOMPARE(sizeText(bothFollow()), std::string("up to 960 pixels"));
        QCOMPARE(sizeText(widthFollows()), std::string("48 pixels high"));
    }
};

QTEST_APPLESS_MAIN(TestFitSize)
#include "tst_fit_size.moc"
