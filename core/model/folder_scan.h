// Finds the models in a folder by names and endings alone: FOLDER/name.onnx, FOLDER/name/model.onnx
// (or the only model file there), FOLDER/name/3/model.onnx. Hidden files and folders are ignored,
// links are followed but never deeper than these three forms, so that a loop ends by itself.
// OpenCV's .xml, .yml and .json share their endings with other files: their first kilobytes are
// looked at once, and again when size or time changed. Thread: one scan at a time.
#pragma once

#include "model/loaded_model.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace warmbench {

struct FoundModel
{
    std::filesystem::path root; // the file, or the model's folder
    std::string name;           // what it is called unless the name is taken
    std::map<int, std::filesystem::path> versions;
    std::string warning; // why it is not called by its stem, which file of several counts
};

struct FolderScan
{
    bool readable = true; // false: what was known of the folder is still the best knowledge
    std::vector<FoundModel> models;
    std::vector<std::string> skipped; // sentences about what looks like a model but is none
};

class FolderScanner
{
public:
    FolderScan scan(const std::filesystem::path &folder);
    // One model of numbered versions; no models where the folder has none.
    FolderScan scanVersions(const std::filesystem::path &folder);

private:
    struct Verdict
    {
        FileStamp stamp;
        bool model = false;
    };
    struct Listing;

    Listing list(const std::filesystem::path &folder);
    bool looksLikeModel(const std::filesystem::path &file);
    std::filesystem::path pickModel(const Listing &listing, std::string &warning);
    bool addFolderModel(const std::filesystem::path &folder, FolderScan &scan, bool versionsOnly);

    std::map<std::filesystem::path, Verdict> m_verdicts;
};

// InvalidArgument: empty, with a slash, a control character or broken UTF-8.
Result<void> checkModelName(std::string_view name);

} // namespace warmbench
