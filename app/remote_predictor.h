// Predictions by a running server, over HTTP (or HTTPS, where a proxy before the server speaks it
// and Qt has TLS). Thread: main; waits in an event loop of its own.
//
// Errors are sentences for the user: nothing listens there, no Warmbench server, unknown model,
// token missing or wrong, a redirect, no answer in time; what the server itself says comes as it
// is.
#pragma once

#include "base/duration.h"
#include "predictor.h"

#include <memory>
#include <optional>
#include <QNetworkAccessManager>
#include <QUrl>
#include <string>

class QNetworkReply;

namespace warmbench::app {

struct RemoteServer
{
    QUrl address; // without a slash at its end
    std::string token;
    Milliseconds patience = forever; // for one answer
};

// "http://127.0.0.1:5000", "localhost:5000", "https://example.org/models". InvalidArgument: none.
Result<QUrl> serverAddress(const std::string &text);

class RemotePredictor final : public Predictor
{
public:
    // Asks the server whether it knows the model; loads nothing.
    static Result<std::unique_ptr<RemotePredictor>> connect(const RemoteServer &server,
                                                            const std::string &model);
    Result<std::string> predict(const PredictInput &input) override;
    Result<OutputTypes> outputTypes() override;

private:
    // What came, whatever its status.
    struct Reply
    {
        int status = 0;
        std::string contentType;
        std::string location; // of a redirect
        std::string body;
    };

    RemotePredictor(RemoteServer server, std::string model);

    Result<Reply> exchange(const std::string &path, const std::optional<std::string> &body);
    Result<std::string> bodyOf(const Result<Reply> &reply) const; // of a 200
    Error failureOf(QNetworkReply &reply, bool timedOut) const;
    Result<std::string> describe(); // GET /models/NAME

    RemoteServer m_server;
    std::string m_where; // for messages
    std::string m_model;
    std::string m_encodedModel;
    QNetworkAccessManager m_manager;
};

} // namespace warmbench::app
