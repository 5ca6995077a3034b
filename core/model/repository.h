// The models that are known by name: files and folders on disk, single files and numbered versions.
//
// Names: the file's stem or the folder's name; never empty, never with a slash or control
// character. Two files of one stem in a folder: ONNX keeps the stem, the others take their full
// file name, with a warning. FOLDER/name.onnx, FOLDER/name/model.onnx, FOLDER/name/3/model.onnx
// (the highest number serves; others on request). Thread: any (one mutex, never held over disk
// access of unknown length). rescan() blocks on the disk: housekeeping thread.
#pragma once

#include "base/result.h"
#include "model/model_id.h"

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace warmbench {

struct RepositoryEntry
{
    std::string name;
    std::filesystem::path root; // the file or folder it was found as
    std::map<int, std::filesystem::path>
        versions;        // number -> model file; {1: file} without numbered folders
    bool named = false;  // given as a file, not found in a folder: loads at start
    std::string warning; // a clash of names, ...
    int highest() const { return versions.empty() ? 0 : versions.rbegin()->first; }
};

class Repository
{
public:
    // Registers a file (one model) or a folder (its models, found again at each rescan). Returns
    // the names registered. NotFound, FailedPrecondition, InvalidArgument: each with what to do. A
    // clash with a registered name gets a suffix
    // "-2" and a warning where the files differ; the same file again is no error.
    Result<std::vector<std::string>> add(const std::filesystem::path &path);
    // Forgets a model named as a file, or hides one found in a folder until restart. NotFound
    // otherwise.
    Result<void> remove(const std::string &name);

    std::vector<RepositoryEntry> entries() const;                // by name
    Result<RepositoryEntry> find(const std::string &name) const; // NotFound names the nearest
    // The model file of a version (empty: the highest). NotFound lists the versions there are.
    Result<std::filesystem::path> fileOf(const ModelId &id) const;

    // Looks for models that came or went in the folders. True where something changed.
    bool rescan();

private:
    mutable std::mutex m_mutex;
    std::map<std::string, RepositoryEntry, std::less<>> m_entries;
    std::vector<std::filesystem::path> m_folders;
    std::vector<std::filesystem::path> m_hidden;
};

} // namespace warmbench
