// What runs took, by the shapes of their inputs: asked before each run, filled once a combination.
//
// Thread: find() any, without a lock; add() any. Holds `most` combinations; further ones are not
// kept, so that a client who varies shapes costs time, not memory. Private to this room.
#pragma once

#include "engine/engine.h"
#include "tensor/shape.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

namespace warmbench {

class KnownCosts
{
public:
    static constexpr std::size_t most = 64;

    KnownCosts() = default;
    ~KnownCosts()
    {
        for (const Known *one = m_newest; one;)
            delete std::exchange(one, one->older);
    }
    KnownCosts(const KnownCosts &) = delete;
    KnownCosts &operator=(const KnownCosts &) = delete;

    // `inputs` are shapes, or anything with a shape() that is one.
    template <typename Inputs>
    std::optional<RunCost> find(const Inputs &inputs) const
    {
        for (const Known *one = m_newest.load(std::memory_order_acquire); one; one = one->older) {
            if (std::equal(
                    one->shapes.begin(), one->shapes.end(), inputs.begin(), inputs.end(),
                    [](const Shape &known, const auto &input) { return known == shapeIn(input); }))
                return one->cost;
        }
        return std::nullopt;
    }

    void add(std::vector<Shape> shapes, const RunCost &cost)
    {
        const std::lock_guard lock(m_adding);
        if (m_count == most)
            return;
        ++m_count;
        m_newest.store(new Known{std::move(shapes), cost, m_newest.load()},
                       std::memory_order_release);
    }

private:
    struct Known
    {
        std::vector<Shape> shapes;
        RunCost cost;
        const Known *older;
    };
    static const Shape &shapeIn(const Shape &shape) { return shape; }
    template <typename T>
    static const Shape &shapeIn(const T &input)
    {
        return input.shape();
    }

    std::atomic<const Known *> m_newest{nullptr};
    std::mutex m_adding;
    std::size_t m_count = 0;
};

} // namespace warmbench
