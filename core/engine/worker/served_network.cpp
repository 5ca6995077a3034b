#include "engine/worker/served_network.h"

#include "base/exceptions.h"
#include "base/mutex.h"
#include "engine/worker/network_packets.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace warmbench {

namespace {

// One run at a time. Its thread ends with the process.
class Channel
{
public:
    Channel(Network &network, std::vector<FileDescriptor> files)
        : m_network(network)
        , m_socket(std::move(files[0]))
        , m_inputs(std::move(files[1]))
        , m_outputs(std::move(files[2]))
    {
    }

    void serve()
    {
        while (auto packet = receivePacket(m_socket.get())) {
            const std::int64_t run = packet->number();
            PacketWriter answer = answerTo(run, *packet);
            if (!sendPacket(m_socket.get(), answer))
                break;
        }
    }
    // It may have ended meanwhile, or not begun yet.
    void cancel(std::int64_t run)
    {
        const MutexLock lock(m_mutex);
        m_cancelled = run;
        if (run == m_run)
            m_stop.request_stop();
    }

private:
    PacketWriter answerTo(std::int64_t run, PacketReader &packet)
    {
        std::stop_token stop;
        {
            const MutexLock lock(m_mutex);
            m_stop = {};
            m_run = run;
            stop = m_stop.get_token();
            if (run == m_cancelled)
                m_stop.request_stop();
        }
        PacketWriter answer;
        answer.number(run);
        auto outputs = ran(packet, stop);
        if (outputs) {
            answer.number(true);
            if (const auto done = put(answer, *outputs, m_outputs))
                return answer;
            else
                outputs = done.error();
        }
        PacketWriter refusal;
        refusal.number(run).number(false);
        put(refusal, outputs.error());
        return refusal;
    }
    Result<std::vector<Tensor>> ran(PacketReader &packet, const std::stop_token &stop)
    {
        try {
            const auto inputs = tensorsFrom(packet, m_inputs);
            if (!inputs)
                return inputs.error();
            return m_network.run(*inputs, stop);
        } catch (...) {
            return errorOfException();
        }
    }

    Network &m_network;
    const FileDescriptor m_socket;
    SharedBlock m_inputs;
    SharedBlock m_outputs;
    Mutex m_mutex;
    std::stop_source m_stop GUARDED_BY(m_mutex);
    std::int64_t m_run GUARDED_BY(m_mutex) = -1;
    std::int64_t m_cancelled GUARDED_BY(m_mutex) = -1;
};

PacketWriter costOf(const Network &network, PacketReader &packet)
{
    Result<RunCost> cost = RunCost{};
    try {
        cost = network.cost(shapesFrom(packet));
    } catch (...) {
        cost = errorOfException();
    }
    PacketWriter answer;
    answer.number(cost.has_value());
    if (cost)
        answer.number(cost->activations.count).number(cost->outputs.count);
    else
        put(answer, cost.error());
    return answer;
}

} // namespace

bool serveNetwork(int socket, Network &network)
{
    PacketWriter facts;
    put(facts,
        LoadedFacts{network.spec(), network.concurrency(), network.batches(), network.measure()});
    if (!sendPacket(socket, facts))
        return false;
    std::vector<std::shared_ptr<Channel>> channels;
    for (;;) {
        auto packet = receivePacket(socket);
        if (!packet)
            return packet.error().code == ErrorCode::Unavailable;
        switch (static_cast<WorkerCall>(packet->number())) {
        case WorkerCall::OpenChannel: {
            auto files = receiveFiles(socket, 3);
            if (!files)
                return false;
            const auto channel =
                channels.emplace_back(std::make_shared<Channel>(network, *std::move(files)));
            std::thread([channel] { channel->serve(); }).detach();
            break;
        }
        case WorkerCall::Cancel: {
            const auto channel = static_cast<std::size_t>(packet->number());
            if (channel >= channels.size())
                return false;
            channels[channel]->cancel(packet->number());
            break;
        }
        case WorkerCall::Cost:
            if (!sendPacket(socket, costOf(network, *packet)))
                return false;
            break;
        case WorkerCall::HandBack:
            contained("worker", [&] { network.handBack(); });
            break;
        default:
            return false;
        }
    }
}

} // namespace warmbench
