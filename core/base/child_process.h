// A program that runs as a child of this one. It gets one end of a pair of sockets as its
// descriptor 3, /dev/null as its standard streams, a process group of its own, so that Ctrl+C in a
// terminal does not reach it, and nothing else that this process has open.
//
// Thread: one object a thread; kill() from any. A child that still runs when the object ends is
// killed. Errors: ResourceExhausted with the reason of the system.
#pragma once

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace warmbench {

class ChildProcess
{
public:
    static constexpr int socketOfChild = 3;
    struct End
    {
        int code = 0;
        int signal = 0; // that ended it; 0: it ended with `code`
    };

    static Result<ChildProcess> start(const std::filesystem::path &program,
                                      const std::vector<std::string> &arguments);
    ChildProcess(ChildProcess &&) noexcept = default;
    ChildProcess &operator=(ChildProcess &&) = delete;
    ~ChildProcess();

    int id() const { return m_id; }               // for /proc, as long as it was not waited for
    int socket() const { return m_socket.get(); } // this process's end
    void kill() const;
    // How it ended; a child that has not ended by then is killed. Once.
    End wait(SteadyTime until);

private:
    ChildProcess(int id, FileDescriptor process, FileDescriptor socket)
        : m_id(id)
        , m_process(std::move(process))
        , m_socket(std::move(socket))
    {
    }

    int m_id;
    FileDescriptor m_process; // a pidfd: unlike a number, it never comes to mean another process
    FileDescriptor m_socket;
    bool m_ended = false; // and was waited for
};

} // namespace warmbench
