// Gives the window the state of the workbench, four times a second and at once when the cache
// reports an event; a burst of events makes one update. Thread: GUI; the cache's listener only sets
// a flag.
#pragma once

#include "inference/workbench.h"

#include <atomic>
#include <memory>
#include <QObject>
#include <QTimer>
#include <string>
#include <vector>

namespace warmbench::ui {

struct WorkbenchState
{
    std::vector<ModelView> models; // sorted by name
    std::string defaultModel;      // it answers requests without a name; empty: no model is open
    CacheStatistics statistics;
    std::size_t running = 0;
    std::size_t waiting = 0;

    const ModelView *find(const std::string &name) const;
};

class WorkbenchFeed : public QObject
{
    Q_OBJECT

public:
    explicit WorkbenchFeed(Workbench &workbench, QObject *parent = nullptr);
    ~WorkbenchFeed() override;

    const WorkbenchState &state() const { return m_state; }
    void updateNow();

Q_SIGNALS:
    void updated(const warmbench::ui::WorkbenchState &state);

private:
    Workbench &m_workbench;
    WorkbenchState m_state;
    QTimer m_timer;
    std::shared_ptr<std::atomic<bool>> m_queued = std::make_shared<std::atomic<bool>>(false);
    int m_listener = 0;
};

} // namespace warmbench::ui
