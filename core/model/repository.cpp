#include "model/repository.h"

#include "base/bytes.h"
#include "base/logging.h"
#include "base/text.h"
#include "engine/model_files.h"
#include "model/model_names.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace warmbench {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostNamesListed = 10;
// An unknown name is compared with so many names on each side of it.
constexpr std::ptrdiff_t namesCompared = 1000;
// After listing more names than this, free memory is handed back to the system.
constexpr std::size_t manyModels = 10'000;

// Resolves the folder and leaves the last part as it is: a link to a file in a store of blobs has
// its partners and settings beside the link.
fs::path resolvedFile(const fs::path &path)
{
    std::error_code error;
    const fs::path whole = fs::absolute(path, error);
    const fs::path folder = fs::canonical(whole.parent_path(), error);
    return error ? whole : folder / whole.filename();
}

// The file of a pair that names the model: net.prototxt for net.caffemodel.
fs::path leadingFile(const fs::path &file)
{
    const std::string ending = lowered(file.extension().string());
    for (const auto &[partner, leader] : partnerEndings()) {
        fs::path leading = fs::path(file).replace_extension(leader);
        if (ending == partner && stampOf(leading).size >= 0)
            return leading;
    }
    return file;
}

Error unreadable(const fs::path &path, const std::error_code &error)
{
    return failedPrecondition(fmt::format("\"{}\" cannot be opened: {}; check the path and its "
                                          "permissions.",
                                          printable(path.string()), error.message()));
}

std::vector<std::string> versionNames(const RepositoryEntry &entry)
{
    std::vector<std::string> names;
    for (const auto &version : entry.versions)
        names.push_back(std::to_string(version.first));
    return names;
}

} // namespace

Result<std::vector<std::string>> Repository::add(const fs::path &path)
{
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found)
        return notFound(fmt::format("There is no file or folder \"{}\"; check the path.",
                                    printable(path.string())));
    if (error)
        return unreadable(path, error);
    if (status.type() == fs::file_type::regular)
        return addFile(resolvedFile(leadingFile(path)));
    if (status.type() != fs::file_type::directory)
        return invalidArgument(
            fmt::format("\"{}\" is neither a file nor a folder; name a model's file.",
                        printable(path.string())));
    const fs::path folder = fs::canonical(path, error);
    if (!error)
        fs::directory_iterator(folder, error);
    if (error)
        return unreadable(path, error);
    return addFolder(folder.string());
}

Result<std::vector<std::string>> Repository::addFile(const fs::path &file)
{
    const std::string full = file.filename().string();
    if (full == "warmbench.json" || full.ends_with(".warmbench.json"))
        return invalidArgument(
            fmt::format("\"{}\" is a settings file; name the model that it belongs to.",
                        printable(file.string())));
    const std::string name = modelNameFor(file.parent_path().string(), stemOf(full));
    if (const auto valid = checkModelName(name); !valid)
        return valid.error();

    const MutexLock lock(m_mutex);
    m_hidden.erase(file);
    if (const auto whole = wholeOf(file); whole != m_byRoot.end()) {
        (*whole)->second.named = true;
        return std::vector{(*whole)->first};
    }
    const std::uint32_t place = placeOf(file.parent_path().string());
    if (const auto known = m_byRoot.find(Root{place, full}); known != m_byRoot.end()) {
        (*known)->second.named = true;
        return std::vector{(*known)->first};
    }
    return std::vector{insert(name, {place, none, 0, true, full, {}, {}})->first};
}

// The model that is a folder with this file as its only version; the end if there is none.
Repository::Roots::const_iterator Repository::wholeOf(const fs::path &file) const
{
    const fs::path inner = file.parent_path();
    for (const fs::path &root : {inner, inner.parent_path()}) {
        const auto place = m_placeNumbers.find(root.parent_path().string());
        if (place == m_placeNumbers.end())
            continue;
        const auto known = m_byRoot.find(Root{place->second, root.filename().native()});
        if (known != m_byRoot.end() && (*known)->second.versions.size() == 1 &&
            root / (*known)->second.versions.front().second == file)
            return known;
    }
    return m_byRoot.end();
}

