// Numbers laid out as each family's exporter does it, with boxes whose places are known.
#include "inference/decoders/decoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <QTest>

using namespace warmbench;

namespace {

constexpr int width = 64;
constexpr int height = 96;
constexpr float nanValue = std::numeric_limits<float>::quiet_NaN();

struct Output
{
    std::string name;
    Shape shape;
    std::vector<float> values;
};

Output zeros(const char *name, const Shape &shape)
{
    return {name, shape, std::vector<float>(*elementCount(shape))};
}

float &at(Output &output, std::int64_t row, std::int64_t column)
{
    return output.values[static_cast<std::size_t>(row * output.shape[1] + column)];
}

Result<std::vector<RelativeBox>> decoded(const char *name, const std::vector<Output> &outputs,
                                         int classes = 0, double score = 0.25)
{
    RawDetections raw;
    for (const Output &output : outputs)
        raw.outputs.push_back({output.name, output.values, output.shape});
    raw.width = width;
    raw.height = height;
    raw.settings.classes = classes;
    raw.settings.scoreThreshold = score;
    return decoderNamed(name)->decode(raw);
}

bool isAt(const RelativeBox &box, const std::array<double, 4> &pixels)
{
    const std::array<double, 4> edges{double(box.left) * width, double(box.top) * height,
                                      double(box.right) * width, double(box.bottom) * height};
    for (std::size_t i = 0; i < 4; ++i) {
        if (std::abs(edges[i] - pixels[i]) > 1e-4)
            return false;
    }
    return true;
}

} // namespace

