#include "model/cache/cache_events.h"

namespace warmbench {

void CacheEvents::setListener(std::function<void(const ModelEvent &)> listener)
{
    const MutexLock lock(m_mutex);
    while (m_deliverer != std::thread::id() && m_deliverer != std::this_thread::get_id())
        m_idle.wait(m_mutex);
    m_listener.swap(listener);
    m_events.clear(); // what happened before is not the new listener's business
}

void CacheEvents::post(ModelEvent event)
{
    const MutexLock lock(m_mutex);
    if (m_listener)
        m_events.push_back(std::move(event));
}

void CacheEvents::deliver()
{
    MutexLock lock(m_mutex);
    if (m_deliverer != std::thread::id())
        return; // that thread takes ours along
    while (!m_events.empty()) {
        m_deliverer = std::this_thread::get_id();
        const ModelEvent event = std::move(m_events.front());
        m_events.pop_front();
        const auto listener = m_listener;
        lock.unlock();
        if (listener)
            listener(event);
        lock.lock();
    }
    m_deliverer = {};
    m_idle.notifyAll();
}

} // namespace warmbench
