// The samples of a request, made already or each in its turn, so that no more of them are in memory
// than run together.
// Thread: one at a time. Copies of made samples copy them; what makes them is shared.
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
    // The sample of that index; what it refers to must live as long as the function. It reserves
    // what it needs in passing and, of what it yields, what cannot be told from the model.
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
    // True where take() costs nothing.
    bool made() const { return !m_make; }
    // The sample of that index, once each.
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

// For a picture, whose object is moved into the list. (An initializer list would copy it.)
template <typename T>
Samples<T> oneSample(T sample)
{
    Samples<T> one;
    one.push_back(std::move(sample));
    return one;
}

} // namespace warmbench
