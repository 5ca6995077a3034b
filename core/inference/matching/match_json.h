// A report of matching as /models/NAME/match and `warmbench match --json` tell it.
// Thread: any; pure functions.
#pragma once

#include "inference/matching/match.h"

#include <string>

namespace warmbench {

// At most 20 candidates, the closest; where pictures lie side by side, all.
std::string matchJson(const MatchReport &report);

// The keys of "input" in a settings file that make this preparation.
std::string preparationJson(const Preprocessing &how);

} // namespace warmbench
