// Limits how much memory all requests together may hold at once: bodies that are being received,
// samples while they run, and answers on their way out.
//
// Thread: any; one share belongs to one thread at a time. Cost: one atomic operation when a share
// changes.
#pragma once

#include "base/bytes.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace warmbench {

class MemoryBudget
{
public:
    explicit MemoryBudget(Bytes most)
        : m_most(static_cast<std::size_t>(most.count))
    {
    }

    std::size_t most() const { return m_most; }
    std::size_t held() const { return m_held.load(std::memory_order_relaxed); }

    // What one connection or request holds; the destructor gives it back.
    class Share
    {
    public:
        Share() = default; // belongs to no budget: counts nothing and always has room
        explicit Share(std::shared_ptr<MemoryBudget> budget)
            : m_budget(std::move(budget))
        {
        }
        ~Share() { set(0); }
        Share(Share &&other) noexcept
            : m_budget(std::move(other.m_budget))
            , m_bytes(std::exchange(other.m_bytes, 0))
        {
        }
        Share &operator=(Share &&other) noexcept
        {
            std::swap(m_budget, other.m_budget);
            std::swap(m_bytes, other.m_bytes);
            return *this;
        }
        Share(const Share &) = delete;
        Share &operator=(const Share &) = delete;

        const MemoryBudget *budget() const { return m_budget.get(); }
        std::size_t bytes() const { return m_bytes; }

        // From now on this share holds so many bytes, even beyond the limit. False if the share
        // grew and all shares together are beyond the limit.
        bool set(std::size_t bytes)
        {
            if (!m_budget || bytes == m_bytes)
                return true;
            if (bytes < m_bytes)
                noteGivenBack({static_cast<std::int64_t>(m_bytes - bytes)});
            const bool grew = bytes > m_bytes;
            const std::size_t now = m_budget->m_held += bytes - std::exchange(m_bytes, bytes);
            return !grew || now <= m_budget->m_most;
        }
        // As set(), but if there is no room, the share keeps its old size.
        bool claim(std::size_t bytes)
        {
            const std::size_t before = m_bytes;
            if (set(bytes))
                return true;
            set(before);
            return false;
        }

    private:
        std::shared_ptr<MemoryBudget> m_budget;
        std::size_t m_bytes = 0;
    };

private:
    const std::size_t m_most;
    std::atomic<std::size_t> m_held{0};
};

} // namespace warmbench