class TestYolo : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void columnsOfVersionEight()
    {
        Output output = zeros("output0", {4 + 3 + 2, 7}); // three classes and two more numbers
        const auto put = [&](std::int64_t column, const std::vector<float> &numbers) {
            for (std::size_t i = 0; i < numbers.size(); ++i)
                at(output, static_cast<std::int64_t>(i), column) = numbers[i];
        };
        put(0, {32, 48, 20, 10, 0.1F, 0.9F, 0.3F, 50, 50});
        put(4, {5, 6, 10, 12, 0.26F, 0, 0, 50, 50});
        put(6, {nanValue, 6, 10, 12, 0.9F, 0, 0, 0, 0});
        const auto found = decoded("yolov8", {output}, 3);
        QVERIFY(found.has_value());
        QCOMPARE(found->size(), std::size_t(2));
        QCOMPARE((*found)[0].index, 1);
        QCOMPARE((*found)[0].score, 0.9F);
        QVERIFY(isAt((*found)[0], {22, 43, 42, 53}));
        QCOMPARE((*found)[1].index, 0);
        QVERIFY(isAt((*found)[1], {0, 0, 10, 12}));
        // Without a count, all that follows the box is scores.
        QCOMPARE(decoded("yolov8", {output})->front().score, 50.0F);
    }

    void rowsOfVersionFive()
    {
        Output output = zeros("output0", {5, 5 + 2});
        const std::array<float, 7> row{32, 48, 20, 10, 0.5F, 0.2F, 0.8F};
        std::copy(row.begin(), row.end(), output.values.begin() + 7);
        const auto found = decoded("yolov5", {output});
        QCOMPARE(found->size(), std::size_t(1));
        QCOMPARE(found->front().index, 1);
        QCOMPARE(found->front().score, 0.4F);
        QVERIFY(isAt(found->front(), {22, 43, 42, 53}));
        QVERIFY(decoded("yolov5", {output}, 0, 0.41)->empty());
        // Objectness alone below the threshold drops a row, too.
        at(output, 1, 4) = 0.2F;
        at(output, 1, 6) = 10;
        QVERIFY(decoded("yolov5", {output})->empty());
    }

    void finishedRows()
    {
        Output output = zeros("output0", {5, 6});
        const std::array<float, 24> rows{1,  2, 30, 40, 0.9F, 7, 5, 6,  7, 8,  0.8F, -1,
                                         30, 2, 1,  40, 0.9F, 7, 1, 40, 9, 39, 0.9F, 7};
        std::copy(rows.begin(), rows.end(), output.values.begin());
        const auto found = decoded("yolo-rows", {output});
        // Neither rows of zeros, nor a class below 0, nor edges in the wrong order.
        QCOMPARE(found->size(), std::size_t(1));
        QCOMPARE(found->front().index, 7);
        QVERIFY(isAt(found->front(), {1, 2, 30, 40}));
    }

    void yoloxRawAndDecoded()
    {
        // 8 x 12 + 4 x 6 + 2 x 3 places; the third one of stride 16 in its second row.
        Output raw = zeros("output", {96 + 24 + 6, 6});
        const std::int64_t place = 96 + 4 + 2;
        at(raw, place, 0) = 0.5F;
        at(raw, place, 1) = -0.25F;
        at(raw, place, 2) = std::log(1.5F);
        at(raw, place, 3) = std::log(0.5F);
        at(raw, place, 4) = 0.8F;
        at(raw, place, 5) = 0.5F;
        const auto found = decoded("yolox", {raw});
        QCOMPARE(found->size(), std::size_t(1));
        QVERIFY(isAt(found->front(), {40 - 12, 12 - 4, 40 + 12, 12 + 4}));
        QCOMPARE(found->front().score, 0.4F);

        Output pixels = zeros("output", {96 + 24 + 6, 6});
        const std::array<float, 6> row{40, 12, 24, 8, 0.8F, 0.5F};
        std::copy(row.begin(), row.end(), pixels.values.begin() + 6 * place);
        QVERIFY(isAt(decoded("yolox", {pixels})->front(), {28, 8, 52, 16}));

        const auto other = decoded("yolox", {zeros("output", {125, 6})});
        QVERIFY(!other);
        QVERIFY(other.error().message.find("strides 8, 16 and 32") != std::string::npos);
    }

    void fastestDetWeighsItsScores()
    {
        Output output = zeros("output", {24, 5 + 2});
        const std::array<float, 7> row{32, 48, 20, 10, 0.5F, 0.1F, 0.9F};
        std::copy(row.begin(), row.end(), output.values.begin());
        const auto found = decoded("fastestdet", {output});
        QCOMPARE(found->size(), std::size_t(1));
        QVERIFY(std::abs(found->front().score - 0.632527F) < 1e-5F); // 0.5^0.6 * 0.9^0.4
        QVERIFY(isAt(found->front(), {22, 43, 42, 53}));
    }

    void yunetJoinsItsOutputs()
    {
        std::vector<Output> outputs;
        for (const int stride : {8, 16, 32}) {
            const std::int64_t places = (width / stride) * (height / stride);
            for (const auto &[name, columns] :
                 {std::pair("cls_", 1), {"obj_", 1}, {"bbox_", 4}, {"kps_", 10}})
                outputs.push_back(
                    zeros((name + std::to_string(stride)).c_str(), {places, columns}));
        }
        const auto output = [&](const char *name) -> Output & {
            return *std::find_if(outputs.begin(), outputs.end(),
                                 [&](const Output &one) { return one.name == name; });
        };
        at(output("cls_32"), 3, 0) = 0.81F;
        at(output("obj_32"), 3, 0) = 1.5F; // counts as 1
        at(output("bbox_32"), 3, 0) = 0.25F;
        const auto found = decoded("yunet", outputs);
        QCOMPARE(found->size(), std::size_t(1));
        QCOMPARE(found->front().score, 0.9F);
        // The fourth of two columns: (1 + 0.25, 1) in units of 32, one unit wide.
        QVERIFY(isAt(found->front(), {24, 16, 56, 48}));
        outputs.erase(outputs.begin());
        QVERIFY(!decoded("yunet", outputs));
    }

    void otherFormsAreRefused()
    {
        for (const char *name : {"yolov8", "yolov5", "yolo-rows", "yolox", "fastestdet", "yunet"}) {
            QVERIFY(!decoded(name, {}));
            QVERIFY(!decoded(name, {zeros("output0", {3})}));
            QVERIFY(!decoded(name, {zeros("output0", {3, 4})}));
            QVERIFY(!decoded(name, {zeros("output0", {1, 3, 64, 64})}));
        }
        QVERIFY(decoded("yolo-rows", {zeros("output0", {0, 6})})->empty());
        QVERIFY(!decoderNamed("ultraface")); // of another file
    }

    // The numbers behind a box are those of its own row.
    void pointsThatTheRowDoesNotHoldAreRefused_data()
    {
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("points");
        QTest::newRow("none") << 6 << 17;
        QTest::newRow("half of one") << 7 << 1;
        QTest::newRow("four numbers each") << 10 << 1;
    }
    void pointsThatTheRowDoesNotHoldAreRefused()
    {
        QFETCH(int, columns);
        QFETCH(int, points);
        const std::vector<float> values(static_cast<std::size_t>(columns) * 2, 0.5F);
        const std::vector<std::int64_t> shape{2, columns};
        RawDetections raw;
        raw.outputs.push_back({"output0", values, shape});
        raw.width = width;
        raw.height = height;
        raw.settings.points = points;
        Detection found;
        const Decoder &family = *decoderNamed("yolo-rows");
        const RelativeBox box{0, 0.5F, 0, 0, 1, 1, 1};
        QVERIFY(!family.detail(raw, box, Placement(width, height), found));
        QVERIFY(found.keypoints.empty());
    }

    void pointsThatAreNoNumbersAreNotVisible()
    {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const std::vector<float> values{0, 0, 9, 9, 0.9F, 0, nan, 3, 0.9F};
        const std::vector<std::int64_t> shape{1, 9};
        RawDetections raw;
        raw.outputs.push_back({"output0", values, shape});
        raw.width = width;
        raw.height = height;
        raw.settings.points = 1;
        Detection found;
        const RelativeBox box{0, 0.9F, 0, 0, 1, 1, 0};
        QVERIFY(decoderNamed("yolo-rows")->detail(raw, box, Placement(width, height), found));
        QCOMPARE(found.keypoints.at(0).score, 0.0F);
        QCOMPARE(found.keypoints.at(0).at.x, 0.0F);
    }
};

QTEST_APPLESS_MAIN(TestYolo)
#include "tst_yolo.moc"
