#include "http/transport/replier.h"

#include "base/exceptions.h"
#include "base/thread_name.h"
#include "http/json_reply.h"
#include "http/transport/exchange.h"

#include <algorithm>
#include <iterator>
#include <QThreadPool>

namespace warmbench::http {

namespace {

// Packing more would hold up the http thread for more than half a millisecond.
constexpr std::size_t mostPackedAtOnce = 32 * 1024;

} // namespace

ReplyQueue::ReplyQueue(Deliver deliver, std::function<void()> wake, QThreadPool *pool)
    : m_wake(std::move(wake))
    , m_pool(pool)
    , m_deliver(std::move(deliver))
{
}

void ReplyQueue::add(Entry entry)
{
    const MutexLock lock(m_mutex);
    if (m_closed)
        return;
    m_entries.push_back(std::move(entry));
    // Where waking fails, the next look at times delivers the entry.
    if (m_entries.size() == 1)
        contained("http", m_wake);
}

void ReplyQueue::post(std::shared_ptr<Exchange> exchange, std::optional<ApiReply> reply)
{
    if (!onServerThread())
        add({std::move(exchange), std::move(reply), {}});
    else if (m_deliver)
        m_deliver(exchange, std::move(reply));
}

void ReplyQueue::postTask(Task task)
{
    add({{}, {}, std::move(task)});
}

void ReplyQueue::runAside(Task work)
{
    const MutexLock lock(m_mutex);
    if (m_closed || !m_pool)
        return;
    m_pool->start([work = std::move(work)] {
        setThreadName("aside");
        contained("http", work); // a request that `work` drops answers itself
    });
}

void ReplyQueue::deliverAll()
{
    std::vector<Entry> entries;
    {
        const MutexLock lock(m_mutex);
        entries.swap(m_entries);
    }
    for (Entry &entry : entries) {
        if (entry.task)
            contained("http", std::exchange(entry.task, {}));
        else if (m_deliver)
            m_deliver(entry.exchange, std::move(entry.reply));
    }
}

void ReplyQueue::close()
{
    m_deliver = {};
    std::vector<Entry> dropped; // destroyed after the lock: a dropped request wants to answer
    const MutexLock lock(m_mutex);
    m_closed = true;
    m_wake = {};
    m_pool = nullptr;
    dropped.swap(m_entries);
}

void ReplyQueue::cut(Exchange &exchange) noexcept
{
    exchange.cut.store(true, std::memory_order_relaxed);
}

Replier::Replier(std::shared_ptr<ReplyQueue> queue, std::shared_ptr<Exchange> exchange,
                 MemoryBudget::Share share)
    : m_state(std::make_shared<State>(std::move(queue), std::move(exchange), std::move(share)))
{
}

void Replier::label(std::string route, Fields fields) const
{
    m_state->route = std::move(route);
    m_state->fields = std::move(fields);
}

void Replier::runAside(std::function<ReplyQueue::Task()> work) const
{
    m_state->queue->runAside([reply = *this, work = std::move(work)]() mutable {
        try {
            reply.m_state->queue->postTask(work());
        } catch (...) {
            reply.refuse(loggedException("http"));
        }
    });
}

Replier::State::State(std::shared_ptr<ReplyQueue> replies, std::shared_ptr<Exchange> which,
                      MemoryBudget::Share part)
    : queue(std::move(replies))
    , exchange(std::move(which))
    , share(std::move(part))
{
}

Replier::State::~State()
{
    if (!answered)
        refuse({ErrorCode::Internal,
                "The request was dropped without an answer, which is a defect: please report it "
                "with the request that caused it."});
}

// The connection ends where not even an answer can be made.
void Replier::State::answer(ApiReply reply) noexcept
{
    if (answered.exchange(true))
        return;
    const std::shared_ptr<Exchange> kept = exchange;
    if (!contained("http", [&] { send(std::move(reply)); }))
        ReplyQueue::cut(*kept);
}

void Replier::State::refuse(const Error &error) noexcept
{
    if (answered)
        return;
    const std::shared_ptr<Exchange> kept = exchange;
    if (!contained("http", [&] { answer(errorReplyOf(error)); }) && !answered.exchange(true))
        ReplyQueue::cut(*kept);
}

void Replier::State::send(ApiReply reply)
{
    share.set(0);
    reply.route = std::move(route);
    std::move(fields.begin(), fields.end(), std::back_inserter(reply.fields));
    if (coding && worthCoding(reply))
        pack(std::move(reply));
    else
        queue->post(std::move(exchange), std::move(reply));
}

void Replier::State::pack(ApiReply reply)
{
    addVary(reply.fields, "Accept-Encoding");
    const bool aside = queue->onServerThread() && reply.body.size() > mostPackedAtOnce;
    if (*coding != ContentCoding::Identity && aside) {
        queue->runAside([replies = queue, which = std::move(exchange), wanted = *coding,
                         held = std::make_shared<ApiReply>(std::move(reply))] {
            if (!contained("http", [&] {
                    encodeReply(*held, wanted);
                    replies->post(which, std::move(*held));
                }))
                ReplyQueue::cut(*which);
        });
        return;
    }
    encodeReply(reply, *coding);
    queue->post(std::move(exchange), std::move(reply));
}

} // namespace warmbench::http
