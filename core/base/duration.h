// Spans of time as people write them: "30m", "1.5s", "200ms", "2h", "-1" for "no limit".
// Thread: values. Errors: InvalidArgument with what is accepted.
#pragma once

#include "base/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace warmbench {

using Milliseconds = std::chrono::milliseconds;
// Stands for "never" wherever a time-out can be switched off; people write it as -1.
inline constexpr Milliseconds forever{-1};

// Units ms, s, m, h, d; a bare number counts seconds; any negative number is `forever`.
Result<Milliseconds> parseDuration(std::string_view text);
// "30m", "1.5s", "never".
std::string toText(Milliseconds duration);

} // namespace warmbench
