// One worker that has loaded a network and runs it, from its start to its end.
//
// Thread: start() blocks for the time of a load; run() any number, at most facts().concurrency at
// once, further ones wait inside; the rest any. Private to this folder.
#pragma once

#include "base/child_process.h"
#include "base/mutex.h"
#include "engine/engine.h"
#include "engine/worker/network_packets.h"
#include "engine/worker/worker_order.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace warmbench {

class WorkerProcess
{
public:
    // Errors: those of ChildProcess::start and of Engine::load, which the worker passes on.
    // FailedPrecondition: it has died or has not loaded in `patience`. Cancelled: `stop`.
    static Result<std::unique_ptr<WorkerProcess>> start(const std::filesystem::path &program,
                                                        const WorkerOrder &order,
                                                        std::chrono::seconds patience,
                                                        const std::stop_token &stop);
    WorkerProcess(const WorkerProcess &) = delete;
    WorkerProcess &operator=(const WorkerProcess &) = delete;

    const LoadedFacts &facts() const { return m_facts; }
    // Nothing: the worker had ended before it got the inputs. Unavailable: it ended while it had
    // them. Else as Network::run.
    std::optional<Result<std::vector<Tensor>>> run(std::span<const Tensor> inputs,
                                                   const std::stop_token &stop);
    Result<RunCost> cost(std::span<const Shape> inputs);
    void handBack();
    // It has been given inputs, and has answered none.
    bool diesAtFirst() const { return m_asked && !m_answered; }
    // Proportional share of the memory of the process (Pss of smaps_rollup, proc(5)); 0 once it has
    // ended.
    Bytes memory() const;

    // Waits for its end, once; for one thread. kill() makes it come.
    ChildProcess::End waitForEnd() { return m_child.wait(SteadyTime::max()); }
    void kill() const { m_child.kill(); }

private:
    struct Channel
    {
        std::size_t number = 0;
        FileDescriptor socket;
        SharedBlock inputs;
        SharedBlock outputs;
        std::int64_t runs = 0;
    };

    WorkerProcess(ChildProcess child, LoadedFacts facts)
        : m_child(std::move(child))
        , m_facts(std::move(facts))
    {
    }

    Result<void> openChannels();
    std::unique_ptr<Channel> take();
    void giveBack(std::unique_ptr<Channel> channel);
    // Sends a call that nobody answers.
    void tell(const PacketWriter &packet);
    std::optional<Result<std::vector<Tensor>>>
    runOn(Channel &channel, std::span<const Tensor> inputs, const std::stop_token &stop);

    ChildProcess m_child;
    const LoadedFacts m_facts;
    std::atomic<bool> m_asked{false};
    std::atomic<bool> m_answered{false};
    Mutex m_callMutex; // guards no member: one call over the inherited socket at a time
    Mutex m_mutex;
    Condition m_free;
    std::vector<std::unique_ptr<Channel>> m_idle GUARDED_BY(m_mutex);
};

// "ended with the code 7", "crashed (Segmentation fault)"
std::string toText(ChildProcess::End end);

} // namespace warmbench
