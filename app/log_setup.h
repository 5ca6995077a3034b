#pragma once

#include "options.h"

namespace warmbench::app {

// Sets level and format of the log, and sends Qt's own messages there, too.
void setUpLog(const Options &options);

} // namespace warmbench::app
