#include "http/transport/acceptor.h"

#include "base/exceptions.h"
#include "base/logging.h"
#include "http/transport/reply_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <QHostAddress>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace warmbench::http {

namespace {

// Then others have their turn.
constexpr int mostAcceptedAtOnce = 64;
// Each has a descriptor; a thread that is busy lets them wait.
constexpr std::size_t mostDoubtful = 256;
constexpr std::chrono::seconds complaintInterval{10};

// Null where the client has gone already.
QHostAddress peerOf(int descriptor)
{
    ::sockaddr_storage address{};
    ::socklen_t size = sizeof address;
    auto *general = reinterpret_cast<::sockaddr *>(&address);
    if (::getpeername(descriptor, general, &size) != 0)
        return {};
    const QHostAddress peer(general);
    bool mapped = false; // an IPv4 address, written as an IPv6 one
    const quint32 version4 = peer.toIPv4Address(&mapped);
    return mapped ? QHostAddress(version4) : peer;
}

} // namespace

Acceptor::~Acceptor()
{
    for (const Client &client : m_doubtful)
        ::close(client.descriptor);
}

Acceptor::Acceptor(std::shared_ptr<Admission> admission, std::vector<GuardedServer *> lanes)
    : QObject(lanes.front())
    , m_admission(std::move(admission))
    , m_lanes(std::move(lanes))
    , m_listening(static_cast<int>(m_lanes.front()->socketDescriptor()))
    , m_refused(m_lanes.front()->limits().linger)
    , m_notifier(std::make_unique<QSocketNotifier>(m_listening, QSocketNotifier::Read))
{
    connect(m_notifier.get(), &QSocketNotifier::activated, this,
            [this] { contained("http", [this] { acceptSome(); }); });
    m_resume.setSingleShot(true);
    m_resume.setInterval(m_lanes.front()->limits().resumeAccepting);
    connect(&m_resume, &QTimer::timeout, this, [this] {
        if (m_notifier)
            m_notifier->setEnabled(true);
    });
    connect(&m_refusedTimer, &QTimer::timeout, this,
            [this] { m_refused.checkTimes(std::chrono::steady_clock::now()); });
    m_refusedTimer.start(
        std::max(m_lanes.front()->limits().linger / 4, std::chrono::milliseconds(10)));
}

// True where more may wait.
bool Acceptor::acceptSome()
{
    for (int i = 0; i < mostAcceptedAtOnce && m_notifier; ++i) {
        const int descriptor = ::accept4(m_listening, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor >= 0) {
            take(descriptor);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pauseForDescriptors(errno);
            return false;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return false;
        }
    }
    return true;
}

// What waits is asked for again in a moment: it would keep the notifier busy until then.
void Acceptor::pauseForDescriptors(int reason)
{
    m_notifier->setEnabled(false);
    m_resume.start();
    const SteadyTime now = std::chrono::steady_clock::now();
    if (m_complained != SteadyTime{} && now - m_complained < complaintInterval)
        return;
    m_complained = now;
    logWarning("http", fmt::format("A connection could not be accepted ({}): it waits until "
                                   "another ends. Raise the limit with ulimit -n, or lower "
                                   "--max-connections.",
                                   std::strerror(reason)));
}

void Acceptor::take(int descriptor)
{
    const QHostAddress address = peerOf(descriptor);
    if (address.isNull()) {
        ::close(descriptor);
        return;
    }
    Client client{descriptor, address.toString().toStdString(), address.isLoopback()};
    if (admit(client))
        return;
    if (m_doubtful.size() >= mostDoubtful)
        settle(1);
    m_doubtful.push_back(std::move(client));
    askLanes();
}

// An error where there is no place for the client.
Result<void> Acceptor::admit(const Client &client)
{
    auto place = m_admission->enter(client.peer, client.loopback);
    if (!place)
        return place.error();
    GuardedServer *lane = *std::min_element(
        m_lanes.begin(), m_lanes.end(), [](const GuardedServer *one, const GuardedServer *other) {
            return one->load() < other->load();
        });
    lane->adopt(std::make_shared<Arrival>(client.descriptor, client.peer, *std::move(place)));
    return {};
}

// A client that finds no place is refused only when all lanes have heard of their connections
// once more: clients may have closed some before they asked for another.
void Acceptor::askLanes()
{
    if (m_unheard > 0)
        return;
    m_asked = m_doubtful.size();
    m_unheard = m_lanes.size();
    // The answer comes by the queue of the first lane, which drops it where this is gone by then.
    for (GuardedServer *lane : m_lanes)
        lane->afterNextRound([this, replies = m_lanes.front()->replies()] {
            replies->postTask([this] { heardFromLane(); });
        });
}

void Acceptor::heardFromLane()
{
    if (--m_unheard > 0)
        return;
    settle(std::exchange(m_asked, 0));
    if (!m_doubtful.empty())
        askLanes();
}

void Acceptor::settle(std::size_t count)
{
    for (; count > 0 && !m_doubtful.empty(); --count) {
        const Client client = std::move(m_doubtful.front());
        m_doubtful.pop_front();
        if (const auto admitted = admit(client); !admitted)
            refuse(client, admitted.error().message);
    }
}

void Acceptor::refuse(const Client &client, const std::string &sentence)
{
    GuardedServer &server = *m_lanes.front();
    ApiReply reply = errorReply(503, "UNAVAILABLE", sentence);
    reply.fields.emplace_back("Retry-After", "1");
    for (auto &field : server.guardFields({}))
        reply.fields.push_back(std::move(field));
    const std::string wire = serialised(reply, {.close = true}, server.dateField());
    m_refused.refuse(client.descriptor, wire, std::chrono::steady_clock::now());
    if (!server.hooks().answered)
        return;
    RequestRecord record;
    record.client = client.peer;
    record.status = reply.status;
    record.sentence = sentence;
    record.responseBytes = static_cast<std::int64_t>(wire.size());
    server.hooks().answered(record, "guard", {});
}

void Acceptor::finish()
{
    while (acceptSome()) {
    }
    m_notifier.reset();
    settle(m_doubtful.size());
    // On Linux this ends listening for all lanes, though each holds a descriptor of the socket.
    ::shutdown(m_listening, SHUT_RD);
}

} // namespace warmbench::http
