// The requests of one connection that wait for their answers, in the order of arrival, and the
// bytes that these answers take.
//
// Thread: http. The connection outlives it.
#pragma once

#include "http/api_types.h"
#include "http/transport/exchange.h"
#include "http/transport/http_limits.h"
#include "http/transport/known_answers.h"
#include "http/transport/request_framer.h"
#include "http/transport/request_line.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace warmbench::http {

class ExchangeQueue
{
public:
    ExchangeQueue(Connection &connection, std::string peer, const HttpLimits &limits);

    bool empty() const { return m_exchanges.empty(); }
    // No further request is taken before an answer has left.
    bool full() const { return m_exchanges.size() >= m_limits.pipelined; }
    bool allAnswered() const { return m_unanswered == 0; }
    const std::shared_ptr<Exchange> &front() const { return m_exchanges.front(); }
    bool endsWith(const Exchange &exchange) const { return m_exchanges.back().get() == &exchange; }
    // A copy, for loops in which an exchange may be answered and leave.
    std::deque<std::shared_ptr<Exchange>> all() const { return m_exchanges; }

    // A request of `size` bytes with its head.
    std::shared_ptr<Exchange> add(const FramedRequest &request, const RequestLine &line,
                                  std::size_t size);
    // What came was no request, and the refusal is the last answer. `request` is as far as it came.
    std::shared_ptr<Exchange> addRefused(const FramedRequest &request);
    // Keeps the answer as bytes until its turn comes. An exchange is answered once.
    void answer(Exchange &exchange, ApiReply reply, std::string_view dateField);
    // The answer in front is on its way.
    void begin(Exchange &exchange);
    // The answer in front has left.
    void removeFront();
    // The client has gone, and nobody waits for the answers any more.
    void abandon();
    void cancelAll();

    // Bytes of answers that wait for an earlier one.
    std::size_t waitingOutput() const { return m_waitingOutput; }
    // The same with the answers that are not there yet, and with the one to `next`. An answer
    // counts as all that may lie unsent where no earlier one tells its size.
    std::size_t outputWith(const FramedRequest &next) const;

private:
    std::shared_ptr<Exchange> add();
    std::size_t expectedAnswer(std::size_t likeness, std::size_t requestBytes) const;

    Connection &m_connection;
    const std::string m_peer;
    const HttpLimits &m_limits;
    std::deque<std::shared_ptr<Exchange>> m_exchanges;
    std::size_t m_unanswered = 0; // of m_exchanges
    std::size_t m_waitingOutput = 0;
    std::size_t m_expectedOutput = 0; // of answers that are not there yet
    KnownAnswers m_known;
};

} // namespace warmbench::http
