#include "model/folder_scan.h"

#include "base/file.h"
#include "base/text.h"
#include "engine/model_files.h"
#include "model/model_bundle.h"
#include "model/model_names.h"
#include "model/tool_folder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <dirent.h>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <sys/stat.h>

namespace warmbench {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t peeked = 4096;

std::optional<int> versionOf(const std::string &name)
{
    int number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || end != name.data() + name.size() || number < 0)
        return std::nullopt;
    return number;
}

std::string endingOf(std::string_view leaf)
{
    return lowered(leaf.substr(stemOf(leaf).size()));
}

bool isOnnx(const std::string &leaf)
{
    return endingOf(leaf) == ".onnx";
}

std::string joinedPath(const std::string &folder, const std::string &leaf)
{
    return (fs::path(folder) / leaf).string();
}

// True for a link from a folder to itself or to a folder above it.
bool leadsBack(const std::string &link, const std::string &folder)
{
    std::error_code error;
    const fs::path target = fs::canonical(link, error);
    for (fs::path above = folder; !error; above = above.parent_path()) {
        if (above == target)
            return true;
        if (above == above.parent_path())
            return false;
    }
    return true;
}

// File, folder or neither: a broken link, a loop, a pipe.
unsigned char typeOf(const dirent &entry, const std::string &folder)
{
    if (entry.d_type == DT_REG || entry.d_type == DT_DIR)
        return entry.d_type;
    if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN)
        return DT_UNKNOWN;
    const std::string path = joinedPath(folder, entry.d_name);
    struct stat target = {};
    if (::stat(path.c_str(), &target) != 0)
        return DT_UNKNOWN;
    if (S_ISREG(target.st_mode))
        return DT_REG;
    std::error_code ignored;
    const bool isLink = fs::is_symlink(path, ignored);
    return S_ISDIR(target.st_mode) && !(isLink && leadsBack(path, folder)) ? DT_DIR : DT_UNKNOWN;
}

} // namespace

bool endsAmbiguously(std::string_view leaf)
{
    constexpr std::array<std::string_view, 5> endings{".xml", ".yml", ".yaml", ".json", ".cfg"};
    return std::find(endings.begin(), endings.end(), endingOf(leaf)) != endings.end();
}

FolderListing FolderScanner::list(const std::string &folder)
{
    FolderListing listing;
    const std::unique_ptr<DIR, int (*)(DIR *)> opened(::opendir(folder.c_str()), ::closedir);
    if (!opened) {
        listing.readable = errno == ENOENT;
        return listing;
    }
    errno = 0;
    while (const dirent *entry = ::readdir(opened.get())) {
        const std::string_view name = entry->d_name;
        if (!name.starts_with('.')) {
            const unsigned char type = typeOf(*entry, folder);
            if (type == DT_DIR)
                listing.folders.emplace_back(name);
            else if (type == DT_REG && hasModelEnding(name))
                listing.files.emplace_back(name);
        }
        errno = 0;
    }
    listing.readable = errno == 0;
    return listing;
}

bool FolderScanner::isModel(const std::string &folder, const std::string &leaf)
{
    struct stat status = {};
    return hasModelEnding(leaf) && ::stat(joinedPath(folder, leaf).c_str(), &status) == 0 &&
           S_ISREG(status.st_mode) && looksLikeModel(folder, leaf);
}

bool FolderScanner::looksLikeModel(const std::string &folder, const std::string &leaf)
{
    if (endingOf(leaf) == ".cfg") // other programs use .cfg too; a model has its weights beside it
        return stampOf(fs::path(folder) / (std::string(stemOf(leaf)) + ".weights")).size >= 0;
    return !endsAmbiguously(leaf) || holdsMl(joinedPath(folder, leaf));
}

