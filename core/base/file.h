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
    int release() { return std::exchange(m_fd, -1); } // the caller closes it
    std::int64_t size() const;                        // 0 if the file system does not say

private:
    int m_fd;
};

// Opens a regular file for reading and never waits. The check looks at the open descriptor, not at
// the name, so that no pipe, device or socket can take the file's place between check and use.
// Files without a size (/proc) are regular. Errors: NotFound: no such file. InvalidArgument: a
// folder. FailedPrecondition: another kind of file, no permission.
Result<FileDescriptor> openRegularFile(const std::filesystem::path &path);

// As openRegularFile, but also pipes and devices, which may keep the caller waiting, here and at
// each read. Only for files that the user named on the command line. A pipe must be opened once
// alone: its writer takes the first opening for the reader.
Result<FileDescriptor> openFileOrPipe(const std::filesystem::path &path);

// The whole content of a regular file. Errors: those of openRegularFile; InvalidArgument: larger
// than `limit`; FailedPrecondition: read error.
Result<std::string> readFile(const std::filesystem::path &path, Bytes limit);

// As readFile, from what openFileOrPipe opens.
Result<std::string> readFileOrPipe(const std::filesystem::path &path, Bytes limit);

// At most the first `count` bytes; errors as readFile.
Result<std::string> readFileStart(const std::filesystem::path &path, std::size_t count);

// Exactly `count` bytes from `offset` on; errors as readFile, and FailedPrecondition: the file ends
// before that.
Result<std::string> readFilePart(const std::filesystem::path &path, std::int64_t offset,
                                 std::size_t count);

// A file that exists only in memory, for libraries that open files by name: its name is
// /proc/self/fd/N. Errors: ResourceExhausted: no memory or descriptor for it.
Result<FileDescriptor> memoryFile(std::string_view content);

// Writes a file beside the target and renames it over the target, so that a full disk leaves the
// old file whole.
Result<void> writeFile(const std::filesystem::path &path, std::string_view content);

} // namespace warmbench
