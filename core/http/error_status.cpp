#include "http/error_status.h"

namespace warmbench::http {

int httpStatus(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidArgument:
        return 400;
    case ErrorCode::NotFound:
        return 404;
    case ErrorCode::FailedPrecondition:
        return 424;
    case ErrorCode::ResourceExhausted:
        return 507;
    case ErrorCode::DeadlineExceeded:
        return 504;
    case ErrorCode::Cancelled:
        return 499;
    case ErrorCode::Unavailable:
        return 503;
    case ErrorCode::Internal:
        break;
    }
    return 500;
}

} // namespace warmbench::http
