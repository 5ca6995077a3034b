#include "base/file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace warmbench {

namespace {

class Descriptor
{
public:
    explicit Descriptor(int fd)
        : m_fd(fd)
    {
    }
    ~Descriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    int get() const { return m_fd; }
    int close()
    {
        const int result = ::close(m_fd);
        m_fd = -1;
        return result;
    }

private:
    int m_fd;
};

Error systemError(const std::filesystem::path &path, std::string_view verb, int code)
{
    const std::string name = path.string();
    switch (code) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG: // longer than the name of any file on that disk
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

Result<std::string> readUpTo(const std::filesystem::path &path, std::size_t most)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0)
        return systemError(path, "read", errno);
    struct stat status = {};
    if (::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode))
        return systemError(path, "read", EISDIR);

    std::string content;
    // One byte more than the size tells end of file without a second growth.
    const auto expected = static_cast<std::size_t>(std::max<off_t>(status.st_size, 4095)) + 1;
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

} // namespace

Result<std::string> readFile(const std::filesystem::path &path, Bytes limit)
{
    auto content = readUpTo(path, static_cast<std::size_t>(limit.count) + 1);
    if (content && content->size() > static_cast<std::size_t>(limit.count))
        return invalidArgument(fmt::format("\"{}\" is larger than the {} allowed here.",
                                           path.string(), toText(limit)));
    return content;
}

Result<std::string> readFileStart(const std::filesystem::path &path, std::size_t count)
{
    return readUpTo(path, count);
}

Result<void> writeFile(const std::filesystem::path &path, std::string_view content)
{
    std::filesystem::path temporary = path;
    temporary += fmt::format(".{}.tmp", ::getpid());
    Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.get() < 0)
        return systemError(path, "written", errno);
    int problem = 0;
    for (std::size_t done = 0; done < content.size() && problem == 0;) {
        const auto put = ::write(file.get(), content.data() + done, content.size() - done);
        if (put >= 0)
            done += static_cast<std::size_t>(put);
        else if (errno != EINTR)
            problem = errno;
    }
    if (file.close() != 0 && problem == 0)
        problem = errno;
    if (problem == 0 && ::rename(temporary.c_str(), path.c_str()) != 0)
        problem = errno;
    if (problem == 0)
        return {};
    ::unlink(temporary.c_str());
    return systemError(path, "written", problem);
}

} // namespace warmbench
