// GET /models and what is done to models: load, unload, pin, refresh.
// Thread: filled by the owner of the router, called on the http threads; nothing here waits: what
// takes time answers from the workbench's threads.
#pragma once

#include "http/router.h"

namespace warmbench {
class Workbench;
}

namespace warmbench::http {

void addModelRoutes(Router &router, Workbench &workbench);

} // namespace warmbench::http
