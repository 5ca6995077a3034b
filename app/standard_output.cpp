#include "standard_output.h"

#include "base/line_writer.h"
#include "commands.h"

#include <cerrno>
#include <unistd.h>

namespace warmbench::app {

int StandardOutput::print(std::string_view text)
{
    if (m_ended)
        return 1;
    if (writeWhole(STDOUT_FILENO, text))
        return 0;
    m_ended = true;
    return errno == EPIPE
               ? 1
               : fail({ErrorCode::Internal, "The results cannot be written; is the disk full?"});
}

} // namespace warmbench::app
