#include "engine/worker/trial_order.h"

namespace warmbench {

namespace {

Error malformed()
{
    return {ErrorCode::Internal, "The other process does not speak as it should."};
}

void put(PacketWriter &packet, const std::vector<std::filesystem::path> &paths)
{
    packet.number(static_cast<std::int64_t>(paths.size()));
    for (const auto &path : paths)
        packet.text(path.native());
}

std::vector<std::filesystem::path> pathsFrom(PacketReader &packet)
{
    std::vector<std::filesystem::path> paths;
    for (std::int64_t left = packet.number(); left > 0 && packet.good(); --left)
        paths.emplace_back(packet.text());
    return paths;
}

} // namespace

PacketWriter toPacket(const TrialOrder &order)
{
    PacketWriter packet;
    packet.text(order.engine)
        .number(static_cast<std::int64_t>(order.files.format))
        .text(order.files.network.native())
        .text(order.files.weights.native());
    put(packet, order.files.external);
    packet.number(order.most.count)
        .number(order.threads)
        .number(order.limits.memory.count)
        .number(order.limits.time.count());
    put(packet, order.limits.readable);
    return packet;
}

Result<TrialOrder> orderFrom(PacketReader packet)
{
    TrialOrder order;
    order.engine = packet.text();
    order.files.format = static_cast<ModelFormat>(packet.number());
    order.files.network = packet.text();
    order.files.weights = packet.text();
    order.files.external = pathsFrom(packet);
    order.most = {packet.number()};
    order.threads = static_cast<int>(packet.number());
    order.limits.memory = {packet.number()};
    order.limits.time = std::chrono::seconds(packet.number());
    order.limits.readable = pathsFrom(packet);
    if (!packet.done())
        return malformed();
    return order;
}

PacketWriter toPacket(const std::vector<std::string> &missingLimits)
{
    PacketWriter packet;
    packet.number(static_cast<std::int64_t>(missingLimits.size()));
    for (const std::string &missing : missingLimits)
        packet.text(missing);
    return packet;
}

std::vector<std::string> missingLimitsFrom(PacketReader packet)
{
    std::vector<std::string> missing;
    for (std::int64_t left = packet.number(); left > 0 && packet.good(); --left)
        missing.push_back(packet.text());
    return missing;
}

PacketWriter toPacket(const Result<void> &loaded)
{
    PacketWriter packet;
    packet.number(loaded ? -1 : static_cast<std::int64_t>(loaded.error().code))
        .text(loaded ? std::string_view() : loaded.error().message);
    return packet;
}

Result<void> loadedFrom(PacketReader packet)
{
    const std::int64_t code = packet.number();
    std::string message = packet.text();
    if (!packet.done() || code < -1 || code > static_cast<std::int64_t>(ErrorCode::Internal))
        return malformed();
    if (code < 0)
        return {};
    return Error{static_cast<ErrorCode>(code), std::move(message)};
}

} // namespace warmbench
