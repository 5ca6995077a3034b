// Helpers for values of options that options.cpp and limit_options.cpp share. Thread: as options.h.
#pragma once

#include "base/result.h"
#include "options.h"

#include <charconv>
#include <fmt/format.h>
#include <string>
#include <utility>
#include <vector>

namespace warmbench::app {

constexpr unsigned bit(Command command)
{
    return 1U << static_cast<unsigned>(command);
}
constexpr unsigned servers = bit(Command::Window) | bit(Command::Serve);

// The options that limit what clients may use.
std::vector<OptionSpec> limitOptions();
// InvalidArgument: limits that do not fit together.
Result<void> checkLimits(const Options &options);

inline Result<int> parseNumber(const std::string &text, int least, int most)
{
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < least || number > most)
        return invalidArgument(
            fmt::format("\"{}\" is not a whole number from {} to {}.", text, least, most));
    return number;
}

// Stores a parsed value, or passes the error on.
template <typename T, typename Target>
Result<void> store(Result<T> parsed, Target &target)
{
    if (!parsed)
        return std::move(parsed).error();
    target = static_cast<Target>(*parsed);
    return {};
}

// As store, but refuses 0, which would refuse every request.
template <typename T>
Result<void> storePositive(Result<T> parsed, T &target)
{
    if (parsed && *parsed == T{})
        return invalidArgument("0 would refuse every request; give more.");
    return store(std::move(parsed), target);
}

} // namespace warmbench::app
