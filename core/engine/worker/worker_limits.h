// What a worker gives up before it looks at a model's files: memory, processor time and open files
// beyond its limits, files that it need not read and all writing (Landlock, landlock(7)), networks,
// other processes and new programs (seccomp, through libseccomp), more rights (no_new_privs).
//
// Thread: the first of the process, before there is another: Landlock holds for the thread that
// asks for it and for those that it starts. Private to this folder.
#pragma once

#include "base/bytes.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace warmbench {

struct WorkerLimits
{
    Bytes memory;                 // that it may allocate; not held under sanitizers. 0: no limit
    std::chrono::seconds time{0}; // of all its threads together. 0: no limit
    // Folders and files; those of the system's libraries are added.
    std::vector<std::filesystem::path> readable;
};

// What this system cannot hold, each as half a sentence ("Landlock: Function not implemented").
std::vector<std::string> limitThisProcess(const WorkerLimits &limits);

} // namespace warmbench
