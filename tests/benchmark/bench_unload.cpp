// How much of a large network's memory returns to the system when the cache unloads it.
//
//   bench_unload MODEL [--engine auto]
//
// Prints the resident size before the load, loaded, and after the unload, three rounds in one
// process; exits 1 if any round returns less than 80 %. `tests/support/make_models.py --big FOLDER`
// writes a network of 100 MB to try it with.
#include "base/bytes.h"
#include "loaded_model.h"
#include "model/cache/model_cache.h"
#include "model/file_model_source.h"

#include <condition_variable>
#include <fmt/format.h>
#include <mutex>

using namespace warmbench;

namespace {

constexpr double enough = 0.8;

// Turns a continuation into a wait.
template <typename T>
class Wait
{
public:
    std::function<void(Result<T>)> callback()
    {
        return [this](Result<T> result) {
            const std::lock_guard lock(m_mutex);
            m_result.emplace(std::move(result));
            m_came.notify_one();
        };
    }
    Result<T> get()
    {
        std::unique_lock lock(m_mutex);
        m_came.wait(lock, [this] { return m_result.has_value(); });
        return std::move(*m_result);
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_came;
    std::optional<Result<T>> m_result;
};

int failed(const Error &error)
{
    fmt::print(stderr, "{}\n", error.message);
    return 1;
}

// One load, one run, one unload; the part of the memory that came back.
Result<double> round(ModelCache &cache, const ModelId &id)
{
    const Bytes before = residentMemory();
    Wait<Acquired> acquired;
    cache.acquire(id, Purpose::Prediction, acquired.callback());
    auto result = acquired.get();
    if (!result)
        return result.error();
    const Bytes loaded = residentMemory();
    const Bytes file = result->handle->fileBytes;
    const Bytes said = result->handle->memory;
    const double loadMs = toMilliseconds(result->handle->loadTime);
    result->handle.release();
    Wait<void> unloaded;
    cache.unload(id, unloaded.callback());
    if (auto done = unloaded.get(); !done)
        return done.error();
    const Bytes after = residentMemory();
    const Bytes taken = loaded - before;
    const Bytes returned = loaded - after;
    const double part = taken.count > 0
                            ? static_cast<double>(returned.count) / static_cast<double>(taken.count)
                            : 0;
    fmt::print("before {:>9}, loaded {:>9}, after {:>9}: {:>9} of {:>9} returned, {:.0f} % "
               "(file {}, counted as {}, loaded in {:.0f} ms)\n",
               toText(before), toText(loaded), toText(after), toText(returned), toText(taken),
               100 * part, toText(file), toText(said), loadMs);
    return part;
}

} // namespace

int main(int count, char **words)
{
    std::vector<std::string> arguments(words + 1, words + count);
    LoaderOptions options;
    options.engine = takeOption(arguments, "--engine", "auto");
    if (arguments.size() != 1) {
        fmt::print(stderr, "usage: bench_unload MODEL [--engine auto]\n");
        return 2;
    }
    Repository repository;
    const auto names = repository.add(arguments.front());
    if (!names)
        return failed(names.error());
    FileModelSource loader(repository, makeEngines(), options);
    const SystemClock clock;
    ModelCache cache(loader, clock, {});
    bool good = true;
    for (int i = 0; i < 3; ++i) {
        const auto part = round(cache, {names->front(), {}});
        if (!part)
            return failed(part.error());
        good = good && *part >= enough;
    }
    if (!good)
        fmt::print(stderr, "Less than {:.0f} % came back.\n", 100 * enough);
    return good ? 0 : 1;
}
