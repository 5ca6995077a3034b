// Requests that each carry a number, and the check that an answer carries the same. The networks
// (tests/support/make_models.py) give back what they get: "add" its sum, "addsub_int32" sum and
// difference, "image_out" the negative of a picture.
//
// Thread: any; pure functions. Numbers: below 2^23, which float32 holds exactly.
#pragma once

#include <string>
#include <string_view>

namespace warmbench::soak {

inline constexpr int numbers = 1 << 23;

struct Kind
{
    std::string_view name;
    int weight; // how often, beside the others
    std::string (*wire)(int number, bool close);
    bool (*fits)(int number, int status, std::string_view body);
};

// Simple JSON, the Open Inference Protocol in JSON and in binary, 75 KiB of pixels both ways, a
// model that is not there, a body that is refused.
inline constexpr int kindCount = 6;
const Kind &kind(int index);

} // namespace warmbench::soak
