// The inputs that a loaded network has seen last, so that something can be tried with real ones.
//
// Thread: any. Cost: one atomic read for most runs; a copy at most once a second. Memory: at most 8
// MiB a model, which goes with the model and is not counted as the model's.
#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "tensor/tensor.h"

#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

namespace warmbench {

class SeenInputs
{
public:
    // Whether keep() would keep something now.
    bool wants(SteadyTime now) const
    {
        return now.time_since_epoch().count() >= m_next.load(std::memory_order_relaxed);
    }
    // The inputs of one run, in the order of the network's.
    void keep(std::vector<Tensor> inputs, SteadyTime now)
    {
        constexpr std::chrono::seconds interval{1};
        constexpr std::size_t most = std::size_t{8} << 20;
        m_next.store((now + interval).time_since_epoch().count(), std::memory_order_relaxed);
        std::size_t bytes = 0;
        for (const Tensor &input : inputs)
            bytes += input.byteSize() + input.strings().size() * sizeof(std::string);
        if (bytes > most)
            return;
        const MutexLock lock(m_mutex);
        m_inputs.swap(inputs);
    }
    // Empty before the first run.
    std::vector<Tensor> last() const
    {
        const MutexLock lock(m_mutex);
        return m_inputs;
    }

private:
    std::atomic<SteadyTime::rep> m_next{SteadyTime::min().time_since_epoch().count()};
    mutable Mutex m_mutex;
    std::vector<Tensor> m_inputs GUARDED_BY(m_mutex);
};

} // namespace warmbench
