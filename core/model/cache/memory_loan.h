// A part of the memory budget that is lent for something that is no model in the cache; it goes
// back with the object. Thread: a value; move it to where it ends.
#pragma once

#include <functional>
#include <utility>

namespace warmbench {

class MemoryLoan
{
public:
    MemoryLoan() = default;
    explicit MemoryLoan(std::function<void()> giveBack)
        : m_giveBack(std::move(giveBack))
    {
    }
    MemoryLoan(MemoryLoan &&other) noexcept
        : m_giveBack(std::exchange(other.m_giveBack, {}))
    {
    }
    MemoryLoan &operator=(MemoryLoan &&other) noexcept
    {
        std::swap(m_giveBack, other.m_giveBack);
        return *this;
    }
    ~MemoryLoan()
    {
        if (m_giveBack)
            m_giveBack();
    }

private:
    std::function<void()> m_giveBack;
};

} // namespace warmbench
