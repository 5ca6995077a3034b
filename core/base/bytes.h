// Amounts of memory as a type of their own, written and read as people do: "512MiB", "2GiB",
// "1500000". Thread: values. Errors: InvalidArgument with what is accepted.
#pragma once

#include "base/result.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace warmbench {

struct Bytes
{
    std::int64_t count = 0;

    auto operator<=>(const Bytes &) const = default;
    Bytes operator+(Bytes other) const { return {count + other.count}; }
    Bytes operator-(Bytes other) const { return {count - other.count}; }
    Bytes &operator+=(Bytes other)
    {
        count += other.count;
        return *this;
    }
    Bytes &operator-=(Bytes other)
    {
        count -= other.count;
        return *this;
    }
};

constexpr Bytes mebibytes(std::int64_t n)
{
    return {n * 1024 * 1024};
}

// "12.3 MiB": for people; three significant digits, binary units.
std::string toText(Bytes bytes);
// "64MiB", "2GiB", "10KB" (decimal), "4096"; case of the unit does not matter, no sign.
Result<Bytes> parseBytes(std::string_view text);

// Memory of the machine, or the least limit that is set for this process's control groups where
// that is less. It does not change with what is in use.
Bytes machineMemory();
// Resident size of this process.
Bytes residentMemory();
// Memory in use in the heap, over all arenas of malloc; 0 under sanitizers, which bring their own
// malloc. The difference around a piece of work includes what other threads did meanwhile.
Bytes allocatedMemory();
// Hands free heap pages back to the system (malloc_trim). Takes some ms with a large heap: do not
// call it on the GUI or an http thread.
void releaseFreeMemory();
// Notes that a request has freed so much; amounts under 4 MiB are ignored. Cost: a comparison.
void noteGivenBack(Bytes bytes);
// Hands free pages back to the system if noteGivenBack() was told of much since the last call or
// the one before it: memory may be freed a moment after it is noted. Call it about once a second.
void releaseGivenBack();

} // namespace warmbench
