// A folder of the system's folder for temporary files that only this user may look into. It goes
// with all that is in it.
// Thread: one at a time.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <utility>

namespace warmbench {

class TemporaryFolder
{
public:
    // ResourceExhausted with the reason of the system: there is none to be had.
    static Result<TemporaryFolder> make();
    TemporaryFolder(TemporaryFolder &&other) noexcept
        : m_path(std::exchange(other.m_path, {}))
    {
    }
    TemporaryFolder &operator=(TemporaryFolder &&other) noexcept
    {
        std::swap(m_path, other.m_path);
        return *this;
    }
    ~TemporaryFolder();

    const std::filesystem::path &path() const { return m_path; }

private:
    explicit TemporaryFolder(std::filesystem::path path)
        : m_path(std::move(path))
    {
    }

    std::filesystem::path m_path;
};

} // namespace warmbench
