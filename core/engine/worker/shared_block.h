// Memory that this process and a worker share, for tensors that would be slow to send. One side
// writes, the other reads. It grows as its writer needs; it never shrinks, which the kernel sees to
// (F_SEAL_SHRINK), so that no reader loses pages that it is looking at.
//
// Thread: one at a time. Private to this folder.
#pragma once

#include "base/file.h"
#include "base/result.h"

#include <cstddef>
#include <span>
#include <utility>

namespace warmbench {

class SharedBlock
{
public:
    SharedBlock() = default;           // none: every use of it fails
    static Result<SharedBlock> make(); // ResourceExhausted
    // What the other process has made.
    explicit SharedBlock(FileDescriptor file)
        : m_file(std::move(file))
    {
    }
    SharedBlock(SharedBlock &&other) noexcept
        : m_file(std::move(other.m_file))
        , m_start(std::exchange(other.m_start, nullptr))
        , m_size(std::exchange(other.m_size, 0))
    {
    }
    SharedBlock &operator=(SharedBlock &&other) noexcept
    {
        std::swap(m_file, other.m_file);
        std::swap(m_start, other.m_start);
        std::swap(m_size, other.m_size);
        return *this;
    }
    ~SharedBlock();

    int descriptor() const { return m_file.get(); }
    // Its first bytes, at least so many, to write to. ResourceExhausted.
    Result<std::byte *> room(std::size_t size);
    // Its first bytes, as they were written. Internal: the other process has written fewer.
    Result<std::span<const std::byte>> written(std::size_t size);

private:
    Result<void> map(std::size_t size);

    FileDescriptor m_file;
    std::byte *m_start = nullptr;
    std::size_t m_size = 0; // that is mapped
};

} // namespace warmbench
