#include "http/transport/client_socket.h"

#include "base/exceptions.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace warmbench::http {

namespace {

constexpr std::size_t mostPieces = 16; // for one call to the system

bool later(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

} // namespace

ClientSocket::ClientSocket(int descriptor, QObject *parent)
    : QTcpSocket(parent)
    , m_descriptor(descriptor)
    , m_reader(descriptor, QSocketNotifier::Read)
{
    const int now = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
    connect(&m_reader, &QSocketNotifier::activated, this, &ClientSocket::readable);
    setSocketState(ConnectedState);
    QIODevice::open(ReadWrite);
}

ClientSocket::~ClientSocket()
{
    release();
    setSocketState(UnconnectedState); // no signal from a half-destroyed object
}

void ClientSocket::release()
{
    if (m_descriptor < 0)
        return;
    m_reader.setEnabled(false);
    if (m_writer)
        m_writer->setEnabled(false);
    ::close(std::exchange(m_descriptor, -1));
    m_output.clear();
    m_unsent = 0;
}

void ClientSocket::disconnectFromHost()
{
    release();
    QTcpSocket::disconnectFromHost();
}

void ClientSocket::breakOff()
{
    const ::linger now{1, 0};
    ::setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    drop();
}

std::size_t ClientSocket::receive(char *to, std::size_t room)
{
    if (!isConnected() || m_inputEnded)
        return 0;
    const ssize_t got = ::recv(m_descriptor, to, room, MSG_DONTWAIT);
    if (got > 0)
        return static_cast<std::size_t>(got);
    if (got == 0) {
        m_inputEnded = true;
        setReading(false); // it would be readable for ever
    } else if (!later(errno)) {
        drop();
    }
    return 0;
}

void ClientSocket::setReading(bool on)
{
    const bool wanted = on && isConnected() && !m_inputEnded;
    if (m_reader.isEnabled() != wanted)
        m_reader.setEnabled(wanted);
}

void ClientSocket::append(std::string bytes)
{
    if (!isConnected() || bytes.empty())
        return;
    m_unsent += bytes.size();
    m_output.push_back(std::move(bytes));
}

void ClientSocket::send()
{
    while (!m_output.empty()) {
        const ssize_t went = offer();
        if (went < 0 && !later(errno))
            return drop();
        taken(static_cast<std::size_t>(std::max<ssize_t>(went, 0)));
        if (went <= 0 || m_sentOfFirst > 0)
            return sendLater();
    }
    if (m_writer)
        m_writer->setEnabled(false);
}

// Returns what the one call to the system returned.
ssize_t ClientSocket::offer()
{
    std::array<::iovec, mostPieces> pieces{};
    const std::size_t count = std::min(m_output.size(), mostPieces);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t skipped = i == 0 ? m_sentOfFirst : 0;
        pieces.at(i) = {m_output[i].data() + skipped, m_output[i].size() - skipped};
    }
    ::msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    return ::sendmsg(m_descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void ClientSocket::sendLater()
{
    m_arrived = arrived();
    if (!m_writer) {
        m_writer = new QSocketNotifier(m_descriptor, QSocketNotifier::Write, this);
        connect(m_writer, &QSocketNotifier::activated, this, [this] {
            if (!contained("http", [this] { send(); }))
                breakOff();
            if (isConnected())
                Q_EMIT sent();
        });
    }
    m_writer->setEnabled(true);
}

void ClientSocket::taken(std::size_t bytes)
{
    m_handed += bytes;
    bytes += m_sentOfFirst;
    auto first = m_output.begin();
    for (; first != m_output.end() && bytes >= first->size(); ++first) {
        bytes -= first->size();
        m_unsent -= first->size();
    }
    m_output.erase(m_output.begin(), first);
    m_sentOfFirst = bytes;
}

// tcp(7).
std::size_t ClientSocket::unacknowledged() const
{
    int held = 0;
    return ::ioctl(m_descriptor, SIOCOUTQ, &held) == 0 ? static_cast<std::size_t>(held) : 0;
}

std::uint64_t ClientSocket::arrived() const
{
    return m_handed - std::min<std::uint64_t>(m_handed, unacknowledged());
}

bool ClientSocket::outputMoves()
{
    const std::uint64_t before = std::exchange(m_arrived, arrived());
    return m_arrived > before;
}

void ClientSocket::endOutput()
{
    ::shutdown(m_descriptor, SHUT_WR);
}

qint64 ClientSocket::readData(char *data, qint64 most)
{
    if (!isConnected())
        return -1;
    const auto size = std::min(m_shown.size(), static_cast<std::size_t>(most));
    m_shown.copy(data, size);
    m_shown.erase(0, size);
    return static_cast<qint64>(size);
}

qint64 ClientSocket::writeData(const char *data, qint64 size)
{
    append(std::string(data, static_cast<std::size_t>(size)));
    send();
    return size;
}

} // namespace warmbench::http
