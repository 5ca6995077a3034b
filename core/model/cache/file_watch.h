// Looks for changed files: those of loaded models, and those of models that could not be loaded.
//
// Thread: the loader's. Private to this folder.
#pragma once

#include "model/cache/cache_state.h"
#include "model/model_source.h"

#include <vector>

namespace warmbench {

class FileWatch
{
public:
    FileWatch(CacheState &state, ModelSource &source)
        : m_state(state)
        , m_source(source)
    {
    }

    // Tells of loaded models whose files have changed, queues the refresh of those that refresh
    // themselves, and has failed ones tried again whose files are others now.
    void look();

private:
    void lookAt(const CacheState::Entry &entry, const CacheState::Instance &instance);
    void lookAtFailures();
    // `now`: the stamps of the instance's files. True where they have changed, have stopped
    // changing, and no refresh was tried for that.
    bool noticeChange(CachedInstance &instance, std::vector<FileStamp> now) REQUIRES(cacheMutex);

    CacheState &m_state;
    ModelSource &m_source;
};

} // namespace warmbench
