// The interface of every inference engine: load files into a network, describe it, run it, measure
// it.
//
// Engine::load runs on the loader thread only, one load at a time. Network::run may be called by as
// many threads as concurrency() says; further callers wait inside. An engine turns the exceptions
// of its library into Errors.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "engine/network_spec.h"
#include "tensor/tensor.h"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

struct EngineOptions
{
    int instances = 1; // parallel copies of the network, if the engine needs copies
    // A tensor that becomes one more output, the last, of a copy to look inside; in other formats
    // than ONNX the name of a layer. Empty: none. NotFound: there is no such tensor.
    std::string inner = {};
    bool timeLayers = false; // of a copy for Network::timeLayers()
};

struct LayerInfo
{
    std::string name;
    std::string type;
    Shape outputShape;
    std::int64_t parameters = 0;
    std::int64_t flops = 0; // 0: not known
};

// Facts of a network for one sample, found without running it; a fact that the engine does not know
// is 0 or empty.
struct NetworkMeasure
{
    Bytes weights;     // of all instances
    Bytes activations; // of all instances
    std::int64_t flops = 0;
    std::vector<LayerInfo> layers;
};

// What a layer took in a run, on average. Engines name layers that they made of several nodes
// after one of them.
struct LayerTime
{
    std::string name; // empty: the file gives none
    std::string type;
    std::chrono::nanoseconds time{};
};
struct LayerTimes
{
    std::vector<LayerTime> layers; // in the order in which they ran; those that did not are missing
    std::chrono::nanoseconds run{};   // a whole run
    std::chrono::nanoseconds step{1}; // that the engine counts in
};

// Memory that one run takes in addition to its inputs; 0: not known.
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
    // How many callers can run at once.
    virtual int concurrency() const = 0;
    // True if the first dimension of all inputs is declared free and the engine can run several
    // samples in it.
    virtual bool batches() const = 0;
    // Inputs in the order of spec().inputs, with the declared dtypes and shapes that match. Outputs
    // in the order of spec().outputs, owned, in the declared dtypes. InvalidArgument: count, dtype
    // or shape differ; the message names the input and what was expected. FailedPrecondition: the
    // network itself fails; the message names the layer. Internal: anything else the library
    // throws. Cancelled: `stop` was requested, and the engine can end a run early.
    virtual Result<std::vector<Tensor>> run(std::span<const Tensor> inputs,
                                            const std::stop_token &stop) = 0;
    Result<std::vector<Tensor>> run(std::span<const Tensor> inputs) { return run(inputs, {}); }
    // Memory of a run with inputs of these shapes, which must match the spec; nothing is allocated
    // to find it. InvalidArgument: the network cannot take such shapes; the message names node and
    // tensor. Any thread. Cost: a look-up for shapes that were asked for before.
    virtual Result<RunCost> cost([[maybe_unused]] std::span<const Shape> inputs) const
    {
        return RunCost{};
    }
    virtual NetworkMeasure measure() const = 0;
    // Runs once and then `runs` times more, at least 1, and tells what each layer took in those.
    // For one caller, once, and a network that was loaded for it (EngineOptions::timeLayers).
    // Errors as run(); FailedPrecondition: the engine does not tell.
    virtual Result<LayerTimes> timeLayers([[maybe_unused]] std::span<const Tensor> inputs,
                                          [[maybe_unused]] int runs,
                                          [[maybe_unused]] const std::stop_token &stop)
    {
        return failedPrecondition("The engine does not tell what the layers of this network take.");
    }
    // Frees memory that large runs have left behind in instances that have been idle since the
    // previous call. May take the time of a run. Loader thread.
    virtual void handBack() {}
    // Why it will never run again; nothing as long as it may. Any thread.
    virtual std::optional<Error> broken() const { return std::nullopt; }
    // The time that a run usually takes; max() before the first, and for good where the values of
    // the inputs decide how long a run takes. Lock-free.
    virtual std::chrono::nanoseconds usualTime() const = 0;
};

// A run shorter than this is not worth another thread: handing it over costs some 10 us.
inline constexpr std::chrono::microseconds quickRunTime{100};

class Engine
{
public:
    virtual ~Engine() = default;

    virtual std::string_view name() const = 0; // "opencv", "onnxruntime"
    virtual std::string version() const = 0;
    virtual bool supports(ModelFormat format) const = 0;
    // Inputs, outputs and other facts of the network. If the format allows it, no weights are
    // loaded into the engine.
    virtual Result<NetworkSpec> describe(const ModelFiles &files) = 0;
    // Memory that the loaded network will keep: weights, inputs and the results between layers, for
    // all instances. Found from the files, before anything is allocated. 0: not known.
    virtual Result<Bytes> estimate([[maybe_unused]] const ModelFiles &files,
                                   [[maybe_unused]] const EngineOptions &options)
    {
        return Bytes{};
    }
    // Loads the network and warms it up with one run on zeros, if there are shapes to try, so that
    // a network that fails only when it runs fails here. FailedPrecondition with node, operator,
    // opset and next step. ResourceExhausted with the numbers: the network takes more memory than
    // the engine may use.
    virtual Result<std::shared_ptr<Network>> load(const ModelFiles &files,
                                                  const EngineOptions &options) = 0;
};

// Number of threads that a run may use while no other run is under way: all cores unless it is set.
// Set it before an engine is made, because the libraries' settings are global.
void setEngineThreads(int threads);
int engineThreads();

// The engine that is always there. A network that would take more memory than `most` is refused
// before it is loaded; 0: no limit.
std::unique_ptr<Engine> makeOpenCvEngine(Bytes most = {});
// ONNX Runtime. FailedPrecondition says why it is not there.
Result<std::unique_ptr<Engine>> makeOnnxRuntimeEngine(Bytes most = {});
// All engines that are there. The first one that reads a format is the one that "auto" means.
std::vector<std::shared_ptr<Engine>> makeEngines(Bytes most = {});

struct EngineVersion
{
    std::string name;    // "opencv", "onnxruntime"
    std::string version; // "4.6.0"; empty: the engine is not there
    std::string reason;  // why it is not there
};
// Every engine that this program knows, whether or not it is there.
const std::vector<EngineVersion> &engineVersions();
// Null: this program knows no such engine.
const EngineVersion *engineVersion(std::string_view name);

} // namespace warmbench
