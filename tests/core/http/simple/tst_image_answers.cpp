// Answers that are pictures: as PNG, and what the JSON says of them.
#include "api_server.h"
#include "base/logging.h"
#include "make_tensor.h"
#include "tensor/image.h"
#include "test_files.h"

#include <QJsonArray>
#include <QJsonValue>
#include <QTest>
#include <QVector>

using namespace warmbench;

namespace {

// Four numbers in, the same as a grey picture of 2x2 pixels out.
std::unique_ptr<FakeSource> painter(std::optional<OutputRange> range = {})
{
    FakeModel model;
    model.network.spec =
        networkSpec({tensorSpec("x", {-1, 4})}, {tensorSpec("picture", {-1, 1, 2, 2})});
    model.network.answer = [](std::span<const Tensor> inputs) -> Result<std::vector<Tensor>> {
        Tensor picture = inputs[0];
        if (auto done = picture.reshape({picture.shape()[0], 1, 2, 2}); !done)
            return done.error();
        return std::vector<Tensor>{picture};
    };
    model.settings.task = Task::Image;
    model.settings.output.range = range;
    auto source = std::make_unique<FakeSource>();
    source->set("fake", std::move(model));
    return source;
}

QVector<int> greysOf(const std::string &png)
{
    const auto image = decodeImage(std::as_bytes(std::span(png)));
    QVector<int> greys;
    for (std::size_t i = 0; image && i < image->rgb.size(); i += 3)
        greys << image->rgb[i];
    return greys;
}

std::string greyPng(int width, int height)
{
    const auto pixels = std::size_t(width) * std::size_t(height);
    const auto png = encodePng({width, height, std::vector<std::uint8_t>(pixels * 3, 90)});
    return png ? *png : std::string();
}

} // namespace

