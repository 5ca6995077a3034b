// Replies that several protocols share. Thread: any; pure functions.
#pragma once

#include "base/result.h"
#include "http/api_types.h"

#include <string>

namespace warmbench::http {

ApiReply jsonReply(std::string body);
// The status that belongs to the code; with Retry-After where the same call may succeed later.
ApiReply errorReplyOf(const Error &error);
// The reply, said to be about the model that was asked for where it does not say which answered.
ApiReply aboutModel(const std::string &name, ApiReply reply);

} // namespace warmbench::http
