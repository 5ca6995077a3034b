#include "model/cache/loader_thread.h"

#include "base/exceptions.h"
#include "base/thread_name.h"
#include "model/cache/cache_description.h"
#include "model/cache/cache_load.h"
#include "model/cache/file_watch.h"
#include "model/cache/source_calls.h"

namespace warmbench {

namespace {

constexpr std::size_t mostTrials = 100'000; // that wait: one for each model

} // namespace

Error closingError()
{
    return {ErrorCode::Unavailable, "Warmbench is shutting down; send the request again when it is "
                                    "back."};
}

LoaderThread::LoaderThread(std::shared_ptr<CacheState> state, ModelSource &source)
    : m_state(std::move(state))
    , m_source(source)
    , m_trials("trials", "trials", mostTrials)
    , m_thread([this] { loop(); })
    , m_threadId(m_thread.get_id())
{
}

void LoaderThread::close()
{
    std::deque<CacheState::Task> refused;
    {
        const MutexLock lock(m_state->mutex());
        refused = m_state->beginClosing();
    }
    for (CacheState::Task &task : refused)
        refuse(task, closingError());
    m_trials.stop();
    if (m_threadId == std::this_thread::get_id())
        return; // a continuation asked for it: the owner joins
    const MutexLock joining(m_joining);
    if (m_thread.joinable())
        m_thread.join();
}

void LoaderThread::loop()
{
    setThreadName("loader");
    for (;;) {
        contained("loader", [this] { m_state->destroyDead(); });
        std::optional<CacheState::Task> task;
        {
            const MutexLock lock(m_state->mutex());
            m_state->waitForWork();
            task = m_state->take();
            if (!task && m_state->closing())
                break;
        }
        if (task)
            carryOut(*task);
    }
    end();
}

void LoaderThread::end()
{
    {
        const MutexLock lock(m_state->mutex());
        m_state->retireAll();
    }
    m_state->destroyDead();
    std::vector<ModelCache::Done> waiting;
    {
        const MutexLock lock(m_state->mutex());
        waiting = m_state->loaderEnded();
    }
    // What was released since; from now on whoever releases a handle destroys.
    contained("loader", [this] { m_state->destroyDead(); });
    for (const ModelCache::Done &done : waiting)
        contained("loader", [&] { done(closingError()); });
}

// Who waits for the task gets an answer, whatever becomes of it.
void LoaderThread::carryOut(CacheState::Task &task)
{
    try {
        switch (task.kind) {
        case CacheState::Task::Kind::Work:
            if (auto untried = CacheLoad(*m_state, m_source, task.entry).run())
                tryOut(task, *std::move(untried));
            break;
        case CacheState::Task::Kind::Unload:
            unload(task);
            break;
        case CacheState::Task::Kind::Describe:
            task.described(describeEntry(*m_state, m_source, *task.entry));
            break;
        case CacheState::Task::Kind::Look:
            FileWatch(*m_state, m_source).look();
            handBack();
            break;
        }
    } catch (...) {
        const Error error = loggedException("loader");
        contained("loader", [&] {
            if (task.kind == CacheState::Task::Kind::Work)
                CacheLoad(*m_state, m_source, task.entry).abort(error);
            else
                refuse(task, error);
        });
    }
}

void LoaderThread::tryOut(CacheState::Task &task, LoadPlan plan)
{
    const auto done = [state = m_state, entry = task.entry, plan](Result<void> found) {
        const MutexLock lock(state->mutex());
        state->unpark(entry, {plan, std::move(found)});
    };
    bool closing = false;
    {
        const MutexLock lock(m_state->mutex());
        closing = m_state->closing();
        if (!closing)
            m_state->park(std::move(task));
    }
    if (closing)
        return refuse(task, closingError());
    m_trials.add({.run =
                      [this, done, plan = std::move(plan)](const std::stop_token &stop) {
                          done(callSource<void>([&] { return m_source.tryOut(plan, stop); }));
                      },
                  .refuse = done});
}

void LoaderThread::refuse(CacheState::Task &task, const Error &error)
{
    switch (task.kind) {
    case CacheState::Task::Kind::Work:
        CacheLoad(*m_state, m_source, task.entry).refuse(error);
        break;
    case CacheState::Task::Kind::Unload:
        if (task.unloaded)
            task.unloaded(error);
        break;
    case CacheState::Task::Kind::Describe:
        task.described(error);
        break;
    case CacheState::Task::Kind::Look:
        break;
    }
}

void LoaderThread::unload(CacheState::Task &task)
{
    {
        const MutexLock lock(m_state->mutex());
        if (m_state->isParked(task.entry))
            return m_state->park(std::move(task));
        task.unloaded = m_state->unload(*task.entry, std::move(task.unloaded));
    }
    m_state->events().deliver();
    if (task.unloaded)
        task.unloaded({});
}

// Only this thread destroys networks, so that none goes meanwhile.
void LoaderThread::handBack()
{
    std::vector<Network *> networks;
    {
        const MutexLock lock(m_state->mutex());
        for (const auto &entry : m_state->entries()) {
            if (!entry->instance)
                continue;
            Network *const network = entry->instance->model->network.get();
            if (const auto broken = network->broken())
                m_state->breakDown(*entry, *broken);
            else
                networks.push_back(network);
        }
    }
    m_state->events().deliver();
    for (Network *network : networks)
        contained("loader", [&] { network->handBack(); });
}

} // namespace warmbench
