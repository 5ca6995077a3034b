// What a request costs on its way, without sockets: reading the body, running the network, writing
// the answer, and all of it together on the thread that asks.
//
//     bench_road MODEL BODY.json [Google Benchmark's options]
#include "engine/engine.h"
#include "http/bodies/quick_bodies.h"
#include "http/simple/form_body.h"
#include "inference/answer/prediction_json.h"
#include "inference/prediction_flow.h"
#include "loaded_model.h"
#include "tensor/tensor.h"

#include <benchmark/benchmark.h>
#include <cstdio>
#include <fstream>
#include <future>
#include <iterator>

using namespace warmbench;

namespace {

std::string g_body;
std::optional<LoadedModel> g_loaded;

InferenceRequest request()
{
    InferenceRequest one;
    one.model = {g_loaded->name, {}};
    one.decode = *http::decoderFor(g_body, "application/json");
    return one;
}

void decode(benchmark::State &state)
{
    const ModelHandle &model = g_loaded->handle;
    const auto one = request();
    RunControl unlimited;
    for (auto _ : state)
        benchmark::DoNotOptimize(one.decode(*model, unlimited));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(g_body.size()));
}

void engineAlone(benchmark::State &state)
{
    const ModelHandle &model = g_loaded->handle;
    const std::vector<Tensor> inputs = pixelsFor(*model);
    for (auto _ : state)
        benchmark::DoNotOptimize(model->network->run(inputs));
}

void flow(benchmark::State &state)
{
    const ModelHandle &model = g_loaded->handle;
    const auto one = request();
    const SystemClock clock;
    for (auto _ : state)
        benchmark::DoNotOptimize(runPrediction(*model, one, SteadyTime::max(), clock));
}

void encode(benchmark::State &state)
{
    const ModelHandle &model = g_loaded->handle;
    const auto one = request();
    const SystemClock clock;
    const auto prediction = runPrediction(*model, one, SteadyTime::max(), clock);
    for (auto _ : state)
        benchmark::DoNotOptimize(predictionJson(*prediction));
}

// All of it; in place where body and network are quick and `here` is wished.
void workbench(benchmark::State &state, bool here)
{
    for (auto _ : state) {
        std::promise<std::string> answer;
        InferenceRequest one = request();
        one.quick = here && http::decodesQuickly(g_body);
        g_loaded->workbench->predict(std::move(one), [&](const Result<Prediction> &prediction) {
            answer.set_value(predictionJson(*prediction));
        });
        benchmark::DoNotOptimize(answer.get_future().get());
    }
}

BENCHMARK(decode);
BENCHMARK(engineAlone);
BENCHMARK(flow);
BENCHMARK(encode);
BENCHMARK_CAPTURE(workbench, other_thread, false)->UseRealTime();
BENCHMARK_CAPTURE(workbench, in_place, true)->UseRealTime();

} // namespace

int main(int count, char **arguments)
{
    if (count < 3) {
        std::puts("usage: bench_road MODEL BODY.json [options of Google Benchmark]");
        return 2;
    }
    std::ifstream body(arguments[2], std::ios::binary);
    g_body.assign(std::istreambuf_iterator<char>(body), {});
    const SystemClock clock;
    g_loaded = loadModel(arguments[1], {}, clock);
    if (!g_loaded)
        return 1;
    count -= 2;
    arguments[2] = arguments[0];
    benchmark::Initialize(&count, arguments + 2);
    benchmark::RunSpecifiedBenchmarks();
    g_loaded.reset();
    return 0;
}
