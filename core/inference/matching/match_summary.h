// The sentences of a report: what agrees, what differs, what cannot be told.
// Thread: any; a pure function. Private to this folder.
#pragma once

#include "inference/matching/match.h"

namespace warmbench {

// Fills in what follows from the candidates: which range is wrong, `matches`, `summary`, `notes`.
void judge(MatchReport &report);

} // namespace warmbench
