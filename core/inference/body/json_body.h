// Reads the outer layers of a JSON body: members of an object, elements of a list, single values.
// Each is returned as its piece of the text, so that numbers are read only once, by the code that
// knows their type.
//
// Thread: any (each thread keeps a parser). Errors are InvalidArgument; `what` names the place in
// them. Pieces point into the body and live as long as it does.
#pragma once

#include "base/result.h"
#include "inference/run_control.h"

#include <string>
#include <string_view>
#include <vector>

namespace warmbench {

// Text with the readable bytes after its end that simdjson needs. Pieces of it have them too.
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

// `json` must be a piece of a JsonText. With a `control`, also its errors, during a long text and
// when reading needs more memory than there is.
Result<std::vector<JsonMember>> jsonMembers(std::string_view json, std::string_view what,
                                            RunControl *control = nullptr);
Result<std::vector<std::string_view>> jsonElements(std::string_view json, std::string_view what,
                                                   RunControl *control = nullptr);
Result<std::string> jsonString(std::string_view json, std::string_view what);
Result<double> jsonNumber(std::string_view json, std::string_view what);

// "an object", "a list", "a text", "a number", "null", ... by the first character.
std::string_view jsonKind(std::string_view json);

} // namespace warmbench
