// What a detector's answer costs beside the network: decoding its boxes, assembling its masks with
// their polygons, and the letterbox of a photograph.
#include "inference/decoders/decoder.h"
#include "inference/mask_forms.h"
#include "tensor/preprocessing.h"

#include <benchmark/benchmark.h>
#include <cmath>
#include <random>

using namespace warmbench;

namespace {

// As YOLO v8 answers a street: 80 classes, most places empty, some hundred above the threshold.
void decodesEightThousandBoxes(benchmark::State &state)
{
    constexpr std::size_t places = 8400;
    constexpr std::size_t classes = 80;
    std::mt19937 random(1);
    std::uniform_real_distribution<float> position(50, 590);
    std::uniform_real_distribution<float> quiet(0, 0.2F);
    std::vector<float> values(places * (4 + classes));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = i < places * 4 ? position(random) : quiet(random);
    for (std::size_t i = 0; i < places; i += 20)
        values[places * (4 + i % classes) + i] = 0.5F;
    const Shape shape{4 + classes, places};
    RawDetections raw;
    raw.outputs.push_back({"output0", values, shape});
    raw.width = raw.height = 640;
    raw.settings.scoreThreshold = 0.25;
    for ([[maybe_unused]] const auto _ : state) {
        auto boxes = decodeYolov8(raw);
        benchmark::DoNotOptimize(nonMaximumSuppression(*std::move(boxes), 0.7, 300));
    }
}
BENCHMARK(decodesEightThousandBoxes)->Unit(benchmark::kMillisecond);

void letterboxesTwelveMegapixels(benchmark::State &state)
{
    Image photograph;
    photograph.width = 4000;
    photograph.height = 3000;
    photograph.rgb.resize(std::size_t(4000) * 3000 * 3);
    for (std::size_t i = 0; i < photograph.rgb.size(); ++i)
        photograph.rgb[i] = static_cast<std::uint8_t>(i * 31);
    Preprocessing how;
    how.width = how.height = 640;
    how.resize = ResizeMode::Letterbox;
    how.antialias = false;
    for ([[maybe_unused]] const auto _ : state)
        benchmark::DoNotOptimize(preprocess(photograph, how));
}
BENCHMARK(letterboxesTwelveMegapixels)->Unit(benchmark::kMillisecond);

// Twenty objects whose boxes take an eighth of the picture each, in full HD; 32 prototypes at a
// quarter of 640 x 640, as smooth as a network's.
void assemblesTwentyMasksInFullHd(benchmark::State &state)
{
    constexpr std::int64_t planes = 32;
    constexpr std::int64_t side = 160;
    constexpr std::size_t objects = 20;
    std::vector<float> prototypes(planes * side * side);
    for (std::int64_t i = 0; i < std::ssize(prototypes); ++i) {
        const std::int64_t index = i / (side * side);
        const auto plane = static_cast<float>(index + 1);
        const std::int64_t column = i % side;
        const std::int64_t row = i / side % side;
        const auto x = static_cast<float>(column) / 20;
        const auto y = static_cast<float>(row) / 20;
        prototypes[static_cast<std::size_t>(i)] = std::sin(x * plane / 9) * std::cos(y + plane);
    }
    std::mt19937 random(2);
    std::uniform_real_distribution<float> some(-1, 1);
    std::uniform_real_distribution<float> left(10, 400);
    std::uniform_real_distribution<float> top(150, 260);
    std::vector<float> rows(objects * (6 + planes));
    for (std::size_t i = 0; i < objects; ++i) {
        float *const row = rows.data() + i * (6 + planes);
        row[0] = left(random);
        row[1] = top(random);
        row[2] = row[0] + 213;
        row[3] = row[1] + 213;
        row[4] = 0.9F;
        for (std::size_t k = 0; k < planes; ++k)
            row[6 + k] = some(random);
    }
    const Shape rowShape{objects, 6 + planes};
    const Shape planeShape{planes, side, side};
    RawDetections raw;
    raw.outputs.push_back({"output0", rows, rowShape});
    raw.outputs.push_back({"output1", prototypes, planeShape});
    raw.width = raw.height = 640;
    raw.settings.scoreThreshold = 0.25;
    raw.settings.masks = planes;
    const Placement placement(640, 640, {3, 3, 0, -420, 1920, 1080});
    for ([[maybe_unused]] const auto _ : state) {
        const auto boxes = decodeYoloRows(raw);
        for (const RelativeBox &box : *boxes) {
            Detection found;
            const Point upper = placement.clamped(box.left, box.top);
            const Point lower = placement.clamped(box.right, box.bottom);
            found.left = upper.x;
            found.top = upper.y;
            found.right = lower.x;
            found.bottom = lower.y;
            benchmark::DoNotOptimize(detailYoloRows(raw, box, placement, found));
            benchmark::DoNotOptimize(polygonsOf(*found.mask));
        }
    }
}
BENCHMARK(assemblesTwentyMasksInFullHd)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
