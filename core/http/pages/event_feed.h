// Server-sent events (HTML standard, 9.2): the figures of /stats at once and each second as event
// "stats", and each event of the model cache as event "model". A listener that takes nothing loses
// its place once 256 KiB wait for it (HttpLimits::unsentStream); one that reads again begins anew.
//
// Thread: any. Listeners are written to from a thread of its own ("events"), which runs while there
// are some, and from those on which cache events are heard.
#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "http/api_types.h"

#include <memory>
#include <string_view>
#include <thread>
#include <vector>

namespace warmbench {
class Workbench;
}

namespace warmbench::http {

class EventFeed
{
public:
    static constexpr std::size_t mostListeners = 100;

    // `started` is when the uptime began.
    EventFeed(Workbench &workbench, SteadyTime started);
    ~EventFeed();
    EventFeed(const EventFeed &) = delete;
    EventFeed &operator=(const EventFeed &) = delete;

    // A reply that goes on; 503 where as many listen as may.
    ApiReply subscribe();

private:
    void run(const std::stop_token &stop);
    void send(std::string_view event);
    std::string statistics() const;

    Workbench &m_workbench;
    const SteadyTime m_started;
    Mutex m_mutex;
    std::vector<std::weak_ptr<ReplyStream>> m_listeners GUARDED_BY(m_mutex);
    StoppableCondition m_came;
    int m_listenerId = 0;
    std::jthread m_thread GUARDED_BY(m_mutex);
};

} // namespace warmbench::http
