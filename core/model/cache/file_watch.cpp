#include "model/cache/file_watch.h"

#include "model/cache/source_calls.h"

#include <fmt/format.h>
#include <utility>

namespace warmbench {

void FileWatch::look()
{
    std::vector<std::pair<CacheState::Entry, CacheState::Instance>> watched;
    {
        const MutexLock lock(m_state.mutex());
        for (const auto &entry : m_state.entries()) {
            const auto &instance = entry->instance;
            if (instance && instance->reload != ReloadMode::Off &&
                (watched.empty() || watched.back().second != instance))
                watched.emplace_back(entry, instance);
        }
    }
    for (const auto &[entry, instance] : watched)
        lookAt(entry, instance);
    lookAtFailures();
}

void FileWatch::lookAt(const CacheState::Entry &entry, const CacheState::Instance &instance)
{
    // A retired instance may have lost its bundle to the dead. Another's stays while it is looked
    // at, since only this thread destroys bundles.
    const ModelBundle *model = nullptr;
    {
        const MutexLock lock(m_state.mutex());
        model = instance->retired ? nullptr : instance->model.get();
    }
    if (!model)
        return;
    auto stamps = stampsNow(m_source, *model);
    if (!stamps)
        return;
    {
        const MutexLock lock(m_state.mutex());
        if (instance->retired || !noticeChange(*instance, std::move(*stamps)))
            return;
        if (instance->reload == ReloadMode::Auto && !entry->work && !m_state.closing()) {
            instance->tried = instance->seen;
            m_state.pend(entry).refresh = true;
        }
    }
    m_state.events().deliver();
}

bool FileWatch::noticeChange(CachedInstance &instance, std::vector<FileStamp> now)
{
    const ModelId &id = instance.loadedAs;
    if (now == instance.stamps) {
        instance.seen.clear();
        if (std::exchange(instance.changedOnDisk, false))
            m_state.events().post({ModelEventKind::Changed, id,
                                   fmt::format("{} is on disk again as it was loaded", id.text())});
        return false;
    }
    if (now != instance.seen) {
        instance.seen = std::move(now);
        return false;
    }
    if (!std::exchange(instance.changedOnDisk, true))
        m_state.events().post(
            {ModelEventKind::Changed, id, fmt::format("{} has changed on disk", id.text())});
    return instance.tried != instance.seen;
}

void FileWatch::lookAtFailures()
{
    std::vector<std::pair<CacheState::Entry, std::shared_ptr<const ModelBundle>>> failed;
    {
        const MutexLock lock(m_state.mutex());
        for (const auto &entry : m_state.entries()) {
            if (entry->failure && entry->failure->files && !entry->failure->retryAtOnce)
                failed.emplace_back(entry, entry->failure->files);
        }
    }
    for (const auto &[entry, files] : failed) {
        const auto stamps = stampsNow(m_source, *files);
        if (!stamps || *stamps == files->stamps)
            continue;
        const MutexLock lock(m_state.mutex());
        if (entry->failure && entry->failure->files == files)
            entry->failure->retryAtOnce = true;
    }
}

} // namespace warmbench
