#include "model/settings_edits.h"

#include "model/json_text.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

bool isObject(const JsonValue &value)
{
    return value.kind == JsonValue::Kind::Object;
}

JsonValue *memberOf(JsonValue &object, std::string_view key)
{
    const auto found = std::find(object.keys.begin(), object.keys.end(), key);
    return found == object.keys.end()
               ? nullptr
               : &object.items[static_cast<std::size_t>(found - object.keys.begin())];
}

// "task", "input.mean": the keys that have a value, within one object at most.
std::vector<std::string> keysIn(const JsonValue &changes)
{
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < changes.items.size(); ++i) {
        const JsonValue &value = changes.items[i];
        for (std::size_t j = 0; isObject(value) && j < value.items.size(); ++j) {
            if (value.items[j].kind != JsonValue::Kind::Null)
                keys.push_back(fmt::format("{}.{}", changes.keys[i], value.keys[j]));
        }
        if (!isObject(value) && value.kind != JsonValue::Kind::Null)
            keys.push_back(changes.keys[i]);
    }
    return keys;
}

} // namespace

void mergeJson(JsonValue &object, const JsonValue &changes)
{
    for (std::size_t i = 0; i < changes.items.size(); ++i) {
        JsonValue *const there = memberOf(object, changes.keys[i]);
        if (!there) {
            object.keys.push_back(changes.keys[i]);
            object.items.push_back(changes.items[i]);
        } else if (isObject(*there) && isObject(changes.items[i])) {
            mergeJson(*there, changes.items[i]);
        } else {
            *there = changes.items[i];
        }
    }
}

void dropNulls(JsonValue &object)
{
    for (std::size_t i = object.items.size(); i-- > 0;) {
        if (object.items[i].kind == JsonValue::Kind::Object) {
            dropNulls(object.items[i]);
        } else if (object.items[i].kind == JsonValue::Kind::Null) {
            object.items.erase(object.items.begin() + static_cast<std::ptrdiff_t>(i));
            object.keys.erase(object.keys.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
}

std::string settingsLine(const ModelSettings &settings)
{
    auto value = parseJson(settings.json);
    if (!value)
        return settings.json;
    dropNulls(*value);
    return value->items.empty() ? std::string() : jsonLine(*value);
}

Result<ModelSettings> editedSettings(const ModelSettings &settings, std::string_view changes)
{
    const std::string_view written = changes.empty() ? "{}" : changes;
    // By themselves first, so that a wrong one is told as the person's own.
    if (const auto sound = parseModelSettings(written, {}); !sound)
        return sound.error();
    const auto edits = parseJson(written);
    if (!edits)
        return edits.error();
    if (edits->items.empty())
        return settings;
    auto merged = parseJson(settings.json);
    if (!merged)
        return merged.error();
    mergeJson(*merged, *edits);
    const std::string json = jsonText(*merged);
    auto edited = parseModelSettings(json, "The changed settings");
    if (!edited)
        return edited;
    const JsonValue *const labels = edits->member("labels");
    if (labels && labels->kind == JsonValue::Kind::Text)
        return invalidArgument("The changes name a file of labels; give the names themselves, as a "
                               "list.");
    if (!labels) {
        edited->labels = settings.labels;
        edited->labelsFile = settings.labelsFile;
    }
    edited->file = settings.file;
    edited->edits = jsonText(*edits);
    edited->edited = keysIn(*edits);
    return edited;
}

} // namespace warmbench
