#include "model/understanding/files_beside.h"

#include "base/contained_path.h"
#include "base/file.h"
#include "base/text.h"
#include "model/folder_scan.h"
#include "model/labels.h"
#include "model/understanding/hugging_face.h"

#include <fmt/format.h>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace warmbench {

namespace {

namespace fs = std::filesystem;

constexpr Bytes labelsLimit = mebibytes(16);
constexpr Bytes configLimit = mebibytes(16); // some name tens of thousands of classes

// Models of several files share a stem.
bool isAlone(const fs::path &folder)
{
    FolderScanner scanner;
    std::set<std::string> stems;
    for (const std::string &leaf : FolderScanner::list(folder.string()).files) {
        if (scanner.looksLikeModel(folder.string(), leaf))
            stems.insert(fs::path(leaf).stem().string());
        if (stems.size() > 1)
            return false;
    }
    return true;
}

Hints labelsIn(const fs::path &file)
{
    Hints hints;
    hints.origin = Origin::Beside;
    hints.source = file.filename().string();
    const auto text = readFile(file, labelsLimit);
    auto labels = text ? parseLabels(*text) : text.error();
    if (labels)
        hints.labels = *std::move(labels);
    else
        hints.warnings.push_back(fmt::format("\"{}\" beside the model names no classes: {}.",
                                             printable(hints.source), labels.error().message));
    return hints;
}

Hints configIn(const fs::path &file, Hints (*read)(const JsonValue &))
{
    const auto text = readFile(file, configLimit);
    const auto json = text ? parseJson(*text) : text.error();
    if (json && json->kind == JsonValue::Kind::Object)
        return read(*json);
    Hints hints;
    hints.origin = Origin::Beside;
    hints.source = file.filename().string();
    hints.warnings.push_back(fmt::format("\"{}\" beside the model cannot be read: {}.",
                                         printable(hints.source),
                                         json ? "it holds no object" : json.error().message));
    return hints;
}

class Reader
{
public:
    explicit Reader(const fs::path &modelFile)
        : m_folder(modelFile.parent_path())
        , m_stem(modelFile.stem().string())
    {
    }

    FilesBeside read()
    {
        if (const auto file = placeOf("preprocessor_config.json", true))
            keep(*file, configIn(*file, preprocessorHints));
        if (const auto file = placeOf("config.json", true))
            keep(*file, configIn(*file, configHints));
        const std::vector<std::pair<std::string, bool>> leaves{
            {m_stem + ".labels.txt", false}, {m_stem + ".names", false}, {"labels.txt", true},
            {"classes.txt", true},           {"classes.names", true},    {"coco.names", true}};
        for (const auto &[leaf, shared] : leaves) {
            if (const auto file = placeOf(leaf, shared)) {
                keep(*file, labelsIn(*file));
                break;
            }
        }
        return std::move(m_beside);
    }

private:
    // Nothing if the file is not there or does not count; a place to watch then.
    std::optional<fs::path> placeOf(const std::string &leaf, bool shared)
    {
        const fs::path file = m_folder / leaf;
        std::error_code failed;
        if (fs::is_regular_file(file, failed) && resolveWithin(m_folder, leaf)) {
            if (shared && !m_alone)
                m_alone = isAlone(m_folder);
            if (!shared || *m_alone)
                return file;
        }
        m_beside.places.push_back(file);
        return std::nullopt;
    }
    void keep(const fs::path &file, Hints hints)
    {
        m_beside.files.push_back(file);
        m_beside.hints.push_back(std::move(hints));
    }

    const fs::path m_folder;
    const std::string m_stem;
    std::optional<bool> m_alone;
    FilesBeside m_beside;
};

} // namespace

FilesBeside readFilesBeside(const fs::path &modelFile)
{
    return Reader(modelFile).read();
}

} // namespace warmbench
