// The one switch from an error to an HTTP status. Thread: any; pure.
#pragma once

#include "base/result.h"

namespace warmbench::http {

// InvalidArgument 400, NotFound 404, FailedPrecondition 424, Cancelled 499, Internal 500,
// Unavailable 503, DeadlineExceeded 504, ResourceExhausted 507.
int httpStatus(ErrorCode code);

} // namespace warmbench::http
