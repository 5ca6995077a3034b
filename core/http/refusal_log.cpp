#include "http/refusal_log.h"

#include "base/logging.h"
#include "base/text.h"

#include <fmt/format.h>
#include <utility>

namespace warmbench::http {

namespace {

constexpr std::size_t longestPath = 200;
constexpr std::size_t longestLoggedSentence = 1000;

// What came before the request was refused; "-" where it was refused before.
std::string known(const std::string &text)
{
    return text.empty() ? "-" : printable(text, longestPath);
}

} // namespace

bool RefusalLog::note(const RequestRecord &record, SteadyTime now)
{
    if (!logs(LogLevel::Info))
        return false;
    {
        const MutexLock lock(m_mutex);
        auto &oldest = m_shown.at(m_oldest);
        if (oldest && now - *oldest < span)
            return m_hidden++ == 0;
        oldest = now;
        m_oldest = (m_oldest + 1) % mostShown;
    }
    logInfo("http", fmt::format("{} {} {} -> {}: {}", record.client, known(record.method),
                                known(record.path), record.status,
                                printable(record.sentence, longestLoggedSentence)));
    return false;
}

void RefusalLog::tellHidden()
{
    std::int64_t hidden = 0;
    {
        const MutexLock lock(m_mutex);
        hidden = std::exchange(m_hidden, 0);
    }
    if (hidden > 0)
        logInfo("http", fmt::format("{} more refused request{} not shown: at most {} a second are.",
                                    hidden, hidden == 1 ? " is" : "s are", mostShown));
}

} // namespace warmbench::http
