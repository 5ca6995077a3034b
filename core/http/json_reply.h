// Replies that several protocols share. Thread: any; pure functions.
#pragma once

#include "base/result.h"
#include "http/api_types.h"

#include <string>

namespace warmbench::http {

ApiReply jsonReply(std::string body);
// The status that belongs to the code; with Retry-After where the same call may succeed later.
ApiReply errorReplyOf(const Error &error);

} // namespace warmbench::http
