// One process of the soak's clients (soak.py starts several):
//
//     soak_load PORT PLACE PLACES CONNECTIONS SEED SECONDS
//
// Each connection does one of these at random, again and again: one request, some pipelined ones,
// one on a connection of its own, or some that it walks away from, in the middle of sending or of
// reading. Every answer is checked against its request.
//
// Prints a line of JSON a second: what was counted since the last, and under "times" how many
// single requests took 1.09^n us, by n. A line that begins with "Problem: " is the last one.
#include "soak_requests.h"

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <deque>
#include <fmt/format.h>
#include <iostream>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <random>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <vector>

using namespace warmbench::soak;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{60};
constexpr int mostPipelined = 8;
constexpr double timeStep = 1.09;

struct Problem : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

void must(bool done, std::string_view what)
{
    if (!done)
        throw Problem(fmt::format("{}: {}", what, std::strerror(errno)));
}

// What all connections of the process share.
class Client
{
public:
    Client(int port, int place, int places, unsigned seed)
        : m_port(port)
        , m_random(seed * 1000 + static_cast<unsigned>(place))
        , m_first(1 + place * (numbers / places))
        , m_span(numbers / places - 2)
    {
        std::array<double, kindCount> weights{};
        for (int i = 0; i < kindCount; ++i)
            weights.at(static_cast<std::size_t>(i)) = kind(i).weight;
        m_kinds = std::discrete_distribution<int>(weights.begin(), weights.end());
        must(m_epoll >= 0, "epoll_create1");
    }

    int port() const { return m_port; }
    int epoll() const { return m_epoll; }
    double chance() { return m_chances(m_random); }
    int below(int end) { return static_cast<int>(m_random() % static_cast<unsigned>(end)); }
    const Kind &anyKind() { return kind(m_kinds(m_random)); }
    // Each process has numbers of its own, and one comes again only long after its answer.
    int nextNumber() { return m_first + (m_next++ % m_span); }

    void count(const std::string &what) { ++m_tally[what]; }
    void time(Clock::duration took)
    {
        const double us = std::chrono::duration<double, std::micro>(took).count();
        ++m_times[static_cast<int>(std::log(std::max(us, 1.0)) / std::log(timeStep))];
    }
    void report()
    {
        std::string text;
        for (const auto &[what, value] : m_tally)
            text += fmt::format("\"{}\": {}, ", what, value);
        std::string times;
        for (const auto &[step, value] : m_times)
            times += fmt::format("{}\"{}\": {}", times.empty() ? "" : ", ", step, value);
        std::cout << "{" << text << "\"times\": {" << times << "}}" << std::endl;
        m_tally.clear();
        m_times.clear();
    }

private:
    int m_port;
    int m_epoll = ::epoll_create1(0);
    std::mt19937 m_random;
    std::uniform_real_distribution<double> m_chances{0, 1};
    std::discrete_distribution<int> m_kinds;
    int m_first;
    int m_span;
    int m_next = 0;
    std::map<std::string, long> m_tally;
    std::map<int, long> m_times;
};

class Connection
{
public:
    explicit Connection(Client &client)
        : m_client(client)
    {
    }
    ~Connection()
    {
        if (m_socket >= 0)
            ::close(m_socket);
    }
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    void begin();
    void handle(unsigned events);
    bool leaves() const { return m_leaves; }
    void walkAway();
    void checkPatience(Clock::time_point now) const
    {
        if (!m_owed.empty() && now - m_sentAt > patience)
            throw Problem(fmt::format("no answer within {} s to \"{}\" number {}", patience.count(),
                                      m_owed.front().kind->name, m_owed.front().number));
    }

private:
    struct Owed
    {
        const Kind *kind;
        int number;
    };
    enum class Mood { Single, Pipelined, Fresh, Leaving };

    void connect();
    void watch(unsigned events, int how) const;
    void plan(Mood mood);
    void write();
    void read();
    bool takeAnswer();
    void judge(const Owed &owed, std::string_view head, std::string_view body) const;
    void finish();
    void close();

