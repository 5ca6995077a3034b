// Qt HTTP Server as it works here: it parses the line and Host of each request that the guard has
// let through (see connection.h), and calls back with what it made of them. It sees no other byte
// of a client and writes none. The only file that knows how Qt's interface changed between
// versions.
//
// Thread: http.
#pragma once

#include "http/transport/request_line.h"

#include <functional>
#include <QAbstractHttpServer>

class QTcpServer;

namespace warmbench::http {

class QtDispatcher : public QAbstractHttpServer
{
    Q_OBJECT

public:
    using QAbstractHttpServer::QAbstractHttpServer;

    // The server must listen already; becomes a child. `dispatch` is called from within the
    // readyRead() of the socket that has a request.
    void attach(QTcpServer *server, std::function<void(RequestLine)> dispatch);

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
    std::function<void(RequestLine)> m_dispatch;
};

} // namespace warmbench::http
