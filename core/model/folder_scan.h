// Finds the models in a folder by names and endings: FOLDER/name.onnx, FOLDER/name/model.onnx (or
// the only model file there), FOLDER/name/3/model.onnx, and the folders of other tools
// (tool_folder.h). Hidden files and folders are ignored. Links
// are followed, but never deeper than these three forms, so that a loop does no harm. OpenCV's
// .xml, .yml and .json have endings that other files have too, so their first kilobytes are read
// once, and again if size or time changed. Thread: any. Cost: about a microsecond for each file;
// while a folder is listed, its names are in memory.
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

// A model that was found. Paths are relative to its folder to save memory: there may be 100,000
// models.
struct FoundModel
{
    std::string leaf; // its file, or the folder of its own
    std::string name; // its name, unless that is taken
    // Number and file of each version, in ascending order; empty: the leaf itself is version 1.
    std::vector<std::pair<int, std::string>> versions;
    std::string warning; // says why its name is not the stem, or which of several files is used
};

// The visible entries of one folder that may be models.
struct FolderListing
{
    bool readable = true;           // false: the earlier listing is still the best there is
    std::vector<std::string> files; // files with a model's ending
    std::vector<std::string> folders;
};

class FolderScanner
{
public:
    static FolderListing list(const std::string &folder);

    // Whether a file that list() gave is a model.
    bool looksLikeModel(const std::string &folder, const std::string &leaf);
    // The same for any file; also false if it is no regular file.
    bool isModel(const std::string &folder, const std::string &leaf);
    // The model that a folder makes; nothing if it makes none. If it has model files but makes no
    // model, a sentence in `skipped` says why. With `wholeOnly`, only a folder counts that is one
    // model even if it is opened itself: with numbered versions, or written so by a tool.
    std::optional<FoundModel> modelOf(const std::string &folder, const std::string &leaf,
                                      bool wholeOnly, std::vector<std::string> &skipped);

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
// Whether other programs use the file's ending too: its content then decides, and it may change.
bool endsAmbiguously(std::string_view leaf);

} // namespace warmbench
