// Knows the models by name: files and folders on disk, as single files or numbered versions.
//
// A model's name is the stem of its file or the name of its folder or, if that says nothing about
// the model, the name of the nearest folder that does (model_names.h). It is never empty and has no
// slash or control character. If two files in a folder have one stem, the ONNX file keeps it, and
// the others get their full file names and a warning. A model can be FOLDER/name.onnx,
// FOLDER/name/model.onnx or FOLDER/name/3/model.onnx (the highest number serves, others on
// request). A model keeps its name as long as it is there; one that comes later gets another name.
//
// Thread: any. Look-ups wait for a mutex that is never held over disk access. add(), rescan() and
// lookUp() block on the disk. Memory: only some 300 bytes for each model, because a folder may hold
// 100,000.
#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "model/folder_scan.h"
#include "model/model_bundle.h"
#include "model/model_id.h"
#include "model/scan_pace.h"

#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

namespace warmbench {

struct RepositoryEntry
{
    std::string name;
    std::filesystem::path root; // the file or folder of the model
    std::map<int, std::filesystem::path>
        versions;        // number -> model file; without numbered folders {1: file}
    bool named = false;  // the user gave it as a file, so it loads at start
    std::string warning; // such as a clash of names
    int highest() const { return versions.empty() ? 0 : versions.rbegin()->first; }
};

class Repository
{
public:
    static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

    // Registers a file (one model) or a folder (its models, found again at each rescan). Returns
    // the names registered. NotFound, FailedPrecondition, InvalidArgument: each with what to do. If
    // another file has the name already, the model gets the suffix "-2" and a warning. To add the
    // same file again is no error and brings a removed model back. A folder whose subfolders are
    // numbered versions is one model, and so is one that a tool wrote as one (tool_folder.h).
    Result<std::vector<std::string>> add(const std::filesystem::path &path);
    // Forgets a model that was given as a file, or hides one from a folder until the program
    // restarts. NotFound: there is no such model.
    Result<void> remove(const std::string &name);

    // Calls a model otherwise until the program ends, whatever its folder is called. NotFound;
    // InvalidArgument: no name for a model, or another one has it.
    Result<void> rename(const std::string &name, const std::string &wanted);

    bool contains(const std::string &name) const;
    bool isNamed(const std::string &name) const; // as RepositoryEntry::named
    // Whether this folder, or one above it, was opened: then its files may be read.
    bool isOpened(const std::filesystem::path &folder) const;
    // Sorted by name: at most `most` models whose names come after `after`.
    std::vector<RepositoryEntry> entries(const std::string &after = {},
                                         std::size_t most = all) const;
    Result<RepositoryEntry> find(const std::string &name) const; // NotFound names the nearest
    // The model file of a version (empty: the highest). NotFound lists the existing versions.
    Result<std::filesystem::path> fileOf(const ModelId &id) const;

    // Looks for models that came or went in the folders. True if something changed. With a pace it
    // rests in between, holding no lock, and ends early if the pace says so.
    bool rescan(ScanPace *pace = nullptr);
    // Whether the time of a folder shows that it got or lost files since the last look. This is
    // only a hint, and looks at no more than a few folders.
    bool touched() const;
    // Looks on disk for a model of this name that a rescan may not have come to yet, in folders
    // whose last rescan is some seconds old. True if the name is known afterwards.
    bool lookUp(const std::string &name);

private:
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

    struct Registered
    {
        std::uint32_t place = 0; // index in m_places: the folder that holds the leaf
        // Index in m_folders: where it was found; none: it was only given as a file.
        std::size_t folder = none;
        std::uint64_t seen = 0; // number of the last round that saw it
        bool named = false;
        std::string leaf;
        std::vector<std::pair<int, std::string>> versions; // as in FoundModel
        std::string warning;
    };
    using Entries = std::map<std::string, Registered, std::less<>>;
    using Entry = Entries::iterator;

