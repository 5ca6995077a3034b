#include "remote_predictor.h"

#include "base/text.h"

#include <fmt/format.h>
#include <QEventLoop>
#include <QHostAddress>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QSslSocket>
#include <QTimer>

namespace warmbench::app {

namespace {

// QTimer holds milliseconds in an int.
constexpr Milliseconds longestPatience{std::chrono::hours(24 * 20)};

QJsonObject objectOf(const std::string &json)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
}

bool isThisMachine(const QString &host)
{
    return host == QLatin1String("localhost") || host.endsWith(QLatin1String(".localhost")) ||
           QHostAddress(host).isLoopback();
}

std::string fieldOf(const QNetworkReply &reply, const char *name)
{
    return reply.rawHeader(name).toStdString();
}

} // namespace

Result<QUrl> serverAddress(const std::string &text)
{
    QString whole = QString::fromStdString(std::string(trimmed(text)));
    if (!whole.contains(QLatin1String("://")))
        whole.prepend(QLatin1String("http://"));
    QUrl url(whole, QUrl::StrictMode);
    const bool known =
        url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https");
    if (!url.isValid() || !known || url.host().isEmpty() || url.hasQuery() || url.hasFragment() ||
        !url.userInfo().isEmpty())
        return invalidArgument(fmt::format("\"{}\" is no address of a server; give such as "
                                           "http://127.0.0.1:5000.",
                                           printable(text, 200)));
    while (url.path().endsWith(QLatin1Char('/')))
        url.setPath(url.path().chopped(1));
    return url;
}

RemotePredictor::RemotePredictor(RemoteServer server, std::string model)
    : m_server(std::move(server))
    , m_where(m_server.address.toString().toStdString())
    , m_model(std::move(model))
    , m_encodedModel(QUrl::toPercentEncoding(QString::fromStdString(m_model)).toStdString())
{
    m_manager.setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
    if (isThisMachine(m_server.address.host()))
        m_manager.setProxy(QNetworkProxy::NoProxy);
}

Result<std::unique_ptr<RemotePredictor>> RemotePredictor::connect(const RemoteServer &server,
                                                                  const std::string &model)
{
    if (server.address.scheme() == QLatin1String("https") && !QSslSocket::supportsSsl())
        return failedPrecondition(fmt::format("{} is HTTPS, but Qt has no TLS here; use http.",
                                              server.address.toString().toStdString()));
    std::unique_ptr<RemotePredictor> predictor(new RemotePredictor(server, model));
    if (auto known = predictor->describe(); !known)
        return std::move(known).error();
    return predictor;
}

Result<std::string> RemotePredictor::predict(const PredictInput &input)
{
    auto answer = bodyOf(exchange("/predict/" + m_encodedModel, input.body));
    if (answer && !objectOf(*answer).contains(QLatin1String("prediction")))
        return failedPrecondition(
            fmt::format("What answers at {} is no Warmbench server: its answer has no "
                        "\"prediction\".",
                        m_where));
    return answer;
}

Result<bool> RemotePredictor::takesOnlyNumbers()
{
    const auto description = describe();
    if (!description)
        return description.error();
    const QJsonArray inputs = objectOf(*description)[QLatin1String("inputs")].toArray();
    return inputs.size() == 1 &&
           inputs.first()[QLatin1String("dtype")].toString() != QLatin1String("string");
}

Result<OutputTypes> RemotePredictor::outputTypes()
{
    const auto description = describe();
    if (!description)
        return description.error();
    const QJsonObject model = objectOf(*description);
    OutputTypes types;
    for (const auto &output : model[QLatin1String("outputs")].toArray())
        types.dtypes.emplace_back(output[QLatin1String("name")].toString().toStdString(),
                                  output[QLatin1String("dtype")].toString().toStdString());
    if (!types.dtypes.empty())
        types.primary = types.dtypes.front().first;
    const QJsonValue primary =
        model[QLatin1String("settings")][QLatin1String("output")][QLatin1String("primary")];
    if (primary.isString())
        types.primary = primary.toString().toStdString();
    return types;
}

