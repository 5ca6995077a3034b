// The body of POST /predict as the grammar of inference/body takes it: the file taken out of a
// form. The body's first bytes decide what it is; Content-Type only tells a form apart. Thread:
// any; pure functions.
#pragma once

#include "base/result.h"
#include "inference/inference_types.h"

#include <string>
#include <string_view>

namespace warmbench::http {

// Errors that need no model (empty body, form without a boundary) come back at once, all others
// from the decoder, which owns the body.
Result<InputDecoder> decoderFor(std::string body, std::string_view contentType);

} // namespace warmbench::http
