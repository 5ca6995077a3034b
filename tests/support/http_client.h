// A client on plain sockets that sends exactly the bytes it is given and reads answers with a
// time-out. Tests of a server need this, and HTTP libraries do not offer it. Thread: one per
// object.
#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace warmbench {

struct HttpResponse
{
    int status = 0;                            // 0: none came
    std::map<std::string, std::string> fields; // names lower-case
    std::string body;
    std::string field(const std::string &name) const
    {
        const auto found = fields.find(name);
        return found == fields.end() ? std::string() : found->second;
    }
};

class HttpClient
{
public:
    // `from`: the client's own address; all of 127.0.0.0/8 belong to this machine.
    explicit HttpClient(std::uint16_t port, int receiveBuffer = 0, const char *from = nullptr,
                        const char *to = "127.0.0.1")
        : m_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        if (receiveBuffer > 0)
            ::setsockopt(m_fd, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
        const sockaddr_in source = addressOf(from != nullptr ? from : "0.0.0.0", 0);
        if (from != nullptr)
            static_cast<void>(
                ::bind(m_fd, reinterpret_cast<const sockaddr *>(&source), sizeof source));
        const sockaddr_in address = addressOf(to, port);
        if (::connect(m_fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
            close();
    }
    ~HttpClient() { close(); }
    HttpClient(const HttpClient &) = delete;
    HttpClient &operator=(const HttpClient &) = delete;
    HttpClient(HttpClient &&other) noexcept
        : m_fd(std::exchange(other.m_fd, -1))
        , m_input(std::move(other.m_input))
    {
    }

    bool connected() const { return m_fd >= 0; }
    void close()
    {
        if (m_fd >= 0)
            ::close(m_fd);
        m_fd = -1;
    }
    void closeOutput() { ::shutdown(m_fd, SHUT_WR); }
    // Closes the connection so that the peer sees a reset.
    void reset()
    {
        const linger now{1, 0};
        ::setsockopt(m_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close();
    }

    // False if the peer has closed the connection or takes nothing for 10 s.
    bool send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            pollfd wait{m_fd, POLLOUT, 0};
            if (::poll(&wait, 1, 10'000) <= 0)
                return false;
            const auto sent = ::send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    bool request(std::string_view method, std::string_view target, std::string_view body = {},
                 std::string_view fields = {})
    {
        std::string text;
        text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
        text.append(fields);
        if (!body.empty() || method == "POST")
            text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
        text.append("\r\n").append(body);
        return send(text);
    }

    // The next answer; status 0 if none comes in time or the connection ends before it.
    HttpResponse response(bool withoutBody = false, int milliseconds = 10'000)
    {
        const auto end = deadline(milliseconds);
        HttpResponse answer;
        std::size_t headEnd = 0;
        while ((headEnd = m_input.find("\r\n\r\n")) == std::string::npos) {
            if (!receive(end))
                return answer;
        }
        answer.status = std::atoi(m_input.c_str() + std::string_view("HTTP/1.1 ").size());
        parseFields(std::string_view(m_input).substr(0, headEnd), answer);
        m_input.erase(0, headEnd + 4);
        if (withoutBody || answer.status < 200 || answer.status == 204)
            return answer;
        const auto length =
            static_cast<std::size_t>(std::atoll(answer.field("content-length").c_str()));
        while (m_input.size() < length) {
            if (!receive(end)) {
                answer.status = 0;
                return answer;
            }
        }
        answer.body = m_input.substr(0, length);
        m_input.erase(0, length);
        return answer;
    }

    HttpResponse exchange(std::string_view method, std::string_view target,
                          std::string_view body = {}, std::string_view fields = {})
    {
        if (!request(method, target, body, fields))
            return {};
        return response(method == "HEAD");
    }

    // All bytes up to the end of `text`; empty if it does not come in time.
    std::string until(std::string_view text, int milliseconds = 10'000)
    {
        const auto end = deadline(milliseconds);
        std::size_t at = 0;
        while ((at = m_input.find(text)) == std::string::npos) {
            if (!receive(end))
                return {};
        }
        std::string came = m_input.substr(0, at + text.size());
        m_input.erase(0, came.size());
        return came;
    }

    // True if the peer closes the connection in time and sends nothing before that.
    bool closedByPeer(int milliseconds = 10'000)
    {
        const auto end = deadline(milliseconds);
        while (m_input.empty() && receive(end)) {
        }
        return m_input.empty() && m_ended;
    }
    // True once the connection is broken, even if bytes are still unread.
    bool hungUp() const
    {
        pollfd state{m_fd, 0, 0};
        return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
    }
    // False if bytes are there already or come within the time.
    bool silentFor(int milliseconds)
    {
        if (!m_input.empty())
            return false;
        pollfd wait{m_fd, POLLIN, 0};
        return ::poll(&wait, 1, milliseconds) == 0;
    }

    // Reads at most `most` bytes at once and returns their number; 0 if none come in time.
    std::size_t takeSome(std::size_t most, int milliseconds = 10'000)
    {
        const std::size_t before = m_input.size();
        receive(deadline(milliseconds), most);
        return m_input.size() - before;
    }

private:
    static sockaddr_in addressOf(const char *host, std::uint16_t port)
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        ::inet_pton(AF_INET, host, &address.sin_addr);
        return address;
    }

    using Deadline = std::chrono::steady_clock::time_point;
    static Deadline deadline(int milliseconds)
    {
        return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    }

    bool receive(Deadline end, std::size_t most = 65536)
    {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        pollfd wait{m_fd, POLLIN, 0};
        if (m_fd < 0 || left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0)
            return false;
        char piece[65536];
        const auto got = ::recv(m_fd, piece, std::min(most, sizeof piece), 0);
        m_ended = got <= 0;
        if (got > 0)
            m_input.append(piece, static_cast<std::size_t>(got));
        return got > 0;
    }

    static void parseFields(std::string_view head, HttpResponse &answer)
    {
        for (auto at = head.find("\r\n"); at != std::string_view::npos;) {
            const auto next = head.find("\r\n", at + 2);
            const std::string_view line = head.substr(at + 2, next - at - 2);
            const auto colon = line.find(':');
            if (colon != std::string_view::npos) {
                std::string name(line.substr(0, colon));
                std::transform(name.begin(), name.end(), name.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
                const auto value = line.find_first_not_of(' ', colon + 1);
                answer.fields[name] = value == std::string_view::npos ? "" : line.substr(value);
            }
            at = next;
        }
    }

    int m_fd;
    std::string m_input;
    bool m_ended = false;
};

} // namespace warmbench
