// A request's line and Host on their way through Qt HTTP Server, which parses them.
// Thread: values.
#pragma once

#include "http/transport/request_framer.h"

#include <string>

class QHttpServerRequest;

namespace warmbench::http {

// What Qt has made of a request's line.
struct RequestLine
{
    std::string method;
    std::string path;  // percent-encoded
    std::string query; // percent-encoded, without the question mark; empty where there is none
};

// The head that Qt gets to parse: no field but Host, so that Qt sees neither body nor framing.
std::string headForQt(const FramedRequest &request);
RequestLine lineFromQt(const QHttpServerRequest &request);

} // namespace warmbench::http
