// The guard around Qt HTTP Server on one http thread. It owns the connections that the acceptor
// hands to it, shows Qt their sockets, and looks at their times.
//
// Thread: its http thread, unless stated.
#pragma once

#include "http/http_options.h"
#include "http/transport/admission.h"
#include "http/transport/connection.h"
#include "http/transport/http_limits.h"
#include "http/transport/idle_watch.h"
#include "http/transport/replier.h"
#include "http/transport/request_record.h"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <QPointer>
#include <QTcpServer>
#include <QThreadPool>
#include <QTimer>
#include <string>
#include <unordered_set>
#include <vector>

namespace warmbench::http {

// A client that has connected, on its way to its thread.
struct Arrival
{
    Arrival(int client, std::string address, Admission::Place taken)
        : descriptor(client)
        , peer(std::move(address))
        , place(std::move(taken))
    {
    }
    ~Arrival(); // closes what nobody took
    Arrival(const Arrival &) = delete;
    Arrival &operator=(const Arrival &) = delete;

    int descriptor; // -1 once taken
    std::string peer;
    Admission::Place place;
};

// Called on an http thread for each whole request.
using Handler = std::function<void(ApiRequest, Replier)>;

class GuardedServer : public QTcpServer
{
    Q_OBJECT

public:
    struct Hooks
    {
        Handler handler;
        // After each answer: what happened, the route's pattern, how long it took.
        std::function<void(const RequestRecord &, const std::string &route,
                           std::chrono::nanoseconds)>
            answered;
        // Header fields for an answer that the guard gives by itself. Gets the fields of the
        // request, as far as they came.
        std::function<Fields(const Fields &)> guardFields = {};
        // Called with each whole request before the handler: what its record holds beside the rest.
        std::function<void(const ApiRequest &, RequestRecord &)> received = {};
    };

    GuardedServer(const HttpOptions &options, Hooks hooks,
                  const std::shared_ptr<MemoryBudget> &input, QObject *parent = nullptr);
    ~GuardedServer() override;

    // Listens to the same address as `other`, since Qt HTTP Server takes no server that does not
    // listen. False where the system has no descriptor left.
    bool listenWith(const QTcpServer &other);
    // Any thread. The connections here and on their way.
    std::size_t load() const { return m_load; }
    // Any thread.
    void adopt(std::shared_ptr<Arrival> arrival);
    // Any thread. Calls `then` on this one when it has heard all that its connections have said by
    // now.
    void afterNextRound(std::function<void()> then);
    bool hasPendingConnections() const override { return !m_pending.empty(); }
    QTcpSocket *nextPendingConnection() override;

    // Qt has parsed a request's line: it is of the connection that showed one last.
    void dispatch(RequestLine line);
    // Lets what is under way end for at most `most`, then emits stopped().
    void drain(std::chrono::milliseconds most);
    std::size_t connectionCount() const { return m_connections.size(); }

    // For connections.
    const HttpLimits &limits() const { return m_options.limits; }
    Bytes maxBody() const { return m_options.maxBody; }
    const Hooks &hooks() const { return m_hooks; }
    const std::shared_ptr<ReplyQueue> &replies() const { return m_replies; }
    void setCurrent(Connection *connection) { m_current = connection; }
    void remove(Connection *connection);
    // The connection has given its place back and waits for its client to take the last answer.
    // False where too many do.
    bool letLinger(Connection *connection);
    Fields guardFields(const Fields &asked) const
    {
        return m_hooks.guardFields ? m_hooks.guardFields(asked) : Fields();
    }
    const std::shared_ptr<MemoryBudget> &memory() const { return m_input; }
    MemoryBudget::Share inputShare() const { return MemoryBudget::Share(m_input); }
    // Calls the connection's send() before this thread waits again: what a round of events has to
    // say goes out in a row, so that a client is woken once for it.
    void sendSoon(Connection *connection) { m_unsent.push_back(connection); }
    IdleWatch &idleWatch() { return m_idle; }
    const std::string &dateField(); // "Date: ...\r\n", renewed each second

Q_SIGNALS:
    void stopped();

private:
    void begin(Arrival &arrival);
    void forAll(const std::function<void(Connection &)> &what);
    void checkTimes();
    void sendAll();

    const HttpOptions m_options;
    const Hooks m_hooks;
    std::shared_ptr<ReplyQueue> m_replies;
    std::unordered_set<Connection *> m_connections;
    std::unordered_set<const Connection *> m_lingering; // of m_connections: take no place any more
    std::atomic<std::size_t> m_load{0};
    Connection *m_current = nullptr;
    std::shared_ptr<MemoryBudget> m_input;
    QThreadPool m_aside; // packs and unpacks large bodies
    std::vector<Connection *> m_unsent;
    IdleWatch m_idle{this};
    QTimer m_timer;
    QTimer m_nextRound;
    std::vector<std::function<void()>> m_afterRound;
    std::deque<QPointer<QTcpSocket>> m_pending; // for Qt HTTP Server
    bool m_draining = false;
    std::string m_date;
    std::int64_t m_dateSecond = -1;
};

} // namespace warmbench::http
