// A flag shared by who waits for an answer and who works on it: once set, the work may stop at its
// next step. Thread: any; copies share the flag. Cost: one atomic load.
#pragma once

#include <atomic>
#include <memory>

namespace warmbench {

class Cancellation
{
public:
    void cancel() const { m_flag->store(true, std::memory_order_relaxed); }
    bool cancelled() const { return m_flag->load(std::memory_order_relaxed); }

private:
    std::shared_ptr<std::atomic<bool>> m_flag = std::make_shared<std::atomic<bool>>(false);
};

} // namespace warmbench
