// Work of the window that touches the disk or many pixels: two threads of its own, away from the
// GUI. Thread: run() on the GUI thread. The destructor waits for what runs and drops the rest.
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

    // `work` on a thread of the pool, then `use` with its value on the GUI thread while `context`
    // lives.
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
