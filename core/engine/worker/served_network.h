// The worker's side of a network that is isolated: it tells what it has loaded, and runs what it is
// sent.
//
// Orders come over the socket that the worker inherited; the runs over channels, which one of those
// orders brings: each is a socket and two blocks of shared memory, for one run at a time, and has a
// thread here. Private to this folder.
#pragma once

#include "engine/engine.h"

#include <cstdint>

namespace warmbench {

// What a packet over the inherited socket asks for.
enum class WorkerCall : std::int64_t {
    OpenChannel, // its files follow: socket, inputs, outputs. No answer
    Cancel,      // the run with this number on this channel. No answer
    Cost,        // of a run with inputs of these shapes
    HandBack,    // No answer
};

// Until the other end closes the socket; false where it sends what nobody understands.
bool serveNetwork(int socket, Network &network);

} // namespace warmbench
