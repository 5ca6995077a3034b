// A profile as files that people keep.
// Thread: any; pure functions.
#pragma once

#include "inference/profile/profile.h"

#include <string>

namespace warmbench {

// One object; times in milliseconds, memory in bytes. What a series measured stands beside the
// model's members where there is one series, else in "series".
std::string profileJson(const Profile &profile);
// Two tables with an empty line between them: the series, and the layers of all engines.
std::string profileCsv(const Profile &profile);

} // namespace warmbench
