// Who listens on a port of this machine. Thread: any; reads /proc, some milliseconds.
#pragma once

#include <cstdint>
#include <string>

namespace warmbench::http {

// "nginx (process 1234)"; empty where the system does not tell (another user's process).
std::string portHolder(std::uint16_t port);

} // namespace warmbench::http
