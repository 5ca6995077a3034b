#include "engine/worker/worker_order.h"

#include <algorithm>
#include <link.h>
#include <set>
#include <system_error>

namespace warmbench {

namespace {

void put(PacketWriter &packet, const std::vector<std::filesystem::path> &paths)
{
    packet.number(static_cast<std::int64_t>(paths.size()));
    for (const auto &path : paths)
        packet.text(path.native());
}

// Where the libraries of this process are, which the worker opens, too.
std::vector<std::filesystem::path> libraryFolders()
{
    std::set<std::filesystem::path> folders;
    ::dl_iterate_phdr(
        [](dl_phdr_info *library, std::size_t, void *into) {
            if (library->dlpi_name && *library->dlpi_name)
                static_cast<std::set<std::filesystem::path> *>(into)->insert(
                    std::filesystem::path(library->dlpi_name).parent_path());
            return 0;
        },
        &folders);
    return {folders.begin(), folders.end()};
}

// What a worker may read: the libraries, the model's folder, and where its links lead.
std::vector<std::filesystem::path> readableFor(const ModelFiles &files)
{
    std::vector<std::filesystem::path> readable = libraryFolders();
    for (const std::filesystem::path &file : files.all()) {
        std::error_code unknown;
        readable.push_back(file.parent_path());
        if (const std::filesystem::path target = std::filesystem::canonical(file, unknown);
            !unknown)
            readable.push_back(target);
    }
    return readable;
}

std::vector<std::filesystem::path> pathsFrom(PacketReader &packet)
{
    std::vector<std::filesystem::path> paths;
    for (std::int64_t left = packet.number(); left > 0 && packet.good(); --left)
        paths.emplace_back(packet.text());
    return paths;
}

} // namespace

Bytes sizeOf(const ModelFiles &files)
{
    Bytes all;
    for (const auto &file : files.all()) {
        std::error_code unknown;
        const auto size = std::filesystem::file_size(file, unknown);
        all.count += unknown ? 0 : static_cast<std::int64_t>(size);
    }
    return all;
}

WorkerOrder orderFor(const std::string &engine, const ModelFiles &files, Bytes most)
{
    WorkerOrder order;
    order.engine = engine;
    order.files = files;
    order.most = most;
    order.threads = engineThreads();
    // In passing a load holds the file, what was parsed of it and what the engine made of that.
    if (most.count > 0)
        order.limits.memory = most + mebibytes(512) + Bytes{3 * sizeOf(files).count};
    order.limits.readable = readableFor(files);
    return order;
}

PacketWriter toPacket(const WorkerOrder &order)
{
    PacketWriter packet;
    packet.text(order.engine)
        .number(static_cast<std::int64_t>(order.files.format))
        .text(order.files.network.native())
        .text(order.files.weights.native());
    put(packet, order.files.external);
    packet.number(order.options.instances)
        .text(order.options.inner)
        .number(order.serves)
        .number(order.most.count)
        .number(order.threads)
        .number(order.limits.memory.count)
        .number(order.limits.time.count());
    put(packet, order.limits.readable);
    return packet;
}

Result<WorkerOrder> orderFrom(PacketReader packet)
{
    WorkerOrder order;
    order.engine = packet.text();
    order.files.format = static_cast<ModelFormat>(packet.number());
    order.files.network = packet.text();
    order.files.weights = packet.text();
    order.files.external = pathsFrom(packet);
    order.options.instances = static_cast<int>(packet.number());
    order.options.inner = packet.text();
    order.serves = packet.number() != 0;
    order.most = {packet.number()};
    order.threads = static_cast<int>(packet.number());
    order.limits.memory = {packet.number()};
    order.limits.time = std::chrono::seconds(packet.number());
    order.limits.readable = pathsFrom(packet);
    if (!packet.done())
        return malformedPacket();
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
        return malformedPacket();
    if (code < 0)
        return {};
    return Error{static_cast<ErrorCode>(code), std::move(message)};
}

} // namespace warmbench
