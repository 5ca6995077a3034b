#include "model/own_settings.h"

#include "base/file.h"
#include "base/text.h"
#include "engine/model_files.h"
#include "model/json_text.h"
#include "model/settings_edits.h"
#include "model/tool_folder.h"

#include <fmt/format.h>
#include <system_error>

namespace warmbench {

namespace {

constexpr Bytes longestSettings = mebibytes(1);

// Whether the settings in use are those of further models, too.
bool isShared(const ModelFiles &files, const ModelSettings &settings)
{
    return settings.file.filename() == "warmbench.json" &&
           settings.file.parent_path() == files.network.parent_path() &&
           !holdsOneModel(settings.file.parent_path().string());
}

std::filesystem::path fileOf(const ModelId &id, const ModelFiles &files,
                             const ModelSettings &settings)
{
    if (!settings.file.empty() && !isShared(files, settings)) {
        std::error_code problem;
        const auto target = std::filesystem::weakly_canonical(settings.file, problem);
        return problem ? settings.file : target;
    }
    const auto places = settingsFilesFor(files.network);
    const bool fullName = id.name == files.network.filename().string();
    return places.at(fullName ? 0 : 1);
}

} // namespace

Result<OwnSettings> ownSettings(const ModelId &id, const ModelFiles &files,
                                const ModelSettings &settings)
{
    OwnSettings own;
    own.file = fileOf(id, files, settings);
    const auto source = isShared(files, settings) ? settings.file : own.file;
    const auto text = readFile(source, longestSettings);
    if (!text && text.error().code != ErrorCode::NotFound)
        return text.error();
    own.value.kind = JsonValue::Kind::Object;
    if (!text)
        return own;
    auto value = parseJson(*text);
    if (!value)
        return invalidArgument(
            fmt::format("\"{}\", {}.", printable(source.string()), value.error().message));
    own.value = *std::move(value);
    return own;
}

Result<void> writeSettings(const std::filesystem::path &file, JsonValue value)
{
    dropNulls(value);
    const std::string text = jsonText(value);
    if (const auto sound = parseModelSettings(text, fmt::format("\"{}\"", file.string())); !sound)
        return sound.error();
    return writeFile(file, text);
}

} // namespace warmbench
