// The samples of a request. They are made already, or each is made when its turn comes, so that
// only those that run together are in memory.
// Thread: one at a time. A copy copies samples that are made, and shares the function that makes
// them.
#pragma once

#include "inference/run_control.h"

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <utility>
#include <vector>

namespace warmbench {

template <typename T>
class Samples
{
public:
    // Makes the sample with that index. What the function refers to must live as long as the
    // function. It reserves the memory that it needs while it works. It also reserves the part of
    // the sample's memory that cannot be known from the model.
    using Make = std::function<Result<T>(std::size_t index, RunControl &control)>;

    Samples() = default;
    Samples(std::initializer_list<T> made)
        : m_made(made)
    {
    }
    explicit Samples(std::vector<T> made)
        : m_made(std::move(made))
    {
    }
    Samples(std::size_t count, Make make)
        : m_count(count)
        , m_make(std::move(make))
    {
    }

    std::size_t size() const { return m_make ? m_count : m_made.size(); }
    bool empty() const { return size() == 0; }
    // True if the samples are made already, so that take() costs nothing.
    bool made() const { return !m_make; }
    // The sample with that index; each can be taken once.
    Result<T> take(std::size_t index, RunControl &control)
    {
        if (m_make)
            return m_make(index, control);
        return std::move(m_made[index]);
    }
    void push_back(T sample) { m_made.push_back(std::move(sample)); }
    void reserve(std::size_t count) { m_made.reserve(count); }

private:
    std::vector<T> m_made;
    std::size_t m_count = 0;
    Make m_make; // instead of m_made
};

// Moves one sample into the list; an initializer list would copy it, which is slow for a picture.
template <typename T>
Samples<T> oneSample(T sample)
{
    Samples<T> one;
    one.push_back(std::move(sample));
    return one;
}

} // namespace warmbench
