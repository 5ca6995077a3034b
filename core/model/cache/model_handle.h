// A pin on a loaded model: while a handle lives, so does the bundle, and the cache counts it as in
// use. Thread: any; one handle belongs to one owner at a time (move-only; share() makes a second
// pin). Dropping the last handle of an evicted model passes the bundle to the cache's loader
// thread, which destroys it: never the GUI or http thread.
#pragma once

#include "model/model_bundle.h"

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

namespace warmbench {

// The bundle and its count of uses; made by the cache.
struct ModelInstance
{
    std::unique_ptr<const ModelBundle> model;
    std::atomic<int> inUse{0};
    std::atomic<std::int64_t> lastUsedNs{0}; // steady clock; moved by acquire and release
    std::function<void(ModelInstance &)>
        onLastRelease; // called when inUse falls to 0; may be empty
};

class ModelHandle
{
public:
    ModelHandle() = default;
    explicit ModelHandle(std::shared_ptr<ModelInstance> instance)
        : m_instance(std::move(instance))
    {
        if (m_instance)
            m_instance->inUse.fetch_add(1, std::memory_order_relaxed);
    }
    ~ModelHandle() { release(); }
    ModelHandle(ModelHandle &&other) noexcept
        : m_instance(std::move(other.m_instance))
    {
    }
    ModelHandle &operator=(ModelHandle &&other) noexcept
    {
        if (this != &other) {
            release();
            m_instance = std::move(other.m_instance);
        }
        return *this;
    }
    ModelHandle share() const { return ModelHandle(m_instance); }
    void release()
    {
        if (!m_instance)
            return;
        if (m_instance->inUse.fetch_sub(1, std::memory_order_acq_rel) == 1 &&
            m_instance->onLastRelease)
            m_instance->onLastRelease(*m_instance);
        m_instance.reset();
    }

    explicit operator bool() const { return m_instance != nullptr; }
    const ModelBundle &operator*() const { return *m_instance->model; }
    const ModelBundle *operator->() const { return m_instance->model.get(); }

private:
    std::shared_ptr<ModelInstance> m_instance;
};

} // namespace warmbench
