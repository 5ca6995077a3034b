#include "base/processor_share.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <string>
#include <unistd.h>

namespace warmbench {

std::optional<ProcessorTimes> processorTimes()
{
    // user nice system idle iowait irq softirq steal; guests are part of user and nice.
    constexpr std::size_t idle = 3;
    constexpr std::size_t waiting = 4;
    std::array<std::int64_t, 8> ticks{};
    std::ifstream file("/proc/stat");
    std::string cpu;
    file >> cpu;
    for (std::int64_t &one : ticks)
        file >> one;
    const long perSecond = ::sysconf(_SC_CLK_TCK);
    timespec own{};
    if (!file || cpu != "cpu" || perSecond <= 0 ||
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own) != 0)
        return std::nullopt;
    ProcessorTimes times;
    const std::chrono::nanoseconds tick =
        std::chrono::nanoseconds(std::chrono::seconds(1)) / perSecond;
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        times.all += tick * ticks[i];
        if (i != idle && i != waiting)
            times.busy += tick * ticks[i];
    }
    times.own = std::chrono::seconds(own.tv_sec) + std::chrono::nanoseconds(own.tv_nsec);
    return times;
}

double shareOfOthers(const ProcessorTimes &before, const ProcessorTimes &after)
{
    const auto seconds = [](std::chrono::nanoseconds time) {
        return std::chrono::duration<double>(time).count();
    };
    const double all = seconds(after.all - before.all);
    const double others = seconds((after.busy - before.busy) - (after.own - before.own));
    return all > 0 ? std::clamp(others / all, 0.0, 1.0) : 0.0;
}

} // namespace warmbench
