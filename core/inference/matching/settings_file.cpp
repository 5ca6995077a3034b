#include "inference/matching/settings_file.h"

#include "base/contained_path.h"
#include "base/file.h"
#include "base/text.h"
#include "inference/matching/golden_check.h"
#include "inference/matching/match_json.h"
#include "model/json_value.h"
#include "model/own_settings.h"
#include "tensor/json_object.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <system_error>

namespace warmbench {

namespace {

constexpr int mostCopies = 1000;

// What a preparation replaces; "width", "height", "layout", "name" and "features" are others'.
constexpr std::array<std::string_view, 15> replaced{
    "preset",        "shrink",      "channels", "resize",    "shorter_side",
    "longest_side",  "multiple_of", "pad_to",   "pad_value", "pad_position",
    "interpolation", "antialias",   "scale",    "mean",      "std"};

JsonValue emptyOf(JsonValue::Kind kind)
{
    JsonValue value;
    value.kind = kind;
    return value;
}

// The member of that name, which is made if it is not there.
JsonValue &member(JsonValue &object, std::string_view key, JsonValue::Kind kind)
{
    const auto found = std::find(object.keys.begin(), object.keys.end(), key);
    if (found != object.keys.end()) {
        JsonValue &there = object.items[static_cast<std::size_t>(found - object.keys.begin())];
        if (there.kind == JsonValue::Kind::Null)
            there = emptyOf(kind);
        return there;
    }
    object.keys.emplace_back(key);
    return object.items.emplace_back(emptyOf(kind));
}

void erase(JsonValue &object, std::string_view key)
{
    const auto found = std::find(object.keys.begin(), object.keys.end(), key);
    if (found == object.keys.end())
        return;
    object.items.erase(object.items.begin() + (found - object.keys.begin()));
    object.keys.erase(found);
}

std::string_view textOf(const JsonValue &object, std::string_view key)
{
    const JsonValue *const found = object.member(key);
    return found ? std::string_view(found->text) : std::string_view();
}

// Writes the files of one golden answer beside the settings, and takes them away again unless they
// are kept.
class Copies
{
public:
    explicit Copies(const std::filesystem::path &settings, const ModelBundle &model)
        : m_folder(settings.parent_path())
        , m_stem(model.files.network.stem().string())
    {
    }
    ~Copies()
    {
        std::error_code ignored;
        for (const auto &file : m_made)
            std::filesystem::remove(file, ignored);
    }
    Copies(const Copies &) = delete;
    Copies &operator=(const Copies &) = delete;

    // The file's name relative to the settings.
    Result<std::string> nameOf(const std::filesystem::path &file)
    {
        std::error_code problem;
        const auto folder = std::filesystem::canonical(m_folder, problem);
        const auto target = std::filesystem::canonical(file, problem);
        const auto relative = target.lexically_relative(folder).string();
        if (!problem && resolveWithin(folder, relative))
            return relative;
        const auto content = readFile(file, longestGolden);
        if (!content)
            return content.error();
        return copied(*content, lowered(file.extension().string()));
    }
    std::vector<std::filesystem::path> keep() { return std::exchange(m_made, {}); }

private:
    // Under a name that is free, or that has this content already.
    Result<std::string> copied(const std::string &content, const std::string &ending)
    {
        for (int i = 1; i <= mostCopies; ++i) {
            const std::string name =
                fmt::format("{}.golden{}{}", m_stem, i > 1 ? fmt::format("-{}", i) : "", ending);
            const auto there = readFile(m_folder / name, longestGolden);
            if (there && *there == content)
                return name;
            std::error_code none;
            const auto place = std::filesystem::symlink_status(m_folder / name, none);
            if (there || place.type() != std::filesystem::file_type::not_found)
                continue;
            if (auto written = writeFile(m_folder / name, content); !written)
                return std::move(written).error();
            m_made.push_back(m_folder / name);
            return name;
        }
        return failedPrecondition(
            fmt::format("\"{}\" holds too many golden answers of {}; delete some.",
                        printable(m_folder.string()), m_stem));
    }

    const std::filesystem::path m_folder;
    const std::string m_stem;
    std::vector<std::filesystem::path> m_made;
};

// Its tolerance leaves twice the difference that was seen.
Result<void> addGolden(JsonValue &settings, const GoldenFiles &files, Copies &copies)
{
    const auto input = copies.nameOf(files.input);
    if (!input)
        return input.error();
    const auto expected = copies.nameOf(files.expected);
    if (!expected)
        return expected.error();
    JsonObject object;
    object.text("input", *input).text("expect", *expected);
    if (const double usual = Golden().absoluteTolerance; 2 * files.difference > usual)
        object.real("atol", 2 * files.difference);
    auto golden = parseJson(object.end());
    if (!golden)
        return golden.error();
    JsonValue &list = member(settings, "golden", JsonValue::Kind::List);
    std::erase_if(list.items, [&](const JsonValue &each) {
        return textOf(each, "input") == *input && textOf(each, "expect") == *expected;
    });
    list.items.push_back(*std::move(golden));
    return {};
}

} // namespace

Result<KeptSettings> keepPreparation(const ModelBundle &model, const Preprocessing &how,
                                     const std::optional<GoldenFiles> &golden)
{
    auto own = ownSettings(model.id, model.files, model.settings);
    if (!own)
        return std::move(own).error();
    KeptSettings kept;
    kept.file = own->file;
    JsonValue &settings = own->value;
    const auto preparation = parseJson(preparationJson(how));
    if (!preparation)
        return preparation.error();
    JsonValue &input = member(settings, "input", JsonValue::Kind::Object);
    for (const std::string_view key : replaced)
        erase(input, key);
    input.keys.insert(input.keys.end(), preparation->keys.begin(), preparation->keys.end());
    input.items.insert(input.items.end(), preparation->items.begin(), preparation->items.end());
    Copies copies(kept.file, model);
    if (golden) {
        if (auto added = addGolden(settings, *golden, copies); !added)
            return std::move(added).error();
    }
    if (auto written = writeSettings(kept.file, std::move(settings)); !written)
        return std::move(written).error();
    kept.copies = copies.keep();
    return kept;
}

} // namespace warmbench
