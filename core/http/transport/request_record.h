// What is known of a request when it has been answered. Thread: a value.
#pragma once

#include <cstdint>
#include <string>

namespace warmbench::http {

// One answered request, for the request log.
struct RequestRecord
{
    std::string client; // address
    std::string method;
    std::string path;
    int status = 0;
    std::string sentence; // of an error
    std::string model;
    std::string cache; // "hit", "miss", "coalesced" or empty
    double totalMs = 0;
    std::int64_t requestBytes = 0;
    std::int64_t responseBytes = 0;
};

} // namespace warmbench::http
