#include "http/pages/openapi.h"

#include "base/text.h"
#include "http/pages/openapi_notes.h"
#include "tensor/json_writer.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace warmbench::http {

namespace {

std::string jsonQuoted(std::string_view text)
{
    std::string out;
    appendJsonString(out, text);
    return out;
}

// "POST", "/models/{name}/load" -> "postModelsByNameLoad".
std::string operationIdOf(const Route &route)
{
    std::string id = lowered(route.verb);
    bool starts = true;
    for (const char c : route.pattern == "/" ? "/index" : route.pattern) {
        if (c == '{')
            id += "By";
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
            starts = true;
            continue;
        }
        id += starts ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        starts = false;
    }
    return id;
}

std::string_view describedParameter(std::string_view name)
{
    if (name == "name")
        return "A model's name, percent-encoded; GET /models lists them.";
    if (name == "version")
        return "A number; without it the highest version serves.";
    if (name == "index")
        return "The place in the list of examples, from 0 on.";
    return "A name.";
}

std::string parametersOf(const Route &route, const RouteNotes &notes)
{
    std::string out;
    std::string_view rest = route.pattern;
    for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
        const auto close = rest.find('}', open);
        if (close == std::string_view::npos)
            break;
        const std::string_view name = rest.substr(open + 1, close - open - 1);
        out += fmt::format("{}{{\"name\": {}, \"in\": \"path\", \"required\": true, "
                           "\"description\": {}, \"schema\": {{\"type\": \"string\"}}}}",
                           out.empty() ? "" : ", ", jsonQuoted(name),
                           jsonQuoted(describedParameter(name)));
        rest.remove_prefix(close);
    }
    if (!notes.parameters.empty())
        out += (out.empty() ? "" : ", ") + std::string(notes.parameters);
    return out;
}

std::string responsesOf(const Route &route, const RouteNotes &notes)
{
    std::string out = R"({"200": {"description": "Done.")";
    if (!notes.answer.empty())
        out += ", \"content\": " + std::string(notes.answer);
    out += '}';
    std::string others = route.changesState ? "401 403 " : "403 ";
    others += notes.content.empty() ? "" : "413 415 ";
    others += notes.others;
    for (const std::string_view status : split(others, ' ')) {
        if (!status.empty())
            out +=
                fmt::format(R"(, "{0}": {{"$ref": "#/components/responses/Status{0}"}})", status);
    }
    return out + R"(, "default": {"$ref": "#/components/responses/Problem"}})";
}

std::string operationOf(const Route &route)
{
    const RouteNotes &notes = notesOf(route.verb, route.pattern);
    std::string out = fmt::format("{{\"operationId\": {}, \"tags\": [{}], \"summary\": {}",
                                  jsonQuoted(operationIdOf(route)), jsonQuoted(notes.tag),
                                  jsonQuoted(route.summary));
    if (const std::string parameters = parametersOf(route, notes); !parameters.empty())
        out += ", \"parameters\": [" + parameters + "]";
    if (!notes.content.empty())
        out += ", \"requestBody\": {\"content\": " + std::string(notes.content) + "}";
    if (route.changesState)
        out += R"(, "security": [{"token": []}, {}])";
    return out + ", \"responses\": " + responsesOf(route, notes) + "}";
}

} // namespace

std::string openApiJson(const Router &router)
{
    // The operations of each pattern, in the order of the routes: what everybody uses comes first.
    std::vector<std::pair<std::string, std::string>> paths;
    for (const Route &route : router.routes()) {
        if (!route.listed)
            continue;
        auto path = std::find_if(paths.begin(), paths.end(), [&route](const auto &known) {
            return known.first == route.pattern;
        });
        if (path == paths.end())
            path = paths.insert(path, {route.pattern, {}});
        std::string &operations = path->second;
        operations += fmt::format("{}{}: {}", operations.empty() ? "" : ", ",
                                  jsonQuoted(lowered(route.verb)), operationOf(route));
    }
    std::string out = fmt::format(
        "{{\"openapi\": \"3.1.0\",\n\"info\": {{\"title\": \"Warmbench\", \"version\": \"{}\", "
        "\"description\": \"Models kept loaded in memory, asked over HTTP. What answers GET "
        "answers HEAD; every path answers OPTIONS, and 405 with Allow to other verbs.\", "
        "\"license\": {{\"name\": \"GPL-3.0-or-later\", \"identifier\": \"GPL-3.0-or-later\"}}}},\n"
        "\"servers\": [{{\"url\": \"/\"}}],\n\"paths\": {{",
        WARMBENCH_VERSION);
    for (bool first = true; const auto &[pattern, operations] : paths) {
        out += fmt::format("{}\n{}: {{{}}}", first ? "" : ",", jsonQuoted(pattern), operations);
        first = false;
    }
    out += "},\n\"components\": ";
    out += openApiComponents();
    return out + "}\n";
}

} // namespace warmbench::http
