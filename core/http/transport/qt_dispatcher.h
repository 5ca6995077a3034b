// Qt HTTP Server with nothing of its own: each request that Qt reports is the stand-in of a guarded
// connection's (see connection.h), which takes it from there and writes the answer itself. The only
// file that knows how Qt's interface changed between versions.
//
// Thread: http.
#pragma once

#include <QAbstractHttpServer>

namespace warmbench::http {

class GuardedServer;

class QtDispatcher : public QAbstractHttpServer
{
    Q_OBJECT

public:
    using QAbstractHttpServer::QAbstractHttpServer;

    // The server must listen already; becomes a child.
    void attach(GuardedServer *server);

protected:
#if QT_VERSION < QT_VERSION_CHECK(6, 5, 0)
    bool handleRequest(const QHttpServerRequest &request, QTcpSocket *socket) override;
    void missingHandler(const QHttpServerRequest &request, QTcpSocket *socket) override;
#else
    // The responder is never moved away: Qt then goes on with the connection as soon as we return.
    bool handleRequest(const QHttpServerRequest &request, QHttpServerResponder &responder) override;
#if QT_VERSION < QT_VERSION_CHECK(6, 8, 0)
    void missingHandler(const QHttpServerRequest &request,
                        QHttpServerResponder &&responder) override;
#else
    void missingHandler(const QHttpServerRequest &request,
                        QHttpServerResponder &responder) override;
#endif
#endif

private:
    GuardedServer *m_server = nullptr;
};

} // namespace warmbench::http