    Client &m_client;
    int m_socket = -1;
    Mood m_mood = Mood::Single;
    std::deque<Owed> m_owed;
    std::string m_unsent;
    std::size_t m_sent = 0;
    std::string m_unread;
    std::optional<std::size_t> m_leaveReading; // after so many bytes
    bool m_leaveSending = false;               // when what is unsent is sent
    bool m_leaves = false;
    bool m_watchesOutput = false;
    Clock::time_point m_sentAt;
};

void Connection::connect()
{
    m_socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(m_socket >= 0, "socket");
    const int on = 1;
    ::setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const timeval limit{patience.count(), 0};
    ::setsockopt(m_socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(m_client.port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(::connect(m_socket, reinterpret_cast<sockaddr *>(&address), sizeof(address)) == 0,
         "connect");
    watch(EPOLLIN, EPOLL_CTL_ADD);
    m_watchesOutput = false;
    m_client.count("connections");
}

void Connection::watch(unsigned events, int how) const
{
    epoll_event event{};
    event.events = events;
    event.data.ptr = const_cast<Connection *>(this);
    must(::epoll_ctl(m_client.epoll(), how, m_socket, &event) == 0, "epoll_ctl");
}

// Chooses what to do next and starts it.
void Connection::begin()
{
    if (m_socket < 0)
        connect();
    const double mood = m_client.chance();
    plan(mood < 0.45   ? Mood::Single
         : mood < 0.82 ? Mood::Pipelined
         : mood < 0.88 ? Mood::Fresh
                       : Mood::Leaving);
    m_sentAt = Clock::now();
    write();
}

void Connection::plan(Mood mood)
{
    m_mood = mood;
    m_owed.clear();
    m_unread.clear();
    m_unsent.clear();
    m_sent = 0;
    m_leaves = false;
    m_leaveSending = false;
    m_leaveReading.reset();
    const bool one = mood == Mood::Single || mood == Mood::Fresh;
    const int count = one ? 1 : 2 + m_client.below(mostPipelined - 1);
    for (int i = 0; i < count; ++i) {
        const Kind &kind = m_client.anyKind();
        const int number = m_client.nextNumber();
        m_owed.push_back({&kind, number});
        m_unsent += kind.wire(number, mood == Mood::Fresh);
    }
    if (mood != Mood::Leaving)
        return;
    if (m_client.chance() < 0.5) {
        m_leaveSending = true;
        m_unsent.resize(
            1 + static_cast<std::size_t>(m_client.below(static_cast<int>(m_unsent.size()))));
    } else {
        m_leaveReading = static_cast<std::size_t>(m_client.below(400 * count));
    }
}

void Connection::write()
{
    while (m_sent < m_unsent.size()) {
        const auto sent = ::send(m_socket, m_unsent.data() + m_sent, m_unsent.size() - m_sent,
                                 MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        must(sent >= 0, "send");
        m_sent += static_cast<std::size_t>(sent);
    }
    const bool whole = m_sent == m_unsent.size();
    if (whole == m_watchesOutput) {
        m_watchesOutput = !whole;
        watch(EPOLLIN | (whole ? 0U : EPOLLOUT), EPOLL_CTL_MOD);
    }
    m_leaves = whole && (m_leaveSending || m_leaveReading == std::size_t{0});
}

void Connection::read()
{
    static std::array<char, std::size_t{1} << 18> piece;
    const auto got = ::recv(m_socket, piece.data(), piece.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    must(got >= 0, "recv");
    if (got == 0)
        throw Problem(fmt::format("the server closed a connection with {} answers owed, after "
                                  "\"{}\"",
                                  m_owed.size(), m_unread.substr(0, 300)));
    m_unread.append(piece.data(), static_cast<std::size_t>(got));
    if (m_leaveReading && m_unread.size() >= *m_leaveReading) {
        m_leaves = true;
        return;
    }
    while (!m_owed.empty() && takeAnswer()) {
    }
    if (!m_owed.empty() || m_leaveSending)
        return;
    if (!m_unread.empty())
        throw Problem(
            fmt::format("bytes that belong to no request: \"{}\"", m_unread.substr(0, 300)));
    finish();
}

// True where a whole answer was there.
bool Connection::takeAnswer()
{
    constexpr std::string_view lengthField = "\r\nContent-Length: ";
    const auto end = m_unread.find("\r\n\r\n");
    if (end == std::string::npos)
        return false;
    const std::string_view head = std::string_view(m_unread).substr(0, end);
    const auto field = head.find(lengthField);
    if (!head.starts_with("HTTP/1.1 ") || field == std::string_view::npos)
        throw Problem(fmt::format("this is no head of an answer: \"{}\"", head.substr(0, 300)));
    const auto length = std::strtoul(m_unread.c_str() + field + lengthField.size(), nullptr, 10);
    if (m_unread.size() < end + 4 + length)
        return false;
    judge(m_owed.front(), head, std::string_view(m_unread).substr(end + 4, length));
    m_unread.erase(0, end + 4 + length);
    m_owed.pop_front();
    return true;
}

void Connection::judge(const Owed &owed, std::string_view head, std::string_view body) const
{
    const int status = std::atoi(std::string(head.substr(9, 3)).c_str());
    m_client.count("answers");
    m_client.count(fmt::format("status {}", status));
    const bool stated = status == 503 && head.find("\r\nRetry-After: ") != std::string_view::npos &&
                        body.find("\"UNAVAILABLE\"") != std::string_view::npos;
    if (!stated && !owed.kind->fits(owed.number, status, body))
        throw Problem(
            fmt::format("the answer to \"{}\" number {} is not its own: status {}, \"{}\"",
                        owed.kind->name, owed.number, status, body.substr(0, 400)));
}

void Connection::finish()
{
    if (m_mood == Mood::Single)
        m_client.time(Clock::now() - m_sentAt);
    if (m_mood == Mood::Fresh) {
        char more = 0;
        if (::recv(m_socket, &more, 1, 0) != 0)
            throw Problem("a connection was to be closed after its answer, but goes on");
        close();
    }
    begin();
}

void Connection::walkAway()
{
    m_client.count("walked away");
    if (m_client.chance() < 0.5) { // with a reset rather than an end
        const linger now{1, 0};
        ::setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    }
    close();
    begin();
}

void Connection::close()
{
    ::close(m_socket);
    m_socket = -1;
}

void Connection::handle(unsigned events)
{
    if (events & EPOLLOUT)
        write();
    if (!m_leaves && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)))
        read();
}

void run(Client &client, int count, std::chrono::seconds seconds)
{
    std::vector<std::unique_ptr<Connection>> connections;
    for (int i = 0; i < count; ++i) {
        connections.push_back(std::make_unique<Connection>(client));
        connections.back()->begin();
    }
    const auto end = Clock::now() + seconds;
    auto told = Clock::now();
    std::array<epoll_event, 64> events{};
    for (auto now = told; now < end; now = Clock::now()) {
        const int ready = ::epoll_wait(client.epoll(), events.data(), events.size(), 100);
        for (int i = 0; i < ready; ++i) {
            const epoll_event &event = events.at(static_cast<std::size_t>(i));
            static_cast<Connection *>(event.data.ptr)->handle(event.events);
        }
        for (const auto &connection : connections) {
            while (connection->leaves())
                connection->walkAway();
        }
        if (now - told < std::chrono::seconds(1))
            continue;
        told = now;
        client.report();
        for (const auto &connection : connections)
            connection->checkPatience(now);
    }
    client.report();
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 7) {
        std::cerr << "Usage: soak_load PORT PLACE PLACES CONNECTIONS SEED SECONDS\n";
        return 2;
    }
    const auto argument = [argv](int index) { return std::atoi(argv[index]); };
    try {
        Client client(argument(1), argument(2), argument(3), static_cast<unsigned>(argument(5)));
        run(client, argument(4), std::chrono::seconds(argument(6)));
    } catch (const std::exception &problem) {
        std::cout << "Problem: " << problem.what() << std::endl;
        return 1;
    }
    return 0;
}
