// A network that answers what the test says. Without an `answer` it returns its inputs as its
// outputs. Thread: any number of threads may call run(); it counts callers and does not make them
// wait, so that a test sees whether concurrency() was respected.
#pragma once

#include "engine/engine.h"
#include "gate.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace warmbench {

// What the network is and does; a value that tests fill in. By default: input "x" and output "y",
// float32 [batch, 4].
struct FakeNetworkOptions
{
    NetworkSpec spec = [] {
        NetworkSpec made;
        made.inputs = {{"x", DType::Float32, {{-1, "batch"}, {4, {}}}, {}}};
        made.outputs = {{"y", DType::Float32, {{-1, "batch"}, {4, {}}}, {}}};
        made.weightBytes = {64};
        return made;
    }();
    int concurrency = 1;
    bool batches = true;
    NetworkMeasure measure = {};
    std::chrono::nanoseconds usualTime = std::chrono::nanoseconds::max();
    std::function<Result<std::vector<Tensor>>(std::span<const Tensor>)> answer = {};
    bool endsWhenStopped = false;           // a run lasts until it is stopped
    std::shared_ptr<Gate> runGate = {};     // every run passes it before the answer
    std::function<void()> onDestroyed = {}; // called on the thread that destroys the network
};

class FakeNetwork final : public Network
{
public:
    explicit FakeNetwork(FakeNetworkOptions options = {})
        : m_options(std::move(options))
    {
    }
    ~FakeNetwork() override
    {
        if (m_options.onDestroyed)
            m_options.onDestroyed();
    }

    const NetworkSpec &spec() const override { return m_options.spec; }
    int concurrency() const override { return m_options.concurrency; }
    bool batches() const override { return m_options.batches; }
    NetworkMeasure measure() const override { return m_options.measure; }
    std::chrono::nanoseconds usualTime() const override { return m_options.usualTime; }

    using Network::run;
    Result<std::vector<Tensor>> run(std::span<const Tensor> inputs,
                                    const std::stop_token &stop) override
    {
        ++m_runs;
        const int now = ++m_running;
        int most = m_mostAtOnce;
        while (now > most && !m_mostAtOnce.compare_exchange_weak(most, now)) {
        }
        if (m_options.runGate)
            m_options.runGate->pass();
        if (m_options.endsWhenStopped) {
            --m_running;
            return waitForStop(stop);
        }
        auto outputs =
            m_options.answer ? m_options.answer(inputs) : Result<std::vector<Tensor>>(echo(inputs));
        --m_running;
        return outputs;
    }

    int runs() const { return m_runs; }
    // The most callers that were in run() at one time.
    int mostAtOnce() const { return m_mostAtOnce; }

private:
    static Result<std::vector<Tensor>> waitForStop(const std::stop_token &stop)
    {
        std::promise<void> stopped;
        const std::stop_callback ending(stop, [&] { stopped.set_value(); });
        stopped.get_future().wait();
        return Error{ErrorCode::Cancelled, "stopped"};
    }
    std::vector<Tensor> echo(std::span<const Tensor> inputs) const
    {
        std::vector<Tensor> outputs(inputs.begin(), inputs.end());
        outputs.resize(m_options.spec.outputs.size());
        return outputs;
    }

    FakeNetworkOptions m_options;
    std::atomic<int> m_runs{0};
    std::atomic<int> m_running{0};
    std::atomic<int> m_mostAtOnce{0};
};

} // namespace warmbench
