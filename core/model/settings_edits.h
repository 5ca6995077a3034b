// What a person has changed of a model's settings and not saved yet: an object in the words of the
// settings file that stands above it. A null takes back what the file says, so that the model's own
// metadata or a guess counts again. Thread: pure functions.
#pragma once

#include "model/json_value.h"
#include "model/model_settings.h"

#include <string>
#include <string_view>

namespace warmbench {

// Writes the members of `changes` over those of `object`; objects within objects member by member,
// everything else as a whole. Both are Objects.
void mergeJson(JsonValue &object, const JsonValue &changes);

// Takes the members of an Object that are null away, within objects too.
void dropNulls(JsonValue &object);

// What the settings say, changes included, on one line: equal for files that differ in their layout
// alone, and for a change before and after it is saved. Empty if they say nothing.
std::string settingsLine(const ModelSettings &settings);

// The settings as they were read, with the changes above them; `edits` and `edited` of the result
// tell of these. Empty changes, or "{}", give the settings as they were. InvalidArgument: a key or
// value that a settings file may not have (named), or "labels" that are no list of names.
Result<ModelSettings> editedSettings(const ModelSettings &settings, std::string_view changes);

} // namespace warmbench
