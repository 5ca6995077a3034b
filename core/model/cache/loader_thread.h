// The cache's loader thread ("loader"): the only one that probes, loads, looks at files and
// destroys bundles; one thing after the other.
//
// Thread: construction and close() from the owner, the rest runs on the loader thread.
#pragma once

#include "model/cache/cache_state.h"
#include "model/model_source.h"

#include <memory>
#include <mutex>
#include <thread>

namespace warmbench {

class LoaderThread
{
public:
    LoaderThread(std::shared_ptr<CacheState> state, ModelSource &source);
    ~LoaderThread() { close(); }
    LoaderThread(const LoaderThread &) = delete;
    LoaderThread &operator=(const LoaderThread &) = delete;

    // Refuses what is queued, lets the load under way end, destroys what is idle, joins.
    void close();

private:
    using Entry = CacheState::Entry;
    using Instance = CacheState::Instance;

    void loop();
    void carryOut(CacheState::Task &task);
    void failIfPending(const Entry &entry, const Error &error);
    void bury();
    void unload(const CacheState::Task &task);
    void describe(const CacheState::Task &task);
    Result<std::shared_ptr<const ModelStatus::Facts>> described(const Entry &entry);
    void lookAtFiles();
    void lookAtFailures();
    void handBack();
    bool noticeChange(const CacheState::Lock &lock, CachedInstance &instance,
                      std::vector<FileStamp> now);

    void work(const Entry &entry);
    bool begin(const Entry &entry, Instance &old, bool &force);
    bool shareLoaded(const Entry &entry, const LoadPlan &plan);
    void unchanged(const Entry &entry, const Instance &old, const LoadPlan &plan);
    Result<void> reserve(const Entry &entry, const Instance &old, const LoadPlan &plan);
    Result<void> correct(CacheState::Lock &lock, const Entry &entry, const Instance &old,
                         Bytes bytes);
    void publish(const Entry &entry, const Instance &old, const LoadPlan &plan,
                 std::unique_ptr<ModelBundle> model);
    void fail(const Entry &entry, Error error, const LoadPlan *plan);
    bool stillCurrent(const ModelBundle &files);
    void requeueLate(const CacheState::Lock &lock, const Entry &entry, PendingWork &work,
                     std::size_t served, bool nothingReloaded);
    void finish(const Entry &entry, const Result<RefreshReport> &outcome,
                const std::shared_ptr<const ModelBundle> &files);

    std::shared_ptr<CacheState> m_state;
    ModelSource &m_source;
    std::mutex m_joining;
    std::thread m_thread;
};

} // namespace warmbench
