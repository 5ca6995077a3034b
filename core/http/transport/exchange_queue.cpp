#include "http/transport/exchange_queue.h"

#include "http/transport/reply_writer.h"

#include <functional>
#include <utility>

namespace warmbench::http {

namespace {

// Larger bodies are not copied behind their head.
constexpr std::size_t mostCopied = 64 * 1024;

// Requests for the same address have answers of about the same size.
std::size_t likenessOf(const FramedRequest &request)
{
    return std::hash<std::string_view>()(request.target);
}

} // namespace

ExchangeQueue::ExchangeQueue(Connection &connection, std::string peer, const HttpLimits &limits)
    : m_connection(connection)
    , m_peer(std::move(peer))
    , m_limits(limits)
{
}

std::shared_ptr<Exchange> ExchangeQueue::add()
{
    auto exchange = std::make_shared<Exchange>();
    exchange->connection = &m_connection;
    exchange->began = std::chrono::steady_clock::now();
    exchange->record.client = m_peer;
    m_exchanges.push_back(exchange);
    ++m_unanswered;
    return exchange;
}

std::shared_ptr<Exchange> ExchangeQueue::add(const FramedRequest &request, const RequestLine &line,
                                             std::size_t size)
{
    auto exchange = add();
    exchange->head = line.method == "HEAD";
    exchange->close = !request.keepAlive;
    exchange->http10 = request.http10;
    exchange->likeness = likenessOf(request);
    exchange->expected = expectedAnswer(exchange->likeness, size);
    m_expectedOutput += exchange->expected;
    exchange->record.method = line.method;
    exchange->record.path = line.path;
    exchange->record.query = line.query;
    exchange->record.requestBytes = static_cast<std::int64_t>(size);
    return exchange;
}

std::shared_ptr<Exchange> ExchangeQueue::addRefused(const FramedRequest &request)
{
    auto exchange = add();
    exchange->head = request.method == "HEAD";
    exchange->close = true;
    exchange->record.method = request.method;
    const std::size_t mark = request.target.find('?');
    exchange->record.path = request.target.substr(0, mark);
    if (mark != std::string::npos)
        exchange->record.query = request.target.substr(mark + 1);
    exchange->route = "guard";
    return exchange;
}

void ExchangeQueue::answer(Exchange &exchange, ApiReply reply, std::string_view dateField)
{
    exchange.answered = true;
    --m_unanswered;
    m_expectedOutput -= exchange.expected;
    exchange.record.status = reply.status;
    exchange.record.sentence = std::move(reply.sentence);
    exchange.record.model = std::move(reply.model);
    exchange.record.cache = std::move(reply.cache);
    exchange.record.phases = reply.phases;
    exchange.route = std::move(reply.route);
    exchange.close |= reply.stream && exchange.http10; // nothing else can tell its end
    const bool apart = reply.body.size() > mostCopied;
    exchange.wire =
        serialised(reply, {exchange.head, exchange.close, exchange.http10, apart}, dateField);
    if (apart && !exchange.head) {
        exchange.body = std::move(reply.body);
        exchange.held = std::move(reply.held);
    }
    const std::size_t size = exchange.wire.size() + exchange.body.size();
    exchange.record.responseBytes = static_cast<std::int64_t>(size);
    m_waitingOutput += size;
    m_known.remember(exchange.likeness, static_cast<std::size_t>(exchange.record.requestBytes),
                     size);
    if (!exchange.head)
        exchange.stream = std::move(reply.stream);
}

void ExchangeQueue::begin(Exchange &exchange)
{
    m_waitingOutput -= exchange.wire.size() + exchange.body.size();
    exchange.begun = true;
}

void ExchangeQueue::removeFront()
{
    m_exchanges.front()->connection = nullptr;
    m_exchanges.pop_front();
}

void ExchangeQueue::abandon()
{
    for (const auto &exchange : m_exchanges)
        exchange->connection = nullptr;
    cancelAll();
    m_exchanges.clear();
}

void ExchangeQueue::cancelAll()
{
    for (const auto &exchange : m_exchanges)
        exchange->cancellation.request_stop();
}

std::size_t ExchangeQueue::outputWith(const FramedRequest &next) const
{
    return m_waitingOutput + m_expectedOutput + expectedAnswer(likenessOf(next), next.body.size());
}

std::size_t ExchangeQueue::expectedAnswer(std::size_t likeness, std::size_t requestBytes) const
{
    return m_known.find(likeness, requestBytes)
        .value_or(static_cast<std::size_t>(m_limits.unsentOutput.count));
}

} // namespace warmbench::http
