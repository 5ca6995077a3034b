// One load or refresh of an entry, from the probe to the answers of everyone who waits for it.
//
// Thread: the loader's; refuse() any. Private to this folder.
#pragma once

#include "model/cache/cache_state.h"
#include "model/model_source.h"

#include <memory>
#include <optional>

namespace warmbench {

class CacheLoad
{
public:
    CacheLoad(CacheState &state, ModelSource &source, CacheState::Entry entry)
        : m_state(state)
        , m_source(source)
        , m_entry(std::move(entry))
    {
    }

    // Ends with finish(), in whichever way, unless the files have to be tried out first: then it
    // returns their plan, and is to be called again when that is done.
    std::optional<LoadPlan> run();
    // Instead of run(): answers with the error, counts nothing.
    void refuse(const Error &error);
    // After run() was left by an exception: a failed load, unless all are answered already.
    void abort(const Error &error);

private:
    Result<LoadPlan> probe();
    // What a trial says of the files; nothing where one is due.
    std::optional<Result<void>> tried(const LoadPlan &plan);
    // Notes what the entry holds. False where nothing is left to load: all are answered.
    bool begin();
    // The same files may be in memory already under the other name that a model has: with its
    // version or without. True where they are: all are answered.
    bool shareLoaded(const LoadPlan &plan);
    // What is in memory is what the files say.
    void keepUnchanged(const LoadPlan &plan);
    // From the estimate on.
    void load(LoadPlan &plan);
    // Makes room for the estimate.
    Result<void> reserve(const LoadPlan &plan);
    // Replaces the estimate by what the instance takes in truth. What must leave for it has left
    // when this returns.
    Result<void> correct(Bytes bytes);
    Result<void> makeRoom(Bytes bytes) REQUIRES(cacheMutex);
    // Where settings alone differ, the network in memory goes on under the new ones. True where
    // all are answered.
    bool adaptLoaded(const LoadPlan &plan);
    void publish(const LoadPlan &plan, std::unique_ptr<ModelBundle> model);
    // Of a bundle that is to be published in place of what the entry holds.
    RefreshReport reportOf(const ModelBundle &model, Bytes memory) REQUIRES(cacheMutex);
    // `plan`: null where not even the probe went well.
    void fail(Error error, const LoadPlan *plan);
    // Answers everyone who waited. Whoever asked for a refresh after the files had been read gets
    // this answer only where they have not changed since; otherwise another refresh is due.
    // `files`: null where nothing was read.
    void finish(const Result<RefreshReport> &outcome,
                const std::shared_ptr<const ModelBundle> &files);
    // Moves the refreshes that came too late for this work to a work of their own: those behind the
    // first `served`, and forced ones where nothing was reloaded.
    void requeueLate(PendingWork &work, std::size_t served, const Result<RefreshReport> &outcome)
        REQUIRES(cacheMutex);

    CacheState &m_state;
    ModelSource &m_source;
    const CacheState::Entry m_entry;
    // As begin() found it: what is in memory and goes on serving until the new one is published.
    CacheState::Instance m_old;
    // Its bundle, which nobody but this thread destroys; null without one.
    const ModelBundle *m_loaded = nullptr;
    RefreshKind m_kind = RefreshKind::IfChanged;
};

} // namespace warmbench