bool FolderScanner::holdsMl(const std::string &path)
{
    const FileStamp stamp = stampOf(path);
    {
        const MutexLock lock(m_mutex);
        const Verdict &known = m_verdicts[path];
        if (known.size == stamp.size && known.modifiedNs == stamp.modifiedNs)
            return known.model;
    }
    const auto start = readFileStart(path, peeked);
    const bool model = start && start->find("opencv_ml_") != std::string::npos;
    const MutexLock lock(m_mutex);
    m_verdicts[path] = {stamp.size, stamp.modifiedNs, model};
    return model;
}

std::vector<std::string> FolderScanner::modelsAmong(const std::string &folder,
                                                    std::vector<std::string> files)
{
    std::erase_if(files, [&](const std::string &leaf) { return !looksLikeModel(folder, leaf); });
    std::sort(files.begin(), files.end()); // so that names do not depend on the disk's order
    return files;
}

// Chooses "model.*" (ONNX before others), or the only model file.
std::string FolderScanner::pickModel(const std::string &folder, std::vector<std::string> models,
                                     std::string &warning)
{
    const std::size_t all = models.size();
    const std::string first = models.empty() ? std::string() : models.front();
    std::erase_if(models, [](const std::string &leaf) { return lowered(stemOf(leaf)) != "model"; });
    if (models.empty())
        return all == 1 ? first : std::string();
    std::stable_partition(models.begin(), models.end(), isOnnx);
    if (models.size() > 1)
        warning = fmt::format("\"{}\" holds several files named \"model\"; \"{}\" counts.",
                              printable(folder), printable(models.front()));
    return models.front();
}

std::optional<FoundModel> FolderScanner::modelOf(const std::string &folder, const std::string &leaf,
                                                 bool wholeOnly, std::vector<std::string> &skipped)
{
    const std::string path = joinedPath(folder, leaf);
    const FolderListing listing = list(path);
    FoundModel found{leaf, folderNameFor(folder, leaf), {}, {}};
    for (const std::string &inner : listing.folders) {
        const auto version = versionOf(inner);
        if (!version)
            continue;
        const std::string below = joinedPath(path, inner);
        const std::string file =
            pickModel(below, modelsAmong(below, list(below).files), found.warning);
        if (!file.empty())
            found.versions.emplace_back(*version, joinedPath(inner, file));
    }
    // If there are both "3" and "03", the first in the order of names is used.
    std::sort(found.versions.begin(), found.versions.end());
    found.versions.erase(
        std::unique(found.versions.begin(), found.versions.end(),
                    [](const auto &a, const auto &b) { return a.first == b.first; }),
        found.versions.end());
    if (found.versions.empty()) {
        const auto models = modelsAmong(path, listing.files);
        if (const auto tool = toolFolderAt(path, models)) {
            found.versions.emplace_back(1, tool->file);
            found.warning = tool->warning;
        } else if (wholeOnly) {
            return std::nullopt;
        } else if (const std::string file = pickModel(path, models, found.warning); !file.empty())
            found.versions.emplace_back(1, file);
        else if (!models.empty())
            skipped.push_back(
                fmt::format("\"{}\" holds {} model files and none named \"model\"; rename one to "
                            "\"model{}\", or open the folder itself.",
                            printable(path), models.size(), endingOf(models.front())));
    }
    if (found.versions.empty())
        return std::nullopt;
    if (const auto valid = checkModelName(found.name); !valid) {
        skipped.push_back(valid.error().message);
        return std::nullopt;
    }
    return found;
}

std::vector<FoundModel> namedByStem(const std::string &folder, std::vector<std::string> files)
{
    std::stable_partition(files.begin(), files.end(), isOnnx);
    const bool kept = files.size() == 1 || (!files.empty() && isOnnx(files.front()));
    std::vector<FoundModel> named;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (kept && i == 0) {
            named.push_back({files[i], modelNameFor(folder, stemOf(files[i])), {}, {}});
            continue;
        }
        const std::string &other = i == 0 ? files.back() : files.front();
        named.push_back({files[i],
                         files[i],
                         {},
                         fmt::format("Named \"{}\" in full because \"{}\" has the same stem.",
                                     files[i], other)});
    }
    return named;
}

} // namespace warmbench
