// Turns SIGINT and SIGTERM into a call in the event loop. The first one also starts the EndLimit; a
// second one ends the program at once.
// Thread: main, one object at a time.
#pragma once

#include "end_limit.h"

#include <functional>
#include <QObject>

namespace warmbench::app {

class ShutdownSignals : public QObject
{
    Q_OBJECT

public:
    ShutdownSignals(std::function<void()> onShutdown, const EndLimit &limit);
    ~ShutdownSignals() override;

private:
    std::function<void()> m_onShutdown;
};

} // namespace warmbench::app
