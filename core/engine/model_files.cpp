#include "engine/model_files.h"

#include "base/file.h"
#include "base/text.h"
#include "engine/foreign_files.h"
#include "engine/onnx/onnx_external.h"
#include "engine/wire_reader.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <set>

namespace warmbench {

namespace {

constexpr std::size_t startSize = 64 * 1024;
constexpr std::size_t longestEnding = 9; // ".prototxt"

// What one file is by itself; its partner is found afterwards.
enum class FileKind : std::uint8_t {
    Unknown,
    Onnx,
    CaffeText,
    CaffeWeights,
    TensorFlowGraph,
    TensorFlowText,
    DarknetText,
    DarknetWeights,
    Torch7,
    OpenCvMl,
    CoreMl,
    SavedModel,
};

// The numbers of the outermost fields of a protobuf file, as far as they can be read.
struct Outline
{
    std::set<std::uint32_t> messages; // of type Bytes
    std::set<std::uint32_t> numbers;  // of type Varint
    std::optional<WireField> first;
    std::optional<WireField> firstMessage;
    bool sound = false;
};

Outline outlineOf(BlockFile &file)
{
    Outline outline;
    WireReader reader(file);
    // A GraphDef has a field for each node; the first ones are enough to recognize a format.
    for (int count = 0; count < 20'000; ++count) {
        const auto field = reader.next();
        if (!field)
            break;
        if (!outline.first)
            outline.first = field;
        if (field->type == WireType::Bytes) {
            outline.messages.insert(field->number);
            if (!outline.firstMessage)
                outline.firstMessage = field;
        } else if (field->type == WireType::Varint) {
            outline.numbers.insert(field->number);
        }
    }
    outline.sound = outline.first && !reader.malformed();
    return outline;
}

// NodeDef: name = 1, op = 2, both strings at the start.
bool looksLikeNodeDef(BlockFile &file, const WireField &field)
{
    WireReader reader(file, field.begin, field.end);
    const auto name = reader.next();
    const auto op = reader.next();
    return name && op && name->number == 1 && name->type == WireType::Bytes && op->number == 2 &&
           op->type == WireType::Bytes && op->end - op->begin < 256;
}

FileKind protobufKind(BlockFile &file)
{
    const Outline outline = outlineOf(file);
    if (!outline.first || !outline.firstMessage)
        return FileKind::Unknown;
    const bool numberFirst = outline.first->number == 1 && outline.first->type == WireType::Varint;
    const auto highest = outline.messages.empty() ? 0 : *outline.messages.rbegin();
    if (outline.sound && numberFirst && !outline.messages.contains(7) && highest >= 200)
        return FileKind::CoreMl; // specificationVersion = 1, description = 2, the model from 200 on
    // ModelProto: graph = 7, and no number above 25. This works for a file that is cut off, too.
    if (outline.messages.contains(7) && highest <= 25 && !outline.messages.contains(1))
        return FileKind::Onnx;
    if (outline.sound && numberFirst && outline.messages == std::set<std::uint32_t>{2})
        return FileKind::SavedModel; // saved_model_schema_version = 1, meta_graphs = 2
    if (outline.first->number == 1 && looksLikeNodeDef(file, *outline.first))
        return FileKind::TensorFlowGraph;
    // NetParameter: name = 1, layers = 2 (old), layer = 100.
    if (outline.messages.contains(100) || (outline.sound && outline.messages.contains(1) &&
                                           outline.messages.contains(2) && highest <= 100))
        return FileKind::CaffeWeights;
    return FileKind::Unknown;
}

bool isText(std::string_view start)
{
    return std::none_of(start.begin(), start.end(), [](unsigned char c) {
        return c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f';
    });
}

// True if a line has `word`, blanks, then one of the characters of `follows` ("layer {", "input:
// ").
bool hasEntry(std::string_view text, std::string_view word, std::string_view follows)
{
    for (const std::string_view line : split(text, '\n')) {
        const std::string_view code = trimmed(line);
        if (!code.starts_with(word))
            continue;
        const std::string_view rest = trimmed(code.substr(word.size()));
        if (!rest.empty() && follows.find(rest.front()) != std::string_view::npos)
            return true;
    }
    return false;
}

std::string_view firstCodeLine(std::string_view text)
{
    for (const std::string_view line : split(text, '\n')) {
        const std::string_view code = trimmed(line);
        if (!code.empty() && code.front() != '#' && code.front() != ';')
            return code;
    }
    return {};
}

FileKind textKind(std::string_view start)
{
    const std::string_view first = firstCodeLine(start);
    if (first == "[net]" || first == "[network]")
        return FileKind::DarknetText;
    const bool storage = first.starts_with("%YAML") || first.starts_with("<?xml") ||
                         first.starts_with("<opencv_storage") || first.starts_with("{");
    if (storage && start.find("opencv_ml_") != std::string_view::npos)
        return FileKind::OpenCvMl;
    if (hasEntry(start, "node", "{"))
        return FileKind::TensorFlowText;
    if (hasEntry(start, "layer", "{") || hasEntry(start, "layers", "{"))
        return FileKind::CaffeText;
    if (start.starts_with("4\n1\n3\nV 1\n") || start.starts_with("3\n1\n"))
        return FileKind::Torch7; // its text form
    return FileKind::Unknown;
}

std::uint32_t littleEndian(std::string_view bytes, std::size_t at)
{
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

FileKind binaryKind(BlockFile &file, const std::filesystem::path &path, std::string_view start)
{
    // Torch7: type tag 4 (object), index, then the length-prefixed version "V 1".
    if (start.size() > 15 && littleEndian(start, 0) == 4 && start.substr(12, 3) == "V 1")
        return FileKind::Torch7;
    // Darknet: major, minor, revision, then the number of images seen. These could be any bytes, so
    // the ending must be right too.
    if (lowered(path.extension().string()) == ".weights" && start.size() >= 16 &&
        littleEndian(start, 0) < 100 && littleEndian(start, 4) < 1000)
        return FileKind::DarknetWeights;
    return protobufKind(file);
}

std::filesystem::path withEnding(std::filesystem::path path, const char *ending)
{
    return path.replace_extension(ending);
}

bool isFile(const std::filesystem::path &path)
{
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}

// Files of the folder with that ending: files that the user may have meant.
std::vector<std::string> filesEnding(const std::filesystem::path &folder, std::string_view ending)
{
    std::vector<std::string> names;
    std::error_code problem;
    std::filesystem::directory_iterator entry(folder.empty() ? "." : folder, problem);
    for (; !problem && entry != std::filesystem::directory_iterator(); entry.increment(problem)) {
        if (entry->path().extension() == ending && names.size() < 5)
            names.push_back(printable(entry->path().filename().string()));
    }
    std::sort(names.begin(), names.end());
    return names;
}

Error partnerMissing(const std::filesystem::path &have, const std::filesystem::path &missing,
                     const char *part)
{
    std::error_code ignored;
    if (std::filesystem::exists(missing, ignored))
        return failedPrecondition(fmt::format(
            "\"{}\" needs its {} beside it, but \"{}\" is no file that can be read; put the file "
            "itself there.",
            printable(have.filename().string()), part, printable(missing.filename().string())));
    const std::string ending = missing.extension().string();
    const auto others = filesEnding(missing.parent_path(), ending);
    const std::string hint =
        others.empty() ? fmt::format("copy it into the same folder.")
                       : fmt::format("there is {}: rename it so that both have the same stem.",
                                     joined(others));
    return notFound(fmt::format("\"{}\" needs its {} \"{}\" beside it, which is not there; {}",
                                printable(have.filename().string()), part,
                                printable(missing.filename().string()), hint));
}

struct Pair
{
    FileKind text;
    FileKind weights;
    ModelFormat format;
    const char *textEnding;
    const char *weightsEnding;
};
constexpr std::array pairs{
    Pair{FileKind::CaffeText, FileKind::CaffeWeights, ModelFormat::Caffe, ".prototxt",
         ".caffemodel"},
    Pair{FileKind::DarknetText, FileKind::DarknetWeights, ModelFormat::Darknet, ".cfg", ".weights"},
};

Result<FileKind> kindOf(const std::filesystem::path &path);

Result<ModelFiles> pairOf(const std::filesystem::path &path, FileKind kind, const Pair &pair)
{
    const bool isText = kind == pair.text;
    const auto partner = withEnding(path, isText ? pair.weightsEnding : pair.textEnding);
    if (!isFile(partner))
        return partnerMissing(path, partner, isText ? "weights" : "description");
    const auto partnerKind = kindOf(partner);
    if (!partnerKind)
        return partnerKind.error();
    const FileKind wanted = isText ? pair.weights : pair.text;
    if (*partnerKind != wanted)
        return failedPrecondition(
            fmt::format("\"{}\" is no {} {}, though its ending says so; copy the right file there.",
                        printable(partner.filename().string()), modelFormatName(pair.format),
                        isText ? "weights file" : "description"));
    ModelFiles files{.format = pair.format, .network = path, .weights = partner, .external = {}};
    if (!isText)
        std::swap(files.network, files.weights);
    return files;
}

Result<ModelFiles> tensorFlowFiles(const std::filesystem::path &path, FileKind kind)
{
    const bool isText = kind == FileKind::TensorFlowText;
    const auto partner = withEnding(path, isText ? ".pb" : ".pbtxt");
    ModelFiles files{
        .format = ModelFormat::TensorFlow, .network = path, .weights = {}, .external = {}};
    if (isText && !isFile(partner))
        return partnerMissing(path, partner, "weights");
    if (!isFile(partner))
        return files;
    files.weights = partner;
    if (isText)
        std::swap(files.network, files.weights);
    return files;
}

Result<ModelFiles> onnxFiles(const std::filesystem::path &path)
{
    auto external = listExternalFiles(path);
    if (!external)
        return std::move(external).error();
    return ModelFiles{.format = ModelFormat::Onnx,
                      .network = path,
                      .weights = {},
                      .external = *std::move(external)};
}

Error unknownFile(const std::filesystem::path &path)
{
    return failedPrecondition(fmt::format(
        "\"{}\" is no model of a known format; accepted are ONNX (.onnx), Caffe (.prototxt with "
        ".caffemodel), TensorFlow graphs (.pb), Darknet (.cfg with .weights), Torch7 (.t7) and "
        "OpenCV ML (.xml, .yml, .json whose root is opencv_ml_*). If it should be one of these, "
        "the file is damaged: copy or export it again.",
        printable(path.filename().string())));
}

Result<FileKind> kindOf(const std::filesystem::path &path)
{
    auto file = BlockFile::open(path);
    if (!file)
        return std::move(file).error();
    if (file->size() == 0)
        return failedPrecondition(fmt::format("\"{}\" is empty; copy or export it again.",
                                              printable(path.filename().string())));
    const std::string start = file->text(0, file->size(), startSize);
    const std::uint64_t tailStart = file->size() > startSize ? file->size() - startSize : 0;
    const std::string tail = file->text(tailStart, file->size(), startSize);
    if (auto advice = foreignFileAdvice(path, start, tail))
        return failedPrecondition(*std::move(advice));
    const FileKind kind = isText(start) ? textKind(start) : binaryKind(*file, path, start);
    if (kind == FileKind::CoreMl)
        return failedPrecondition(coreMlAdvice(path));
    if (kind == FileKind::SavedModel)
        return failedPrecondition(savedModelAdvice(path));
    // A damaged ONNX file may look like weights of Caffe, whose description would be asked for.
    if (kind == FileKind::CaffeWeights && lowered(path.extension().string()) == ".onnx" &&
        !isFile(withEnding(path, ".prototxt")))
        return FileKind::Onnx;
    return kind;
}

} // namespace

const char *modelFormatName(ModelFormat format)
{
    switch (format) {
    case ModelFormat::Onnx:
        return "ONNX";
    case ModelFormat::Caffe:
        return "Caffe";
    case ModelFormat::TensorFlow:
        return "TensorFlow";
    case ModelFormat::Darknet:
        return "Darknet";
    case ModelFormat::Torch7:
        return "Torch7";
    case ModelFormat::OpenCvMl:
        break;
    }
    return "OpenCV ML";
}

std::vector<std::filesystem::path> ModelFiles::all() const
{
    std::vector<std::filesystem::path> files{network};
    if (!weights.empty())
        files.push_back(weights);
    files.insert(files.end(), external.begin(), external.end());
    return files;
}

Result<ModelFiles> identifyModelFiles(const std::filesystem::path &path)
{
    const auto kind = kindOf(path);
    if (!kind)
        return kind.error();
    for (const Pair &pair : pairs) {
        if (*kind == pair.text || *kind == pair.weights)
            return pairOf(path, *kind, pair);
    }
    ModelFiles alone{.format = ModelFormat::Onnx, .network = path, .weights = {}, .external = {}};
    switch (*kind) {
    case FileKind::Onnx:
        return onnxFiles(path);
    case FileKind::TensorFlowGraph:
    case FileKind::TensorFlowText:
        return tensorFlowFiles(path, *kind);
    case FileKind::Torch7:
        alone.format = ModelFormat::Torch7;
        return alone;
    case FileKind::OpenCvMl:
        alone.format = ModelFormat::OpenCvMl;
        return alone;
    case FileKind::CaffeText: // of a pair
    case FileKind::CaffeWeights:
    case FileKind::DarknetText:
    case FileKind::DarknetWeights:
    case FileKind::CoreMl: // no engine here reads it
    case FileKind::SavedModel:
    case FileKind::Unknown:
        break;
    }
    return unknownFile(path);
}

std::span<const std::string_view> modelEndings()
{
    static constexpr std::array<std::string_view, 10> endings{
        ".onnx", ".prototxt", ".pb", ".cfg", ".t7", ".xml", ".yml", ".yaml", ".json", ".net"};
    return endings;
}

std::span<const PartnerEnding> partnerEndings()
{
    static constexpr std::array<PartnerEnding, 3> endings{{
        {".caffemodel", ".prototxt"},
        {".weights", ".cfg"},
        {".pbtxt", ".pb"},
    }};
    return endings;
}

bool hasModelEnding(std::string_view path)
{
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || name.size() - dot > longestEnding)
        return false;
    const std::string ending = lowered(name.substr(dot));
    const auto endings = modelEndings();
    if (std::find(endings.begin(), endings.end(), ending) == endings.end())
        return false;
    if (ending != ".json")
        return true;
    const std::string whole = lowered(name);
    return whole != "warmbench.json" && !whole.ends_with(".warmbench.json");
}

} // namespace warmbench
