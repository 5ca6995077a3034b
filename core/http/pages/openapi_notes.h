// What the table of routes does not tell of a route, for /openapi.json: JSON of OpenAPI 3.1.
// Thread: any; constants.
#pragma once

#include <string_view>

namespace warmbench::http {

struct RouteNotes
{
    std::string_view route; // verb and pattern, without "/versions/{version}"
    std::string_view tag;
    std::string_view parameters; // beside those of the path; empty: none
    std::string_view content;    // of the request's body; empty: it has none
    std::string_view answer;     // content of a 200
    std::string_view
        others; // further statuses, separated by blanks; 403 and those of bodies go without saying
};

// Empty notes where nothing is known.
const RouteNotes &notesOf(std::string_view verb, std::string_view pattern);

// The object "components": schemas, security schemes, and a response "Status404" for each status of
// `others`.
std::string_view openApiComponents();

} // namespace warmbench::http
