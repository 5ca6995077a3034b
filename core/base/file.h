// Whole files in and out, with errors that name the file and what to do.
// Thread: any; blocks on the disk: never from the GUI or http thread for files of unknown size.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace warmbench {

// An open file that closes itself.
class FileDescriptor
{
public:
    explicit FileDescriptor(int fd = -1)
        : m_fd(fd)
    {
    }
    FileDescriptor(FileDescriptor &&other) noexcept
        : m_fd(std::exchange(other.m_fd, -1))
    {
    }
    FileDescriptor &operator=(FileDescriptor &&other) noexcept
    {
        std::swap(m_fd, other.m_fd);
        return *this;
    }
    ~FileDescriptor();

    int get() const { return m_fd; }
    int release() { return std::exchange(m_fd, -1); } // the caller's to close
    std::int64_t size() const;                        // 0 where the file system tells none

private:
    int m_fd;
};

// For reading, without ever waiting: what is no regular file (a pipe, device, socket) is refused by
// its descriptor, so that nothing can take its place between the look and the use. Files without a
// size (/proc) are regular. NotFound: no such file. InvalidArgument: a folder. FailedPrecondition:
// another kind of file, no permission.
Result<FileDescriptor> openRegularFile(const std::filesystem::path &path);

// Everything in a regular file, at most `limit` bytes; errors as openRegularFile, and
// InvalidArgument: larger than `limit`, FailedPrecondition: read error.
Result<std::string> readFile(const std::filesystem::path &path, Bytes limit);

// As readFile, but from pipes and devices too, which may keep the caller waiting: for what a person
// named on the own command line alone.
Result<std::string> readFileOrPipe(const std::filesystem::path &path, Bytes limit);

// At most the first `count` bytes; errors as readFile.
Result<std::string> readFileStart(const std::filesystem::path &path, std::size_t count);

// Exactly `count` bytes from `offset` on; errors as readFile, and FailedPrecondition: the file ends
// before.
Result<std::string> readFilePart(const std::filesystem::path &path, std::int64_t offset,
                                 std::size_t count);

// A file that lies in memory alone, for libraries that open by name: /proc/self/fd/N names it.
// ResourceExhausted: no memory or descriptor for it.
Result<FileDescriptor> memoryFile(std::string_view content);

// Written beside the target and renamed over it, so that a full disk leaves the old file whole.
Result<void> writeFile(const std::filesystem::path &path, std::string_view content);

} // namespace warmbench
