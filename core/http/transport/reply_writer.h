// Replies as bytes of HTTP/1.1. Thread: any; pure functions.
#pragma once

#include "http/api_types.h"

#include <string>
#include <string_view>

namespace warmbench::http {

struct ReplyFraming
{
    bool head = false;  // the request was HEAD: the same header, no body
    bool close = false; // the connection ends after this answer
    bool http10 = false;
    bool bodyApart = false; // the body follows elsewhere; its length is told here
};

std::string serialised(const ApiReply &reply, const ReplyFraming &framing,
                       std::string_view dateField);

// The code that goes with a status of the protocol's own: 413 -> "PAYLOAD_TOO_LARGE".
std::string_view protocolCode(int status);

} // namespace warmbench::http
