// What a kept request asked about, as a file would hold it: content codings undone, the file taken
// out of a form, a picture out of its base64. Thread: any; pure. Cost: that of unpacking.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "http/api_types.h"

#include <string>
#include <string_view>

namespace warmbench::http {

// At most `most` bytes. FailedPrecondition: no request to /predict; InvalidArgument: the body is
// broken.
Result<std::string> sentInput(std::string_view path, const Fields &fields, std::string_view body,
                              Bytes most);

} // namespace warmbench::http
