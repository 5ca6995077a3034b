// The one answer to one request, given from any thread.
//
// Thread: any; copies stand for the same request. The first call counts, later ones do nothing; a
// request whose last Replier goes unused is answered 500, so that no client waits for ever. Answers
// from other threads hop to the http thread (one posted event for as many as come together); the
// connection may be gone by then, and the server too.
#pragma once

#include "http/api_types.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace warmbench::http {

struct Exchange;

// Answers on their way to the http thread.
class ReplyQueue
{
public:
    // Without a reply: the stream of the one before has more.
    using Deliver = std::function<void(const std::shared_ptr<Exchange> &, std::optional<ApiReply>)>;

    // On the http thread. `wake` is called on any thread, `deliver` on the http thread.
    ReplyQueue(Deliver deliver, std::function<void()> wake);

    void post(std::shared_ptr<Exchange> exchange, std::optional<ApiReply> reply);
    void deliverAll(); // on the http thread
    void close();      // on the http thread: what comes from now on is dropped

private:
    const std::thread::id m_thread = std::this_thread::get_id();
    std::mutex m_mutex;
    bool m_closed = false;
    std::vector<std::pair<std::shared_ptr<Exchange>, std::optional<ApiReply>>> m_replies;
    Deliver m_deliver;            // http thread only
    std::function<void()> m_wake; // under the mutex
};

class Replier
{
public:
    Replier(std::shared_ptr<ReplyQueue> queue, std::shared_ptr<Exchange> exchange);
    void operator()(ApiReply reply) const { m_state->answer(std::move(reply)); }
    // What the answer will carry beside its own: the route for log and metrics, header fields. To
    // be called before the Replier is handed on.
    void label(std::string route, Fields fields) const;

private:
    struct State
    {
        State(std::shared_ptr<ReplyQueue> replies, std::shared_ptr<Exchange> which);
        ~State();
        State(const State &) = delete;
        State &operator=(const State &) = delete;
        void answer(ApiReply reply);

        std::shared_ptr<ReplyQueue> queue;
        std::shared_ptr<Exchange> exchange;
        std::string route;
        Fields fields;
        std::atomic<bool> answered{false};
    };
    std::shared_ptr<State> m_state;
};

} // namespace warmbench::http
