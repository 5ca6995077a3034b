#include "http/replier.h"

#include <algorithm>
#include <iterator>

namespace warmbench::http {

ReplyQueue::ReplyQueue(Deliver deliver, std::function<void()> wake)
    : m_deliver(std::move(deliver))
    , m_wake(std::move(wake))
{
}

void ReplyQueue::post(std::shared_ptr<Exchange> exchange, std::optional<ApiReply> reply)
{
    if (std::this_thread::get_id() == m_thread) {
        if (m_deliver)
            m_deliver(exchange, std::move(reply));
        return;
    }
    const std::lock_guard lock(m_mutex);
    if (m_closed)
        return;
    m_replies.emplace_back(std::move(exchange), std::move(reply));
    if (m_replies.size() == 1)
        m_wake();
}

void ReplyQueue::deliverAll()
{
    std::vector<std::pair<std::shared_ptr<Exchange>, std::optional<ApiReply>>> replies;
    {
        const std::lock_guard lock(m_mutex);
        replies.swap(m_replies);
    }
    for (auto &[exchange, reply] : replies) {
        if (m_deliver)
            m_deliver(exchange, std::move(reply));
    }
}

void ReplyQueue::close()
{
    m_deliver = {};
    std::vector<std::pair<std::shared_ptr<Exchange>, std::optional<ApiReply>>> dropped;
    const std::lock_guard lock(m_mutex);
    m_closed = true;
    m_wake = {};
    dropped.swap(m_replies);
}

Replier::Replier(std::shared_ptr<ReplyQueue> queue, std::shared_ptr<Exchange> exchange)
    : m_state(std::make_shared<State>(std::move(queue), std::move(exchange)))
{
}

void Replier::label(std::string route, Fields fields) const
{
    m_state->route = std::move(route);
    m_state->fields = std::move(fields);
}

Replier::State::State(std::shared_ptr<ReplyQueue> replies, std::shared_ptr<Exchange> which)
    : queue(std::move(replies))
    , exchange(std::move(which))
{
}

Replier::State::~State()
{
    if (!answered)
        answer(errorReply(500, "INTERNAL",
                          "The request was dropped without an answer, which is a defect: please "
                          "report it with the request that caused it."));
}

void Replier::State::answer(ApiReply reply)
{
    if (answered.exchange(true))
        return;
    reply.route = std::move(route);
    std::move(fields.begin(), fields.end(), std::back_inserter(reply.fields));
    queue->post(std::move(exchange), std::move(reply));
}

} // namespace warmbench::http
