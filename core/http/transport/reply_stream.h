// A body that goes on: pieces are sent as they are written, until somebody ends it.
//
// Thread: any. The reply and then its connection own the stream; a writer keeps a weak pointer and
// finds it expired once nobody listens: the client has gone, took so little that
// more waits than HttpLimits::unsentStream, or the server stopped.
#pragma once

#include <functional>
#include <mutex>
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
    void notify(std::unique_lock<std::mutex> lock);

    std::mutex m_mutex;
    std::string m_pending;
    bool m_ended = false;
    bool m_notified = false;
    std::function<void()> m_wake;
};

} // namespace warmbench::http
