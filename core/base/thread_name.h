#pragma once

#include <string_view>

namespace warmbench {

// Names the calling thread as debuggers and `top -H` show it (15 characters at most).
void setThreadName(std::string_view name);

} // namespace warmbench
