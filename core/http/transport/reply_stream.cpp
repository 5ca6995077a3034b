#include "http/transport/reply_stream.h"

#include <utility>

namespace warmbench::http {

void ReplyStream::write(std::string_view piece)
{
    std::unique_lock lock(m_mutex);
    if (m_ended)
        return;
    m_pending += piece;
    notify(std::move(lock));
}

void ReplyStream::end()
{
    std::unique_lock lock(m_mutex);
    m_ended = true;
    notify(std::move(lock));
}

// Once for as much as comes before it is taken; called without the lock, since it may take at once.
void ReplyStream::notify(std::unique_lock<std::mutex> lock)
{
    if (!m_wake || std::exchange(m_notified, true))
        return;
    const auto wake = m_wake;
    lock.unlock();
    wake();
}

void ReplyStream::attach(std::function<void()> wake)
{
    const std::lock_guard lock(m_mutex);
    m_wake = std::move(wake);
}

ReplyStream::Taken ReplyStream::take()
{
    const std::lock_guard lock(m_mutex);
    m_notified = false;
    return {std::exchange(m_pending, {}), m_ended};
}

} // namespace warmbench::http
