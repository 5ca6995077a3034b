#include "model/understanding/files_beside.h"

#include "base/contained_path.h"
#include "base/file.h"
#include "base/text.h"
#include "model/labels.h"
#include "model/tool_folder.h"
#include "model/understanding/data_yaml.h"
#include "model/understanding/medium.h"
#include "model/understanding/mlflow.h"
#include "model/understanding/ppocr_forms.h"
#include "model/understanding/timm.h"
#include "model/understanding/triton.h"
#include "model/yaml_value.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>

namespace warmbench {

namespace {

namespace fs = std::filesystem;

constexpr Bytes labelsLimit = mebibytes(16);
constexpr Bytes charactersLimit = mebibytes(1);
constexpr std::size_t mostCharacterFiles = 16;
constexpr std::size_t mostEntries = 10'000;  // of a folder, that are looked at
constexpr Bytes configLimit = mebibytes(16); // some name tens of thousands of classes
constexpr Bytes toolLimit = mebibytes(1);

Hints besideHints(const fs::path &file)
{
    Hints hints;
    hints.origin = Origin::Beside;
    hints.source = file.filename().string();
    return hints;
}

Hints unreadable(const fs::path &file, std::string_view why)
{
    Hints hints = besideHints(file);
    hints.warnings.push_back(
        fmt::format("\"{}\" beside the model cannot be read: {}.", printable(hints.source), why));
    return hints;
}

Hints labelsIn(const fs::path &file)
{
    Hints hints = besideHints(file);
    const auto text = readFile(file, labelsLimit);
    auto labels = text ? parseLabels(*text) : text.error();
    if (labels)
        hints.labels = *std::move(labels);
    else
        hints.warnings.push_back(fmt::format("\"{}\" beside the model names no classes: {}.",
                                             printable(hints.source), labels.error().message));
    return hints;
}

// Names of files with the characters that a reader of text knows, as PaddleOCR has them.
std::vector<std::string> characterFilesIn(const fs::path &folder)
{
    std::vector<std::string> leaves;
    std::error_code failed;
    std::size_t looked = 0;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        if (++looked > mostEntries)
            break;
        const std::string leaf = entry->path().filename().string();
        const std::string name = lowered(leaf);
        if (name == "dict.txt" || name == "en_dict.txt" ||
            (name.ends_with(".txt") && name.find("keys") != std::string::npos))
            leaves.push_back(leaf);
    }
    std::sort(leaves.begin(), leaves.end());
    leaves.resize(std::min(leaves.size(), mostCharacterFiles));
    return leaves;
}

Hints configIn(const fs::path &file, Hints (*read)(const JsonValue &))
{
    const auto text = readFile(file, configLimit);
    const auto json = text ? parseJson(*text) : text.error();
    if (json && json->kind == JsonValue::Kind::Object)
        return read(*json);
    return unreadable(file, json ? "it holds no object" : json.error().message);
}

Hints exampleIn(const fs::path &file)
{
    Hints hints = besideHints(file);
    const auto text = readFile(file, toolLimit);
    auto row = text ? readMlflowExample(*text) : text.error();
    if (!row)
        return unreadable(file, row.error().message);
    hints.examples = *std::move(row);
    return hints;
}

Hints dataYamlIn(const fs::path &file)
{
    const auto text = readFile(file, toolLimit);
    const auto yaml = text ? parseYaml(*text) : text.error();
    return yaml ? dataYamlHints(*yaml) : unreadable(file, yaml.error().message);
}

Hints eitherConfig(const JsonValue &config)
{
    return isTimmConfig(config) ? timmHints(config) : anyConfigHints(config);
}

class FolderReader
{
public:
    FolderReader(const fs::path &modelFile, bool aboveOpened)
        : m_folder(modelFile.parent_path())
        , m_above(m_folder.parent_path())
        , m_aboveOpened(aboveOpened)
        , m_leaf(modelFile.filename().string())
        , m_stem(modelFile.stem().string())
    {
    }

    FilesBeside read()
    {
        const std::string inner = m_folder.filename().string();
        const bool inOnnx = inner == innerFolder;
        if (const auto file = placeOf("preprocessor_config.json", inOnnx))
            keep(*file, configIn(*file, anyPreprocessorHints));
        if (const auto file = placeOf("config.json", inOnnx))
            keep(*file, configIn(*file, eitherConfig));
        noteTokenizer(inOnnx && m_aboveOpened);
        if (const auto file = placeOf("MLmodel", true))
            readMlflow(*file);
        if (const auto file = placeOf("config.pbtxt", isNumber(inner)))
            readTriton(*file);
        readLabels();
        readAllCharacters();
        return std::move(m_beside);
    }

private:
    static bool isNumber(std::string_view name)
    {
        return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
    }

