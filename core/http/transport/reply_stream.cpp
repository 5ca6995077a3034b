#include "http/transport/reply_stream.h"

#include <utility>

namespace warmbench::http {

void ReplyStream::write(std::string_view piece)
{
    std::function<void()> wake;
    {
        const MutexLock lock(m_mutex);
        if (m_ended)
            return;
        m_pending += piece;
        wake = wakeOnce();
    }
    if (wake)
        wake();
}

void ReplyStream::end()
{
    std::function<void()> wake;
    {
        const MutexLock lock(m_mutex);
        m_ended = true;
        wake = wakeOnce();
    }
    if (wake)
        wake();
}

// Returns what wakes the taker, once for all that is written before take(); nothing where it was
// returned already or nobody takes yet. It is called without the lock, since the taker may take at
// once.
std::function<void()> ReplyStream::wakeOnce()
{
    if (!m_wake || std::exchange(m_notified, true))
        return {};
    return m_wake;
}

void ReplyStream::attach(std::function<void()> wake)
{
    const MutexLock lock(m_mutex);
    m_wake = std::move(wake);
}

ReplyStream::Taken ReplyStream::take()
{
    const MutexLock lock(m_mutex);
    m_notified = false;
    return {std::exchange(m_pending, {}), m_ended};
}

} // namespace warmbench::http
