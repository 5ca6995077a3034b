#include "engine/worker/packets.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>

namespace warmbench {

namespace {

constexpr std::size_t mostFiles = 8; // in a message
constexpr std::uint32_t longestPacket = 64 * 1024 * 1024;

Error otherEndClosed()
{
    return {ErrorCode::Unavailable, "The other process has ended."};
}

// Exactly so many bytes.
Result<void> receive(int socket, char *into, std::size_t count, SteadyTime until)
{
    using std::chrono::milliseconds;
    while (count > 0) {
        int patience = -1;
        if (until != SteadyTime::max()) {
            const auto left =
                std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
            if (left <= milliseconds::zero())
                return Error{ErrorCode::DeadlineExceeded, "Nothing came in time."};
            patience =
                static_cast<int>(std::min<milliseconds>(left, std::chrono::hours(1)).count());
        }
        pollfd readable{socket, POLLIN, 0};
        const int told = ::poll(&readable, 1, patience);
        if (told == 0 || (told < 0 && errno == EINTR))
            continue;
        const ssize_t got = ::recv(socket, into, count, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return otherEndClosed();
        into += got;
        count -= static_cast<std::size_t>(got);
    }
    return {};
}

} // namespace

Error malformedPacket()
{
    return {ErrorCode::Internal, "The other process does not speak as it should."};
}

PacketWriter &PacketWriter::number(std::int64_t value)
{
    m_bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
    return *this;
}

PacketWriter &PacketWriter::text(std::string_view value)
{
    number(static_cast<std::int64_t>(value.size()));
    m_bytes += value;
    return *this;
}

std::int64_t PacketReader::number()
{
    std::int64_t value = 0;
    if (m_bytes.size() - m_at < sizeof value)
        m_good = false;
    if (!m_good)
        return 0;
    std::memcpy(&value, m_bytes.data() + m_at, sizeof value);
    m_at += sizeof value;
    return value;
}

std::string PacketReader::text()
{
    const std::int64_t size = number();
    if (size < 0 || static_cast<std::uint64_t>(size) > m_bytes.size() - m_at)
        m_good = false;
    if (!m_good)
        return {};
    std::string value = m_bytes.substr(m_at, static_cast<std::size_t>(size));
    m_at += value.size();
    return value;
}

Result<void> sendPacket(int socket, const PacketWriter &packet)
{
    if (packet.bytes().size() > longestPacket)
        return invalidArgument("Texts of more than 64 MiB cannot be sent to a model that is "
                               "isolated; send fewer at once.");
    const auto length = static_cast<std::uint32_t>(packet.bytes().size());
    std::string all(reinterpret_cast<const char *>(&length), sizeof length);
    all += packet.bytes();
    for (std::size_t sent = 0; sent < all.size();) {
        const ssize_t more = ::send(socket, all.data() + sent, all.size() - sent, MSG_NOSIGNAL);
        if (more < 0 && errno == EINTR)
            continue;
        if (more <= 0)
            return otherEndClosed();
        sent += static_cast<std::size_t>(more);
    }
    return {};
}

Result<void> sendFiles(int socket, std::span<const int> files)
{
    char byte = 0;
    iovec carrier{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(mostFiles * sizeof(int))] = {};
    const std::size_t size = files.size_bytes();
    msghdr message{};
    message.msg_iov = &carrier;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(size);
    cmsghdr *const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(header), files.data(), size);
    while (::sendmsg(socket, &message, MSG_NOSIGNAL) != 1) {
        if (errno != EINTR)
            return otherEndClosed();
    }
    return {};
}

Result<std::vector<FileDescriptor>> receiveFiles(int socket, std::size_t count)
{
    char byte = 0;
    iovec carrier{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(mostFiles * sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &carrier;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t got = 0;
    do {
        got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    std::vector<FileDescriptor> files;
    const cmsghdr *const header = got == 1 ? CMSG_FIRSTHDR(&message) : nullptr;
    if (header && header->cmsg_type == SCM_RIGHTS) {
        const std::size_t came = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < came; ++i) {
            int file = -1;
            std::memcpy(&file, CMSG_DATA(header) + i * sizeof(int), sizeof file);
            files.emplace_back(file);
        }
    }
    if (files.size() != count)
        return otherEndClosed();
    return files;
}

Result<PacketReader> receivePacket(int socket, SteadyTime until)
{
    std::uint32_t length = 0;
    if (auto got = receive(socket, reinterpret_cast<char *>(&length), sizeof length, until); !got)
        return std::move(got).error();
    if (length > longestPacket)
        return malformedPacket();
    std::string bytes(length, '\0');
    if (auto got = receive(socket, bytes.data(), bytes.size(), until); !got)
        return std::move(got).error();
    return PacketReader(std::move(bytes));
}

} // namespace warmbench
