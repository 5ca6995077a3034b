// Bodies of POST /predict into decoders: shared by the server and `warmbench predict`. The forms
// are those of interfaces.md's table, repeated in README.md; the body's first bytes decide,
// Content-Type only tells multipart apart. Thread: any; pure functions. The decoder owns the body
// and runs on a pool thread.
#pragma once

#include "base/result.h"
#include "inference/inference_types.h"

#include <memory>
#include <string>
#include <string_view>

namespace warmbench::http {

// A decoder for the body. Errors that need no model (empty body, broken multipart boundary) come
// back at once, all others from the decoder: InvalidArgument with what came, what was expected and
// how to mend it.
Result<InputDecoder> decoderFor(std::string body, std::string_view contentType);

} // namespace warmbench::http
