// GET /models/NAME/examples and one of them: what a model can be tried on, without naming a file.
//
// Thread: filled by the owner of the router, called on the http threads; files are read aside, or
// on the loader's thread where the model has to be described first. Loads nothing.
#pragma once

#include "http/router.h"
#include "model/model_examples.h"

namespace warmbench {
class Workbench;
}

namespace warmbench::http {

// Pictures that merely lie beside a model were put there by nobody to be published: `neighbours` is
// to be Pictures only where no other machine can ask.
void addExampleRoutes(Router &router, Workbench &workbench, Neighbours neighbours);

} // namespace warmbench::http
