// A body that goes on: pieces are sent as they are written, until somebody ends it.
//
// Thread: any. The reply and then its connection own the stream. A writer keeps a weak pointer,
// which expires once nobody listens: the client has gone, took so little that more waits than
// HttpLimits::unsentStream, or the server stopped.
#pragma once

#include "base/mutex.h"

#include <functional>
#include <string>
#include <string_view>

namespace warmbench::http {

class ReplyStream
{
public:
    void write(std::string_view piece);
    void end(); // what is written later is dropped

    // For the connection. `wake` says on the writer's thread that there is more to take.
    void attach(std::function<void()> wake);
    struct Taken
    {
        std::string bytes;
        bool last = false;
    };
    Taken take();

private:
    std::function<void()> wakeOnce() REQUIRES(m_mutex);

    Mutex m_mutex;
    std::string m_pending GUARDED_BY(m_mutex);
    bool m_ended GUARDED_BY(m_mutex) = false;
    bool m_notified GUARDED_BY(m_mutex) = false;
    std::function<void()> m_wake GUARDED_BY(m_mutex);
};

} // namespace warmbench::http
