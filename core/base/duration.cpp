#include "base/duration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

namespace warmbench {

namespace {

struct TimeUnit
{
    std::string_view name;
    double milliseconds;
};
constexpr std::array timeUnits{
    TimeUnit{"d", 86'400'000}, TimeUnit{"h", 3'600'000}, TimeUnit{"m", 60'000},
    TimeUnit{"s", 1'000},      TimeUnit{"ms", 1},
};

} // namespace

Result<Milliseconds> parseDuration(std::string_view text)
{
    const Error refusal =
        invalidArgument(fmt::format("\"{}\" is not a time: write a number with a unit, such as "
                                    "200ms, 30s, 5m or 2h, or -1 for never.",
                                    text));
    double amount = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
    if (error != std::errc() || !(amount == amount))
        return refusal;
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    double factor = 1'000;
    if (!unit.empty()) {
        const auto *found = std::find_if(timeUnits.begin(), timeUnits.end(),
                                         [&](const TimeUnit &u) { return u.name == unit; });
        if (found == timeUnits.end())
            return refusal;
        factor = found->milliseconds;
    }
    if (amount < 0)
        return forever;
    constexpr double longest = 1e15; // some 30,000 years: still exact, far from overflow
    if (amount * factor > longest)
        return refusal;
    return Milliseconds(static_cast<Milliseconds::rep>(amount * factor));
}

std::string toText(Milliseconds duration)
{
    if (duration < Milliseconds::zero())
        return "never";
    const auto ms = static_cast<double>(duration.count());
    for (const TimeUnit &unit : timeUnits) {
        if (ms >= unit.milliseconds)
            return fmt::format("{:.4g}{}", ms / unit.milliseconds, unit.name);
    }
    return "0ms";
}

} // namespace warmbench
