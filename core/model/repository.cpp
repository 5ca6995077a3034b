#include "model/repository.h"

#include "base/logging.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace warmbench {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostNamesListed = 10;

// The folder resolved, the last part as it is: a link to a file in a store of blobs has its
// partners and settings beside the link.
fs::path rootOf(const fs::path &path)
{
    std::error_code error;
    const fs::path whole = fs::absolute(path, error);
    const fs::path folder = fs::canonical(whole.parent_path(), error);
    return error ? whole : folder / whole.filename();
}

// The file of a pair that stands for both: net.prototxt for net.caffemodel.
fs::path leadingFile(const fs::path &file)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> pairs{{
        {".caffemodel", ".prototxt"},
        {".weights", ".cfg"},
        {".pbtxt", ".pb"},
    }};
    const std::string ending = lowered(file.extension().string());
    for (const auto &[partner, leader] : pairs) {
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
                                          path.string(), error.message()));
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
        return notFound(
            fmt::format("There is no file or folder \"{}\"; check the path.", path.string()));
    if (error)
        return unreadable(path, error);
    if (status.type() == fs::file_type::regular)
        return addFile(rootOf(leadingFile(path)));
    if (status.type() != fs::file_type::directory)
        return invalidArgument(fmt::format(
            "\"{}\" is neither a file nor a folder; name a model's file.", path.string()));
    const fs::path folder = fs::canonical(path, error);
    if (!error)
        fs::directory_iterator(folder, error);
    if (error)
        return unreadable(path, error);
    return addFolder(folder);
}

Result<std::vector<std::string>> Repository::addFile(const fs::path &file)
{
    const std::string full = file.filename().string();
    if (full == "warmbench.json" || full.ends_with(".warmbench.json"))
        return invalidArgument(fmt::format(
            "\"{}\" is a settings file; name the model that it belongs to.", file.string()));
    if (const auto valid = checkModelName(file.stem().string()); !valid)
        return valid.error();

    const std::lock_guard disk(m_diskMutex);
    const std::lock_guard lock(m_mutex);
    m_hidden.erase(file);
    if (const std::string *name = nameOfRoot(file)) {
        m_entries.find(*name)->second.entry.named = true;
        return std::vector{*name};
    }
    insert({file.stem().string(), file, {{1, file}}, true, {}}, {});
    return std::vector{*nameOfRoot(file)};
}

std::vector<std::string> Repository::addFolder(const fs::path &path)
{
    const std::lock_guard disk(m_diskMutex);
    const Folder folder{path, !m_scanner.scanVersions(path).models.empty()};
    const FolderScan found = scan(folder);
    const std::lock_guard lock(m_mutex);
    const bool known = std::any_of(m_folders.begin(), m_folders.end(),
                                   [&](const Folder &other) { return other.path == folder.path; });
    if (!known)
        m_folders.push_back(folder);
    for (const FoundModel &model : found.models)
        m_hidden.erase(model.root);
    merge(folder, found);
    std::vector<std::string> names;
    for (const FoundModel &model : found.models) {
        if (const std::string *name = nameOfRoot(model.root))
            names.push_back(*name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

FolderScan Repository::scan(const Folder &folder)
{
    FolderScan found =
        folder.versions ? m_scanner.scanVersions(folder.path) : m_scanner.scan(folder.path);
    for (const std::string &sentence : found.skipped) {
        if (m_told.insert(sentence).second)
            logWarning("repository", sentence);
    }
    return found;
}

std::string *Repository::nameOfRoot(const fs::path &root)
{
    const auto found = m_names.find(root);
    return found == m_names.end() ? nullptr : &found->second;
}

void Repository::insert(RepositoryEntry entry, const fs::path &folder)
{
    const std::string wanted = entry.name;
    for (int suffix = 2; m_entries.contains(entry.name); ++suffix)
        entry.name = fmt::format("{}-{}", wanted, suffix);
    if (entry.name != wanted)
        entry.warning =
            fmt::format("Named \"{}\" because \"{}\" is called \"{}\" already.", entry.name,
                        m_entries.find(wanted)->second.entry.root.string(), wanted);
    if (!entry.warning.empty())
        logWarning("repository", fmt::format("{}: {}", entry.root.string(), entry.warning));
    m_names[entry.root] = entry.name;
    m_entries[entry.name] = {entry, folder};
}

bool Repository::dropVanished(const Folder &folder, const FolderScan &found)
{
    std::set<fs::path> roots;
    for (const FoundModel &model : found.models)
        roots.insert(model.root);
    return std::erase_if(m_entries, [&](const auto &item) {
               const Registered &known = item.second;
               const bool gone = known.folder == folder.path && !known.entry.named &&
                                 !roots.contains(known.entry.root);
               if (gone)
                   m_names.erase(known.entry.root);
               return gone;
           }) > 0;
}

bool Repository::merge(const Folder &folder, const FolderScan &found)
{
    if (!found.readable)
        return false;
    bool changed = dropVanished(folder, found);
    for (const FoundModel &model : found.models) {
        if (m_hidden.contains(model.root))
            continue;
        if (const std::string *name = nameOfRoot(model.root)) {
            RepositoryEntry &known = m_entries.find(*name)->second.entry;
            changed = changed || known.versions != model.versions;
            known.versions = model.versions;
        } else {
            insert({model.name, model.root, model.versions, false, model.warning}, folder.path);
            changed = true;
        }
    }
    return changed;
}

Result<void> Repository::remove(const std::string &name)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_entries.find(name);
    if (found == m_entries.end())
        return notFound(fmt::format("There is no model \"{}\" to remove.", printable(name, 80)));
    m_hidden.insert(found->second.entry.root);
    m_names.erase(found->second.entry.root);
    m_entries.erase(found);
    return {};
}

bool Repository::contains(const std::string &name) const
{
    const std::lock_guard lock(m_mutex);
    return m_entries.contains(name);
}

std::vector<RepositoryEntry> Repository::entries() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<RepositoryEntry> entries;
    entries.reserve(m_entries.size());
    for (const auto &item : m_entries)
        entries.push_back(item.second.entry);
    return entries;
}

Result<RepositoryEntry> Repository::find(const std::string &name) const
{
    std::vector<std::string> names;
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_entries.find(name); found != m_entries.end())
            return found->second.entry;
        for (const auto &item : m_entries)
            names.push_back(item.first);
    }
    const std::string shown = printable(name, 80);
    if (names.empty())
        return notFound(fmt::format(
            "There is no model \"{}\", nor any other; open a model's file or folder first.",
            shown));
    if (const std::string near = nearest(name, names); !near.empty())
        return notFound(fmt::format("There is no model \"{}\"; did you mean \"{}\"? GET /models "
                                    "lists them all.",
                                    shown, near));
    if (names.size() > mostNamesListed)
        return notFound(fmt::format("There is no model \"{}\"; GET /models lists the {} there are.",
                                    shown, names.size()));
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

bool Repository::rescan()
{
    const std::lock_guard disk(m_diskMutex);
    std::vector<Folder> folders;
    {
        const std::lock_guard lock(m_mutex);
        folders = m_folders;
    }
    bool changed = false;
    for (const Folder &folder : folders) {
        const FolderScan found = scan(folder);
        const std::lock_guard lock(m_mutex);
        changed = merge(folder, found) || changed;
    }
    return changed;
}

} // namespace warmbench
