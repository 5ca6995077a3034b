// What Qt HTTP Server makes of a request line that the guard has let through: the same verb, the
// same path and the same query once their percent escapes are decoded, whatever Host says. Qt may
// write escapes differently, but may not move the borders of segments and values.
//
// Input: a verb, a blank and an address up to a line feed, then the value of Host. What the guard
// would refuse in the address is tried once more percent-encoded, so that most inputs reach Qt.
#include "checks.h"
#include "http/router.h"
#include "http/transport/client_socket.h"
#include "http/transport/qt_dispatcher.h"
#include "http/transport/request_framer.h"

#include <array>
#include <cctype>
#include <fmt/format.h>
#include <optional>
#include <QCoreApplication>
#include <QMetaMethod>
#include <QTcpServer>
#include <sys/socket.h>
#include <vector>

using namespace warmbench;
using namespace warmbench::fuzz;
using namespace warmbench::http;

namespace {

std::string_view upTo(std::string_view text, char separator)
{
    return text.substr(0, text.find(separator));
}

std::string_view behind(std::string_view text, char separator)
{
    const auto at = text.find(separator);
    return at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
}

std::vector<std::string> decodedParts(std::string_view text, char separator, bool plusIsBlank)
{
    std::vector<std::string> parts;
    for (;;) {
        const std::string_view part = upTo(text, separator);
        parts.push_back(percentDecoded(part, plusIsBlank));
        if (part.size() == text.size())
            return parts;
        text.remove_prefix(part.size() + 1);
    }
}

std::vector<std::vector<std::string>> decodedQuery(std::string_view query)
{
    std::vector<std::vector<std::string>> pairs;
    for (;;) {
        const std::string_view pair = upTo(query, '&');
        pairs.push_back(decodedParts(pair, '=', true));
        if (pair.size() == query.size())
            return pairs;
        query.remove_prefix(pair.size() + 1);
    }
}

// A server with the one connection that it is given.
class OneConnection : public QTcpServer
{
public:
    OneConnection()
    {
        std::array<int, 2> ends{};
        require(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "there is a pair");
        m_socket = new ClientSocket(ends[0], this);
        m_waits = true;
    }

    ClientSocket &socket() { return *m_socket; }
    bool hasPendingConnections() const override { return m_waits; }
    QTcpSocket *nextPendingConnection() override
    {
        return std::exchange(m_waits, false) ? m_socket : nullptr;
    }

private:
    ClientSocket *m_socket;
    bool m_waits;
};

// The parser of Qt HTTP Server, as connections use it.
class Qt
{
public:
    Qt()
    {
        require(m_server->listen(QHostAddress::LocalHost), "the server listens");
        m_dispatcher.attach(m_server, [this](RequestLine line) {
            require(!m_line, "a request is dispatched once");
            m_line = std::move(line);
        });
        for (const auto signal : {QMetaMethod::fromSignal(&QTcpServer::newConnection),
                                  QMetaMethod::fromSignal(&QTcpServer::pendingConnectionAvailable)})
            signal.invoke(m_server, ::Qt::DirectConnection);
        require(!m_server->hasPendingConnections(), "Qt has taken the connection");
    }

    RequestLine parsed(const FramedRequest &request)
    {
        m_line.reset();
        m_server->socket().showToQt(headForQt(request));
        Q_EMIT m_server->socket().readyRead();
        QCoreApplication::sendPostedEvents(); // by which Qt 6.8 goes on with the connection
        require(m_line.has_value(), "Qt dispatches the request", request.target);
        require(m_server->socket().isConnected(), "the connection stays", request.target);
        return *std::move(m_line);
    }

private:
    int m_count = 1;
    std::array<char, 5> m_name{"fuzz"};
    std::array<char *, 2> m_arguments{m_name.data(), nullptr};
    QCoreApplication m_application{m_count, m_arguments.data()};
    QtDispatcher m_dispatcher;
    OneConnection *m_server = new OneConnection; // the dispatcher's child
    std::optional<RequestLine> m_line;
};

void compare(const FramedRequest &request)
{
    static auto *const qt = new Qt; // not destroyed: its application would outlive what it needs
    const RequestLine line = qt->parsed(request);
    const std::string_view path = upTo(request.target, '?');
    const std::string_view query = behind(request.target, '?');
    require(line.method == request.method, "Qt sees the same verb", request.target);
    require(decodedParts(line.path, '/', false) == decodedParts(path, '/', false),
            "Qt sees the same path", request.target);
    require(decodedQuery(line.query) == decodedQuery(query), "Qt sees the same query",
            request.target);
    for (const std::string_view part : {std::string_view(line.path), std::string_view(line.query)})
        require(std::all_of(part.begin(), part.end(), [](char c) { return c > ' ' && c < 0x7F; }),
                "what Qt tells is percent-encoded", part);
}

void check(std::string_view line, std::string_view host)
{
    RequestFramer framer({}, mebibytes(1));
    framer.append(fmt::format("{} HTTP/1.1\r\nHost: {}\r\n\r\n", line, host));
    while (framer.advance() == RequestFramer::Progress::Complete) {
        const FramedRequest request = framer.take();
        if (request.target != "*") // the guard answers it itself
            compare(request);
    }
}

// All but what may stand in an address, and each sign of a percent that begins no escape.
std::string encoded(std::string_view address)
{
    std::string text;
    for (std::size_t i = 0; i < address.size(); ++i) {
        const char c = address[i];
        const bool escape = c == '%' && i + 2 < address.size() &&
                            std::isxdigit(static_cast<unsigned char>(address[i + 1])) != 0 &&
                            std::isxdigit(static_cast<unsigned char>(address[i + 2])) != 0;
        if (escape || (c > ' ' && c < 0x7F && c != '%' && c != '#'))
            text += c;
        else
            text += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
    return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto [line, host] = headAndRest(textOf(data, size));
    check(line, host);
    std::string_view address = behind(line, ' ');
    address.remove_prefix(std::min(address.find_first_not_of('/'), address.size()));
    check(fmt::format("GET /{}", encoded(address)), host);
    return 0;
}
