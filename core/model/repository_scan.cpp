// How the repository looks through its folders. A look reads the disk without holding a lock, so
// several may run at once, and one may take minutes.
#include "base/logging.h"
#include "base/text.h"
#include "engine/model_files.h"
#include "model/model_names.h"
#include "model/repository.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace warmbench {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t entriesALock = 256;    // entries handled under one lock, while others wait
constexpr std::size_t foldersTouchable = 16; // how many folders touched() looks at
constexpr std::chrono::seconds fresh{3};     // a folder's last look is recent for so long

bool goesOn(ScanPace *pace)
{
    return !pace || pace->go();
}

} // namespace

std::uint64_t Repository::nextRound()
{
    const MutexLock lock(m_mutex);
    return ++m_round;
}

Repository::Folder Repository::folderAt(std::size_t index) const
{
    const MutexLock lock(m_mutex);
    return m_folders[index];
}

bool Repository::rescan(ScanPace *pace)
{
    Round round{nextRound(), pace, false, nullptr, false};
    std::size_t count = 0;
    {
        const MutexLock lock(m_mutex);
        count = m_folders.size();
    }
    for (std::size_t index = 0; index < count; ++index) {
        if (!look(index, round))
            return round.changed;
    }
    dropVanished(round, none);
    return round.changed;
}

bool Repository::touched() const
{
    std::vector<FileStamp> stamps;
    {
        const MutexLock lock(m_mutex);
        for (const Folder &folder : m_folders) {
            if (stamps.size() == foldersTouchable)
                break;
            stamps.push_back(folder.stamp);
        }
    }
    return std::any_of(stamps.begin(), stamps.end(),
                       [](const FileStamp &stamp) { return stampOf(stamp.path) != stamp; });
}

bool Repository::lookUp(const std::string &name)
{
    if (!checkModelName(name) || name.starts_with('.'))
        return false;
    std::vector<std::size_t> stale;
    {
        const MutexLock lock(m_mutex);
        if (m_entries.contains(name))
            return true;
        const auto now = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < m_folders.size() && stale.size() < foldersTouchable; ++i) {
            if (m_folders[i].model.empty() && now - m_folders[i].looked > fresh)
                stale.push_back(i);
        }
    }
    Round round{0, nullptr, false, nullptr, false};
    for (const std::size_t index : stale) {
        const std::string folder = folderAt(index).path;
        std::vector<std::string> stems{
            std::string(hasModelEnding(name) ? stemOf(name) : std::string_view(name))};
        // What says nothing of itself may get this folder's name.
        for (const std::string_view stem : stemsThatTellNothing()) {
            if (modelNameFor(folder, stem) == name)
                stems.emplace_back(stem);
        }
        std::vector<std::string> leaves = stems;
        for (const std::string_view leaf : foldersThatTellNothing()) {
            if (folderNameFor(folder, std::string(leaf)) == name)
                leaves.emplace_back(leaf);
        }
        std::vector<std::string> files;
        for (const std::string &stem : stems) {
            for (const std::string_view ending : modelEndings()) {
                if (m_scanner.isModel(folder, stem + std::string(ending)))
                    files.push_back(stem + std::string(ending));
            }
        }
        registerFiles(index, std::move(files), round);
        for (const std::string &leaf : leaves)
            registerFolder(index, leaf, round);
    }
    return contains(name);
}

// Returns false if it was told to stop.
bool Repository::look(std::size_t index, Round &round)
{
    const Folder folder = folderAt(index);
    const FileStamp before = stampOf(folder.path);
    FolderListing listing = FolderScanner::list(folder.path);
    if (listing.readable && !folder.model.empty()) {
        registerFolder(index, folder.model, round);
    } else if (listing.readable) {
        registerFiles(index, unknownAmong(index, std::move(listing.files), round), round);
        std::sort(listing.folders.begin(), listing.folders.end());
        for (const std::string &leaf : listing.folders) {
            if (!goesOn(round.pace))
                return false;
            registerFolder(index, leaf, round);
        }
    }
    {
        const MutexLock lock(m_mutex);
        m_folders[index].readable = listing.readable;
        m_folders[index].stamp = before;
        m_folders[index].looked = std::chrono::steady_clock::now();
    }
    return goesOn(round.pace);
}

// Marks the known files as seen and returns the others.
std::vector<std::string> Repository::unknownAmong(std::size_t index, std::vector<std::string> files,
                                                  Round &round)
{
    const Folder folder = folderAt(index);
    std::vector<std::string> unknown;
    for (std::size_t begin = 0; begin < files.size() && goesOn(round.pace); begin += entriesALock) {
        const MutexLock lock(m_mutex);
        const std::size_t end = std::min(files.size(), begin + entriesALock);
        for (std::size_t i = begin; i < end; ++i) {
            const auto known = m_byRoot.find(Root{folder.place, files[i]});
            if (known == m_byRoot.end()) {
                unknown.push_back(std::move(files[i]));
                continue;
            }
            if (round.names)
                round.names->push_back((*known)->first);
            // A file with an ambiguous ending is a model only by its content, so it is not marked
            // here: dropVanished() reads it before the model is dropped.
            Registered &entry = (*known)->second;
            if (!endsAmbiguously(files[i]))
                entry.seen = std::max(entry.seen, round.number);
        }
    }
    return unknown;
}

