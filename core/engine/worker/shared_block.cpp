#include "engine/worker/shared_block.h"

#include "engine/worker/packets.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>

namespace warmbench {

namespace {

constexpr std::size_t step = 1024 * 1024; // growing by whole ones keeps system calls rare

Error noMemory()
{
    return {ErrorCode::ResourceExhausted,
            fmt::format("There is no memory to share with a worker: {}.",
                        std::generic_category().message(errno))};
}

} // namespace

Result<SharedBlock> SharedBlock::make()
{
    FileDescriptor file(::memfd_create("warmbench", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (file.get() < 0 || ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
        return noMemory();
    return SharedBlock(std::move(file));
}

SharedBlock::~SharedBlock()
{
    if (m_start)
        ::munmap(m_start, m_size);
}

Result<void> SharedBlock::map(std::size_t size)
{
    if (m_start)
        ::munmap(std::exchange(m_start, nullptr), std::exchange(m_size, 0));
    void *const start = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, m_file.get(), 0);
    if (start == MAP_FAILED)
        return noMemory();
    m_start = static_cast<std::byte *>(start);
    m_size = size;
    return {};
}

Result<std::byte *> SharedBlock::room(std::size_t size)
{
    if (size > m_size || !m_start) {
        const std::size_t whole = (size / step + 1) * step;
        if (std::cmp_less(m_file.size(), whole) &&
            ::ftruncate(m_file.get(), static_cast<off_t>(whole)) != 0)
            return noMemory();
        if (auto mapped = map(whole); !mapped)
            return std::move(mapped).error();
    }
    return m_start;
}

Result<std::span<const std::byte>> SharedBlock::written(std::size_t size)
{
    if (size > m_size) {
        const auto there = static_cast<std::size_t>(m_file.size());
        if (size > there)
            return malformedPacket();
        if (auto mapped = map(there); !mapped)
            return std::move(mapped).error();
    }
    return std::span<const std::byte>(m_start, size);
}

} // namespace warmbench
