// POST /models/NAME/match: a form with pictures (`input`) and what a notebook got for one
// (`expected`), answered with the plausible preparations.
// Thread: filled by the owner of the router, called on the http threads; nothing here waits: the
// form is taken apart and the network runs on a worker.
#pragma once

#include "http/router.h"

namespace warmbench {
class Workbench;
}

namespace warmbench::http {

void addMatchRoute(Router &router, Workbench &workbench);

} // namespace warmbench::http
