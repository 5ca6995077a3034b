// The API as the window sees it: an address, a state and a switch. Implemented in app/, so that ui
// never includes http. Thread: GUI.
#pragma once

#include "base/result.h"
#include "ui/api/served_request.h"

#include <QObject>
#include <QString>
#include <string>
#include <vector>

namespace warmbench::ui {

class ApiControl : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    virtual bool isRunning() const = 0;
    virtual QString url() const = 0; // empty when stopped
    // Why the API does not run, or which port it has instead of the one that was asked for; else
    // empty.
    virtual QString statusText() const = 0;
    virtual int port() const = 0; // in use; when stopped the one that start() asks for
    // Listens on another port; requests in flight on the old one end within their time. A server
    // that is stopped stays so. Unavailable: the port is taken or not allowed, and the old one
    // stays.
    virtual Result<void> moveTo(int port) = 0;
    // The requests that were answered since the last call, the oldest first; of very many the
    // newest.
    virtual std::vector<ServedRequest> takeServed() = 0;

    // Whether requests come with their bodies, in memory alone. Off at first; off forgets all.
    virtual bool keepsBodies() const = 0;
    virtual void setKeepsBodies(bool on) = 0;
    virtual Bytes bodyRoom() const = 0; // for all together; the oldest make room
    // Any thread. What a request with a kept body asked about, as a file would hold it. NotFound:
    // the body is forgotten; else why it is no input of the page Try.
    virtual Result<std::string> inputOf(const ServedRequest &request) const = 0;

public Q_SLOTS:
    virtual void start() = 0;
    virtual void stop() = 0;

Q_SIGNALS:
    void changed();
};

} // namespace warmbench::ui
