// Prepares the file descriptors of this process. Thread: main, before anything starts.
#pragma once

#include <cstddef>

namespace warmbench::app {

// Opens /dev/null as standard input, output or error if this process was started without it. Else
// the next socket would get its number, and printed text would go to a client.
void holdStandardDescriptors();

// Makes room for so many connections, which take a descriptor each: raises the soft limit as far as
// needed and allowed, and logs it if less is allowed.
void allowConnections(std::size_t count);

} // namespace warmbench::app
