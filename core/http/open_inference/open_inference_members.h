// Members of the Open Inference Protocol's objects and the single values in them. Thread: any; pure
// functions. Errors are InvalidArgument; `what` names the place in them.
#pragma once

#include "inference/body/json_body.h"
#include "model/model_bundle.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warmbench::http {

using Members = std::vector<JsonMember>;

// As jsonMembers, but a key that stands twice is refused: the next reader of the same bytes might
// take the other one.
Result<Members> uniqueMembers(std::string_view json, std::string_view what,
                              RunControl *control = nullptr);
// Null where there is none, or the client said null for it.
const JsonMember *memberOf(const Members &members, std::string_view key);
// The members of "parameters"; none where there are none.
Result<Members> parametersOf(const Members &members, std::string_view what);

// From 0 to 2^40.
Result<std::int64_t> wholeNumber(std::string_view json, std::string_view what);
Result<bool> flag(std::string_view json, std::string_view what);
Result<Shape> shapeOf(std::string_view json, std::string_view what);

std::vector<std::string> namesOf(const std::vector<TensorSpec> &specs);
// `kind` is "input" or "output"; names the nearest of the specs and all of them.
Error unknownTensor(const ModelBundle &model, std::string_view kind, std::string_view name,
                    const std::vector<TensorSpec> &specs);
// The error with what the model takes in that input behind it, where the model has that input.
Error withExpected(const Error &error, const ModelBundle &model, std::string_view input);

} // namespace warmbench::http
