// How many bytes of requests the server may hold at once, over all connections: what is being
// received and what waits for its answer, unpacked where it came packed.
//
// Thread: shares grow on the http threads; they shrink and go on any.
#pragma once

#include "base/bytes.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace warmbench::http {

class InputBudget
{
public:
    explicit InputBudget(Bytes most)
        : m_most(static_cast<std::size_t>(most.count))
    {
    }

    // What one connection or request holds; given back when it goes.
    class Share
    {
    public:
        Share() = default;
        explicit Share(std::shared_ptr<InputBudget> budget)
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

        // It holds so many from now on, whatever comes of it; false where it grew and all together
        // are beyond the limit.
        bool set(std::size_t bytes)
        {
            if (!m_budget || bytes == m_bytes)
                return true;
            const bool grew = bytes > m_bytes;
            const std::size_t now = m_budget->m_held += bytes - std::exchange(m_bytes, bytes);
            return !grew || now <= m_budget->m_most;
        }

    private:
        std::shared_ptr<InputBudget> m_budget;
        std::size_t m_bytes = 0;
    };

private:
    const std::size_t m_most;
    std::atomic<std::size_t> m_held{0};
};

} // namespace warmbench::http
