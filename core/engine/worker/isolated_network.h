// A network that runs in a worker for good. A worker that dies fails the requests that it had, and
// is started again after 0, 1, 2, 5, 10 and 30 s; an answer resets that. Requests that come
// meanwhile wait for the next one.
//
// Thread: as Network. A thread of its own ("keeper") waits for the worker's end. Private to this
// folder.
#pragma once

#include "base/mutex.h"
#include "engine/worker/worker_process.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

namespace warmbench {

class IsolatedNetwork final : public Network
{
public:
    // Errors as WorkerProcess::start.
    static Result<std::shared_ptr<IsolatedNetwork>>
    load(std::filesystem::path program, WorkerOrder order, std::chrono::seconds patience);
    ~IsolatedNetwork() override;
    IsolatedNetwork(const IsolatedNetwork &) = delete;
    IsolatedNetwork &operator=(const IsolatedNetwork &) = delete;

    const NetworkSpec &spec() const override { return m_facts.spec; }
    int concurrency() const override { return m_facts.concurrency; }
    bool batches() const override { return m_facts.batches; }
    using Network::run;
    Result<std::vector<Tensor>> run(std::span<const Tensor> inputs,
                                    const std::stop_token &stop) override;
    Result<RunCost> cost(std::span<const Shape> inputs) const override;
    // The worker's memory as its weights.
    NetworkMeasure measure() const override;
    void handBack() override;
    // A run may wait for a worker, so that none is quick.
    std::chrono::nanoseconds usualTime() const override { return std::chrono::nanoseconds::max(); }
    std::optional<Error> broken() const override;

private:
    IsolatedNetwork(std::filesystem::path program, WorkerOrder order, std::chrono::seconds patience,
                    std::shared_ptr<WorkerProcess> worker);

    // The worker, as soon as there is one.
    Result<std::shared_ptr<WorkerProcess>> worker(const std::stop_token &stop);
    void keep(const std::stop_token &stop);
    // After a death: waits its time and starts the next one. False at the end of all trying.
    // `early`: it came before there was an answer.
    bool startAgain(bool early, const std::stop_token &stop);
    // Waits before the next start; false where there will be none.
    bool pause(bool early, const std::stop_token &stop);

    const std::filesystem::path m_program;
    const WorkerOrder m_order;
    const std::chrono::seconds m_patience;
    const LoadedFacts m_facts;
    mutable Mutex m_mutex;
    StoppableCondition m_changed;
    std::shared_ptr<WorkerProcess> m_worker GUARDED_BY(m_mutex); // null between two
    int m_deaths GUARDED_BY(m_mutex) = 0;                        // since the last answer
    int m_early GUARDED_BY(m_mutex) = 0; // of these, during a start or a worker's first request
    std::optional<Error> m_broken GUARDED_BY(m_mutex);
    std::jthread m_keeper; // last: it uses all of them
};

} // namespace warmbench
