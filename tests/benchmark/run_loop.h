// Runs the event loop of the GUI thread for a benchmark.
#pragma once

#include <QEventLoop>
#include <QTimer>

namespace warmbench {

// Until `done` says so, which is asked every 10 ms, for `ms` milliseconds at most. Whether it was.
template <typename Done>
bool runLoop(int ms, Done done)
{
    QEventLoop loop;
    QTimer watch;
    QObject::connect(&watch, &QTimer::timeout, [&] {
        if (done())
            loop.quit();
    });
    watch.start(10);
    QTimer::singleShot(ms, &loop, &QEventLoop::quit);
    loop.exec();
    return done();
}

} // namespace warmbench
