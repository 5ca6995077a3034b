// Room for connections: each takes a file descriptor. Thread: main, before anything starts.
#pragma once

#include <cstddef>

namespace warmbench::app {

// Raises the soft limit of this process as far as needed and allowed; says so where that is less.
void allowConnections(std::size_t count);

} // namespace warmbench::app
