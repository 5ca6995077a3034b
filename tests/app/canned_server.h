// A server that answers every connection with the same bytes, whatever is asked: what stands behind
// a wrong address. Thread: its own; start and end on the test's.
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace warmbench {

class CannedServer
{
public:
    // An empty answer: it closes; `answers` false: it takes what comes and stays silent.
    explicit CannedServer(std::string answer, bool answers = true)
        : m_answer(std::move(answer))
        , m_answers(answers)
        , m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto *plain = reinterpret_cast<sockaddr *>(&address);
        if (::bind(m_listener, plain, size) == 0 && ::listen(m_listener, 8) == 0 &&
            ::getsockname(m_listener, plain, &size) == 0)
            m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] { serve(); });
    }
    ~CannedServer()
    {
        ::shutdown(m_listener, SHUT_RDWR); // ends accept
        m_thread.join();
        ::close(m_listener);
    }
    CannedServer(const CannedServer &) = delete;
    CannedServer &operator=(const CannedServer &) = delete;

    std::uint16_t port() const { return m_port; }

private:
    void serve() const
    {
        for (;;) {
            const int client = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0)
                return;
            std::string asked;
            char piece[4096];
            for (auto got = ::recv(client, piece, sizeof piece, 0); got > 0;
                 got = ::recv(client, piece, sizeof piece, 0)) {
                asked.append(piece, static_cast<std::size_t>(got));
                if (m_answers && asked.find("\r\n\r\n") != std::string::npos)
                    break;
            }
            if (m_answers)
                ::send(client, m_answer.data(), m_answer.size(), MSG_NOSIGNAL);
            ::close(client);
        }
    }

    std::string m_answer;
    bool m_answers;
    int m_listener;
    std::uint16_t m_port = 0;
    std::thread m_thread;
};

} // namespace warmbench
