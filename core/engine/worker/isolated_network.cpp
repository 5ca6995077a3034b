#include "engine/worker/isolated_network.h"

#include "base/logging.h"
#include "base/thread_name.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

namespace warmbench {

namespace {

using std::chrono::seconds;

constexpr std::array pauses{seconds(0), seconds(1),  seconds(2),
                            seconds(5), seconds(10), seconds(30)};
constexpr int mostEarly = 3; // deaths without an answer between them

Error hadTheRequest()
{
    return {ErrorCode::Unavailable, "The process that runs this model ended while it had the "
                                    "request; it is started again: send the request once more."};
}

// The worker may be what the files have made of it.
bool areOutputsOf(std::span<const Tensor> tensors, const NetworkSpec &spec)
{
    return std::ranges::equal(tensors, spec.outputs, {}, &Tensor::dtype, &TensorSpec::dtype);
}

} // namespace

Result<std::shared_ptr<IsolatedNetwork>> IsolatedNetwork::load(std::filesystem::path program,
                                                               WorkerOrder order,
                                                               std::chrono::seconds patience)
{
    auto worker = WorkerProcess::start(program, order, patience, {});
    if (!worker)
        return std::move(worker).error();
    return std::shared_ptr<IsolatedNetwork>(
        new IsolatedNetwork(std::move(program), std::move(order), patience, *std::move(worker)));
}

IsolatedNetwork::IsolatedNetwork(std::filesystem::path program, WorkerOrder order,
                                 std::chrono::seconds patience,
                                 std::shared_ptr<WorkerProcess> worker)
    : m_program(std::move(program))
    , m_order(std::move(order))
    , m_patience(patience)
    , m_facts(worker->facts())
    , m_worker(std::move(worker))
    , m_keeper([this](const std::stop_token &stop) { keep(stop); })
{
}

IsolatedNetwork::~IsolatedNetwork() = default;

Result<std::shared_ptr<WorkerProcess>> IsolatedNetwork::worker(const std::stop_token &stop)
{
    const MutexLock lock(m_mutex);
    while (!m_worker && !m_broken && !stop.stop_requested())
        m_changed.wait(m_mutex, stop);
    if (m_worker)
        return m_worker;
    if (m_broken)
        return *m_broken;
    return Error{ErrorCode::Cancelled, "Nobody waits for the answer any more."};
}

Result<std::vector<Tensor>> IsolatedNetwork::run(std::span<const Tensor> inputs,
                                                 const std::stop_token &stop)
{
    for (;;) {
        auto living = worker(stop);
        if (!living)
            return std::move(living).error();
        auto answer = (*living)->run(inputs, stop);
        if (answer && !*answer && answer->error().code == ErrorCode::Unavailable)
            return hadTheRequest();
        if (answer && *answer && !areOutputsOf(**answer, m_facts.spec))
            return Error{ErrorCode::Internal,
                         "The process that runs this model answers other outputs than the network "
                         "has; refresh the model."};
        if (answer) {
            const MutexLock lock(m_mutex);
            m_deaths = 0;
            m_early = 0;
            return *std::move(answer);
        }
        // It had ended before: the keeper sees it, too, and brings the next one.
        const MutexLock lock(m_mutex);
        if (m_worker == *living)
            m_worker = nullptr;
    }
}

Result<RunCost> IsolatedNetwork::cost(std::span<const Shape> inputs) const
{
    std::shared_ptr<WorkerProcess> living;
    {
        const MutexLock lock(m_mutex);
        living = m_worker;
    }
    return living ? living->cost(inputs) : Result<RunCost>(RunCost{});
}

NetworkMeasure IsolatedNetwork::measure() const
{
    NetworkMeasure measure = m_facts.measure;
    const MutexLock lock(m_mutex);
    const Bytes memory = m_worker ? m_worker->memory() : Bytes{};
    if (memory > measure.weights + measure.activations) {
        measure.weights = memory;
        measure.activations = {};
    }
    return measure;
}

void IsolatedNetwork::handBack()
{
    const MutexLock lock(m_mutex);
    if (m_worker)
        m_worker->handBack();
}

std::optional<Error> IsolatedNetwork::broken() const
{
    const MutexLock lock(m_mutex);
    return m_broken;
}

void IsolatedNetwork::keep(const std::stop_token &stop)
{
    setThreadName("keeper");
    for (;;) {
        std::shared_ptr<WorkerProcess> living;
        {
            const MutexLock lock(m_mutex);
            living = m_worker;
        }
        if (living) {
            const std::stop_callback ending(stop, [&living] { living->kill(); });
            const auto end = living->waitForEnd();
            if (!stop.stop_requested())
                logWarning("worker",
                           fmt::format("The process that runs \"{}\" {}; it is started again.",
                                       m_order.files.network.string(), toText(end)));
        }
        const bool early = living && living->diesAtFirst();
        if (stop.stop_requested() || !startAgain(early, stop))
            return;
    }
}

bool IsolatedNetwork::pause(bool early, const std::stop_token &stop)
{
    const MutexLock lock(m_mutex);
    m_worker = nullptr;
    m_early += early ? 1 : 0;
    if (m_early >= mostEarly) {
        m_broken = failedPrecondition(
            fmt::format("The process that runs this model has ended {} times in a row before it "
                        "answered; refresh the model to try it again.",
                        m_early));
        m_changed.notifyAll();
        return false;
    }
    const auto length = pauses[std::min(static_cast<std::size_t>(m_deaths++), pauses.size() - 1)];
    const SteadyTime until = std::chrono::steady_clock::now() + length;
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < until)
        m_changed.waitUntil(m_mutex, stop, until);
    return !stop.stop_requested();
}

bool IsolatedNetwork::startAgain(bool early, const std::stop_token &stop)
{
    for (; pause(early, stop); early = true) {
        auto next = WorkerProcess::start(m_program, m_order, m_patience, stop);
        if (stop.stop_requested())
            return false;
        if (!next) {
            logWarning("worker", next.error().message);
            continue;
        }
        const MutexLock lock(m_mutex);
        m_worker = *std::move(next);
        m_changed.notifyAll();
        return true;
    }
    return false;
}

} // namespace warmbench
