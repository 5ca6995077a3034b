// The models that are known by name: files and folders on disk, single files and numbered versions.
//
// Names: the file's stem or the folder's name; never empty, never with a slash or control
// character. Two files of one stem in a folder: ONNX keeps the stem, the others take their full
// file name, with a warning. FOLDER/name.onnx, FOLDER/name/model.onnx, FOLDER/name/3/model.onnx
// (the highest number serves; others on request). A name never changes hands while its model is
// there: who comes later takes another one.
//
// Thread: any. Look-ups wait for a mutex that is never held over disk access. add() and rescan()
// block on the disk and on one another: not from GUI or http thread.
#pragma once

#include "base/result.h"
#include "model/folder_scan.h"
#include "model/model_id.h"

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
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
    // "-2" and a warning where the files differ; the same file again is no error, and brings back
    // what was removed. A folder whose subfolders are numbered versions is one model.
    Result<std::vector<std::string>> add(const std::filesystem::path &path);
    // Forgets a model named as a file, or hides one found in a folder until restart. NotFound
    // otherwise.
    Result<void> remove(const std::string &name);

    bool contains(const std::string &name) const;
    std::vector<RepositoryEntry> entries() const;                // by name
    Result<RepositoryEntry> find(const std::string &name) const; // NotFound names the nearest
    // The model file of a version (empty: the highest). NotFound lists the versions there are.
    Result<std::filesystem::path> fileOf(const ModelId &id) const;

    // Looks for models that came or went in the folders. True where something changed.
    bool rescan();

private:
    struct Registered
    {
        RepositoryEntry entry;
        std::filesystem::path folder; // where it was found; empty: only named as a file
    };
    struct Folder
    {
        std::filesystem::path path;
        bool versions = false; // its subfolders are versions of one model
    };

    Result<std::vector<std::string>> addFile(const std::filesystem::path &file);
    std::vector<std::string> addFolder(const std::filesystem::path &path);
    FolderScan scan(const Folder &folder);
    bool merge(const Folder &folder, const FolderScan &found);
    bool dropVanished(const Folder &folder, const FolderScan &found);
    std::string *nameOfRoot(const std::filesystem::path &root);
    void insert(RepositoryEntry entry, const std::filesystem::path &folder);

    std::mutex m_diskMutex; // taken before m_mutex; guards the scanner and what it has told
    FolderScanner m_scanner;
    std::set<std::string> m_told;

    mutable std::mutex m_mutex;
    std::map<std::string, Registered, std::less<>> m_entries;
    std::map<std::filesystem::path, std::string> m_names; // of every entry, by its root
    std::vector<Folder> m_folders;
    std::set<std::filesystem::path> m_hidden; // roots of removed models
};

} // namespace warmbench
