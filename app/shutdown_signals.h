// SIGINT and SIGTERM as a call in the event loop; a second one ends the program at once.
// Thread: main, one object at a time.
#pragma once

#include <functional>
#include <QObject>

namespace warmbench::app {

class ShutdownSignals : public QObject
{
    Q_OBJECT

public:
    explicit ShutdownSignals(std::function<void()> onShutdown);
    ~ShutdownSignals() override;

private:
    std::function<void()> m_onShutdown;
};

} // namespace warmbench::app
