#include "base/thread_name.h"

#include <pthread.h>
#include <string>

namespace warmbench {

void setThreadName(std::string_view name)
{
    constexpr std::size_t longest = 15; // the kernel's TASK_COMM_LEN without its terminator
    pthread_setname_np(pthread_self(), std::string(name.substr(0, longest)).c_str());
}

} // namespace warmbench
