#include "base/temporary_folder.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <string>
#include <system_error>
#include <unistd.h>

namespace warmbench {

Result<TemporaryFolder> TemporaryFolder::make()
{
    std::error_code problem;
    std::string path =
        (std::filesystem::temp_directory_path(problem) / "warmbench-XXXXXX").string();
    if (problem || !::mkdtemp(path.data()))
        return Error{ErrorCode::ResourceExhausted,
                     fmt::format("No temporary folder can be made: {}; see to room in /tmp, or "
                                 "name another folder in TMPDIR.",
                                 problem ? problem.message() : std::strerror(errno))};
    return TemporaryFolder(std::move(path));
}

TemporaryFolder::~TemporaryFolder()
{
    if (m_path.empty())
        return;
    std::error_code ignored; // what cannot be removed is the system's to clear
    std::filesystem::remove_all(m_path, ignored);
}

} // namespace warmbench
