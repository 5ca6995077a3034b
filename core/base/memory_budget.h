// How many bytes of requests the program may hold at once, over all of them: what is being
// received, what samples become while they run, and answers on their way.
//
// Thread: any; one share belongs to one thread at a time. Cost: an atomic operation where a share
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

    // What one connection or request holds; given back when it goes.
    class Share
    {
    public:
        Share() = default; // of no budget: counts nothing, and always has room
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

        // It holds so many from now on, whatever comes of it; false where it grew and all together
        // are beyond the limit.
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
        // As set(), but where there is no room it holds what it held before.
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