std::vector<std::string> Repository::addFolder(const std::string &path)
{
    std::vector<std::string> skipped; // look() finds and logs these again
    const std::string above = fs::path(path).parent_path().string();
    const std::string leaf = fs::path(path).filename().string();
    const bool whole = m_scanner.modelOf(above, leaf, true, skipped).has_value();
    std::size_t index = 0;
    bool known = false;
    {
        const MutexLock lock(m_mutex);
        while (index < m_folders.size() && m_folders[index].path != path)
            ++index;
        known = index < m_folders.size();
        if (!known)
            m_folders.push_back(
                {path, placeOf(whole ? above : path), whole ? leaf : "", {}, {}, true});
    }
    std::vector<std::string> names;
    Round round{nextRound(), nullptr, true, &names, false};
    look(index, round);
    if (known)
        dropVanished(round, index);
    std::sort(names.begin(), names.end());
    if (names.size() > manyModels)
        releaseFreeMemory();
    return names;
}

std::uint32_t Repository::placeOf(const std::string &folder)
{
    const auto number = static_cast<std::uint32_t>(m_places.size());
    const auto [found, added] = m_placeNumbers.try_emplace(folder, number);
    if (added)
        m_places.push_back(folder);
    return found->second;
}

Repository::Entry Repository::insert(const std::string &wanted, Registered model)
{
    std::string name = wanted;
    for (int suffix = 2; m_entries.contains(name); ++suffix)
        name = fmt::format("{}-{}", wanted, suffix);
    if (name != wanted)
        model.warning = fmt::format("Named \"{}\" because \"{}\" is called \"{}\" already.", name,
                                    pathOf(m_entries.find(wanted)->second).string(), wanted);
    if (!model.warning.empty())
        logWarning("repository", fmt::format("{}: {}", pathOf(model).string(), model.warning));
    model.leaf.shrink_to_fit();
    model.versions.shrink_to_fit();
    const Entry entry = m_entries.emplace(std::move(name), std::move(model)).first;
    m_byRoot.insert(entry);
    return entry;
}

Result<void> Repository::remove(const std::string &name)
{
    const MutexLock lock(m_mutex);
    const auto found = m_entries.find(name);
    if (found == m_entries.end())
        return notFound(fmt::format("There is no model \"{}\" to remove.", printable(name, 80)));
    m_hidden.insert(pathOf(found->second));
    m_byRoot.erase(found);
    m_entries.erase(found);
    return {};
}

Result<void> Repository::rename(const std::string &name, const std::string &wanted)
{
    if (const auto valid = checkModelName(wanted); !valid)
        return invalidArgument(fmt::format("\"{}\" is no name for a model; use letters, digits, "
                                           "dots and dashes, {} bytes at most.",
                                           printable(wanted, 80), longestName));
    const MutexLock lock(m_mutex);
    const auto found = m_entries.find(name);
    if (found == m_entries.end())
        return notFound(fmt::format("There is no model \"{}\" to rename.", printable(name, 80)));
    if (wanted == name)
        return {};
    if (m_entries.contains(wanted))
        return invalidArgument(
            fmt::format("Another model is called \"{}\" already; choose another name.", wanted));
    m_byRoot.erase(found);
    auto node = m_entries.extract(found);
    node.key() = wanted;
    if (node.mapped().warning.starts_with("Named ")) // it told why it had the name before
        node.mapped().warning.clear();
    m_byRoot.insert(m_entries.insert(std::move(node)).position);
    return {};
}

bool Repository::contains(const std::string &name) const
{
    const MutexLock lock(m_mutex);
    return m_entries.contains(name);
}

