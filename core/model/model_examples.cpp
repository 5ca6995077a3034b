#include "model/model_examples.h"

#include "base/contained_path.h"
#include "base/file.h"
#include "base/text.h"
#include "tensor/image.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <system_error>

namespace warmbench {

namespace {

namespace fs = std::filesystem;

constexpr int mostEntries = 1000;            // of a folder, looked at
constexpr std::size_t startLooked = 262'144; // the header of a JPEG stands behind its small copy
constexpr std::string_view npyMagic = "\x93NUMPY";

std::span<const std::byte> bytesIn(std::string_view text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::string_view pictureType(std::string_view start)
{
    if (start.starts_with("\x89PNG"))
        return "image/png";
    if (start.starts_with("\xFF\xD8"))
        return "image/jpeg";
    if (start.starts_with("GIF8"))
        return "image/gif";
    return start.starts_with("BM") ? "image/bmp" : "image/webp";
}

bool fitsPixels(std::string_view start)
{
    const std::int64_t pixels = announcedPixels(bytesIn(start));
    return pixels > 0 && pixels <= mostExamplePixels;
}

// What the file's ending and first bytes make of it; nothing where it is no body of a prediction.
// CSV has no first bytes that tell it, so that its ending has to.
std::optional<ModelExample> recognized(std::string_view start, const fs::path &file, Bytes size,
                                       InputKind takes)
{
    ModelExample example;
    example.size = size;
    if (looksLikeImage(bytesIn(start))) {
        example.kind = ExampleKind::Picture;
        example.contentType = pictureType(start);
        return takes == InputKind::Image && fitsPixels(start) ? std::optional(example)
                                                              : std::nullopt;
    }
    const std::string ending = lowered(file.extension().string());
    const bool json = ending == ".json" && trimmed(start.substr(0, 100)).starts_with('{');
    if (start.starts_with(npyMagic))
        example.contentType = "application/octet-stream";
    else if (json)
        example.contentType = "application/json";
    else if (ending == ".csv")
        example.contentType = "text/csv";
    else
        return std::nullopt;
    if (takes == InputKind::Features && (json || ending == ".csv") && size <= largestExampleRow)
        example.kind = ExampleKind::Row;
    return example;
}

std::optional<ModelExample> exampleAt(const fs::path &file, InputKind takes)
{
    const auto opened = openRegularFile(file);
    const Bytes size{opened ? opened->size() : 0};
    if (size.count <= 0 || size > largestExample)
        return std::nullopt;
    const auto start = readFileStart(file, startLooked);
    if (!start)
        return std::nullopt;
    auto example = recognized(*start, file, size, takes);
    if (example)
        example->file = file;
    return example;
}

// Names of regular files that look like pictures by their endings, sorted.
std::vector<std::string> picturesIn(const fs::path &folder)
{
    std::vector<std::string> names;
    std::error_code problem;
    int looked = 0;
    for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end;
         entry.increment(problem)) {
        if (++looked > mostEntries)
            break;
        const std::string ending = lowered(entry->path().extension().string());
        const auto endings = pictureEndings();
        std::error_code ignored;
        if (std::find(endings.begin(), endings.end(), ending) != endings.end() &&
            fs::is_regular_file(entry->symlink_status(ignored)))
            names.push_back(entry->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

void addGolden(std::vector<ModelExample> &examples, const ModelSettings &settings, InputKind takes)
{
    for (const Golden &golden : settings.golden) {
        if (examples.size() == mostExamples)
            return;
        const auto file = resolveWithin(settings.file.parent_path(), golden.input);
        auto example = file ? exampleAt(*file, takes) : std::nullopt;
        if (!example)
            continue;
        example->name = golden.input;
        example->golden = true;
        example->expected = golden.label;
        examples.push_back(*std::move(example));
    }
}

void addPictures(std::vector<ModelExample> &examples, const fs::path &folder)
{
    std::size_t tries = 2 * mostExamples;
    for (const std::string &name : picturesIn(folder)) {
        if (examples.size() == mostExamples || tries-- == 0)
            return;
        const auto file = isPrintable(name) ? resolveWithin(folder, name) : std::nullopt;
        const bool known = std::any_of(examples.begin(), examples.end(),
                                       [&](const auto &one) { return file && one.file == *file; });
        auto example = file && !known ? exampleAt(*file, InputKind::Image) : std::nullopt;
        if (!example || example->kind != ExampleKind::Picture)
            continue;
        example->name = name;
        examples.push_back(*std::move(example));
    }
}

} // namespace

const char *exampleKindName(ExampleKind kind)
{
    switch (kind) {
    case ExampleKind::Picture:
        return "picture";
    case ExampleKind::Row:
        return "row";
    case ExampleKind::File:
        break;
    }
    return "file";
}

std::vector<ModelExample> modelExamples(const ModelSettings &settings, InputKind takes,
                                        const fs::path &folder, Neighbours neighbours)
{
    std::vector<ModelExample> examples;
    if (!settings.file.empty())
        addGolden(examples, settings, takes);
    if (neighbours == Neighbours::Pictures && takes == InputKind::Image)
        addPictures(examples, folder);
    return examples;
}

Result<std::string> readExample(const ModelExample &example)
{
    auto content = readFile(example.file, largestExample);
    const InputKind takes =
        example.kind == ExampleKind::Picture ? InputKind::Image : InputKind::Features;
    const auto now =
        content ? recognized(*content, example.file, Bytes{std::int64_t(content->size())}, takes)
                : std::nullopt;
    if (!now || now->contentType != example.contentType)
        return notFound(
            fmt::format("The example \"{}\" is gone or has changed: ask for the list of "
                        "examples again.",
                        printable(example.name, 100)));
    return content;
}

} // namespace warmbench
