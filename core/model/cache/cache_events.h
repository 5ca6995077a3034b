// Carries the cache's events to its one listener: in the order in which they happened, one at a
// time, outside the cache's locks.
//
// Thread: any. post() may be called under the cache's lock and only queues; deliver() must not.
// Whoever delivers also delivers what others posted meanwhile, so a listener may cause new events.
// Private to this folder.
#pragma once

#include "base/mutex.h"
#include "model/cache/model_cache.h"

#include <deque>
#include <functional>
#include <thread>

namespace warmbench {

class CacheEvents
{
public:
    // Returns only when no call of the former listener is under way (except from inside it).
    void setListener(std::function<void(const ModelEvent &)> listener) EXCLUDES(m_mutex);
    void post(ModelEvent event) EXCLUDES(m_mutex);
    void deliver() EXCLUDES(m_mutex);

private:
    Mutex m_mutex;
    Condition m_idle;
    std::function<void(const ModelEvent &)> m_listener GUARDED_BY(m_mutex);
    std::deque<ModelEvent> m_events GUARDED_BY(m_mutex);
    std::thread::id m_deliverer GUARDED_BY(m_mutex); // none: nobody delivers
};

} // namespace warmbench
