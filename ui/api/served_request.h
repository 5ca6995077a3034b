// One request that the API has answered, as the window shows it. Thread: a value.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace warmbench::ui {

struct ServedRequest
{
    std::chrono::system_clock::time_point time; // of the answer
    std::string client;
    std::string method;
    std::string path;
    std::string model;
    std::string cache;    // "hit", "miss", "coalesced" or empty
    std::string sentence; // of an error
    int status = 0;
    double totalMs = 0;
    std::int64_t requestBytes = 0;
    std::int64_t responseBytes = 0;
};

} // namespace warmbench::ui
