#include "model/folder_scan.h"

#include "base/file.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <optional>

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

bool isOnnx(const fs::path &file)
{
    return lowered(file.extension().string()) == ".onnx";
}

// Endings that other programs use for files of their own.
bool isAmbiguous(const std::string &ending)
{
    constexpr std::array<std::string_view, 4> endings{".xml", ".yml", ".yaml", ".json"};
    return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

bool isGone(const std::error_code &error)
{
    return error == std::errc::no_such_file_or_directory;
}

// True for a link from a folder to itself or to a folder above it.
bool leadsBack(const fs::path &link, const fs::path &folder)
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

} // namespace

// The visible entries of one folder, sorted, so that names do not depend on the disk's order.
struct FolderScanner::Listing
{
    std::error_code error;
    std::vector<fs::path> models;
    std::vector<fs::path> folders;
};

Result<void> checkModelName(std::string_view name)
{
    if (!name.empty() && name.find('/') == std::string_view::npos &&
        printable(name, name.size() + 1) == name)
        return {};
    return invalidArgument(fmt::format(
        "\"{}\" is no name for a model; rename the file to letters, digits, dots and dashes.",
        printable(name, 80)));
}

bool FolderScanner::looksLikeModel(const fs::path &file)
{
    if (!hasModelEnding(file))
        return false;
    const std::string ending = lowered(file.extension().string());
    if (ending == ".cfg") // anybody's configuration, unless weights lie beside it
        return stampOf(fs::path(file).replace_extension(".weights")).size >= 0;
    if (!isAmbiguous(ending))
        return true;
    const FileStamp stamp = stampOf(file);
    Verdict &verdict = m_verdicts[file];
    if (verdict.stamp != stamp) {
        const auto start = readFileStart(file, peeked);
        verdict = {stamp, start && start->find("opencv_ml_") != std::string::npos};
    }
    return verdict.model;
}

FolderScanner::Listing FolderScanner::list(const fs::path &folder)
{
    Listing listing;
    fs::directory_iterator entries(folder, listing.error);
    while (!listing.error && entries != fs::directory_iterator()) {
        const fs::directory_entry &entry = *entries;
        std::error_code ignored; // a broken link or a loop is neither file nor folder
        if (!entry.path().filename().string().starts_with('.')) {
            if (entry.is_directory(ignored)) {
                if (!entry.is_symlink(ignored) || !leadsBack(entry.path(), folder))
                    listing.folders.push_back(entry.path());
            } else if (entry.is_regular_file(ignored) && looksLikeModel(entry.path())) {
                listing.models.push_back(entry.path());
            }
        }
        entries.increment(listing.error);
    }
    std::sort(listing.models.begin(), listing.models.end());
    std::sort(listing.folders.begin(), listing.folders.end());
    return listing;
}

// "model.*" (ONNX first), or the only model file there is.
fs::path FolderScanner::pickModel(const Listing &listing, std::string &warning)
{
    std::vector<fs::path> named;
    for (const fs::path &file : listing.models) {
        if (lowered(file.stem().string()) == "model")
            named.push_back(file);
    }
    if (named.empty())
        return listing.models.size() == 1 ? listing.models.front() : fs::path();
    std::stable_partition(named.begin(), named.end(), isOnnx);
    if (named.size() > 1)
        warning =
            fmt::format("\"{}\" holds several files named \"model\"; \"{}\" counts.",
                        named.front().parent_path().string(), named.front().filename().string());
    return named.front();
}

bool FolderScanner::addFolderModel(const fs::path &folder, FolderScan &scan, bool versionsOnly)
{
    const Listing listing = list(folder);
    if (versionsOnly)
        scan.readable = !listing.error || isGone(listing.error);
    FoundModel found{folder, folder.filename().string(), {}, {}};
    for (const fs::path &inner : listing.folders) {
        const auto version = versionOf(inner.filename().string());
        if (!version)
            continue;
        if (const fs::path file = pickModel(list(inner), found.warning); !file.empty())
            found.versions.emplace(*version, file);
    }
    if (found.versions.empty() && !versionsOnly) {
        if (const fs::path file = pickModel(listing, found.warning); !file.empty())
            found.versions.emplace(1, file);
        else if (!listing.models.empty())
            scan.skipped.push_back(
                fmt::format("\"{}\" holds {} model files and none named \"model\"; rename one to "
                            "\"model{}\", or open the folder itself.",
                            folder.string(), listing.models.size(),
                            listing.models.front().extension().string()));
    }
    if (found.versions.empty())
        return false;
    if (const auto valid = checkModelName(found.name); !valid) {
        scan.skipped.push_back(valid.error().message);
        return false;
    }
    scan.models.push_back(std::move(found));
    return true;
}

FolderScan FolderScanner::scanVersions(const fs::path &folder)
{
    FolderScan scan;
    addFolderModel(folder, scan, true);
    return scan;
}

FolderScan FolderScanner::scan(const fs::path &folder)
{
    FolderScan scan;
    const Listing listing = list(folder);
    scan.readable = !listing.error || isGone(listing.error);
    // The ONNX file of a stem, or the only file of it, is called by the stem.
    std::map<std::string, std::vector<fs::path>> byStem;
    for (const fs::path &file : listing.models)
        byStem[file.stem().string()].push_back(file);
    for (auto &[stem, files] : byStem) {
        std::stable_partition(files.begin(), files.end(), isOnnx);
        const bool kept = files.size() == 1 || isOnnx(files.front());
        for (const fs::path &file : files) {
            const bool byItsStem = kept && file == files.front();
            const fs::path &other = file == files.front() ? files.back() : files.front();
            const std::string full = file.filename().string();
            FoundModel found{file, byItsStem ? stem : full, {{1, file}}, {}};
            if (!byItsStem)
                found.warning =
                    fmt::format("Named \"{}\" in full because \"{}\" has the same stem.", full,
                                other.filename().string());
            if (const auto valid = checkModelName(found.name); valid)
                scan.models.push_back(std::move(found));
            else
                scan.skipped.push_back(valid.error().message);
        }
    }
    for (const fs::path &inner : listing.folders)
        addFolderModel(inner, scan, false);
    return scan;
}

} // namespace warmbench
