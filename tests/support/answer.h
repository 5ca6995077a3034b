// Takes the result that a continuation brings and lets the test wait for it. Thread: any. A wait of
// more than 30 s ends, so that a broken test fails instead of hanging.
#pragma once

#include "base/result.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace warmbench {

template <typename T>
class Answer
{
public:
    // The continuation; may be called after this object is gone.
    std::function<void(Result<T>)> callback()
    {
        return [box = m_box](Result<T> result) {
            const std::lock_guard lock(box->mutex);
            box->result.emplace(std::move(result));
            box->thread = std::this_thread::get_id();
            ++box->calls;
            box->came.notify_all();
        };
    }
    bool await(std::chrono::milliseconds patience = std::chrono::seconds(30))
    {
        std::unique_lock lock(m_box->mutex);
        return m_box->came.wait_for(lock, patience, [this] { return m_box->calls > 0; });
    }
    bool came() const
    {
        const std::lock_guard lock(m_box->mutex);
        return m_box->calls > 0;
    }
    // Waits for the result; an Internal error if none comes.
    Result<T> &get()
    {
        const bool there = await();
        const std::lock_guard lock(m_box->mutex);
        if (!there)
            m_box->result.emplace(Error{ErrorCode::Internal, "no answer came within 30 s"});
        return *m_box->result;
    }
    int calls() const
    {
        const std::lock_guard lock(m_box->mutex);
        return m_box->calls;
    }
    std::thread::id thread() const
    {
        const std::lock_guard lock(m_box->mutex);
        return m_box->thread;
    }

private:
    struct Box
    {
        mutable std::mutex mutex;
        std::condition_variable came;
        std::optional<Result<T>> result;
        std::thread::id thread;
        int calls = 0;
    };
    std::shared_ptr<Box> m_box = std::make_shared<Box>();
};

} // namespace warmbench
