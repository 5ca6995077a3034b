// What every inference engine can do: load files into a network, describe it, run it, measure it.
//
// Engine::load runs on the loader thread only, one load at a time. Network::run may be called by as
// many threads as concurrency() says; further callers wait inside. Exceptions of the engine's
// library end here as Errors.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "engine/network_spec.h"
#include "tensor/tensor.h"

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

struct EngineOptions
{
    int instances = 1; // parallel copies of the network, where the engine needs copies
};

struct LayerInfo
{
    std::string name;
    std::string type;
    Shape outputShape;
    std::int64_t parameters = 0;
    std::int64_t flops = 0; // 0: not known
};

// Found without running, for one sample; what the engine cannot tell is 0 or empty.
struct NetworkMeasure
{
    Bytes weights;     // of all instances
    Bytes activations; // of all instances
    std::int64_t flops = 0;
    std::vector<LayerInfo> layers;
};

// What one run takes in memory beside its inputs; 0: not known.
struct RunCost
{
    Bytes activations; // between the layers, kept by the instance after the run
    Bytes outputs;
};

// A loaded network, ready to run.
class Network
{
public:
    virtual ~Network() = default;

    virtual const NetworkSpec &spec() const = 0;
    // How many callers run at once.
    virtual int concurrency() const = 0;
    // True where the declared first dimension of all inputs is free and the engine handles more
    // than one sample in it.
    virtual bool batches() const = 0;
    // Inputs in the order of spec().inputs, with the declared dtypes and shapes that match. Outputs
    // in the order of spec().outputs, owned, in the declared dtypes. InvalidArgument: count, dtype
    // or shape differ (named, with what was expected). FailedPrecondition: the network itself fails
    // (layer named). Internal: anything else the library throws.
    virtual Result<std::vector<Tensor>> run(std::span<const Tensor> inputs) = 0;
    // Of inputs with these shapes, which match the spec; told before anything is allocated.
    // InvalidArgument naming node and tensor where the network cannot take such shapes. Any thread;
    // shapes that were asked for before cost a look-up.
    virtual Result<RunCost> cost([[maybe_unused]] std::span<const Shape> inputs) const
    {
        return RunCost{};
    }
    virtual NetworkMeasure measure() const = 0;
    // Gives back what runs larger than that at the load have left behind in instances that have
    // rested since the previous call. May take a run. Loader thread.
    virtual void handBack() {}
    // What a run usually takes; max() before the first. Lock-free.
    virtual std::chrono::nanoseconds usualTime() const = 0;
};

// Runs shorter than this are not worth another thread: handing over costs some 10 us.
inline constexpr std::chrono::microseconds quickRunTime{100};

class Engine
{
public:
    virtual ~Engine() = default;

    virtual std::string_view name() const = 0; // "opencv", "onnxruntime"
    virtual std::string version() const = 0;
    virtual bool supports(ModelFormat format) const = 0;
    // Inputs and outputs without loading weights into the engine where the format allows it; else
    // by loading.
    virtual Result<NetworkSpec> describe(const ModelFiles &files) = 0;
    // What loading will keep in memory, told from the files before anything is allocated: weights,
    // inputs and what lies between the layers, of all instances. 0: not known.
    virtual Result<Bytes> estimate([[maybe_unused]] const ModelFiles &files,
                                   [[maybe_unused]] const EngineOptions &options)
    {
        return Bytes{};
    }
    // Loads and warms up (one run on zeros where every extent is fixed or can be set to 1), so that
    // what only fails at run time fails here. FailedPrecondition with node, operator, opset and
    // next step. ResourceExhausted with the numbers: it takes more memory than the engine may use.
    virtual Result<std::shared_ptr<Network>> load(const ModelFiles &files,
                                                  const EngineOptions &options) = 0;
};

// Number of threads that a run may use while it is alone; set once at start, since OpenCV's setting
// is global.
void setEngineThreads(int threads);

// The engine that is always there. A network that takes more than `most` to load is refused before
// that is allocated; 0: no limit.
std::unique_ptr<Engine> makeOpenCvEngine(Bytes most = {});

} // namespace warmbench
