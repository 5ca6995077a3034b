// Finds the models in a folder by names and endings alone: FOLDER/name.onnx, FOLDER/name/model.onnx
// (or the only model file there), FOLDER/name/3/model.onnx. Hidden files and folders are ignored,
// links are followed but never deeper than these three forms, so that a loop ends by itself.
// OpenCV's .xml, .yml and .json share their endings with other files: their first kilobytes are
// looked at once, and again when size or time changed. Thread: any. Cost: about a microsecond a
// file, and a name in memory while a folder is listed.
#pragma once

#include "base/mutex.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace warmbench {

// A model by names relative to the folder that it lies in: there may be 100,000 of them.
struct FoundModel
{
    std::string leaf; // its file, or its own folder
    std::string name; // what it is called unless the name is taken
    // Number and file below the leaf, ascending; none: the leaf itself is version 1.
    std::vector<std::pair<int, std::string>> versions;
    std::string warning; // why it is not called by its stem, which file of several counts
};

// The visible entries of one folder that may be models.
struct FolderListing
{
    bool readable = true; // false: what was known of the folder is still the best knowledge
    std::vector<std::string> files; // with a model's ending
    std::vector<std::string> folders;
};

class FolderScanner
{
public:
    static FolderListing list(const std::string &folder);

    // Whether a file that list() gave is a model.
    bool looksLikeModel(const std::string &folder, const std::string &leaf);
    // The same of any file; false too where it is no regular file.
    bool isModel(const std::string &folder, const std::string &leaf);
    // The model that a folder is. Nothing where it holds none; `skipped` tells of those that have
    // models and are none. `versionsOnly`: only where its subfolders are numbered versions.
    std::optional<FoundModel> modelOf(const std::string &folder, const std::string &leaf,
                                      bool versionsOnly, std::vector<std::string> &skipped);

private:
    struct Verdict
    {
        std::int64_t size = -1;
        std::int64_t modifiedNs = 0;
        bool model = false;
    };

    bool holdsMl(const std::string &path);
    std::string pickModel(const std::string &folder, std::vector<std::string> models,
                          std::string &warning);
    std::vector<std::string> modelsAmong(const std::string &folder, std::vector<std::string> files);

    Mutex m_mutex; // never held over the disk
    std::unordered_map<std::string, Verdict> m_verdicts GUARDED_BY(m_mutex);
};

// Names for the model files of one stem in a folder: its ONNX file, or the only file of it, is
// called as model_names.h says, the others by their full names.
std::vector<FoundModel> namedByStem(const std::string &folder, std::vector<std::string> files);
// Whether other programs use the file's ending too, so that its content decides, which may change.
bool endsAmbiguously(std::string_view leaf);

} // namespace warmbench