class TestImageAnswers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setLogToStandardError(false); }

    void numbersOfNoUsualRangeAreNoBlackPicture_data()
    {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<bool>("set"); // the settings say -10 to 10
        QTest::addColumn<QVector<int>>("greys");
        QTest::addColumn<QJsonArray>("range");
        QTest::addColumn<QString>("origin");
        using Greys = QVector<int>;
        QTest::newRow("told by the data")
            << QByteArray("[-0.94, 1.965, 4.87, 0]") << false << Greys{0, 128, 255, 41}
            << QJsonArray{-0.94, 4.87} << QStringLiteral("data");
        QTest::newRow("0..1") << QByteArray("[0, 0.5, 1, 1]") << false << Greys{0, 128, 255, 255}
                              << QJsonArray{0, 1} << QStringLiteral("usual");
        QTest::newRow("0..255") << QByteArray("[0, 127, 255, 3]") << false << Greys{0, 127, 255, 3}
                                << QJsonArray{0, 255} << QStringLiteral("usual");
        QTest::newRow("told by the settings")
            << QByteArray("[-20, 0, 10, 5]") << true << Greys{0, 128, 255, 191}
            << QJsonArray{-10, 10} << QStringLiteral("settings");
    }
    void numbersOfNoUsualRangeAreNoBlackPicture()
    {
        QFETCH(QByteArray, input);
        QFETCH(bool, set);
        QFETCH(QVector<int>, greys);
        QFETCH(QJsonArray, range);
        QFETCH(QString, origin);
        ApiServer api(painter(set ? std::optional(OutputRange{-10, 10}) : std::nullopt), {},
                      defaultFake());
        const std::string body = "{\"input\": " + input.toStdString() + "}";
        const auto png = api.post("/predict", body, "Accept: image/png\r\n");
        QCOMPARE(png.status, 200);
        QCOMPARE(greysOf(png.body), greys);
        const auto results = jsonOf(api.post("/predict", body))[QLatin1String("results")].toArray();
        const auto image = results[0].toObject()[QLatin1String("image")].toObject();
        QCOMPARE(image[QLatin1String("range")].toArray(), range);
        QCOMPARE(image[QLatin1String("range_origin")].toString(), origin);
    }

    // A picture comes back with the answer drawn on it, as the one who sent it sees it.
    void otherTasksAreDrawnOnThePictureSent()
    {
        ApiServer api;
        QVERIFY(api.workbench().open(testModel("ultralytics/v8_segment.onnx"), false));
        const auto sent = greyPng(101, 57);
        const auto drawn = api.post("/predict/v8_segment", sent, "Accept: image/png\r\n");
        QCOMPARE(drawn.status, 200);
        const auto picture = decodeImage(std::as_bytes(std::span(drawn.body)));
        QVERIFY(picture.has_value());
        QCOMPARE(picture->width, 101);
        QCOMPARE(picture->height, 57);
        QVERIFY(picture->rgb != std::vector<std::uint8_t>(picture->rgb.size(), 90));
        // Numbers have no picture to draw on.
        const auto numbers =
            api.post("/predict/v8_segment", "{\"inputs\": []}", "Accept: image/png\r\n");
        QVERIFY(numbers.body.starts_with('{'));
    }

    void severalFilesAreRefused()
    {
        ApiServer api;
        QVERIFY(api.workbench().open(testModel("ultralytics/v8_segment.onnx"), false));
        std::string form;
        for (const char *name : {"a", "b"})
            form += std::string("--x\r\nContent-Disposition: form-data; name=\"") + name +
                    "\"; filename=\"p.png\"\r\n\r\n" + greyPng(9, 9) + "\r\n";
        form += "--x--\r\n";
        const auto answer = api.post("/predict/v8_segment", form,
                                     "Content-Type: multipart/form-data; boundary=x\r\n");
        QCOMPARE(answer.status, 400);
        QVERIFY2(answer.body.find("2 files") != std::string::npos, answer.body.c_str());
    }

    void masksAreToldAsTheQueryAsks()
    {
        ApiServer api;
        QVERIFY(api.workbench().open(testModel("ultralytics/v8_segment.onnx"), false));
        const auto maskOf = [&](const std::string &query) -> QJsonValue {
            const auto answer = jsonOf(api.post("/predict/v8_segment" + query, greyPng(101, 57)));
            const auto result = answer[QLatin1String("results")].toArray()[0].toObject();
            const auto found = result[QLatin1String("detections")].toArray()[0].toObject();
            return found[QLatin1String("mask")];
        };
        const auto polygons = maskOf({}).toObject()[QLatin1String("polygons")].toArray();
        QCOMPARE(polygons.size(), 1);
        QVERIFY(polygons[0].toArray().size() >= 6);
        const auto runs = maskOf("?masks=rle").toObject();
        QCOMPARE(runs[QLatin1String("size")].toArray(), (QJsonArray{57, 101}));
        int pixels = 0;
        for (const auto &count : runs[QLatin1String("counts")].toArray())
            pixels += count.toInt();
        QCOMPARE(pixels, 57 * 101);
        QVERIFY(maskOf("?masks=none").isUndefined());
        const auto wrong = api.post("/predict/v8_segment?masks=polygon", greyPng(101, 57));
        QCOMPARE(wrong.status, 400);
        QVERIFY2(wrong.body.find("polygons") != std::string::npos, wrong.body.c_str());
    }

    void mapsOfClassesAreGrey()
    {
        FakeModel model;
        model.network.spec =
            networkSpec({tensorSpec("x", {-1, 3, 2, 2})}, {tensorSpec("y", {-1, 2, 2, 2})});
        model.network.answer = [](std::span<const Tensor>) -> Result<std::vector<Tensor>> {
            return std::vector<Tensor>{tensorOf({1, 2, 2, 2}, {1, 0, 0, 0, 0, 1, 1, 1})};
        };
        model.settings.task = Task::Segmentation;
        auto source = std::make_unique<FakeSource>();
        source->set("fake", std::move(model));
        ApiServer api(std::move(source), {}, defaultFake());
        const std::string body = R"({"inputs": [[[[1,1],[1,1]],[[1,1],[1,1]],[[1,1],[1,1]]]]})";
        const auto png = api.post("/predict?as=map", body, "Accept: image/png\r\n");
        QCOMPARE(png.status, 200);
        QCOMPARE(greysOf(png.body), QVector<int>({0, 1, 1, 1}));
        const auto results = jsonOf(api.post("/predict", body))[QLatin1String("results")].toArray();
        const auto map = results[0].toObject()[QLatin1String("segmentation")].toObject();
        QCOMPARE(map[QLatin1String("size")].toArray(), (QJsonArray{2, 2}));
        const auto classes = map[QLatin1String("classes")].toArray();
        QCOMPARE(classes[0].toObject()[QLatin1String("index")].toInt(), 1);
        QCOMPARE(classes[0].toObject()[QLatin1String("share")].toDouble(), 0.75);
    }
};

QTEST_GUILESS_MAIN(TestImageAnswers)
#include "tst_image_answers.moc"