    // That it is there says enough; its content is not read for hints.
    void noteTokenizer(bool above)
    {
        for (const char *const leaf : {"tokenizer.json", "tokenizer_config.json", "vocab.txt"}) {
            auto file = placeIn(m_folder, leaf, true);
            if (!file && above)
                file = placeIn(m_above, leaf, true);
            if (!file)
                continue;
            Hints hints = besideHints(*file);
            hints.medium = Medium::Text;
            return keep(*file, std::move(hints));
        }
    }
    void readMlflow(const fs::path &file)
    {
        const auto text = readFile(file, toolLimit);
        auto model = text ? readMlmodel(*text) : text.error();
        if (!model)
            keep(file, unreadable(file, model.error().message));
        else if (file.parent_path() / model->file == m_folder / m_leaf)
            keepMlflow(file, *std::move(model));
        else
            m_beside.places.push_back(file); // it may name this one later
    }
    void keepMlflow(const fs::path &file, MlflowModel model)
    {
        keep(file, std::move(model.hints));
        const fs::path folder = file.parent_path();
        if (isWithin(folder, model.exampleFile))
            keep(folder / model.exampleFile, exampleIn(folder / model.exampleFile));
    }
    void readTriton(const fs::path &file)
    {
        const auto text = readFile(file, toolLimit);
        auto model = text ? readTritonConfig(*text) : text.error();
        if (!model)
            return keep(file, unreadable(file, model.error().message));
        keep(file, std::move(model->hints));
        const fs::path folder = file.parent_path();
        if (isWithin(folder, model->labelsFile))
            keep(folder / model->labelsFile, labelsIn(folder / model->labelsFile));
    }
    void readLabels()
    {
        const std::vector<std::pair<std::string, bool>> leaves{{m_stem + ".labels.txt", false},
                                                               {m_stem + ".names", false},
                                                               {"labels.txt", true},
                                                               {"classes.txt", true},
                                                               {"classes.names", true},
                                                               {"coco.names", true},
                                                               {"data.yaml", true}};
        for (const auto &[leaf, shared] : leaves) {
            if (const auto file = placeIn(m_folder, leaf, shared))
                return keep(*file, leaf == "data.yaml" ? dataYamlIn(*file) : labelsIn(*file));
        }
    }

    static bool isWithin(const fs::path &folder, const std::string &leaf)
    {
        std::error_code failed;
        return resolveWithin(folder, leaf) && fs::is_regular_file(folder / leaf, failed);
    }
    // Nothing if the file is not there or does not count; a place to watch then.
    std::optional<fs::path> placeIn(const fs::path &folder, const std::string &leaf, bool shared)
    {
        if (isWithin(folder, leaf)) {
            if (shared && !m_alone)
                m_alone = holdsOneModel(m_folder.string());
            if (!shared || *m_alone)
                return folder / leaf;
        }
        m_beside.places.push_back(folder / leaf);
        return std::nullopt;
    }
    void readAllCharacters()
    {
        const auto characterFiles = characterFilesIn(m_folder);
        for (const std::string &leaf : characterFiles)
            readCharacters(leaf);
        for (const char *usual : {"ppocr_keys_v1.txt", "en_dict.txt", "dict.txt"}) {
            if (std::find(characterFiles.begin(), characterFiles.end(), usual) ==
                characterFiles.end())
                m_beside.places.push_back(m_folder / usual);
        }
    }
    // A file that is no list of characters has nothing to do with the model.
    void readCharacters(const std::string &leaf)
    {
        const auto file = placeIn(m_folder, leaf, false);
        const auto text = file ? readFile(*file, charactersLimit) : Result<std::string>(Error{});
        Hints hints;
        hints.origin = Origin::Beside;
        hints.source = leaf;
        hints.characters = text ? parseCharacters(*text) : std::vector<std::string>();
        if (!hints.characters.empty())
            keep(*file, std::move(hints));
    }
    // In the model's folder or, with `above`, the one above it.
    std::optional<fs::path> placeOf(const std::string &leaf, bool above)
    {
        auto place = placeIn(m_folder, leaf, true);
        if (place || !above)
            return place;
        if (m_aboveOpened)
            return placeIn(m_above, leaf, true);
        if (isWithin(m_above, leaf))
            offerToOpen(leaf);
        return std::nullopt;
    }
    // Whether MLmodel above is about this file would take reading it.
    void offerToOpen(const std::string &leaf)
    {
        if (leaf == "MLmodel")
            return;
        Hints hints = besideHints(leaf);
        hints.warnings.push_back(fmt::format(
            "\"{}\" one folder up may tell of this model; open the folder \"{}\" to use it.", leaf,
            printable(m_above.string())));
        m_beside.hints.push_back(std::move(hints));
    }
    void keep(const fs::path &file, Hints hints)
    {
        m_beside.files.push_back(file);
        m_beside.hints.push_back(std::move(hints));
    }

    const fs::path m_folder;
    const fs::path m_above;
    const bool m_aboveOpened;
    const std::string m_leaf;
    const std::string m_stem;
    std::optional<bool> m_alone;
    FilesBeside m_beside;
};

} // namespace

FilesBeside readFilesBeside(const fs::path &modelFile, bool aboveOpened)
{
    return FolderReader(modelFile, aboveOpened).read();
}

} // namespace warmbench
