#include "engine/worker/worker_process.h"

#include "base/file.h"
#include "base/text.h"
#include "engine/worker/served_network.h"

#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <sys/socket.h>

namespace warmbench {

namespace {

Error endedAtStart(ChildProcess::End end)
{
    return failedPrecondition(
        fmt::format("The process that was to run the model {} before it had loaded it; export the "
                    "model anew or choose another engine.",
                    toText(end)));
}

PacketWriter callOf(WorkerCall call)
{
    PacketWriter packet;
    packet.number(static_cast<std::int64_t>(call));
    return packet;
}

} // namespace

std::string toText(ChildProcess::End end)
{
    return end.signal == 0 ? fmt::format("ended with the code {}", end.code)
                           : fmt::format("crashed ({})", ::strsignal(end.signal));
}

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(const std::filesystem::path &program,
                                                            const WorkerOrder &order,
                                                            std::chrono::seconds patience,
                                                            const std::stop_token &stop)
{
    auto child = ChildProcess::start(program, {"worker"});
    if (!child)
        return std::move(child).error();
    const SteadyTime until = std::chrono::steady_clock::now() + patience;
    const std::stop_callback ending(stop, [&child] { child->kill(); });
    const int socket = child->socket();
    const auto told = sendPacket(socket, toPacket(order));
    auto packet = told ? receivePacket(socket, until) : Result<PacketReader>(told.error());
    if (packet) // what the system cannot hold it to, which a trial has told
        packet = receivePacket(socket, until);
    if (packet) {
        if (auto loaded = loadedFrom(*std::move(packet)); !loaded)
            return std::move(loaded).error();
        packet = receivePacket(socket, until);
    }
    if (stop.stop_requested())
        return Error{ErrorCode::Cancelled, "The program is ending."};
    if (!packet && packet.error().code == ErrorCode::DeadlineExceeded)
        return failedPrecondition(fmt::format(
            "The process that was to run the model has not loaded it within {} s; export the model "
            "anew or choose another engine.",
            patience.count()));
    if (!packet)
        return endedAtStart(child->wait(until));
    auto facts = factsFrom(*packet);
    if (!facts)
        return std::move(facts).error();
    std::unique_ptr<WorkerProcess> worker(new WorkerProcess(*std::move(child), *std::move(facts)));
    if (auto opened = worker->openChannels(); !opened)
        return std::move(opened).error();
    return worker;
}

Result<void> WorkerProcess::openChannels()
{
    const MutexLock lock(m_mutex);
    for (int i = 0; i < m_facts.concurrency; ++i) {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            return Error{ErrorCode::ResourceExhausted, "There is no socket for a worker."};
        auto channel = std::make_unique<Channel>();
        channel->number = m_idle.size();
        channel->socket = FileDescriptor(ends[0]);
        const FileDescriptor theirs(ends[1]);
        for (SharedBlock *const block : {&channel->inputs, &channel->outputs}) {
            auto made = SharedBlock::make();
            if (!made)
                return std::move(made).error();
            *block = *std::move(made);
        }
        const int files[] = {theirs.get(), channel->inputs.descriptor(),
                             channel->outputs.descriptor()};
        auto sent = sendPacket(m_child.socket(), callOf(WorkerCall::OpenChannel));
        if (sent)
            sent = sendFiles(m_child.socket(), files);
        if (!sent)
            return sent;
        m_idle.push_back(std::move(channel));
    }
    return {};
}

std::unique_ptr<WorkerProcess::Channel> WorkerProcess::take()
{
    const MutexLock lock(m_mutex);
    while (m_idle.empty())
        m_free.wait(m_mutex);
    auto channel = std::move(m_idle.back());
    m_idle.pop_back();
    return channel;
}

void WorkerProcess::giveBack(std::unique_ptr<Channel> channel)
{
    const MutexLock lock(m_mutex);
    m_idle.push_back(std::move(channel));
    m_free.notifyOne();
}

std::optional<Result<std::vector<Tensor>>> WorkerProcess::run(std::span<const Tensor> inputs,
                                                              const std::stop_token &stop)
{
    auto channel = take();
    auto answer = runOn(*channel, inputs, stop);
    giveBack(std::move(channel));
    return answer;
}

std::optional<Result<std::vector<Tensor>>>
WorkerProcess::runOn(Channel &channel, std::span<const Tensor> inputs, const std::stop_token &stop)
{
    const std::int64_t run = ++channel.runs;
    PacketWriter request;
    request.number(run);
    if (auto done = put(request, inputs, channel.inputs); !done)
        return std::move(done).error();
    if (auto sent = sendPacket(channel.socket.get(), request); !sent) {
        if (sent.error().code != ErrorCode::Unavailable)
            return std::move(sent).error();
        return std::nullopt;
    }
    m_asked = true;
    Result<PacketReader> packet = [&] {
        const std::stop_callback cancelling(stop, [&] {
            tell(callOf(WorkerCall::Cancel)
                     .number(static_cast<std::int64_t>(channel.number))
                     .number(run));
        });
        return receivePacket(channel.socket.get());
    }();
    if (!packet)
        return std::move(packet).error();
    m_answered = true;
    const bool answersThis = packet->number() == run;
    const bool ran = packet->number() != 0;
    if (answersThis && ran)
        return tensorsFrom(*packet, channel.outputs);
    if (answersThis)
        return errorFrom(*packet);
    return malformedPacket();
}

void WorkerProcess::tell(const PacketWriter &packet)
{
    const MutexLock lock(m_callMutex);
    static_cast<void>(sendPacket(m_child.socket(), packet)); // its end shows in the runs
}

Result<RunCost> WorkerProcess::cost(std::span<const Shape> inputs)
{
    PacketWriter request = callOf(WorkerCall::Cost);
    put(request, inputs);
    const MutexLock lock(m_callMutex);
    const auto sent = sendPacket(m_child.socket(), request);
    auto packet = sent ? receivePacket(m_child.socket()) : Result<PacketReader>(sent.error());
    if (!packet)
        return RunCost{}; // the run itself will say that there is no worker
    if (packet->number() == 0)
        return errorFrom(*packet);
    RunCost cost;
    cost.activations = {packet->number()};
    cost.outputs = {packet->number()};
    return cost;
}

void WorkerProcess::handBack()
{
    tell(callOf(WorkerCall::HandBack));
}

Bytes WorkerProcess::memory() const
{
    const auto text = readFile(fmt::format("/proc/{}/smaps_rollup", m_child.id()), mebibytes(1));
    if (!text)
        return {};
    for (std::string_view line : split(*text, '\n')) {
        if (!line.starts_with("Pss:"))
            continue;
        line = trimmed(line.substr(4));
        std::int64_t kibibytes = 0;
        std::from_chars(line.data(), line.data() + line.size(), kibibytes);
        return {kibibytes * 1024};
    }
    return {};
}

} // namespace warmbench
