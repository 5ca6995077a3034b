// Models as the JSON of GET /models and /models/NAME; `warmbench inspect --json` uses it too.
// Thread: any; a pure function.
#pragma once

#include "inference/workbench.h"

#include <string>

namespace warmbench::http {

std::string modelJson(const ModelView &view);

} // namespace warmbench::http
