// What a client may cost: sizes and times, each with the default that suits a server for people.
// Thread: a value.
#pragma once

#include "base/bytes.h"

#include <chrono>
#include <cstddef>

namespace warmbench::http {

struct HttpLimits
{
    std::size_t requestLine = 16 * 1024;
    std::size_t headerBytes = 32 * 1024;
    std::size_t headerFields = 100;
    std::size_t connections = 512;
    std::size_t connectionsPerAddress = 64;
    bool countLoopback = false;                  // as an address like others
    std::size_t pipelined = 16;                  // requests of one connection under way at once
    Bytes unsentOutput = mebibytes(16);          // beyond it no further request is taken on
    Bytes unsentStream = {256 * 1024};           // of a reply that goes on, the system's share too
    Bytes bufferedInput = mebibytes(1024);       // of all requests that are not answered yet
    std::chrono::milliseconds header{10'000};    // from the first byte of a request
    std::chrono::milliseconds bodyGrace{10'000}; // from the end of the header, then
    double bodyBytesPerSecond = 1024;            //   at least so much on average
    std::chrono::milliseconds idle{60'000};      // without a request, or without output taken
    std::chrono::milliseconds rest{1'000};       // quiet for so long, it leaves the event loop
    std::chrono::milliseconds linger{1'000};     // for the client to take its last answer
    std::chrono::milliseconds lastCall{1'000};   // while stopping: for more of a request
    std::chrono::milliseconds resumeAccepting{100}; // after running out of descriptors
};

} // namespace warmbench::http
