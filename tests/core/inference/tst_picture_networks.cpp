// Networks from picture to picture as they come, without a settings file: whole workbench, a real
// photograph.
#include "answer.h"
#include "base/file.h"
#include "inference/workbench.h"
#include "test_files.h"

#include <cmath>
#include <filesystem>
#include <QTemporaryDir>
#include <QTest>

using namespace warmbench;

namespace {

namespace fs = std::filesystem;

Result<Prediction> predicted(const fs::path &model, std::vector<Image> pictures)
{
    const QTemporaryDir folder;
    const auto copy = fs::path(folder.path().toStdString()) / model.filename();
    fs::copy_file(model, copy);
    const SystemClock clock;
    Workbench workbench({}, clock);
    if (const auto opened = workbench.open(copy, false); !opened)
        return opened.error();
    InferenceRequest request;
    request.decode = [&](const ModelBundle &, RunControl &) -> Result<InferenceInputs> {
        return InferenceInputs(ImageInputs(std::vector(pictures)));
    };
    Answer<Prediction> answer;
    workbench.predict(std::move(request), answer.callback());
    return std::move(answer.get());
}

std::optional<Image> photograph()
{
    const auto path = sharedModel("faces.jpg");
    const auto content = path ? readFile(*path, mebibytes(16)) : Result<std::string>(Error{});
    if (!content)
        return std::nullopt;
    auto image = decodeImage(std::as_bytes(std::span<const char>(*content)));
    return image ? std::optional(*std::move(image)) : std::nullopt;
}

// The mean of a channel over the part of the picture that one of `across` x `across` tiles covers.
double tile(const Image &image, int across, int column, int row, std::size_t channel)
{
    double sum = 0;
    std::size_t count = 0;
    for (int y = row * image.height / across; y < (row + 1) * image.height / across; ++y) {
        for (int x = column * image.width / across; x < (column + 1) * image.width / across; ++x) {
            sum += image.rgb[(std::size_t(y) * std::size_t(image.width) + std::size_t(x)) * 3 +
                             channel];
            ++count;
        }
    }
    return sum / double(count);
}

double luma(const Image &image, int across, int column, int row)
{
    return 0.299 * tile(image, across, column, row, 0) +
           0.587 * tile(image, across, column, row, 1) +
           0.114 * tile(image, across, column, row, 2);
}

} // namespace

class TestPictureNetworks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // The answer is the same picture in grey, three times as large as the network's input.
    void superResolutionAnswersTheSamePicture()
    {
        const auto picture = photograph();
        const auto model = sharedModel("pytorch_super_resolution.onnx");
        if (!picture || !model)
            QSKIP("the shared models are not here");
        const auto prediction = predicted(*model, {*picture});
        QVERIFY2(prediction.has_value(), prediction ? "" : prediction.error().message.c_str());
        QVERIFY(prediction->task == Task::Image);
        const SampleResult &result = prediction->results.at(0);
        QVERIFY(result.image.has_value());
        QCOMPARE(result.image->width, 672);
        QCOMPARE(result.image->height, 672);
        QVERIFY(result.imageRange->origin == ImageRange::Origin::Usual);
        QCOMPARE(result.imageRange->white, 1.0);
        constexpr int across = 16;
        double most = 0;
        for (int row = 0; row < across; ++row) {
            for (int column = 0; column < across; ++column)
                most = std::max(most, std::abs(luma(*picture, across, column, row) -
                                               luma(*result.image, across, column, row)));
        }
        QVERIFY2(most < 10, qPrintable(QString::number(most)));
    }

    // A network of four pictures at a time gets each one four times.
    void aNetworkOfAFixedBatchTakesOnePicture()
    {
        const auto plain = [](std::uint8_t value) {
            Image image;
            image.width = image.height = 8;
            image.rgb.assign(std::size_t(8 * 8 * 3), value);
            return image;
        };
        auto prediction = predicted(testModel("four_pictures.onnx"), {plain(51)});
        QVERIFY2(prediction.has_value(), prediction ? "" : prediction.error().message.c_str());
        QCOMPARE(prediction->outputs.at(0).tensor.shape(), (Shape{1, 3}));
        for (const float mean : prediction->outputs[0].tensor.values<float>())
            QVERIFY(std::abs(mean - 0.2F) < 1e-5F);
        QCOMPARE(prediction->outputs.at(1).tensor.shape(), Shape{4});
        prediction = predicted(testModel("four_pictures.onnx"), {plain(51), plain(255)});
        QVERIFY2(prediction.has_value(), prediction ? "" : prediction.error().message.c_str());
        QCOMPARE(prediction->outputs.at(0).tensor.shape(), (Shape{2, 3}));
        QVERIFY(std::abs(prediction->outputs[0].tensor.values<float>()[5] - 1) < 1e-5F);
        QCOMPARE(prediction->outputs.at(1).tensor.shape(), (Shape{2, 4}));
        QCOMPARE(prediction->results.size(), std::size_t(2));
    }
};

QTEST_APPLESS_MAIN(TestPictureNetworks)
#include "tst_picture_networks.moc"
