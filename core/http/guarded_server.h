// The listening socket under Qt HTTP Server: admits connections up to a number, gives each a
// guard, and looks at their times.
//
// It accepts by itself. Qt 6.4 asks its socket engine why an accept failed, which remembers its
// first reason for ever: where that was "none waits", running out of descriptors goes unseen and
// the thread spins; where it was the descriptors, each later "none waits" counts as that again.
//
// Thread: http.
#pragma once

#include "http/connection.h"
#include "http/http_limits.h"
#include "http/http_server.h"
#include "http/idle_watch.h"
#include "http/refused_clients.h"
#include "http/replier.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <QPointer>
#include <QSocketNotifier>
#include <QTcpServer>
#include <QThreadPool>
#include <QTimer>
#include <string>
#include <unordered_set>
#include <vector>

namespace warmbench::http {

// Called on the http thread for each whole request.
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
        // Fields for an answer that the guard gives by itself, by those of the request's head as
        // far as it came.
        std::function<Fields(const Fields &)> refusalFields = {};
    };

    GuardedServer(const HttpOptions &options, Hooks hooks, QObject *parent = nullptr);
    ~GuardedServer() override;

    // Once it listens; QTcpServer itself accepts nothing from then on.
    void startAccepting();
    bool hasPendingConnections() const override { return !m_pending.empty(); }
    QTcpSocket *nextPendingConnection() override;

    // Qt has parsed a stand-in: it belongs to the connection that read last.
    void dispatchCurrent();
    // Stops accepting and lets what is under way end for at most `most`, then emits stopped().
    void drain(std::chrono::milliseconds most);
    std::size_t connectionCount() const { return m_connections.size(); }

    // For connections.
    const HttpLimits &limits() const { return m_options.limits; }
    Bytes maxBody() const { return m_options.maxBody; }
    const Hooks &hooks() const { return m_hooks; }
    const std::shared_ptr<ReplyQueue> &replies() const { return m_replies; }
    void setCurrent(Connection *connection) { m_current = connection; }
    void remove(Connection *connection);
    // Its answers are out, and its place is free; false where too many wait for their clients.
    bool letLinger(Connection *connection);
    InputBudget::Share inputShare() const { return InputBudget::Share(m_input); }
    // Calls its send() before this thread waits again: what a round of events has to say goes out
    // in a row, so that a client is woken once for it.
    void sendSoon(Connection *connection) { m_unsent.push_back(connection); }
    IdleWatch &idleWatch() { return m_idle; }
    const std::string &dateField(); // "Date: ...\r\n", renewed each second

Q_SIGNALS:
    void stopped();

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    bool full() const;
    void acceptSoon();
    bool acceptWaiting();
    void pauseForDescriptors(int reason);
    void refuseClient(int descriptor, const std::string &peer, const std::string &sentence);
    void freePlace(const Connection &connection);
    void forAll(const std::function<void(Connection &)> &what);
    void checkTimes();
    void sendAll();

    const HttpOptions m_options;
    const Hooks m_hooks;
    std::shared_ptr<ReplyQueue> m_replies;
    std::unordered_set<Connection *> m_connections;
    std::unordered_set<const Connection *> m_lingering; // of them: take no place any more
    std::map<std::string, std::size_t> m_perAddress;
    RefusedClients m_refused;
    Connection *m_current = nullptr;
    std::shared_ptr<InputBudget> m_input;
    QThreadPool m_aside; // packs and unpacks large bodies
    std::vector<Connection *> m_unsent;
    IdleWatch m_idle{this};
    QTimer m_timer;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::deque<QPointer<QTcpSocket>> m_pending; // for Qt HTTP Server
    QTimer m_resume;
    QTimer m_secondLook;
    SteadyTime m_complained{}; // of missing descriptors
    bool m_draining = false;
    std::string m_date;
    std::int64_t m_dateSecond = -1;
};

} // namespace warmbench::http
