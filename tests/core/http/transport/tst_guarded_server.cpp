// What connections leave behind: the server in the test's own thread, so that its objects can be
// counted.
#include "http/transport/acceptor.h"
#include "http/transport/guarded_server.h"
#include "http/transport/qt_dispatcher.h"
#include "http_client.h"

#include <QTcpSocket>
#include <QTest>
#include <sys/socket.h>

using namespace warmbench;
using namespace warmbench::http;

namespace {

// A client's end without any care for the server.
class Caller
{
public:
    explicit Caller(quint16 port)
    {
        m_socket.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
    }

    bool connected() const { return m_socket.state() == QAbstractSocket::ConnectedState; }
    QByteArray received() { return m_socket.peek(1 << 16); }
    void send(const QByteArray &bytes)
    {
        m_socket.write(bytes);
        m_socket.flush();
    }
    // With a reset, which also takes back what the server has not read yet.
    void reset()
    {
        const ::linger now{1, 0};
        ::setsockopt(static_cast<int>(m_socket.socketDescriptor()), SOL_SOCKET, SO_LINGER, &now,
                     sizeof now);
        m_socket.abort();
    }
    void close() { m_socket.abort(); }

private:
    QTcpSocket m_socket;
};

class Server
{
public:
    Server()
        : m_server(new GuardedServer({},
                                     {[](const ApiRequest &, const Replier &replier) {
                                          replier(errorReply(404, "NOT_FOUND", "Nothing."));
                                      },
                                      {}},
                                     std::make_shared<MemoryBudget>(mebibytes(1)), &m_dispatcher))
    {
        m_listens = m_server->listen(QHostAddress::LocalHost);
        m_server->pauseAccepting();
        m_dispatcher.attach(m_server,
                            [this](RequestLine line) { m_server->dispatch(std::move(line)); });
        new Acceptor(std::make_shared<Admission>(HttpLimits()), {m_server});
    }

    bool listens() const { return m_listens; }
    quint16 port() const { return m_server->serverPort(); }
    std::size_t connections() const { return m_server->connectionCount(); }
    qsizetype sockets() const { return m_dispatcher.findChildren<QTcpSocket *>().size(); }

private:
    QtDispatcher m_dispatcher;
    GuardedServer *m_server;
    bool m_listens = false;
};

} // namespace

class TestGuardedServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingIsKeptOfAConnectionThatEnded_data()
    {
        QTest::addColumn<QByteArray>("sent");
        QTest::addColumn<bool>("reset");
        const QByteArray request("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        QTest::newRow("nothing sent") << QByteArray() << false;
        QTest::newRow("nothing sent, reset") << QByteArray() << true;
        QTest::newRow("half a request") << request.left(10) << false;
        QTest::newRow("half a request, reset") << request.left(10) << true;
        QTest::newRow("half a body") << QByteArray("POST / HTTP/1.1\r\nHost: a\r\n"
                                                   "Content-Length: 9\r\n\r\nabc")
                                     << false;
        QTest::newRow("a request") << request << false;
        QTest::newRow("a request, reset") << request << true;
        QTest::newRow("two requests and a half") << request + request + request.left(9) << true;
        QTest::newRow("no request") << QByteArray("nonsense\r\n\r\n") << true;
    }
    void nothingIsKeptOfAConnectionThatEnded()
    {
        QFETCH(QByteArray, sent);
        QFETCH(bool, reset);
        Server server;
        QVERIFY(server.listens());
        Caller caller(server.port());
        QTRY_VERIFY(caller.connected());
        QTRY_COMPARE(server.connections(), std::size_t(1));
        caller.send(sent);
        if (sent.endsWith("\r\n"))
            QTRY_VERIFY(!caller.received().isEmpty());
        reset ? caller.reset() : caller.close();
        QTRY_COMPARE(server.connections(), std::size_t(0));
        QTRY_COMPARE(server.sockets(), qsizetype(0));
    }

    // Their address is not known any more, so that they count as from one that is not loopback.
    void connectionsResetBeforeTheyWereAcceptedLeaveNothing()
    {
        Server server;
        QVERIFY(server.listens());
        for (std::size_t i = 0; i < 2 * HttpLimits().connectionsPerAddress; ++i) {
            HttpClient client(server.port()); // blocks: nothing is accepted meanwhile
            client.send("POST / HTTP/1.1\r\nHo");
            client.reset();
        }
        Caller last(server.port()); // accepted after all of them
        QTRY_VERIFY(last.connected());
        last.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        QTRY_VERIFY(!last.received().isEmpty());
        QTRY_COMPARE(server.connections(), std::size_t(1));
        QTRY_COMPARE(server.sockets(), qsizetype(1));
    }
};

QTEST_GUILESS_MAIN(TestGuardedServer)
#include "tst_guarded_server.moc"
