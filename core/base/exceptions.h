// Where exceptions end: at the root of each thread, and around what is called back with an answer.
//
// Thread: any. Nothing here throws, short of memory too.
#pragma once

#include "base/result.h"

#include <string_view>
#include <utility>

namespace warmbench {

// What the exception under way means for the request: ResourceExhausted where memory ran out, else
// Internal. To be called in a catch block alone.
Error errorOfException() noexcept;

// As errorOfException(), and logged as `where`'s.
Error loggedException(std::string_view where) noexcept;

// Calls `work`; an exception that leaves it is logged and ends here. True where none did.
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

// Memory kept for the moment when there is none: the first allocation that fails gets it, so that
// requests can be refused in a sentence. For the whole process; the pages are not used until then.
void keepReserve();

} // namespace warmbench
