// What the cache did, as an immutable value.
//
// | event                                              | counter      |
// |----------------------------------------------------|--------------|
// | a prediction found its model Ready                 | hits         |
// | a prediction started the load it needed            | misses       |
// | a prediction joined a load under way               | coalesced    |
// | a load ended well, whatever caused it              | loads        |
// | a load or refresh ended badly                      | loadFailures |
// | a model left to make room or because it was idle   | evictions    |
// | a model left because somebody asked                | unloads      |
// Only predictions are hits, misses or coalesced, one of the three each.
#pragma once

#include "base/bytes.h"

#include <cstdint>

namespace warmbench {

struct CacheStatistics
{
    std::int64_t hits = 0;
    std::int64_t misses = 0;
    std::int64_t coalesced = 0;
    std::int64_t loads = 0;
    std::int64_t loadFailures = 0;
    std::int64_t evictions = 0;
    std::int64_t unloads = 0;
    Bytes modelBytes; // of all instances alive, those that wait for their last handle included
    Bytes budget;
    bool operator==(const CacheStatistics &) const = default;
};

} // namespace warmbench
