// Pictures prepared as torchvision, timm, transformers and Keras do it, from their own files or a
// preset's name to the network's numbers; frameworks_reference.py computes what they make of them.
#include "model/understanding/hugging_face.h"
#include "model/understanding/timm.h"
#include "model/understanding/understanding.h"
#include "pattern_picture.h"
#include "tensor/conversion.h"
#include "test_files.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

using namespace warmbench;

namespace {

constexpr int pythonLacksPillow = 77; // exit code of frameworks_reference.py

struct Case
{
    QJsonObject head;
    std::vector<float> expected;

    QByteArray name() const { return QJsonDocument(head).toJson(QJsonDocument::Compact).left(700); }
    std::pair<double, double> pair(const char *key) const
    {
        const QJsonArray both = head[QLatin1String(key)].toArray();
        return {both[0].toDouble(), both[1].toDouble()};
    }
    NetworkSpec network() const
    {
        TensorSpec input;
        input.name = "input";
        for (const auto extent : head[QLatin1String("network")].toArray())
            input.shape.push_back({extent.toInteger(), {}});
        if (head[QLatin1String("dtype")] == QLatin1String("uint8"))
            input.dtype = DType::UInt8;
        NetworkSpec spec;
        spec.inputs = {input};
        spec.outputs = {{"scores", DType::Float32, {{1, {}}, {3, {}}}, {}}};
        return spec;
    }
    Result<Understanding> understood() const
    {
        const std::string text = head[QLatin1String("text")].toString().toStdString();
        const QString source = head[QLatin1String("source")].toString();
        const bool settings = source == QLatin1String("settings");
        auto parsed = parseModelSettings(settings ? text : "{}");
        if (!parsed)
            return parsed.error();
        std::vector<Hints> beside;
        if (source == QLatin1String("config.json"))
            beside.push_back(timmHints(*parseJson(text)));
        else if (!settings)
            beside.push_back(preprocessorHints(*parseJson(text)));
        return understand(network(), *parsed, beside);
    }
};

std::vector<Case> casesOf(const QByteArray &told)
{
    std::vector<Case> cases;
    qsizetype at = 0;
    const auto take = [&](void *to, std::size_t size) {
        std::memcpy(to, told.constData() + at, size);
        at += qsizetype(size);
    };
    while (at < told.size()) {
        std::uint32_t length = 0;
        take(&length, sizeof(length));
        QByteArray head(qsizetype(length), '\0');
        take(head.data(), length);
        Case one;
        one.head = QJsonDocument::fromJson(head).object();
        std::size_t count = 1;
        for (const auto extent : one.head[QLatin1String("network")].toArray())
            count *= std::size_t(extent.toInteger());
        one.expected.resize(count);
        take(one.expected.data(), count * sizeof(float));
        cases.push_back(std::move(one));
    }
    return cases;
}

// The largest difference, in grey levels.
double difference(const Case &one, std::span<const float> made, Layout layout)
{
    const QJsonArray levels = one.head[QLatin1String("level")].toArray();
    const std::size_t channels = std::size_t(levels.size());
    const std::size_t plane = made.size() / channels;
    double largest = 0;
    for (std::size_t i = 0; i < made.size(); ++i) {
        const std::size_t channel = layout == Layout::Nchw ? i / plane : i % channels;
        const double level = levels[qsizetype(channel)].toDouble();
        largest = std::max(largest, std::abs(double(made[i]) - double(one.expected[i])) / level);
    }
    return largest;
}

} // namespace

class TestFrameworks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theirPreparationIsEqualled()
    {
        QProcess python;
        const auto script =
            sourceFile("tests/core/model/understanding/frameworks_reference.py").string();
        python.start(QString::fromStdString(testPython().string()),
                     {QString::fromStdString(script)});
        QVERIFY(python.waitForFinished(120'000));
        if (python.exitCode() == pythonLacksPillow)
            QSKIP("Python has no Pillow to compare with; install python3-pil.");
        QVERIFY2(python.exitCode() == 0, python.readAllStandardError().constData());
        const auto cases = casesOf(python.readAllStandardOutput());
        QCOMPARE(cases.size(), std::size_t(200));
        double worst = 0;
        for (const Case &one : cases) {
            const auto understood = one.understood();
            QVERIFY2(understood, understood ? "" : understood.error().message.c_str());
            const Preprocessing &how = understood->input.preprocessing;
            const auto [width, height] = one.pair("picture");
            const auto made = preprocess(patternPicture(int(width), int(height)), how);
            QVERIFY2(made, made ? "" : made.error().message.c_str());
            if (how.resize != ResizeMode::Letterbox)
                theWindowIsExact(one, made->mapping);
            // As the network gets it.
            const auto input = converted(made->tensor, one.network().inputs[0].dtype);
            QVERIFY2(input, input ? "" : input.error().message.c_str());
            const auto numbers = converted(*input, DType::Float32);
            QCOMPARE(numbers->elementCount(), one.expected.size());
            const double off = difference(one, numbers->values<float>(), how.layout);
            QVERIFY2(off <= 1.001, one.name() + ": " + QByteArray::number(off));
            worst = std::max(worst, off);
        }
        qInfo("largest difference: %.3f of 255 levels", worst);
    }

private:
    static void theWindowIsExact(const Case &one, const ImageMapping &mapping)
    {
        const auto [width, height] = one.pair("picture");
        const auto [resizedWidth, resizedHeight] = one.pair("resized");
        const auto [left, top] = one.pair("corner");
        const auto same = [](double a, double b) { return std::abs(a - b) < 1e-6; };
        QVERIFY2(same(mapping.scaleX * resizedWidth, width), one.name());
        QVERIFY2(same(mapping.scaleY * resizedHeight, height), one.name());
        QVERIFY2(same(mapping.offsetX, left * mapping.scaleX), one.name());
        QVERIFY2(same(mapping.offsetY, top * mapping.scaleY), one.name());
    }
};

QTEST_GUILESS_MAIN(TestFrameworks)
#include "tst_frameworks.moc"
