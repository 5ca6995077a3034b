// What a detector's answer costs beside the network: decoding its boxes, and the letterbox of a
// photograph.
#include "inference/decoders/decoder.h"
#include "tensor/preprocessing.h"

#include <benchmark/benchmark.h>
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
    raw.scoreThreshold = 0.25;
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

} // namespace

BENCHMARK_MAIN();
