// Looks inside networks for the window and the command line: graphs, weights, inner tensors. One
// after the other, on a thread of its own: each may read a large file or load a network.
//
// Thread: any; nothing blocks. Answers come from the thread "inspect" or the loader's, or at once
// on the caller's. Must outlive the loader's thread.
#pragma once

#include "base/job_thread.h"
#include "engine/network_graph.h"
#include "engine/weight_statistics.h"
#include "inference/inspection/inner_tensor.h"
#include "model/repository.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace warmbench {

class InspectionRunner
{
public:
    using GraphDone = std::function<void(Result<std::shared_ptr<const NetworkGraph>>)>;
    using WeightsDone = std::function<void(Result<WeightStatistics>)>;
    using TensorDone = std::function<void(Result<InnerTensor>)>;

    InspectionRunner(Repository &repository, ModelSource &source, ModelCache &cache,
                     const Clock &clock);

    // Errors of all three: NotFound: no such model; Cancelled: `stop` was requested before the
    // answer; Unavailable: too many wait, or the program shuts down.
    //
    // The graph of the model's file, whether or not an engine runs it. A format whose files tell no
    // graph is loaded, and tells its layers. Errors also as readNetworkGraph, ModelCache::acquire.
    void graph(const ModelId &id, GraphDone done, std::stop_token stop);
    // Errors also as weightStatistics().
    void weights(const ModelId &id, std::string initialiser, WeightsDone done,
                 std::stop_token stop);
    // `allowed`: the longest time until the answer; negative: no limit. Errors also as
    // ModelCache::acquire and computeInnerTensor().
    void innerTensor(InnerTensorRequest request, Milliseconds allowed, TensorDone done);

    // Ends a run that is under way, if the engine can; what waits is answered with Unavailable.
    void stop() { m_thread.stop(); }

private:
    struct Look; // a request for an inner tensor

    void enqueue(JobThread::Job job);
    Result<ModelFiles> filesOf(const ModelId &id) const;
    void layersOfLoaded(const ModelId &id, const GraphDone &done);
    Result<InnerTensor> computed(const Look &look, const std::stop_token &ending) const;

    Repository &m_repository;
    ModelSource &m_source;
    ModelCache &m_cache;
    const Clock &m_clock;
    JobThread m_thread{"inspect", "looks into networks"}; // last: it uses all of them
};

} // namespace warmbench
