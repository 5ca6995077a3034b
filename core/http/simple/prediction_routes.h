// POST /predict and its kin: a body in any of the simple forms runs a model.
// Thread: filled by the owner of the router, called on the http threads; nothing here waits.
#pragma once

#include "http/router.h"

namespace warmbench {
class Workbench;
}

namespace warmbench::http {

void addPredictionRoutes(Router &router, Workbench &workbench);

} // namespace warmbench::http
