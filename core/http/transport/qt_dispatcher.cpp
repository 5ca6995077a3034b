#include "http/transport/qt_dispatcher.h"

#include "http/transport/guarded_server.h"

#include <QHttpServerRequest>
#include <QHttpServerResponder>

namespace warmbench::http {

void QtDispatcher::attach(GuardedServer *server)
{
    m_server = server;
    bind(server);
}

#if QT_VERSION < QT_VERSION_CHECK(6, 5, 0)

bool QtDispatcher::handleRequest(const QHttpServerRequest & /*request*/, QTcpSocket * /*socket*/)
{
    m_server->dispatchCurrent();
    return true;
}

void QtDispatcher::missingHandler(const QHttpServerRequest & /*request*/, QTcpSocket * /*socket*/)
{
}

#else

bool QtDispatcher::handleRequest(const QHttpServerRequest & /*request*/,
                                 QHttpServerResponder & /*responder*/)
{
    m_server->dispatchCurrent();
    return true;
}

#if QT_VERSION < QT_VERSION_CHECK(6, 8, 0)
void QtDispatcher::missingHandler(const QHttpServerRequest & /*request*/,
                                  QHttpServerResponder && /*responder*/)
{
}
#else
void QtDispatcher::missingHandler(const QHttpServerRequest & /*request*/,
                                  QHttpServerResponder & /*responder*/)
{
}
#endif

#endif

} // namespace warmbench::http
