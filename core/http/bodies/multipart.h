// Forms with files (RFC 7578), as browsers and `curl -F` send them. Thread: any; pure functions.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace warmbench::http {

bool isMultipart(std::string_view contentType);

// What stands between the parts, as Content-Type names it. InvalidArgument: none.
Result<std::string> multipartBoundary(std::string_view contentType);

struct FormPart
{
    std::string name;
    bool hasFileName = false;
    std::string_view content;
};

// All parts in the form's order, at most 100; views into `body`. InvalidArgument: no boundary,
// broken framing.
Result<std::vector<FormPart>> multipartParts(std::string_view body, std::string_view contentType);

// The content of the part that holds the input: the one with a file name, else one named
// "image", "file" or "input", else the only one. A view into `body`. InvalidArgument: no boundary,
// broken framing, no such part, several files.
Result<std::string_view> multipartInput(std::string_view body, std::string_view contentType);

} // namespace warmbench::http
