#include "base/short_count.h"

#include <array>
#include <fmt/format.h>

namespace warmbench {

std::string shortCount(std::int64_t count)
{
    constexpr std::array units{"", " k", " M", " G", " T", " P", " E"};
    auto value = static_cast<double>(count);
    std::size_t unit = 0;
    for (; value >= 999.5 && unit + 1 < units.size(); ++unit)
        value /= 1000;
    return unit == 0 ? fmt::format("{}", count) : fmt::format("{:.3g}{}", value, units[unit]);
}

} // namespace warmbench
