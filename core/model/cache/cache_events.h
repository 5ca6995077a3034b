// Carries the cache's events to its one listener: in the order in which they happened, one at a
// time, outside the cache's locks.
//
// Thread: any. post() may be called under the cache's lock and only queues; deliver() must not.
// Whoever delivers also delivers what others posted meanwhile, so a listener may cause new events.
#pragma once

#include "model/cache/model_cache.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace warmbench {

class CacheEvents
{
public:
    // Returns only when no call of the former listener is under way (except from inside it).
    void setListener(std::function<void(const ModelEvent &)> listener);
    void post(ModelEvent event);
    void deliver();

private:
    std::mutex m_mutex;
    std::condition_variable m_idle;
    std::function<void(const ModelEvent &)> m_listener;
    std::deque<ModelEvent> m_events;
    std::thread::id m_deliverer; // none: nobody delivers
};

} // namespace warmbench
