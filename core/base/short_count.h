// Thread: any; a pure function.
#pragma once

#include <cstdint>
#include <string>

namespace warmbench {

// At most three digits and the unit of a thousand (SI): "999", "1.82 G".
std::string shortCount(std::int64_t count);

} // namespace warmbench
