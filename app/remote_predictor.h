// Gets predictions from a running server over HTTP, or over HTTPS if a proxy before the server
// speaks it and Qt has TLS. Thread: main; it waits in an event loop of its own.
//
// Errors are sentences for the user: nothing listens there, no Warmbench server, unknown model,
// token missing or wrong, a redirect, no answer in time. An error from the server itself is passed
// on unchanged.
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
    QUrl address; // without a slash at the end
    std::string token;
    Milliseconds patience = forever; // how long to wait for one answer
};

// "http://127.0.0.1:5000", "localhost:5000", "https://example.org/models". InvalidArgument: it is
// no address.
Result<QUrl> serverAddress(const std::string &text);

class RemotePredictor final : public Predictor
{
public:
    // Asks the server whether it knows the model, without loading it.
    static Result<std::unique_ptr<RemotePredictor>> connect(const RemoteServer &server,
                                                            const std::string &model);
    Result<std::string> predict(const PredictInput &input) override;
    Result<bool> takesOnlyNumbers() override;
    Result<OutputTypes> outputTypes() override;

private:
    // An answer with any status.
    struct Reply
    {
        int status = 0;
        std::string contentType;
        std::string location; // where a redirect leads
        std::string body;
    };

    RemotePredictor(RemoteServer server, std::string model);

    Result<Reply> exchange(const std::string &path, const std::optional<std::string> &body);
    // The body of a 200, else an error.
    Result<std::string> bodyOf(const Result<Reply> &reply) const;
    Error failureOf(QNetworkReply &reply, bool timedOut) const;
    Result<std::string> describe(); // GET /models/NAME

    RemoteServer m_server;
    std::string m_where; // for messages
    std::string m_model;
    std::string m_encodedModel;
    QNetworkAccessManager m_manager;
};

} // namespace warmbench::app
