#pragma once

#include "options.h"

namespace warmbench::app {

// Level and form of the log; Qt's own messages go the same way.
void setUpLog(const Options &options);

} // namespace warmbench::app
