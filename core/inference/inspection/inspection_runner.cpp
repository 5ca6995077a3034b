#include "inference/inspection/inspection_runner.h"

#include "base/exceptions.h"

#include <utility>

namespace warmbench {

namespace {

Error nobodyWaits()
{
    return {ErrorCode::Cancelled, "The look inside the network was ended before its answer."};
}

// An answer that is given once, whatever happens to the one who waits for it.
template <typename Done, typename Answer>
void give(const Done &done, Answer answer)
{
    contained("inspect", [&] { done(std::move(answer)); });
}

// What `work` returns, or the error of what it throws.
template <typename Work>
auto guarded(Work &&work) -> decltype(work())
{
    try {
        return work();
    } catch (...) {
        return loggedException("inspect");
    }
}

} // namespace

// Belongs to the one thread that works on it at the moment.
struct InspectionRunner::Look
{
    InnerTensorRequest request;
    SteadyTime deadline;
    TensorDone done;
    ModelHandle handle;

    // The model is released before the answer, so that a client who then asks finds it idle.
    void answer(Result<InnerTensor> tensor)
    {
        handle.release();
        give(done, std::move(tensor));
    }
};

InspectionRunner::InspectionRunner(Repository &repository, ModelSource &source, ModelCache &cache,
                                   const Clock &clock)
    : m_repository(repository)
    , m_source(source)
    , m_cache(cache)
    , m_clock(clock)
{
}

// ---- requests

void InspectionRunner::graph(const ModelId &id, GraphDone done, std::stop_token stop)
{
    const auto refuse = [done](Error error) { give(done, std::move(error)); };
    const auto run = [this, id, done = std::move(done),
                      stop = std::move(stop)](const std::stop_token &) {
        using Graph = std::shared_ptr<const NetworkGraph>;
        if (stop.stop_requested()) {
            give(done, Result<Graph>(nobodyWaits()));
            return;
        }
        bool loads = false;
        auto graph = guarded([&]() -> Result<Graph> {
            const auto files = filesOf(id);
            if (!files)
                return files.error();
            loads = showsLayersWhenLoaded(files->format);
            if (loads)
                return Graph();
            auto read = readNetworkGraph(*files);
            if (!read)
                return std::move(read).error();
            return std::make_shared<const NetworkGraph>(*std::move(read));
        });
        if (graph && loads)
            layersOfLoaded(id, done);
        else
            give(done, std::move(graph));
    };
    enqueue({run, refuse});
}

// Waits for no load: the answer comes from the loader's thread.
void InspectionRunner::layersOfLoaded(const ModelId &id, const GraphDone &done)
{
    m_cache.acquire(id, Purpose::Other, [done](Result<Acquired> acquired) {
        using Graph = std::shared_ptr<const NetworkGraph>;
        give(done, guarded([&]() -> Result<Graph> {
                 if (!acquired)
                     return std::move(acquired).error();
                 auto graph = graphOfLayers(*acquired->handle->network);
                 acquired->handle.release();
                 if (!graph)
                     return std::move(graph).error();
                 return std::make_shared<const NetworkGraph>(*std::move(graph));
             }));
    });
}

void InspectionRunner::weights(const ModelId &id, std::string initialiser, WeightsDone done,
                               std::stop_token stop)
{
    const auto refuse = [done](Error error) { give(done, std::move(error)); };
    const auto run = [this, id, initialiser = std::move(initialiser), done = std::move(done),
                      stop = std::move(stop)](const std::stop_token &ending) {
        std::stop_source over;
        const std::stop_callback gone(stop, [&] { over.request_stop(); });
        const std::stop_callback ended(ending, [&] { over.request_stop(); });
        give(done, guarded([&]() -> Result<WeightStatistics> {
                 const auto files = filesOf(id);
                 if (!files)
                     return files.error();
                 return weightStatistics(*files, initialiser, over.get_token());
             }));
    };
    enqueue({run, refuse});
}

void InspectionRunner::innerTensor(InnerTensorRequest request, Milliseconds allowed,
                                   TensorDone done)
{
    const auto look = std::make_shared<Look>(
        Look{std::move(request), deadlineAfter(m_clock.now(), allowed), std::move(done), {}});
    m_cache.acquire(look->request.model, Purpose::Other, [this, look](Result<Acquired> acquired) {
        if (!acquired) {
            look->answer(std::move(acquired).error());
            return;
        }
        look->handle = std::move(acquired->handle);
        enqueue({[this, look](const std::stop_token &ending) {
                     look->answer(guarded([&] { return computed(*look, ending); }));
                 },
                 [look](Error error) { look->answer(std::move(error)); }});
    });
}

Result<InnerTensor> InspectionRunner::computed(const Look &look,
                                               const std::stop_token &ending) const
{
    if (look.request.cancellation.stop_requested())
        return nobodyWaits();
    if (m_clock.now() >= look.deadline)
        return Error{ErrorCode::DeadlineExceeded,
                     "The time allowed ran out before the network was looked into; allow more."};
    std::stop_source over;
    const std::stop_callback gone(look.request.cancellation, [&] { over.request_stop(); });
    const std::stop_callback ended(ending, [&] { over.request_stop(); });
    // A run is ended at the deadline, if the engine can.
    const std::jthread limit([&](const std::stop_token &done) {
        if (look.deadline != SteadyTime::max() && sleepFor(look.deadline - m_clock.now(), done))
            over.request_stop();
    });
    return computeInnerTensor(*look.handle, look.request, m_source, m_cache, look.deadline, m_clock,
                              over.get_token());
}

Result<ModelFiles> InspectionRunner::filesOf(const ModelId &id) const
{
    if (auto known = m_source.contains(id); !known)
        return std::move(known).error();
    const auto file = m_repository.fileOf(id);
    if (!file)
        return file.error();
    return identifyModelFiles(*file);
}

// Memory that a large file or network took goes back before the next job waits for its turn.
void InspectionRunner::enqueue(JobThread::Job job)
{
    m_thread.add({[run = std::move(job.run)](const std::stop_token &stop) {
                      run(stop);
                      releaseFreeMemory();
                  },
                  std::move(job.refuse)});
}

} // namespace warmbench
