#include "side_argument.h"

#include "base/text.h"
#include "engine/engine.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <vector>

namespace warmbench::app {

namespace {

std::vector<std::string> engineNames()
{
    std::vector<std::string> names{"auto"};
    for (const EngineVersion &engine : engineVersions())
        names.push_back(engine.name);
    return names;
}

} // namespace

Result<SideArgument> sideArgument(const std::string &text)
{
    const auto engines = engineNames();
    SideArgument side{text, {}, {}};
    std::error_code ignored;
    while (!std::filesystem::exists(side.model, ignored)) {
        const auto at = side.model.rfind('@');
        if (at == std::string::npos || at == 0)
            break;
        const std::string word = side.model.substr(at + 1);
        if (side.engine.empty() && std::find(engines.begin(), engines.end(), word) != engines.end())
            side.engine = word;
        else if (side.settings.empty() && lowered(word).ends_with(".json"))
            side.settings = word;
        else if (word.find('/') != std::string::npos) // a path in which an @ stands
            break;
        else
            return invalidArgument(fmt::format(
                "\"{}\": behind the @ comes one engine, {}, or one settings file, such as "
                "other.json{}.",
                printable(text), joined(engines), didYouMean(word, engines)));
        side.model.resize(at);
    }
    return side;
}

} // namespace warmbench::app
