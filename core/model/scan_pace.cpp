#include "model/scan_pace.h"

#include "base/mutex.h"

#include <algorithm>
#include <ctime>

namespace warmbench {

namespace {

constexpr std::chrono::milliseconds round{1000};
constexpr std::chrono::milliseconds atOnce{10}; // work that is allowed before the first rest
constexpr int usualShare = 100;                 // one part in so many
constexpr int hurriedShare = 10;

// Only processor time counts: waiting for a slow disk disturbs nobody.
std::chrono::nanoseconds processorTime()
{
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

} // namespace

ScanPace::ScanPace(std::stop_token stop, std::function<bool()> touched)
    : m_stop(std::move(stop))
    , m_touched(std::move(touched))
    , m_accounted(std::chrono::steady_clock::now())
    , m_used(processorTime())
    , m_credit(atOnce)
{
}

void ScanPace::account()
{
    const auto now = std::chrono::steady_clock::now();
    const auto used = processorTime();
    const auto earned = (now - m_accounted) / (m_hurry ? hurriedShare : usualShare);
    // In a hurry, the share of a whole second may be spent at once.
    const std::chrono::nanoseconds most = m_hurry ? round / hurriedShare : atOnce;
    m_credit = std::min<std::chrono::nanoseconds>(m_credit + earned, most) - (used - m_used);
    m_accounted = now;
    m_used = used;
}

bool ScanPace::rest()
{
    sleepFor(round, m_stop);
    account();
    m_hurry = m_touched();
    return !m_stop.stop_requested();
}

bool ScanPace::go()
{
    account();
    while (m_credit.count() < 0) {
        if (!rest())
            return false;
    }
    return !m_stop.stop_requested();
}

bool ScanPace::nextRound()
{
    account();
    return rest() && go();
}

} // namespace warmbench
