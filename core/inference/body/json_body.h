// The outer layers of a JSON body: members of an object, elements of a list, single values, each as
// the piece of text it is, so that numbers are read once, by whoever knows their type.
//
// Thread: any (one parser a thread is kept). Errors are InvalidArgument; `what` names the place in
// them. Pieces point into the body and live as long as it does.
#pragma once

#include "base/result.h"
#include "inference/run_control.h"

#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// Text with the readable bytes behind its end that simdjson needs. Pieces of it have them too.
class JsonText
{
public:
    explicit JsonText(std::string_view text);
    std::string_view view() const { return m_text; }

private:
    std::string m_text;
};

struct JsonMember
{
    std::string key;
    std::string_view value;
};

// `json` must be a piece of a JsonText. With a control: what that says within a long text, and
// where there is no room for what reading it takes.
Result<std::vector<JsonMember>> jsonMembers(std::string_view json, std::string_view what,
                                            RunControl *control = nullptr);
Result<std::vector<std::string_view>> jsonElements(std::string_view json, std::string_view what,
                                                   RunControl *control = nullptr);
Result<std::string> jsonString(std::string_view json, std::string_view what);
Result<double> jsonNumber(std::string_view json, std::string_view what);

// "an object", "a list", "a text", "a number", "null", ... by the first character.
std::string_view jsonKind(std::string_view json);

} // namespace warmbench
