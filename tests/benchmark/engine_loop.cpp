// The engine alone: THREADS threads run MODEL for SECONDS, as fast as they can. Prints the
// runs a second. What http/compare.py holds the server's way against.
//
//     engine_loop MODEL THREADS SECONDS
#include "inference/workbench.h"
#include "tensor/conversion.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <thread>

using namespace warmbench;

namespace {

// Numbers from 0 to 1, as pixels are: zeros would spare the processor work.
Tensor numbers(const TensorSpec &spec)
{
    Shape shape;
    for (const Dimension &extent : spec.shape)
        shape.push_back(extent.free() ? 1 : extent.size);
    Tensor tensor = *Tensor::create(DType::Float32, shape);
    float value = 0;
    for (float &one : tensor.mutableValues<float>())
        one = value = value < 1 ? value + 0.0173F : 0;
    return *converted(tensor, spec.dtype);
}

double runsPerSecond(Network &network, int threads, std::chrono::duration<double> wanted)
{
    std::vector<Tensor> inputs;
    for (const TensorSpec &spec : network.spec().inputs)
        inputs.push_back(numbers(spec));
    std::atomic<int> runs{0};
    const auto began = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> loops;
        for (int i = 0; i < threads; ++i)
            loops.emplace_back([&] {
                while (std::chrono::steady_clock::now() - began < wanted)
                    runs += network.run(inputs) ? 1 : 0;
            });
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return runs / took.count();
}

} // namespace

int main(int count, char **arguments)
{
    if (count != 4) {
        std::puts("usage: engine_loop MODEL THREADS SECONDS");
        return 2;
    }
    const SystemClock clock;
    Workbench workbench({}, clock);
    const auto names = workbench.open(arguments[1], true);
    std::promise<void> ready;
    workbench.whenReady([&] { ready.set_value(); });
    ready.get_future().wait();
    if (!names || workbench.startFailure()) {
        std::puts("The model could not be loaded; try it with `warmbench inspect`.");
        return 1;
    }
    const auto model = workbench.cache().acquireIfReady({names->front(), {}}, Purpose::Other);
    std::printf("%f\n", runsPerSecond(*(*model)->network, std::atoi(arguments[2]),
                                      std::chrono::duration<double>(std::atof(arguments[3]))));
    return 0;
}