bool Repository::isNamed(const std::string &name) const
{
    const MutexLock lock(m_mutex);
    const auto found = m_entries.find(name);
    return found != m_entries.end() && found->second.named;
}

bool Repository::isOpened(const fs::path &folder) const
{
    const MutexLock lock(m_mutex);
    return std::any_of(m_folders.begin(), m_folders.end(), [&](const Folder &opened) {
        const fs::path root = opened.path;
        return std::mismatch(root.begin(), root.end(), folder.begin(), folder.end()).first ==
               root.end();
    });
}

fs::path Repository::pathOf(const Registered &known) const
{
    return fs::path(m_places[known.place]) / known.leaf;
}

RepositoryEntry Repository::entryOf(const Entries::value_type &item) const
{
    const Registered &known = item.second;
    RepositoryEntry entry{item.first, pathOf(known), {}, known.named, known.warning};
    for (const auto &[number, file] : known.versions)
        entry.versions.emplace(number, entry.root / file);
    if (known.versions.empty())
        entry.versions.emplace(1, entry.root);
    return entry;
}

std::vector<RepositoryEntry> Repository::entries(const std::string &after, std::size_t most) const
{
    const MutexLock lock(m_mutex);
    std::vector<RepositoryEntry> entries;
    entries.reserve(std::min(most, m_entries.size()));
    // No model has an empty name, so an empty `after` leaves none out.
    for (auto item = m_entries.upper_bound(after); item != m_entries.end() && entries.size() < most;
         ++item)
        entries.push_back(entryOf(*item));
    return entries;
}

// The known names near it in the order of names; all of them, unless there are very many.
std::vector<std::string> Repository::namesNear(const std::string &name) const
{
    auto item = m_entries.lower_bound(name);
    std::ptrdiff_t before = 0;
    for (; item != m_entries.begin() && before < namesCompared; ++before)
        --item;
    std::vector<std::string> names;
    for (; item != m_entries.end() &&
           static_cast<std::ptrdiff_t>(names.size()) < before + namesCompared;
         ++item)
        names.push_back(item->first);
    return names;
}

Result<RepositoryEntry> Repository::find(const std::string &name) const
{
    std::vector<std::string> names;
    std::size_t count = 0;
    {
        const MutexLock lock(m_mutex);
        if (const auto found = m_entries.find(name); found != m_entries.end())
            return entryOf(*found);
        count = m_entries.size();
        if (name.size() <= longestName)
            names = namesNear(name);
    }
    const std::string shown = printable(name, 80);
    if (name.size() > longestName)
        return notFound(fmt::format("There is no model \"{}\": a name has at most {} bytes, this "
                                    "one has {}. GET /models lists the names there are.",
                                    shown, longestName, name.size()));
    if (count == 0)
        return notFound(fmt::format(
            "There is no model \"{}\", nor any other; open a model's file or folder first.",
            shown));
    if (const std::string question = didYouMean(name, names); !question.empty())
        return notFound(fmt::format("There is no model \"{}\"{}. GET /models lists them all.",
                                    shown, question));
    if (count > mostNamesListed)
        return notFound(fmt::format("There is no model \"{}\"; GET /models lists the {} there are.",
                                    shown, count));
    return notFound(fmt::format("There is no model \"{}\"; GET /models lists those there are: {}.",
                                shown, joined(names)));
}

Result<fs::path> Repository::fileOf(const ModelId &id) const
{
    const auto entry = find(id.name);
    if (!entry)
        return entry.error();
    if (id.version.empty())
        return entry->versions.rbegin()->second;
    for (const auto &[number, file] : entry->versions) {
        if (std::to_string(number) == id.version)
            return file;
    }
    return notFound(fmt::format(
        "Model \"{}\" has no version \"{}\"; there {} {}.", id.name, printable(id.version, 40),
        entry->versions.size() == 1 ? "is" : "are", joined(versionNames(*entry))));
}

} // namespace warmbench
