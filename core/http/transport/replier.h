// The one answer to one request, given from any thread.
//
// Thread: any; copies stand for the same request. The first call counts, later ones do nothing; a
// request whose last Replier goes unused is answered 500, so that no client waits for ever. Answers
// from other threads hop to the http thread (one posted event for as many as come together); the
// connection may be gone by then, and the server too. A large body is packed (gzip, deflate) on the
// thread that answers, or aside where that is the http thread.
#pragma once

#include "base/exceptions.h"
#include "base/memory_budget.h"
#include "base/mutex.h"
#include "base/result.h"
#include "http/api_types.h"
#include "http/transport/content_coding.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

class QThreadPool;

namespace warmbench::http {

struct Exchange;

// Answers and work on their way to the http thread of their connections.
class ReplyQueue
{
public:
    // Without a reply: the stream of the one before has more.
    using Deliver = std::function<void(const std::shared_ptr<Exchange> &, std::optional<ApiReply>)>;
    using Task = std::function<void()>;

    // To be made on the http thread, which becomes the one that delivers. `wake` is called on any
    // thread, `deliver` on the http thread; the pool, if any, outlives close().
    ReplyQueue(Deliver deliver, std::function<void()> wake, QThreadPool *pool = nullptr);

    void post(std::shared_ptr<Exchange> exchange, std::optional<ApiReply> reply);
    // Runs the task on the http thread in its turn, or never where the server stops before.
    void postTask(Task task);
    // Runs on a thread of the pool what would hold up the http thread. Does nothing once closed.
    void runAside(Task work);
    bool onServerThread() const { return std::this_thread::get_id() == m_thread; }
    void deliverAll(); // on the http thread
    void close();      // on the http thread: what comes from now on is dropped
    // Ends a connection whose answer could not be made, as soon as its thread looks at times again.
    // Never throws: it is used where there is no memory for anything better.
    static void cut(Exchange &exchange) noexcept;

private:
    struct Entry
    {
        std::shared_ptr<Exchange> exchange;
        std::optional<ApiReply> reply;
        Task task; // instead of both
    };
    void add(Entry entry);

    const std::thread::id m_thread = std::this_thread::get_id();
    Mutex m_mutex;
    bool m_closed GUARDED_BY(m_mutex) = false;
    std::vector<Entry> m_entries GUARDED_BY(m_mutex);
    std::function<void()> m_wake GUARDED_BY(m_mutex);
    QThreadPool *m_pool GUARDED_BY(m_mutex);
    Deliver m_deliver; // http thread only
};

class Replier
{
public:
    // `share` counts the request's body, and is given back with the answer.
    Replier(std::shared_ptr<ReplyQueue> queue, std::shared_ptr<Exchange> exchange,
            MemoryBudget::Share share = {});
    void operator()(ApiReply reply) const { m_state->answer(std::move(reply)); }
    // Answers with what `make` returns, or with why it threw, so that callbacks need not catch.
    template <typename Make>
    void with(Make &&make) const noexcept
    {
        try {
            m_state->answer(std::forward<Make>(make)());
        } catch (...) {
            refuse(loggedException("http"));
        }
    }
    void refuse(const Error &error) const noexcept { m_state->refuse(error); }
    // Adds to the answer the route for log and metrics, and header fields. To be called before the
    // Replier is handed on.
    void label(std::string route, Fields fields) const;
    // Lets the answer be packed with the coding that the client likes best. To be called before the
    // Replier is handed on.
    void setCoding(ContentCoding wanted) const { m_state->coding = wanted; }

    // To be called on the http thread. Runs `work`, which would hold that up, on another thread,
    // and then what `work` returns on the http thread.
    void runAside(std::function<ReplyQueue::Task()> work) const;
    // Counts so many bytes for the request now; false where there is no room for them.
    bool hold(std::size_t bytes) const { return m_state->share.set(bytes); }

private:
    struct State
    {
        State(std::shared_ptr<ReplyQueue> replies, std::shared_ptr<Exchange> which,
              MemoryBudget::Share part);
        ~State();
        State(const State &) = delete;
        State &operator=(const State &) = delete;
        void answer(ApiReply reply) noexcept;
        void refuse(const Error &error) noexcept;
        void send(ApiReply reply);
        void pack(ApiReply reply);

        std::shared_ptr<ReplyQueue> queue;
        std::shared_ptr<Exchange> exchange;
        MemoryBudget::Share share;
        std::string route;
        Fields fields;
        std::optional<ContentCoding> coding; // nothing: the answer goes as it is
        std::atomic<bool> answered{false};
    };
    std::shared_ptr<State> m_state;
};

} // namespace warmbench::http