    // Finds entries by the place of their leaf.
    struct Root
    {
        std::uint32_t place;
        std::string_view leaf;
    };
    static Root rootOf(const Entry &entry) { return {entry->second.place, entry->second.leaf}; }
    static Root rootOf(const Root &root) { return root; }
    struct RootHash
    {
        using is_transparent = void;
        template <typename Key>
        std::size_t operator()(const Key &key) const
        {
            const Root root = rootOf(key);
            return std::hash<std::string_view>()(root.leaf) * 31 + root.place;
        }
    };
    struct SameRoot
    {
        using is_transparent = void;
        template <typename A, typename B>
        bool operator()(const A &a, const B &b) const
        {
            const Root one = rootOf(a);
            const Root other = rootOf(b);
            return one.place == other.place && one.leaf == other.leaf;
        }
    };

    using Roots = std::unordered_set<Entry, RootHash, SameRoot>;

    struct Folder
    {
        std::string path;
        // The folder itself; for a folder that is one model, the folder above.
        std::uint32_t place = 0;
        std::string model; // its leaf, if the folder is one model
        FileStamp stamp;   // as it was when the last complete look began
        SteadyTime looked; // when the last complete look ended
        bool readable = true;
    };
    // The state of one look through one folder or through all.
    struct Round
    {
        std::uint64_t number = 0;
        ScanPace *pace = nullptr;
        bool bringsBack = false; // removed models come back
        // Collects the names of the models that are there.
        std::vector<std::string> *names = nullptr;
        bool changed = false;
    };

    Result<std::vector<std::string>> addFile(const std::filesystem::path &file);
    std::vector<std::string> addFolder(const std::string &path);
    Roots::const_iterator wholeOf(const std::filesystem::path &file) const REQUIRES(m_mutex);
    std::uint64_t nextRound();
    Folder folderAt(std::size_t index) const;
    std::uint32_t placeOf(const std::string &folder) REQUIRES(m_mutex);
    std::filesystem::path pathOf(const Registered &known) const REQUIRES(m_mutex);
    RepositoryEntry entryOf(const Entries::value_type &item) const REQUIRES(m_mutex);

    bool look(std::size_t index, Round &round);
    std::vector<std::string> unknownAmong(std::size_t index, std::vector<std::string> files,
                                          Round &round);
    void registerFiles(std::size_t index, std::vector<std::string> files, Round &round);
    void registerAll(std::size_t index, const std::vector<FoundModel> &found, Round &round);
    void registerFolder(std::size_t index, const std::string &leaf, Round &round);
    bool registerOne(std::size_t index, const FoundModel &found, Round &round);
    void adoptFile(std::size_t index, const FoundModel &found) REQUIRES(m_mutex);
    Entry insert(const std::string &wanted, Registered model) REQUIRES(m_mutex);
    void dropVanished(Round &round, std::size_t only);
    std::vector<std::pair<std::string, Registered>> unseen(const Round &round, std::size_t only,
                                                           std::string &cursor) const;
    bool isThere(const Folder &folder, const Registered &known);
    void tell(const std::vector<std::string> &sentences);
    std::vector<std::string> namesNear(const std::string &name) const REQUIRES(m_mutex);

    FolderScanner m_scanner;

    mutable Mutex m_mutex;
    Entries m_entries GUARDED_BY(m_mutex);
    Roots m_byRoot GUARDED_BY(m_mutex);
    std::vector<std::string> m_places GUARDED_BY(m_mutex);
    std::map<std::string, std::uint32_t, std::less<>> m_placeNumbers GUARDED_BY(m_mutex);
    std::vector<Folder> m_folders GUARDED_BY(m_mutex);
    std::set<std::filesystem::path> m_hidden GUARDED_BY(m_mutex); // paths of removed models
    // Hashes of sentences that were logged already.
    std::unordered_set<std::size_t> m_told GUARDED_BY(m_mutex);
    std::uint64_t m_round GUARDED_BY(m_mutex) = 0;
};

} // namespace warmbench
