#include "base/file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace warmbench {

namespace {

Error systemError(const std::filesystem::path &path, std::string_view verb, int code)
{
    const std::string name = path.string();
    switch (code) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG: // such a long name cannot exist on that disk
        return notFound(fmt::format("There is no file \"{}\"; check the path.", name));
    case EISDIR:
        return invalidArgument(fmt::format("\"{}\" is a folder; name a file in it.", name));
    case EACCES:
    case EPERM:
        return failedPrecondition(fmt::format(
            "\"{}\" cannot be {}: permission denied; change the file's permissions.", name, verb));
    default:
        return failedPrecondition(
            fmt::format("\"{}\" cannot be {}: {}.", name, verb, std::strerror(code)));
    }
}

Error notRegular(const std::filesystem::path &path)
{
    return failedPrecondition(fmt::format(
        "\"{}\" is a pipe, socket or device; name a file that lies on a disk.", path.string()));
}

// O_NOCTTY: a terminal that is read does not become the program's controlling terminal.
Result<FileDescriptor> openChecked(const std::filesystem::path &path, int flags, bool regularOnly)
{
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | flags));
    // A socket cannot be opened at all.
    if (file.get() < 0 && errno == ENXIO)
        return notRegular(path);
    if (file.get() < 0)
        return systemError(path, "read", errno);
    struct stat status = {};
    if (::fstat(file.get(), &status) != 0)
        return systemError(path, "read", errno);
    if (S_ISDIR(status.st_mode))
        return systemError(path, "read", EISDIR);
    if (regularOnly && !S_ISREG(status.st_mode))
        return notRegular(path);
    return file;
}

Result<std::string> readUpTo(const std::filesystem::path &path, const FileDescriptor &file,
                             std::size_t most)
{
    std::string content;
    // One byte more than the size: the end of the file is seen without growing the buffer again.
    const auto expected = static_cast<std::size_t>(std::max<std::int64_t>(file.size(), 4095)) + 1;
    content.resize(std::min(expected, most));
    std::size_t used = 0;
    while (used < most) {
        if (used == content.size())
            content.resize(std::min(most, content.size() * 2));
        const auto got = ::read(file.get(), content.data() + used, content.size() - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return systemError(path, "read", errno);
        if (got == 0)
            break;
        used += static_cast<std::size_t>(got);
    }
    content.resize(used);
    return content;
}

Result<std::string> readWhole(const std::filesystem::path &path, const FileDescriptor &file,
                              Bytes limit)
{
    auto content = readUpTo(path, file, static_cast<std::size_t>(limit.count) + 1);
    if (content && content->size() > static_cast<std::size_t>(limit.count))
        return invalidArgument(fmt::format("\"{}\" is larger than the {} allowed here.",
                                           path.string(), toText(limit)));
    return content;
}

// 0, or the errno of the failure.
int writeAll(int file, std::string_view content)
{
    while (!content.empty()) {
        const auto put = ::write(file, content.data(), content.size());
        if (put < 0 && errno != EINTR)
            return errno;
        content.remove_prefix(put > 0 ? static_cast<std::size_t>(put) : 0);
    }
    return 0;
}

} // namespace

FileDescriptor::~FileDescriptor()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

std::int64_t FileDescriptor::size() const
{
    struct stat status = {};
    return ::fstat(m_fd, &status) == 0 ? std::max<std::int64_t>(status.st_size, 0) : 0;
}

Result<FileDescriptor> openRegularFile(const std::filesystem::path &path)
{
    return openChecked(path, O_NONBLOCK, true);
}

Result<FileDescriptor> openFileOrPipe(const std::filesystem::path &path)
{
    return openChecked(path, 0, false);
}

Result<std::string> readFile(const std::filesystem::path &path, Bytes limit)
{
    const auto file = openRegularFile(path);
    return file ? readWhole(path, *file, limit) : file.error();
}

Result<std::string> readFileOrPipe(const std::filesystem::path &path, Bytes limit)
{
    const auto file = openFileOrPipe(path);
    return file ? readWhole(path, *file, limit) : file.error();
}

Result<std::string> readFileStart(const std::filesystem::path &path, std::size_t count)
{
    const auto file = openRegularFile(path);
    return file ? readUpTo(path, *file, count) : file.error();
}

Result<std::string> readFilePart(const std::filesystem::path &path, std::int64_t offset,
                                 std::size_t count)
{
    const auto file = openRegularFile(path);
    if (!file)
        return file.error();
    std::string content(count, '\0');
    for (std::size_t used = 0; used < count;) {
        const auto at = static_cast<off_t>(offset) + static_cast<off_t>(used);
        const auto got = ::pread(file->get(), content.data() + used, count - used, at);
        if (got == 0)
            return failedPrecondition(
                fmt::format("\"{}\" ends too early; copy it again.", path.string()));
        if (got > 0)
            used += static_cast<std::size_t>(got);
        else if (errno != EINTR)
            return systemError(path, "read", errno);
    }
    return content;
}

Result<FileDescriptor> memoryFile(std::string_view content)
{
    FileDescriptor file(::memfd_create("warmbench", MFD_CLOEXEC));
    const int problem = file.get() < 0 ? errno : writeAll(file.get(), content);
    if (problem == 0)
        return file;
    return Error{ErrorCode::ResourceExhausted,
                 fmt::format("There is no room for a file of {} in memory: {}.",
                             toText(Bytes{static_cast<std::int64_t>(content.size())}),
                             std::strerror(problem))};
}

Result<void> writeFile(const std::filesystem::path &path, std::string_view content)
{
    std::filesystem::path temporary = path;
    temporary += fmt::format(".{}.tmp", ::getpid());
    FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.get() < 0)
        return systemError(path, "written", errno);
    int problem = writeAll(file.get(), content);
    if (::close(file.release()) != 0 && problem == 0)
        problem = errno;
    if (problem == 0 && ::rename(temporary.c_str(), path.c_str()) != 0)
        problem = errno;
    if (problem == 0)
        return {};
    ::unlink(temporary.c_str());
    return systemError(path, "written", problem);
}

} // namespace warmbench
