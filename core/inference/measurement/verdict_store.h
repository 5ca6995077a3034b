// Keeps verdicts: in memory for those who show them, and as small files for the next start.
//
// A file holds the verdict of one model's digest, of the engines' versions and of this machine; a
// verdict from another version or machine does not count. Files are written whole or not at all; a
// damaged one counts as absent, and the next measurement writes it again. At most 500 of them are
// kept, the newest. Thread: any. find() only looks into memory; the others read or write a small
// file.
#pragma once

#include "base/mutex.h"
#include "engine/verdicts/verdict.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace warmbench {

// The processor's name and the number of threads of a run. Cost: reads a file the first time.
std::string thisMachine();

class VerdictStore
{
public:
    // Without a folder nothing outlives the program.
    explicit VerdictStore(std::filesystem::path folder);

    // Null: not measured, or not recalled yet.
    std::shared_ptr<const Verdict> find(const std::string &digest) const;
    // Reads what an earlier run of the program has kept, if this one does not know better.
    void recall(const std::string &digest);
    // Notes this machine in it. A file that cannot be written is a line in the log; the verdict
    // stays in memory.
    std::shared_ptr<const Verdict> keep(Verdict verdict);

private:
    std::filesystem::path fileOf(const std::string &digest) const;
    std::shared_ptr<const Verdict> remember(Verdict verdict);

    const std::filesystem::path m_folder;
    mutable Mutex m_mutex;
    std::map<std::string, std::shared_ptr<const Verdict>> m_verdicts GUARDED_BY(m_mutex);
};

} // namespace warmbench
