// Where and for whom the server listens. Thread: a value.
#pragma once

#include "base/bytes.h"
#include "http/transport/http_limits.h"

#include <cstdint>
#include <string>
#include <vector>

namespace warmbench::http {

struct HttpOptions
{
    std::string host = "127.0.0.1";
    std::uint16_t port = 5000; // 0: a free one
    bool nextFreePort =
        false; // taken: try the following ones (the window); else fail and name the holder
    Bytes maxBody = mebibytes(64);
    std::string token;                       // empty: none
    std::vector<std::string> allowedOrigins; // beside the server's own
    std::vector<std::string> allowedHosts;   // beside the names of this machine
    HttpLimits limits;
    int threads = 1; // that serve connections; 0: as many as there are cores, up to 4
};

} // namespace warmbench::http
