// Takes what connects to the listening socket, as far as there is room, and hands it to the http
// thread that has the fewest connections.
//
// QTcpServer accepts nothing: Qt 6.4 asks its socket engine why an accept failed, which remembers
// its first reason for ever. Where that was "none waits", running out of descriptors goes unseen
// and the thread spins; where it was the descriptors, each later "none waits" counts as that again.
//
// Thread: the first http thread.
#pragma once

#include "http/transport/admission.h"
#include "http/transport/guarded_server.h"
#include "http/transport/refused_clients.h"

#include <deque>
#include <memory>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>
#include <string>
#include <vector>

namespace warmbench::http {

class Acceptor : public QObject
{
    Q_OBJECT

public:
    // The first lane listens and becomes the parent; they all outlive this.
    Acceptor(std::shared_ptr<Admission> admission, std::vector<GuardedServer *> lanes);

    ~Acceptor() override;

    // Hands on what has connected before, and then takes no more: clients that have connected are
    // told, instead of finding the door shut.
    void finish();

private:
    struct Client
    {
        int descriptor;
        std::string peer; // address
        bool loopback;
    };
    bool acceptSome();
    void pauseForDescriptors(int reason);
    void take(int descriptor);
    Result<void> admit(const Client &client);
    void askLanes();
    void heardFromLane();
    void settle(std::size_t count);
    void refuse(const Client &client, const std::string &sentence);

    const std::shared_ptr<Admission> m_admission;
    const std::vector<GuardedServer *> m_lanes;
    const int m_listening;
    RefusedClients m_refused;
    QTimer m_refusedTimer;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QTimer m_resume;
    std::deque<Client> m_doubtful; // found no place, but may get one yet
    std::size_t m_asked = 0;       // of them: came before the lanes were asked what has closed
    std::size_t m_unheard = 0;     // lanes that have not answered yet
    SteadyTime m_complained{};     // of missing descriptors
};

} // namespace warmbench::http
