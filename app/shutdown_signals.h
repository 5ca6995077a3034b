// SIGINT and SIGTERM as a call in the event loop; from the first one on the end is limited, and a
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
