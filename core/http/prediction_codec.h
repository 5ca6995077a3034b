// Bodies of POST /predict into decoders, predictions into JSON: shared by the server and `warmbench
// predict`. The forms are those of interfaces.md's table, repeated in README.md; the body's first
// bytes decide, Content-Type only tells multipart apart. Thread: any; pure functions. The decoder
// owns the body and runs on a pool thread.
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

// True where decoding takes microseconds: a small body in JSON or .npy without pictures in it.
bool decodesQuickly(std::string_view body);

// {"prediction": ..., "outputs": ..., "model": ..., "results": [...], "timings_ms": {...}}
std::string predictionJson(const Prediction &prediction);
// The same within what the control allows; what it says between samples, ResourceExhausted before
// anything is written.
Result<std::string> predictionJson(const Prediction &prediction, RunControl &control);

// {"error": "sentence", "code": "INVALID_ARGUMENT"}
std::string errorJson(const Error &error);
// The one switch from a code to an HTTP status (FailedPrecondition 424, ResourceExhausted 507,
// Unavailable 503, Cancelled 499).
int httpStatus(ErrorCode code);

} // namespace warmbench::http
