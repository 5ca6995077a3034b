// What a worker and the process that started it say to each other: packets of numbers and texts
// over a stream socket, each behind its length (32 bits) in the machine's own byte order, since
// both ends are the same program.
//
// Thread: one object a thread; one sender and one receiver a socket. Private to this folder.
#pragma once

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

class PacketWriter
{
public:
    PacketWriter &number(std::int64_t value);
    PacketWriter &text(std::string_view value);
    const std::string &bytes() const { return m_bytes; }

private:
    std::string m_bytes;
};

// What is missing or malformed is 0 or empty, and good() is false from then on.
class PacketReader
{
public:
    explicit PacketReader(std::string bytes)
        : m_bytes(std::move(bytes))
    {
    }
    std::int64_t number();
    std::string text();
    bool good() const { return m_good; }
    bool done() const { return m_good && m_at == m_bytes.size(); } // and nothing is left

private:
    std::string m_bytes;
    std::size_t m_at = 0;
    bool m_good = true;
};

// What is said of bytes that nobody here would send.
Error malformedPacket();

// Unavailable: the other end is closed. InvalidArgument: more than 64 MiB, which only texts have.
Result<void> sendPacket(int socket, const PacketWriter &packet);
// Unavailable: the other end is closed. DeadlineExceeded: nothing whole came by then. Internal: a
// length of more than 64 MiB.
Result<PacketReader> receivePacket(int socket, SteadyTime until = SteadyTime::max());
// Open files, with a byte to carry them. Errors as above.
Result<void> sendFiles(int socket, std::span<const int> files);
Result<std::vector<FileDescriptor>> receiveFiles(int socket, std::size_t count);

} // namespace warmbench
