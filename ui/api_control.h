// The API as the window sees it: an address, a state and a switch. Implemented in app/, so that ui
// never includes http. Thread: GUI.
#pragma once

#include <QObject>
#include <QString>

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

public Q_SLOTS:
    virtual void start() = 0;
    virtual void stop() = 0;

Q_SIGNALS:
    void changed();
    // One answered request; strings as in the request log.
    void requestServed(const QString &method, const QString &path, int status, const QString &model,
                       const QString &cache, double totalMs);
};

} // namespace warmbench::ui
