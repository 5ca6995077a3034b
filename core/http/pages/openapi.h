// The description of the API (OpenAPI 3.1, spec.openapis.org/oas/v3.1.0), made of the table of
// routes that serves: no route can be missing. Thread: any; a pure function.
#pragma once

#include "http/router.h"

#include <string>

namespace warmbench::http {

std::string openApiJson(const Router &router);

} // namespace warmbench::http
