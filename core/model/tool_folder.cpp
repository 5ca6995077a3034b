#include "model/tool_folder.h"

#include "base/contained_path.h"
#include "base/file.h"
#include "base/text.h"
#include "model/folder_scan.h"
#include "model/model_names.h"
#include "model/understanding/mlflow.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <set>

namespace warmbench {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t configPeeked = 4096;
constexpr Bytes mlmodelLimit = mebibytes(1);

// What a network of the folder is, the best one first.
enum class Part : std::uint8_t { Whole, Variant, Encoder, Other, None };

bool isOnnx(std::string_view leaf)
{
    return lowered(leaf.substr(stemOf(leaf).size())) == ".onnx";
}

// "fp16", "quantized", "q4f16", "qint8_avx2", "o3": what comes after "model_".
bool namesPrecision(std::string_view suffix)
{
    constexpr std::array<std::string_view, 8> words{"fp",    "int", "uint",      "qint",
                                                    "quint", "bnb", "quantized", "optimized"};
    const bool word = std::any_of(words.begin(), words.end(),
                                  [&](std::string_view name) { return suffix.starts_with(name); });
    const bool level = suffix.size() >= 2 && (suffix[0] == 'q' || suffix[0] == 'o') &&
                       suffix[1] >= '0' && suffix[1] <= '9';
    return word || level;
}

Part partOf(std::string_view leaf)
{
    const std::string stem = lowered(stemOf(leaf));
    if (!isOnnx(leaf))
        return Part::None;
    if (stem == "model")
        return Part::Whole;
    if (stem.starts_with("model_") && namesPrecision(std::string_view(stem).substr(6)))
        return Part::Variant;
    if (stem.starts_with("encoder_model") || stem.starts_with("vision_model"))
        return Part::Encoder;
    constexpr std::array<std::string_view, 4> others{"decoder_model", "decoder_with_past_model",
                                                     "text_model", "embed_tokens"};
    const bool other = std::any_of(others.begin(), others.end(),
                                   [&](std::string_view name) { return stem.starts_with(name); });
    return other ? Part::Other : Part::None;
}

bool isRegular(const std::string &folder, std::string_view leaf)
{
    std::error_code failed;
    return fs::is_regular_file(fs::path(folder) / leaf, failed) && resolveWithin(folder, leaf);
}

// Other programs have a config.json too.
bool hasHuggingFaceConfig(const std::string &folder)
{
    if (!isRegular(folder, "config.json"))
        return false;
    const auto start = readFileStart(fs::path(folder) / "config.json", configPeeked);
    return start && (start->find("\"model_type\"") != std::string::npos ||
                     start->find("\"architecture") != std::string::npos);
}

std::string warningAbout(const std::string &folder, const std::vector<std::string> &files)
{
    if (files.size() == 1)
        return {};
    return fmt::format("\"{}\" holds {} networks of one model; \"{}\" counts. Open another one, "
                       "such as \"{}\", by its file.",
                       printable(folder), files.size(), printable(files[0]), printable(files[1]));
}

std::optional<ToolFolder> huggingFace(const std::string &folder,
                                      const std::vector<std::string> &models)
{
    if (!std::all_of(models.begin(), models.end(), isPartOfOneModel))
        return std::nullopt;
    std::vector<std::string> files = models;
    const std::string below = (fs::path(folder) / innerFolder).string();
    const auto inner = FolderScanner::list(below).files;
    for (const std::string &leaf : inner) {
        if (isPartOfOneModel(leaf) || (inner.size() == 1 && isOnnx(leaf)))
            files.push_back((fs::path(innerFolder) / leaf).string());
    }
    if (files.empty())
        return std::nullopt;
    std::sort(files.begin(), files.end(), [](const std::string &a, const std::string &b) {
        const auto rank = [](const std::string &file) {
            return std::pair(partOf(fs::path(file).filename().string()), std::string_view(file));
        };
        return rank(a) < rank(b);
    });
    return ToolFolder{files.front(), warningAbout(folder, files)};
}

std::optional<ToolFolder> mlflow(const std::string &folder)
{
    if (!isRegular(folder, "MLmodel"))
        return std::nullopt;
    const auto text = readFile(fs::path(folder) / "MLmodel", mlmodelLimit);
    const auto model = text ? readMlmodel(*text) : text.error();
    if (!model || model->file.empty() || !isOnnx(model->file) || !isRegular(folder, model->file))
        return std::nullopt;
    return ToolFolder{model->file, {}};
}

} // namespace

bool isPartOfOneModel(std::string_view leaf)
{
    return partOf(leaf) != Part::None;
}

std::optional<ToolFolder> toolFolderAt(const std::string &folder,
                                       const std::vector<std::string> &models)
{
    if (auto found = mlflow(folder))
        return found;
    return hasHuggingFaceConfig(folder) ? huggingFace(folder, models) : std::nullopt;
}

// Models of several files share a stem; Hugging Face's of several precisions do not.
bool holdsOneModel(const std::string &folder)
{
    FolderScanner scanner;
    std::set<std::string> stems;
    for (const std::string &leaf : FolderScanner::list(folder).files) {
        if (scanner.looksLikeModel(folder, leaf))
            stems.insert(isPartOfOneModel(leaf) ? "model" : fs::path(leaf).stem().string());
        if (stems.size() > 1)
            return false;
    }
    return true;
}

} // namespace warmbench
