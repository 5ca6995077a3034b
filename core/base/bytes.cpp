#include "base/bytes.h"

#include "base/file.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <fmt/format.h>
#include <limits>
#include <malloc.h>
#include <unistd.h>

namespace warmbench {

namespace {

struct SizeUnit
{
    std::string_view name;
    std::int64_t size;
};
// The first `writtenUnits` are used for writing; all of them can be read.
constexpr std::array sizeUnits{
    SizeUnit{"B", 1},           SizeUnit{"KiB", 1LL << 10},    SizeUnit{"MiB", 1LL << 20},
    SizeUnit{"GiB", 1LL << 30}, SizeUnit{"TiB", 1LL << 40},    SizeUnit{"KB", 1'000},
    SizeUnit{"MB", 1'000'000},  SizeUnit{"GB", 1'000'000'000}, SizeUnit{"TB", 1'000'000'000'000},
};
constexpr std::size_t writtenUnits = 5;

// The number behind `key` in a file of "key: number" or plain "number" lines.
std::optional<std::int64_t> numberAfter(std::string_view text, std::string_view key)
{
    auto at = text.find(key);
    if (at == std::string_view::npos)
        return {};
    at = text.find_first_of("0123456789", at + key.size());
    if (at == std::string_view::npos)
        return {};
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

std::string procFile(const std::string &path)
{
    auto content = readFile(path, mebibytes(1));
    return content ? std::move(*content) : std::string();
}

} // namespace

std::string toText(Bytes bytes)
{
    std::size_t unit = writtenUnits - 1;
    while (unit > 0 && std::abs(bytes.count) < sizeUnits.at(unit).size)
        --unit;
    if (unit == 0)
        return fmt::format("{} B", bytes.count);
    const double amount =
        static_cast<double>(bytes.count) / static_cast<double>(sizeUnits.at(unit).size);
    return fmt::format("{:.{}f} {}", amount,
                       std::abs(amount) < 10    ? 2
                       : std::abs(amount) < 100 ? 1
                                                : 0,
                       sizeUnits.at(unit).name);
}

Result<Bytes> parseBytes(std::string_view text)
{
    const Error refusal =
        invalidArgument(fmt::format("\"{}\" is not a size: write a number of bytes or a number "
                                    "with a unit, such as 512MiB or 2GiB.",
                                    text));
    double amount = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
    if (error != std::errc() || !(amount >= 0))
        return refusal;
    std::string unit = lowered({end, text.data() + text.size()});
    std::erase(unit, ' ');
    if (unit.empty())
        unit = "b";
    const auto *const found =
        std::find_if(sizeUnits.begin(), sizeUnits.end(),
                     [&](const SizeUnit &u) { return lowered(u.name) == unit; });
    if (found == sizeUnits.end())
        return refusal;
    const double total = amount * static_cast<double>(found->size);
    if (!(total < static_cast<double>(std::numeric_limits<std::int64_t>::max())))
        return refusal;
    return Bytes{static_cast<std::int64_t>(total)};
}

Bytes machineMemory()
{
    std::int64_t most =
        numberAfter(procFile("/proc/meminfo"), "MemTotal:").value_or(1 << 20) * 1024;
    // In version 2 of control groups the file says "0::/user.slice/x", and each folder on the way
    // there may set a limit of its own.
    const std::string groups = procFile("/proc/self/cgroup");
    const auto begin = groups.find("0::/");
    if (begin == std::string::npos)
        return {most};
    std::string group = groups.substr(begin + 3, groups.find('\n', begin) - begin - 3);
    for (;; group.erase(group.rfind('/'))) {
        const auto limit = numberAfter(procFile("/sys/fs/cgroup" + group + "/memory.max"), "");
        most = std::min(most, limit.value_or(most));
        if (group.empty() || group == "/")
            return {most};
    }
}

Bytes residentMemory()
{
    const std::string statm = procFile("/proc/self/statm");
    const auto space = statm.find(' ');
    if (space == std::string::npos)
        return {};
    return {numberAfter(std::string_view(statm).substr(space), "").value_or(0) *
            sysconf(_SC_PAGESIZE)};
}

Bytes allocatedMemory()
{
    const auto heap = mallinfo2();
    return {static_cast<std::int64_t>(heap.uordblks + heap.hblkhd)};
}

void releaseFreeMemory()
{
    malloc_trim(0);
}

namespace {

// Smaller amounts are soon used again; trimming the heap for them costs more than it brings.
constexpr Bytes worthHandingBack = mebibytes(4);

std::atomic<int> trimsWanted{0};

} // namespace

void noteGivenBack(Bytes bytes)
{
    if (bytes >= worthHandingBack)
        trimsWanted.store(2, std::memory_order_relaxed);
}

void releaseGivenBack()
{
    int wanted = trimsWanted.load(std::memory_order_relaxed);
    // If more is noted meanwhile, the count starts again.
    while (wanted > 0 && !trimsWanted.compare_exchange_weak(wanted, wanted - 1)) {
    }
    if (wanted > 0)
        releaseFreeMemory();
}

} // namespace warmbench
