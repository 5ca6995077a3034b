#include "ui/workbench_feed.h"

#include "ui/gui_hop.h"

#include <algorithm>

namespace warmbench::ui {

const ModelView *WorkbenchState::find(const std::string &name) const
{
    const auto found = std::find_if(models.begin(), models.end(), [&](const ModelView &model) {
        return model.entry.name == name;
    });
    return found == models.end() ? nullptr : &*found;
}

WorkbenchFeed::WorkbenchFeed(Workbench &workbench, QObject *parent)
    : QObject(parent)
    , m_workbench(workbench)
{
    const QPointer<QObject> self(this);
    m_listener = workbench.addListener([this, self, queued = m_queued](const ModelEvent &) {
        if (queued->exchange(true))
            return;
        postToGui(self, [this] { updateNow(); });
    });
    connect(&m_timer, &QTimer::timeout, this, &WorkbenchFeed::updateNow);
    m_timer.start(250);
}

WorkbenchFeed::~WorkbenchFeed()
{
    m_workbench.removeListener(m_listener);
}

void WorkbenchFeed::updateNow()
{
    m_queued->store(false);
    m_state.models = m_workbench.models();
    m_state.defaultModel = m_workbench.defaultModel().value_or(std::string());
    m_state.statistics = m_workbench.cache().statistics();
    m_state.running = m_workbench.scheduler().running();
    m_state.waiting = m_workbench.scheduler().waiting();
    Q_EMIT updated(m_state);
}

} // namespace warmbench::ui
