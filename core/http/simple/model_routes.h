// GET /models and what is done to models: load, unload, pin, refresh.
// Thread: filled by the owner of the router, called on the http threads; nothing here waits: what
// takes time answers from the workbench's threads.
#pragma once

#include "http/router.h"
#include "model/model_examples.h"

namespace warmbench {
class Workbench;
}

namespace warmbench::http {

// What everybody uses comes first, for those who list the routes. `neighbours` is for the examples
// (example_routes.h).
void addModelRoutes(Router &router, Workbench &workbench, Neighbours neighbours);

} // namespace warmbench::http
