// Answers that are pictures: as PNG, and what the JSON says of them.
#include "api_server.h"
#include "base/logging.h"
#include "make_tensor.h"
#include "tensor/image.h"

#include <QJsonArray>
#include <QtTest>

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
};

QTEST_GUILESS_MAIN(TestImageAnswers)
#include "tst_image_answers.moc"
