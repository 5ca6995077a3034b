#include "http/transport/qt_dispatcher.h"

#include <QHttpServerRequest>
#include <QHttpServerResponder>
#include <QTcpServer>
#include <utility>

namespace warmbench::http {

void QtDispatcher::attach(QTcpServer *server, std::function<void(RequestLine)> dispatch)
{
    m_dispatch = std::move(dispatch);
    bind(server);
}

#if QT_VERSION < QT_VERSION_CHECK(6, 5, 0)

bool QtDispatcher::handleRequest(const QHttpServerRequest &request, QTcpSocket * /*socket*/)
{
    m_dispatch(lineFromQt(request));
    return true;
}

void QtDispatcher::missingHandler(const QHttpServerRequest & /*request*/, QTcpSocket * /*socket*/)
{
}

#else

bool QtDispatcher::handleRequest(const QHttpServerRequest &request,
                                 QHttpServerResponder & /*responder*/)
{
    m_dispatch(lineFromQt(request));
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
