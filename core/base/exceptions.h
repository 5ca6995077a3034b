// Catches exceptions where they must end: at the root of each thread, and around each callback that
// gets an answer.
//
// Thread: any. Nothing here throws, not even when memory runs out.
#pragma once

#include "base/result.h"

#include <string_view>
#include <utility>

namespace warmbench {

// The error that the current exception means for a request: ResourceExhausted if memory ran out,
// else Internal. Call it only in a catch block.
Error errorOfException() noexcept;

// As errorOfException(), and writes the error to the log with `where` as its area.
Error loggedException(std::string_view where) noexcept;

// Calls `work`; an exception that leaves it is logged and ends here. True if there was none.
template <typename Work>
bool contained(std::string_view where, Work &&work) noexcept
{
    try {
        std::forward<Work>(work)();
        return true;
    } catch (...) {
        static_cast<void>(loggedException(where));
        return false;
    }
}

// Reserves some memory, once for the whole process, for the moment when there is none left: the
// first allocation that fails gets it, so that requests can still be refused with a sentence. Its
// pages stay unused until then.
void keepReserve();

} // namespace warmbench
