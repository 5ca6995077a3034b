// Runs work of the window that reads the disk or handles many pixels, on two threads of its own.
// Thread: GUI for run(). The destructor waits for work that runs and drops the rest.
#pragma once

#include "base/exceptions.h"
#include "ui/gui_hop.h"

#include <QThreadPool>

namespace warmbench::ui {

class Background
{
public:
    Background() { m_pool.setMaxThreadCount(2); }
    ~Background()
    {
        m_pool.clear();
        m_pool.waitForDone();
    }
    Background(const Background &) = delete;
    Background &operator=(const Background &) = delete;

    // Calls `work` on a thread of the pool, then `use` with its value on the GUI thread, if
    // `context` still lives.
    template <typename Work, typename Use>
    void run(QObject *context, Work work, Use use)
    {
        m_pool.start([work = std::move(work), done = onGui(context, std::move(use))]() mutable {
            contained("window", [&] { done(work()); });
        });
    }

private:
    QThreadPool m_pool;
};

} // namespace warmbench::ui
