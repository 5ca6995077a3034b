// The descriptors of this process. Thread: main, before anything starts.
#pragma once

#include <cstddef>

namespace warmbench::app {

// Opens /dev/null as standard input, output and error where this process was started without them:
// else the next socket would take their number, and what is printed would go to a client.
void holdStandardDescriptors();

// Room for connections, each of which takes one: raises the soft limit as far as needed and
// allowed; says so where that is less.
void allowConnections(std::size_t count);

} // namespace warmbench::app