Result<std::string> RemotePredictor::describe()
{
    auto answer = bodyOf(exchange("/models/" + m_encodedModel, {}));
    if (answer && !objectOf(*answer).contains(QLatin1String("state")))
        return failedPrecondition(
            fmt::format("What answers at {} is no Warmbench server: check --url.", m_where));
    return answer;
}

Result<RemotePredictor::Reply> RemotePredictor::exchange(const std::string &path,
                                                         const std::optional<std::string> &body)
{
    const QByteArray whole = m_server.address.toEncoded() + QByteArray::fromStdString(path);
    QNetworkRequest request(QUrl::fromEncoded(whole, QUrl::StrictMode));
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    if (!m_server.token.empty())
        request.setRawHeader("Authorization",
                             "Bearer " + QByteArray::fromStdString(m_server.token));
    if (body)
        request.setHeader(QNetworkRequest::ContentTypeHeader,
                          QStringLiteral("application/octet-stream"));
    const std::unique_ptr<QNetworkReply> reply(
        body ? m_manager.post(request, QByteArray::fromStdString(*body)) : m_manager.get(request));

    QEventLoop loop;
    bool timedOut = false;
    QTimer timer;
    QObject::connect(reply.get(), &QNetworkReply::finished, &loop, &QEventLoop::quit);
    QObject::connect(&timer, &QTimer::timeout, reply.get(), [&] {
        timedOut = true;
        reply->abort();
    });
    if (m_server.patience >= Milliseconds::zero())
        timer.start(std::min(m_server.patience, longestPatience));
    if (!reply->isFinished())
        loop.exec();

    const QVariant status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute);
    if (timedOut || !status.isValid())
        return failureOf(*reply, timedOut);
    Reply came;
    came.status = status.toInt();
    came.contentType = fieldOf(*reply, "Content-Type");
    came.location = fieldOf(*reply, "Location");
    came.body = reply->readAll().toStdString();
    return came;
}

Error RemotePredictor::failureOf(QNetworkReply &reply, bool timedOut) const
{
    if (timedOut)
        return {ErrorCode::DeadlineExceeded,
                fmt::format("The server at {} did not answer in time; --deadline gives it more.",
                            m_where)};
    switch (reply.error()) {
    case QNetworkReply::ConnectionRefusedError:
        return {ErrorCode::Unavailable,
                fmt::format("Nothing listens at {}; start a server with warmbench serve, or check "
                            "--url.",
                            m_where)};
    case QNetworkReply::HostNotFoundError:
        return {ErrorCode::Unavailable, fmt::format("The host \"{}\" of --url is not known.",
                                                    m_server.address.host().toStdString())};
    default:
        return {ErrorCode::Unavailable,
                fmt::format("No answer from {}: {}. Is it a Warmbench server?", m_where,
                            reply.errorString().toStdString())};
    }
}

Result<std::string> RemotePredictor::bodyOf(const Result<Reply> &reply) const
{
    if (!reply)
        return reply.error();
    if (reply->status == 200)
        return reply->body;
    if (reply->status >= 300 && reply->status < 400)
        return failedPrecondition(fmt::format("{} redirects to {}; give that server as --url.",
                                              m_where, printable(reply->location, 200)));
    if (reply->status == 401)
        return failedPrecondition(
            m_server.token.empty()
                ? fmt::format("The server at {} wants a token; give it with --token TEXT or "
                              "--token @FILE.",
                              m_where)
                : fmt::format("The server at {} refuses the token given with --token.", m_where));
    const QString sentence = objectOf(reply->body)[QLatin1String("error")].toString();
    if (!sentence.isEmpty())
        return failedPrecondition(sentence.toStdString());
    return failedPrecondition(fmt::format(
        "What answers at {} is no Warmbench server (status {}, "
        "{}): check --url.",
        m_where, reply->status,
        reply->contentType.empty() ? "no Content-Type" : printable(reply->contentType, 60)));
}

} // namespace warmbench::app