void Repository::registerFiles(std::size_t index, std::vector<std::string> files, Round &round)
{
    const std::string path = folderAt(index).path;
    // Stems that tell which model it is come first: what takes the folder's name must not take it
    // from them.
    const auto rank = [](const std::string &leaf) {
        return std::tuple(tellsNothing(stemOf(leaf)), stemOf(leaf), std::string_view(leaf));
    };
    std::sort(files.begin(), files.end(),
              [&](const std::string &a, const std::string &b) { return rank(a) < rank(b); });
    for (auto begin = files.begin(); begin != files.end() && goesOn(round.pace);) {
        const auto end = std::find_if(begin, files.end(), [&](const std::string &leaf) {
            return stemOf(leaf) != stemOf(*begin);
        });
        std::vector<std::string> group;
        std::copy_if(begin, end, std::back_inserter(group),
                     [&](const std::string &leaf) { return m_scanner.looksLikeModel(path, leaf); });
        registerAll(index, namedByStem(path, std::move(group)), round);
        begin = end;
    }
}

void Repository::registerFolder(std::size_t index, const std::string &leaf, Round &round)
{
    const Folder folder = folderAt(index);
    const std::string above =
        folder.model.empty() ? folder.path : fs::path(folder.path).parent_path().string();
    std::vector<std::string> skipped;
    auto found = m_scanner.modelOf(above, leaf, !folder.model.empty(), skipped);
    tell(skipped);
    if (found)
        registerAll(index, {std::move(*found)}, round);
}

void Repository::registerAll(std::size_t index, const std::vector<FoundModel> &found, Round &round)
{
    std::vector<std::string> refused;
    for (const FoundModel &model : found) {
        if (const auto valid = checkModelName(model.name); !valid)
            refused.push_back(valid.error().message);
        else
            round.changed = registerOne(index, model, round) || round.changed;
    }
    tell(refused);
}

// Returns true if something changed.
bool Repository::registerOne(std::size_t index, const FoundModel &found, Round &round)
{
    const MutexLock lock(m_mutex);
    const std::uint32_t place = m_folders[index].place;
    bool changed = false;
    adoptFile(index, found);
    auto known = m_byRoot.find(Root{place, found.leaf});
    if (known == m_byRoot.end()) {
        const fs::path path = fs::path(m_places[place]) / found.leaf;
        if (round.bringsBack)
            m_hidden.erase(path);
        if (m_hidden.contains(path))
            return false;
        known = m_byRoot.find(insert(found.name, {place, index, round.number, false, found.leaf,
                                                  found.versions, found.warning}));
        changed = true;
    }
    Registered &entry = (*known)->second;
    changed = changed || entry.versions != found.versions;
    entry.versions = found.versions;
    entry.seen = std::max(entry.seen, round.number);
    if (round.names)
        round.names->push_back((*known)->first);
    return changed;
}

// A model that was given as a file, and whose whole folder is opened now, becomes the folder's.
void Repository::adoptFile(std::size_t index, const FoundModel &found)
{
    if (found.versions.size() != 1 || found.versions.front().first != 1)
        return;
    const std::uint32_t place = m_folders[index].place;
    const fs::path file = fs::path(m_places[place]) / found.leaf / found.versions.front().second;
    const auto folder = m_placeNumbers.find(file.parent_path().string());
    if (folder == m_placeNumbers.end() || m_byRoot.contains(Root{place, found.leaf}))
        return;
    const auto known = m_byRoot.find(Root{folder->second, file.filename().native()});
    if (known == m_byRoot.end() || (*known)->second.folder != none)
        return;
    const Entry entry = *known;
    m_byRoot.erase(known);
    entry->second.place = place;
    entry->second.leaf = found.leaf;
    entry->second.folder = index;
    entry->second.versions = found.versions;
    m_byRoot.insert(entry);
}

void Repository::dropVanished(Round &round, std::size_t only)
{
    std::string cursor;
    do {
        if (!goesOn(round.pace))
            return;
        for (const auto &[name, known] : unseen(round, only, cursor)) {
            if (isThere(folderAt(known.folder), known))
                continue;
            const MutexLock lock(m_mutex);
            const auto entry = m_entries.find(name);
            if (entry == m_entries.end() || entry->second.named ||
                !SameRoot()(entry, Root{known.place, known.leaf}))
                continue;
            m_byRoot.erase(entry);
            m_entries.erase(entry);
            round.changed = true;
        }
    } while (!cursor.empty());
}

// Goes through the next entries after the name `cursor` and returns those that the round has not
// seen. Leaves the last name in `cursor`, or nothing at the end.
std::vector<std::pair<std::string, Repository::Registered>>
Repository::unseen(const Round &round, std::size_t only, std::string &cursor) const
{
    const MutexLock lock(m_mutex);
    std::vector<std::pair<std::string, Registered>> missing;
    auto entry = m_entries.upper_bound(cursor);
    cursor.clear();
    for (std::size_t i = 0; i < entriesALock && entry != m_entries.end(); ++i, ++entry) {
        const Registered &known = entry->second;
        if (i + 1 == entriesALock)
            cursor = entry->first;
        if (known.named || known.folder == none || known.seen >= round.number ||
            (only != none && known.folder != only) || !m_folders[known.folder].readable)
            continue;
        missing.emplace_back(entry->first, known);
    }
    return missing;
}

// Whether the model is really there: a listing may miss files that come while it is made.
bool Repository::isThere(const Folder &folder, const Registered &known)
{
    if (known.versions.empty())
        return m_scanner.isModel(folder.path, known.leaf);
    std::vector<std::string> skipped;
    const std::string above =
        folder.model.empty() ? folder.path : fs::path(folder.path).parent_path().string();
    return m_scanner.modelOf(above, known.leaf, !folder.model.empty(), skipped).has_value();
}

// Logs each sentence once, however often its cause is found.
void Repository::tell(const std::vector<std::string> &sentences)
{
    for (const std::string &sentence : sentences) {
        {
            const MutexLock lock(m_mutex);
            if (!m_told.insert(std::hash<std::string>()(sentence)).second)
                continue;
        }
        logWarning("repository", sentence);
    }
}

} // namespace warmbench
