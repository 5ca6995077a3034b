#include "inference/measurement/verdict_store.h"

#include "base/file.h"
#include "base/logging.h"
#include "base/text.h"
#include "engine/engine.h"
#include "inference/measurement/verdict_json.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

namespace warmbench {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostKept = 500;
constexpr Bytes longestFile{64 * 1024}; // a verdict takes about a kilobyte

// Whether it is of engines that are there, in their order of preference.
bool isOfTheseEngines(const Verdict &verdict)
{
    auto trial = verdict.engines.begin();
    for (const EngineVersion &known : engineVersions()) {
        if (trial != verdict.engines.end() && trial->engine == known.name &&
            trial->version == known.version)
            ++trial;
    }
    return trial == verdict.engines.end();
}

// Removes the oldest files beyond those that are kept. What cannot be removed stays.
void prune(const fs::path &folder)
{
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    std::error_code failed;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        std::error_code unknown;
        const auto written = entry->last_write_time(unknown);
        if (!unknown)
            files.emplace_back(written, entry->path());
    }
    if (files.size() <= mostKept)
        return;
    std::sort(files.begin(), files.end(), std::greater<>());
    for (std::size_t i = mostKept; i < files.size(); ++i)
        fs::remove(files[i].second, failed);
}

std::string processorName()
{
    if (const auto told = readFile("/proc/cpuinfo", mebibytes(4))) {
        for (const std::string_view line : split(*told, '\n')) {
            const std::size_t colon = line.find(':');
            if (line.starts_with("model name") && colon != std::string_view::npos)
                return printable(trimmed(line.substr(colon + 1)), 100);
        }
    }
    return "unknown processor";
}

} // namespace

std::string thisMachine()
{
    static const std::string processor = processorName();
    const int threads = engineThreads();
    return fmt::format("{}, {} thread{}", processor, threads, threads == 1 ? "" : "s");
}

VerdictStore::VerdictStore(fs::path folder)
    : m_folder(std::move(folder))
{
}

std::shared_ptr<const Verdict> VerdictStore::find(const std::string &digest) const
{
    const MutexLock lock(m_mutex);
    const auto found = m_verdicts.find(digest);
    return found == m_verdicts.end() ? nullptr : found->second;
}

void VerdictStore::recall(const std::string &digest)
{
    if (m_folder.empty() || find(digest))
        return;
    const auto text = readFile(fileOf(digest), longestFile);
    if (!text)
        return;
    auto verdict = verdictFromJson(*text);
    if (verdict && verdict->digest == digest && verdict->machine == thisMachine() &&
        isOfTheseEngines(*verdict))
        remember(*std::move(verdict));
}

std::shared_ptr<const Verdict> VerdictStore::keep(Verdict verdict)
{
    verdict.machine = thisMachine();
    auto kept = remember(std::move(verdict));
    if (m_folder.empty())
        return kept;
    std::error_code failed;
    fs::create_directories(m_folder, failed);
    if (const auto written = writeFile(fileOf(kept->digest), verdictJson(*kept) + "\n"); !written)
        log(LogLevel::Warning, "measure", written.error().message);
    else
        prune(m_folder);
    return kept;
}

// The name only tells files apart; what the verdict is of stands in the file.
fs::path VerdictStore::fileOf(const std::string &digest) const
{
    std::string made = thisMachine();
    for (const EngineVersion &engine : engineVersions())
        made += fmt::format("\n{} {}", engine.name, engine.version);
    const std::size_t colon = digest.find(':');
    const std::string hex = colon == std::string::npos ? digest : digest.substr(colon + 1);
    return m_folder / fmt::format("{}-{:016x}.json", hex, std::hash<std::string>()(made));
}

std::shared_ptr<const Verdict> VerdictStore::remember(Verdict verdict)
{
    auto kept = std::make_shared<const Verdict>(std::move(verdict));
    const MutexLock lock(m_mutex);
    if (m_verdicts.size() >= mostKept && !m_verdicts.contains(kept->digest))
        m_verdicts.erase(m_verdicts.begin());
    m_verdicts[kept->digest] = kept;
    return kept;
}

} // namespace warmbench
