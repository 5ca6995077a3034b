// Whether two figures of measured memory tell of a difference.
// Thread: a pure function.
#pragma once

#include "base/bytes.h"

#include <algorithm>
#include <cstdlib>

namespace warmbench {

// Within a tenth of each other, or within what measuring leaves open: the allocator keeps some of
// what it was given back and hands it out again, so that the same network measures otherwise from
// load to load.
inline bool similarMemory(Bytes first, Bytes second)
{
    constexpr Bytes open = mebibytes(4);
    const std::int64_t apart = std::abs(second.count - first.count);
    return apart <= open.count || apart <= std::max(first.count, second.count) / 10;
}

} // namespace warmbench
