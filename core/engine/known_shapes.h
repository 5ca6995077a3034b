// A small table of facts about runs, by the shapes of their inputs. It is asked before each run and
// filled once for each combination of shapes.
//
// Thread: any. It holds at most `most` combinations; a new one then replaces the oldest, so that a
// client who varies shapes costs time, not memory. Private to this room.
#pragma once

#include "base/mutex.h"
#include "tensor/shape.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace warmbench {

template <typename Value>
class KnownShapes
{
public:
    static constexpr std::size_t most = 64;

    // `inputs` are shapes, or objects with a shape().
    template <typename Inputs>
    std::optional<Value> find(const Inputs &inputs) const
    {
        const MutexLock lock(m_mutex);
        for (const Known &one : m_all) {
            if (std::equal(
                    one.shapes.begin(), one.shapes.end(), inputs.begin(), inputs.end(),
                    [](const Shape &known, const auto &input) { return known == shapeIn(input); }))
                return one.value;
        }
        return std::nullopt;
    }

    bool empty() const
    {
        const MutexLock lock(m_mutex);
        return m_all.empty();
    }

    void add(std::vector<Shape> shapes, const Value &value)
    {
        const MutexLock lock(m_mutex);
        if (m_all.size() < most) {
            m_all.push_back({std::move(shapes), value});
            return;
        }
        m_all[m_oldest] = {std::move(shapes), value};
        m_oldest = (m_oldest + 1) % most;
    }

private:
    struct Known
    {
        std::vector<Shape> shapes;
        Value value;
    };
    static const Shape &shapeIn(const Shape &shape) { return shape; }
    template <typename T>
    static const Shape &shapeIn(const T &input)
    {
        return input.shape();
    }

    mutable Mutex m_mutex;
    std::vector<Known> m_all GUARDED_BY(m_mutex);
    std::size_t m_oldest GUARDED_BY(m_mutex) = 0;
};

} // namespace warmbench
