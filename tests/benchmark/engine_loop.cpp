// The engine alone: THREADS threads run MODEL for SECONDS, as fast as they can, on numbers that are
// there already or, with --picture, on a picture that each run decodes and prepares first. Prints
// the runs a second. What http/compare.py holds the server's way against.
//
//     engine_loop MODEL THREADS SECONDS [--engine auto] [--instances 0] [--picture FILE]
#include "loaded_model.h"
#include "tensor/image.h"
#include "tensor/preprocessing.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

using namespace warmbench;

namespace {

// Nothing if the picture cannot be an input of the model.
std::optional<Tensor> inputOf(const ModelBundle &model, std::string_view picture)
{
    const auto image = decodeImage(std::as_bytes(std::span(picture)));
    if (!image)
        return std::nullopt;
    auto prepared = preprocess(*image, model.input.preprocessing);
    if (!prepared)
        return std::nullopt;
    Shape shape = prepared->tensor.shape();
    shape.insert(shape.begin(), 1);
    (void)prepared->tensor.reshape(shape);
    return std::move(prepared->tensor);
}

double runsPerSecond(const std::function<bool()> &run, int threads,
                     std::chrono::duration<double> wanted)
{
    std::atomic<int> runs{0};
    const auto began = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> loops;
        for (int i = 0; i < threads; ++i)
            loops.emplace_back([&] {
                while (std::chrono::steady_clock::now() - began < wanted)
                    runs += run() ? 1 : 0;
            });
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return runs / took.count();
}

} // namespace

int main(int count, char **words)
{
    std::vector<std::string> arguments(words + 1, words + count);
    WorkbenchOptions options;
    options.loader.engine = takeOption(arguments, "--engine", "auto");
    options.loader.instances = std::atoi(takeOption(arguments, "--instances", "0").c_str());
    const std::string file = takeOption(arguments, "--picture", "");
    if (arguments.size() != 3) {
        std::puts("usage: engine_loop MODEL THREADS SECONDS [--engine auto] [--instances 0] "
                  "[--picture FILE]");
        return 2;
    }
    const SystemClock clock;
    const auto loaded = loadModel(arguments[0], options, clock);
    if (!loaded)
        return 1;
    const ModelBundle &model = *loaded->handle;
    std::ifstream opened(file, std::ios::binary);
    const std::string picture((std::istreambuf_iterator<char>(opened)), {});
    const std::vector<Tensor> pixels = pixelsFor(model);
    const std::function<bool()> alone = [&] { return model.network->run(pixels).has_value(); };
    const std::function<bool()> withPicture = [&] {
        const auto input = inputOf(model, picture);
        return input && model.network->run({&*input, 1});
    };
    std::printf("%f\n",
                runsPerSecond(file.empty() ? alone : withPicture, std::atoi(arguments[1].c_str()),
                              std::chrono::duration<double>(std::atof(arguments[2].c_str()))));
    return 0;
}
