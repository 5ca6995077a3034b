// How busy the machine's processor is, and with whom: whether a measurement can be trusted.
// Thread: any. Source: proc(5), /proc/stat.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace warmbench {

// Time of all cores together since some start.
struct ProcessorTimes
{
    std::chrono::nanoseconds all{};  // busy or not
    std::chrono::nanoseconds busy{}; // with anything, other guests of the machine included
    std::chrono::nanoseconds own{};  // with this process
};

// Empty: the system does not tell. Cost: reads a small file.
std::optional<ProcessorTimes> processorTimes();

// The share of all cores, 0 to 1, that others than this process had between the two.
double shareOfOthers(const ProcessorTimes &before, const ProcessorTimes &after);

} // namespace warmbench
