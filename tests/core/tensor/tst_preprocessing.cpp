#include "tensor/preprocessing.h"

#include "tensor/npy.h"
#include "test_data.h"

#include <algorithm>
#include <cmath>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <QTest>

using namespace warmbench;
using test::asBytes;

Q_DECLARE_METATYPE(warmbench::Preprocessing)

namespace {

Image picture(const std::string &name)
{
    return *decodeImage(asBytes(test::data(name)));
}

Preprocessing sized(int width, int height)
{
    Preprocessing how;
    how.width = width;
    how.height = height;
    return how;
}

// A picture of one colour.
Image plain(int width, int height, std::array<std::uint8_t, 3> colour)
{
    Image image{width, height, {}};
    for (int i = 0; i < width * height; ++i)
        image.rgb.insert(image.rgb.end(), colour.begin(), colour.end());
    return image;
}

constexpr std::array interpolations{Interpolation::Nearest, Interpolation::Bilinear,
                                    Interpolation::Bicubic, Interpolation::Area,
                                    Interpolation::Hamming, Interpolation::Lanczos};

} // namespace

class TestPreprocessing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // The numbers were computed with Pillow and NumPy by make_goldens.py.
    void antialiasedResultsAreThoseOfPillow_data()
    {
        QTest::addColumn<QString>("golden");
        QTest::addColumn<QString>("source");
        QTest::addColumn<Preprocessing>("how");
        const auto row = [](const std::string &name, const char *source, const Preprocessing &how) {
            QTest::newRow(name.c_str())
                << QString::fromStdString(name) << QString::fromLatin1(source) << how;
        };
        for (const Interpolation interpolation : interpolations) {
            const std::string suffix = interpolationName(interpolation);
            const auto with = [interpolation](int width, int height) {
                Preprocessing how = sized(width, height);
                how.interpolation = interpolation;
                return how;
            };
            row("stretch_down_" + suffix, "wide.png", with(17, 13));
            row("stretch_up_" + suffix, "tiny.png", with(23, 31));
            row("stretch_mixed_" + suffix, "tall.png", with(40, 20));
        }
        Preprocessing how = sized(28, 28);
        how.resize = ResizeMode::Crop;
        how.shorterSide = 32;
        how.mean = {0.485, 0.456, 0.406};
        how.std = {0.229, 0.224, 0.225};
        row("imagenet_wide", "wide.png", how);
        row("imagenet_tall", "tall.png", how);

        how = sized(24, 18);
        how.resize = ResizeMode::Crop;
        row("crop_cover", "tall.png", how);
        how = sized(20, 20);
        how.resize = ResizeMode::Crop;
        how.shorterSide = 21;
        how.interpolation = Interpolation::Bicubic;
        row("crop_bicubic_up", "tiny.png", how);

        how = sized(32, 32);
        how.resize = ResizeMode::Letterbox;
        row("letterbox_wide", "wide.png", how);
        how = sized(33, 20);
        how.resize = ResizeMode::Letterbox;
        how.channels = Channels::Bgr;
        how.padValue = 0;
        row("letterbox_tall_bgr", "tall.png", how);
        how = sized(26, 40);
        how.resize = ResizeMode::Letterbox;
        how.channels = Channels::Gray;
        how.interpolation = Interpolation::Bicubic;
        how.padValue = 255;
        row("letterbox_gray_up", "tiny.png", how);

        how = sized(8, 8);
        how.channels = Channels::Gray;
        how.mean = {0.5};
        how.std = {0.5};
        row("gray", "wide.png", how);
        how = sized(16, 12);
        how.channels = Channels::Bgr;
        how.layout = Layout::Nhwc;
        how.scale = 1;
        how.mean = {104, 117, 123};
        row("bgr_nhwc", "wide.png", how);
        how = sized(32, 24);
        how.scale = 1;
        how.mean = {127};
        how.std = {128};
        row("ultraface", "wide.png", how);
        how = sized(9, 7);
        how.scale = 1;
        row("same_size", "tiny.png", how);
    }
    void antialiasedResultsAreThoseOfPillow()
    {
        QFETCH(QString, golden);
        QFETCH(QString, source);
        QFETCH(Preprocessing, how);
        const auto expected =
            readNpy(asBytes(test::data("golden_" + golden.toStdString() + ".npy")));
        QVERIFY(expected);
        const auto result = preprocess(picture(source.toStdString()), how);
        QVERIFY2(result, result ? "" : result.error().message.c_str());
        QCOMPARE(result->tensor.shape(), expected->shape());
        // One step of an 8-bit pixel, in the units of the result. Nearest only copies pixels.
        const bool copies =
            how.interpolation == Interpolation::Nearest || golden == QLatin1String("same_size");
        const double step = how.scale / *std::min_element(how.std.begin(), how.std.end());
        const double tolerance = copies ? 1e-5 * step * 255 : 1.0001 * step;
        const auto values = result->tensor.values<float>();
        double worst = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            worst = std::max(worst, std::abs(double(values[i]) - expected->values<float>()[i]));
        QVERIFY2(worst <= tolerance, std::to_string(worst / step).c_str());
    }

    void unfilteredStretchIsThatOfBlobFromImage_data()
    {
        QTest::addColumn<QString>("source");
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<bool>("swap");
        QTest::newRow("down, rgb") << QStringLiteral("wide.png") << 20 << 16 << false;
        QTest::newRow("down, bgr") << QStringLiteral("wide.png") << 20 << 16 << true;
        QTest::newRow("up") << QStringLiteral("tiny.png") << 50 << 40 << false;
        QTest::newRow("mixed") << QStringLiteral("tall.png") << 64 << 20 << true;
        QTest::newRow("same") << QStringLiteral("tiny.png") << 9 << 7 << true;
    }
    void unfilteredStretchIsThatOfBlobFromImage()
    {
        QFETCH(QString, source);
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(bool, swap);
        Image image = picture(source.toStdString());
        Preprocessing how = sized(width, height);
        how.antialias = false;
        how.channels = swap ? Channels::Bgr : Channels::Rgb;
        how.scale = 1.0 / 128;
        const cv::Scalar mean(104, 117, 123);
        // blobFromImage subtracts the mean from the pixel before it scales.
        how.mean = {mean[0] / 128, mean[1] / 128, mean[2] / 128};
        const auto result = preprocess(image, how);
        QVERIFY(result);
        const cv::Mat pixels(image.height, image.width, CV_8UC3, image.rgb.data());
        const cv::Mat blob =
            cv::dnn::blobFromImage(pixels, how.scale, cv::Size(width, height), mean, swap, false);
        const auto values = result->tensor.values<float>();
        QCOMPARE(blob.total(), values.size());
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY(std::abs(values[i] - blob.ptr<float>()[i]) < 1e-5F);
    }

    void unfilteredResultsAreThoseOfOpenCv()
    {
        Image image = picture("wide.png");
        const cv::Mat pixels(image.height, image.width, CV_8UC3, image.rgb.data());
        const std::array flags{cv::INTER_NEAREST, cv::INTER_LINEAR, cv::INTER_CUBIC,
                               cv::INTER_AREA};
        for (std::size_t k = 0; k < flags.size(); ++k) {
            cv::Mat expected;
            cv::resize(pixels, expected, cv::Size(19, 11), 0, 0, flags[k]);
            Preprocessing how = sized(19, 11);
            how.antialias = false;
            how.interpolation = interpolations[k];
            how.layout = Layout::Nhwc;
            how.scale = 1;
            const auto result = preprocess(image, how);
            for (std::size_t i = 0; i < 19U * 11U * 3U; ++i)
                QCOMPARE(result->tensor.values<float>()[i], float(expected.data[i]));
        }
    }

    void mappingLeadsBackToTheOriginal_data()
    {
        QTest::addColumn<int>("mode");
        QTest::addColumn<int>("shorter"); // 0: none
        QTest::addColumn<double>("x");    // where the original's centre lies
        QTest::addColumn<double>("scaleX");
        QTest::addColumn<double>("scaleY");
        QTest::newRow("stretch") << int(ResizeMode::Stretch) << 0 << 50.0 << 4.0 << 2.0;
        QTest::newRow("letterbox") << int(ResizeMode::Letterbox) << 0 << 50.0 << 4.0 << 4.0;
        QTest::newRow("crop") << int(ResizeMode::Crop) << 0 << 50.0 << 2.0 << 2.0;
        QTest::newRow("crop of more") << int(ResizeMode::Crop) << 200 << 50.0 << 1.0 << 1.0;
        QTest::newRow("shorter side below") << int(ResizeMode::Crop) << 50 << 50.0 << 2.0 << 2.0;
    }
    void mappingLeadsBackToTheOriginal()
    {
        QFETCH(int, mode);
        QFETCH(int, shorter);
        QFETCH(double, x);
        QFETCH(double, scaleX);
        QFETCH(double, scaleY);
        Preprocessing how = sized(100, 100);
        how.resize = static_cast<ResizeMode>(mode);
        if (shorter > 0)
            how.shorterSide = shorter;
        const ImageMapping mapping = preprocess(plain(400, 200, {9, 9, 9}), how)->mapping;
        QCOMPARE(mapping.scaleX, scaleX);
        QCOMPARE(mapping.scaleY, scaleY);
        QCOMPARE(x * mapping.scaleX + mapping.offsetX, 200.0);
        QCOMPARE(50.0 * mapping.scaleY + mapping.offsetY, 100.0);
        QCOMPARE(mapping.originalWidth, 400);
        QCOMPARE(mapping.originalHeight, 200);
    }

    void onePlainColourStaysWhatItIs()
    {
        for (const Interpolation interpolation : interpolations) {
            for (const bool antialias : {true, false}) {
                for (const ResizeMode mode : {ResizeMode::Stretch, ResizeMode::Crop}) {
                    Preprocessing how = sized(13, 29);
                    how.interpolation = interpolation;
                    how.antialias = antialias;
                    how.resize = mode;
                    how.scale = 1;
                    const auto result = preprocess(plain(40, 11, {250, 20, 130}), how);
                    const auto values = result->tensor.values<float>();
                    for (std::size_t i = 0; i < 13U * 29U; ++i) {
                        QVERIFY(std::abs(values[i] - 250) < 0.001F);
                        QVERIFY(std::abs(values[i + 13U * 29U] - 20) < 0.001F);
                    }
                }
            }
        }
    }

    void wrongSettingsAreRefused_data()
    {
        QTest::addColumn<Preprocessing>("how");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char *name, const auto &change, const char *says) {
            Preprocessing how = sized(8, 8);
            change(how);
            QTest::newRow(name) << how << QByteArray(says);
        };
        row(
            "no width", [](auto &how) { how.width = 0; }, "\"width\" is 0; give 1 to 16384");
        row(
            "negative height", [](auto &how) { how.height = -3; }, "\"height\" is -3");
        row(
            "too wide", [](auto &how) { how.width = 16385; }, "\"width\" is 16385");
        row(
            "shorter side", [](auto &how) { how.shorterSide = 0; }, "\"shorter_side\" is 0");
        row(
            "two means",
            [](auto &how) {
                how.mean = {1, 2};
            },
            "\"mean\" has 2 values");
        row(
            "no mean", [](auto &how) { how.mean = {}; }, "\"mean\" has 0 values");
        row(
            "std of 0",
            [](auto &how) {
                how.std = {1, 0, 1};
            },
            "\"std\" holds 0");
        row(
            "std is NaN", [](auto &how) { how.std = {std::nan("")}; }, "\"std\" holds nan");
        row(
            "scale", [](auto &how) { how.scale = INFINITY; }, "\"scale\" and \"pad_value\"");
        row(
            "three means for gray",
            [](auto &how) {
                how.channels = Channels::Gray;
                how.mean = {1, 2, 3};
            },
            "\"mean\" has 3 values; give one");
    }
    void wrongSettingsAreRefused()
    {
        QFETCH(Preprocessing, how);
        QFETCH(QByteArray, says);
        const auto result = preprocess(plain(4, 4, {1, 2, 3}), how);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::InvalidArgument);
        QVERIFY2(result.error().message.find(says.toStdString()) != std::string::npos,
                 result.error().message.c_str());
    }

    void emptyPicturesAreRefused()
    {
        QVERIFY(!preprocess(Image{}, sized(8, 8)));
        QVERIFY(!preprocess(Image{4, 4, std::vector<std::uint8_t>(47)}, sized(8, 8)));
        QVERIFY(!preprocess(Image{-4, -4, std::vector<std::uint8_t>(48)}, sized(8, 8)));
    }

    // A line of 200,000 pixels: only what is cut out may be computed and kept.
    void extremeShapesTakeLittleMemory()
    {
        for (const Image &line : {plain(200'000, 1, {7, 8, 9}), plain(1, 200'000, {7, 8, 9})}) {
            for (const Interpolation interpolation : interpolations) {
                for (const ResizeMode mode :
                     {ResizeMode::Stretch, ResizeMode::Crop, ResizeMode::Letterbox}) {
                    Preprocessing how = sized(224, 224);
                    how.resize = mode;
                    how.interpolation = interpolation;
                    const auto result = preprocess(line, how);
                    QVERIFY(result);
                    const auto values = result->tensor.values<float>();
                    QVERIFY(std::abs(values[111U * 224U + 111U] - 7.0F / 255) < 1e-5F);
                }
            }
            Preprocessing how = sized(224, 224);
            how.antialias = false;
            how.resize = ResizeMode::Crop;
            how.shorterSide = 16384;
            const auto refused = preprocess(line, how);
            QVERIFY(!refused);
            QVERIFY(refused.error().message.find("too long") != std::string::npos);
        }
    }

    void theNetworksViewIsThePictureAgain()
    {
        const Image image = picture("wide.png");
        for (const Channels channels : {Channels::Rgb, Channels::Bgr}) {
            for (const Layout layout : {Layout::Nchw, Layout::Nhwc}) {
                Preprocessing how = sized(image.width, image.height);
                how.channels = channels;
                how.layout = layout;
                how.mean = {0.485, 0.456, 0.406};
                how.std = {0.229, 0.224, 0.225};
                const auto seen = preprocess(image, how);
                QCOMPARE(*tensorAsImage(seen->tensor, how), image);
                Tensor batch = seen->tensor;
                Shape shape = batch.shape();
                shape.insert(shape.begin(), 1);
                QVERIFY(batch.reshape(shape));
                QCOMPARE(*tensorAsImage(batch, how), image);
            }
        }
        Preprocessing gray = sized(2, 1);
        gray.channels = Channels::Gray;
        gray.scale = 1;
        const std::vector<float> values{std::nanf(""), 300};
        const auto seen = tensorAsImage(*Tensor::fromValues<float>({1, 1, 2}, values), gray);
        QCOMPARE(seen->rgb, (std::vector<std::uint8_t>{0, 0, 0, 255, 255, 255}));
        QVERIFY(!tensorAsImage(*Tensor::create(DType::Float32, {3, 1, 2}), gray));
        QVERIFY(!tensorAsImage(*Tensor::create(DType::Float32, {2}), gray));
        QVERIFY(!tensorAsImage(*Tensor::create(DType::String, {1, 1, 2}), gray));
    }

    void alphaIsOpaque_data()
    {
        QTest::addColumn<int>("channels");
        QTest::addColumn<std::vector<float>>("pixels");
        const auto row = [](Channels channels, const std::vector<float> &pixels) {
            QTest::newRow(channelsName(channels)) << int(channels) << pixels;
        };
        row(Channels::Rgba, {10, 40, 20, 50, 30, 60, 255, 255});
        row(Channels::Bgra, {30, 60, 20, 50, 10, 40, 255, 255});
        // (299 R + 587 G + 114 B) / 1000
        row(Channels::GrayAlpha, {18, 48, 255, 255});
    }
    void alphaIsOpaque()
    {
        QFETCH(int, channels);
        QFETCH(std::vector<float>, pixels);
        const Image image{2, 1, {10, 20, 30, 40, 50, 60}};
        Preprocessing how = sized(2, 1);
        how.channels = Channels(channels);
        how.scale = 1;
        const auto made = preprocess(image, how);
        QVERIFY2(made, made ? "" : made.error().message.c_str());
        const auto values = made->tensor.values<float>();
        QCOMPARE(std::vector<float>(values.begin(), values.end()), pixels);
        const Image seen = *tensorAsImage(made->tensor, how);
        if (how.channels == Channels::GrayAlpha)
            QCOMPARE(seen.rgb, (std::vector<std::uint8_t>{18, 18, 18, 48, 48, 48}));
        else
            QCOMPARE(seen, image);
    }

    void aBorderOfTheMeanIsZero()
    {
        Preprocessing how = sized(2, 4);
        how.resize = ResizeMode::Letterbox;
        how.padsWithMean = true;
        how.mean = {0.1, 0.2, 0.3};
        how.std = {0.5};
        const auto made = preprocess({1, 1, {255, 255, 255}}, how);
        const auto values = made->tensor.values<float>();
        for (std::size_t c = 0; c < 3; ++c) {
            const double white = (1 - how.mean[c]) / 0.5;
            for (std::size_t i = 0; i < 8; ++i) {
                const bool border = i < 2 || i >= 6;
                QCOMPARE(values[c * 8 + i], border ? 0.0F : static_cast<float>(white));
            }
        }
    }

    void whatIsStretchedMayBeCut()
    {
        Image image{4, 2, {}};
        for (const std::uint8_t pixel : {1, 2, 3, 4, 5, 6, 7, 8})
            image.rgb.insert(image.rgb.end(), 3, pixel);
        Preprocessing how = sized(2, 2);
        how.shorterSide = 4; // 4 x 4, of which the middle
        how.scale = 1;
        how.channels = Channels::Gray;
        how.interpolation = Interpolation::Nearest;
        const auto made = preprocess(image, how);
        const auto values = made->tensor.values<float>();
        QCOMPARE(std::vector<float>(values.begin(), values.end()),
                 (std::vector<float>{2, 3, 6, 7}));
        QCOMPARE(made->mapping.offsetX, 1.0);
        QCOMPARE(made->mapping.scaleY, 0.5);
    }

    void planesResizeAsPicturesDo()
    {
        Preprocessing how = sized(14, 10);
        how.channels = Channels::Gray;
        how.scale = 1;
        const Image image = picture("tall.png");
        const Image same = *tensorAsImage(preprocess(image,
                                                     [&] {
                                                         Preprocessing full = how;
                                                         full.width = image.width;
                                                         full.height = image.height;
                                                         return full;
                                                     }())
                                              ->tensor,
                                          how);
        std::vector<float> plane;
        for (std::size_t i = 0; i < same.rgb.size(); i += 3)
            plane.push_back(same.rgb[i]);
        for (const Interpolation interpolation : interpolations) {
            for (const bool antialias : {true, false}) {
                how.interpolation = interpolation;
                how.antialias = antialias;
                const auto whole = preprocess(image, how);
                const auto alone =
                    resizePlane(plane, image.width, image.height, 14, 10, interpolation, antialias);
                QCOMPARE(alone.size(), std::size_t(140));
                // Pictures are rounded to 8 bits in both passes.
                for (std::size_t i = 0; i < alone.size(); ++i)
                    QVERIFY(std::abs(alone[i] - whole->tensor.values<float>()[i]) <= 1.0F);
            }
        }
    }

    void namesAreThoseOfTheSettingsFile()
    {
        QCOMPARE(QByteArray(channelsName(Channels::Gray)), QByteArray("gray"));
        QCOMPARE(QByteArray(layoutName(Layout::Nhwc)), QByteArray("NHWC"));
        QCOMPARE(QByteArray(resizeModeName(ResizeMode::Letterbox)), QByteArray("letterbox"));
        QCOMPARE(QByteArray(interpolationName(Interpolation::Area)), QByteArray("area"));
    }
};

QTEST_APPLESS_MAIN(TestPreprocessing)
#include "tst_preprocessing.moc"
