// A model cache over a fake source and a clock turned by hand, and its calls as tests want them:
// waiting.
#pragma once

#include "answer.h"
#include "fake_source.h"
#include "manual_clock.h"
#include "model/cache/model_cache.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <vector>

namespace warmbench {

inline const ModelId digits{"digits", {}};
inline const ModelId iris{"iris", {}};
inline const ModelId faces{"faces", {}};

inline Error broken(const char *why = "node 7 (Clip, opset 13) is not supported")
{
    return failedPrecondition(why);
}

// What was heard, as "kind name". Thread: any.
class Diary
{
public:
    explicit Diary(ModelCache &cache)
        : m_cache(cache)
    {
        cache.setListener([this](const ModelEvent &event) {
            const std::lock_guard lock(m_mutex);
            m_lines.push_back(kindName(event.kind) + " " + event.id.text());
        });
    }
    ~Diary() { m_cache.setListener({}); }
    Diary(const Diary &) = delete;
    Diary &operator=(const Diary &) = delete;

    std::vector<std::string> lines() const
    {
        const std::lock_guard lock(m_mutex);
        return m_lines;
    }
    int count(const std::string &line) const
    {
        const auto all = lines();
        return static_cast<int>(std::count(all.begin(), all.end(), line));
    }

private:
    static std::string kindName(ModelEventKind kind)
    {
        static const std::array names{"started",  "loaded",  "failed", "refreshed", "refused",
                                      "unloaded", "evicted", "gone",   "changed"};
        return names.at(static_cast<std::size_t>(kind));
    }
    ModelCache &m_cache;
    mutable std::mutex m_mutex;
    std::vector<std::string> m_lines;
};

// A cache over three models of 1000 bytes each, and the calls as a test wants them: waiting.
struct Bench
{
    FakeSource source;
    ManualClock clock;
    ModelCache cache;
    int marks = 0; // failures that settle() caused

    explicit Bench(CacheOptions options = {})
        : cache(prepared(source), clock, options)
    {
    }
    static FakeSource &prepared(FakeSource &source)
    {
        for (const char *name : {"digits", "iris", "faces"})
            source.set(name);
        return source;
    }

    Result<Acquired> acquire(const ModelId &id, Purpose purpose = Purpose::Prediction)
    {
        Answer<Acquired> answer;
        cache.acquire(id, purpose, answer.callback());
        return std::move(answer.get());
    }
    ModelHandle handle(const ModelId &id)
    {
        auto acquired = acquire(id);
        return acquired ? std::move(acquired->handle) : ModelHandle();
    }
    void rewrite(const std::string &name, FakeModel model)
    {
        source.set(name, std::move(model));
        source.touch(name);
        tick(std::chrono::seconds(0));
    }
    bool use(const ModelId &id) { return acquire(id).has_value(); }
    Result<void> load(const ModelId &id)
    {
        Answer<void> answer;
        cache.load(id, answer.callback());
        return answer.get();
    }
    Result<void> unload(const ModelId &id)
    {
        Answer<void> answer;
        cache.unload(id, answer.callback());
        return answer.get();
    }
    Result<RefreshReport> refresh(const ModelId &id, RefreshKind kind = RefreshKind::IfChanged)
    {
        Answer<RefreshReport> answer;
        cache.refresh(id, kind, answer.callback());
        return answer.get();
    }
    // Housekeeping, and the look at the files that it asks the loader thread for.
    void tick(std::chrono::nanoseconds by = std::chrono::seconds(1))
    {
        clock.advance(by);
        cache.housekeep();
        settle();
    }
    // Until the loader thread has done what was asked of it so far: a refresh that is refused
    // stands last in its queue.
    void settle()
    {
        source.set("mark");
        ++marks;
        Answer<RefreshReport> mark;
        source.failProbes("mark", broken("a mark"));
        cache.refresh({"mark", {}}, RefreshKind::IfChanged, mark.callback());
        mark.await();
    }
    ModelStatus status(const ModelId &id) const { return cache.status(id).value_or(ModelStatus{}); }
    ModelState state(const ModelId &id) const { return status(id).state; }
};

inline CacheOptions withBudget(std::int64_t bytes)
{
    CacheOptions options;
    options.budget = {bytes};
    return options;
}

inline CacheOptions withKeepAlive(Milliseconds keepAlive)
{
    CacheOptions options;
    options.keepAlive = keepAlive;
    return options;
}

inline CacheOptions withReload(ReloadMode mode)
{
    CacheOptions options;
    options.reload = mode;
    return options;
}

inline bool says(const std::string &message, std::initializer_list<const char *> parts)
{
    return std::all_of(parts.begin(), parts.end(),
                       [&](const char *part) { return message.find(part) != std::string::npos; });
}

} // namespace warmbench
