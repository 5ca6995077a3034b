#include "http/openapi.h"

#include "base/text.h"
#include "tensor/json_tensor.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

namespace warmbench::http {

namespace {

// What the table of routes does not tell: JSON of the specification, empty where nothing is to say.
struct Notes
{
    std::string_view route; // verb and the start of the pattern; the longest that fits counts
    std::string_view parameters;
    std::string_view content; // of the request's body
    std::string_view answer;  // content of a 200
};

constexpr std::string_view predictionBody = R"({
 "application/json": {"schema": {"$ref": "#/components/schemas/PredictionRequest"},
  "examples": {"features": {"value": {"features": {"sepal length": 5.1, "sepal width": 3.5, "petal length": 1.4, "petal width": 0.2}}}}},
 "image/*": {"schema": {"type": "string", "format": "binary"}},
 "application/octet-stream": {"schema": {"type": "string", "format": "binary", "description": "An image or the bytes of a .npy file."}},
 "multipart/form-data": {"schema": {"type": "object", "properties": {"image": {"type": "string", "format": "binary"}}}}})";
constexpr std::string_view predictionAnswer = R"({
 "application/json": {"schema": {"$ref": "#/components/schemas/Prediction"}},
 "image/png": {"schema": {"type": "string", "format": "binary", "description": "The picture of an image task, where Accept asks for it."}}})";
constexpr std::string_view jsonAnswer = R"({"application/json": {"schema": {"type": "object"}}})";
constexpr std::string_view modelAnswer =
    R"({"application/json": {"schema": {"$ref": "#/components/schemas/Model"}}})";
constexpr std::string_view forceParameter =
    R"({"name": "force", "in": "query", "description": "Load an unchanged file too.", "schema": {"type": "boolean", "default": false}})";
constexpr std::string_view refreshAnswer = R"({"application/json": {"schema": {"type": "object",
 "required": ["reloaded"], "properties": {"reloaded": {"type": "boolean"}, "old_digest": {"type": ["string", "null"]},
 "new_digest": {"type": ["string", "null"]}, "load_ms": {"type": "number"}}}}})";

constexpr std::array notes{
    Notes{"POST /predict", "", predictionBody, predictionAnswer},
    Notes{"POST /advanced_predict", "", predictionBody, predictionAnswer},
    Notes{
        "GET /models",
        R"({"name": "limit", "in": "query", "description": "At most so many.", "schema": {"type": "integer", "minimum": 1}},
{"name": "after", "in": "query", "description": "The page behind this name: \"next\" of the page before.", "schema": {"type": "string"}})",
        "",
        R"({"application/json": {"schema": {"type": "object", "required": ["models", "next"], "properties": {
 "models": {"type": "array", "items": {"$ref": "#/components/schemas/Model"}}, "next": {"type": ["string", "null"]}}}}})"},
    Notes{"GET /models/{name}", "", "", modelAnswer},
    Notes{"POST /models/{name}", "", "", modelAnswer},
    Notes{"POST /models/{name}/refresh", forceParameter, "", refreshAnswer},
    Notes{"POST /refresh", forceParameter, "", refreshAnswer},
    Notes{"GET /stats", "", "",
          R"({"application/json": {"schema": {"$ref": "#/components/schemas/Statistics"}}})"},
    Notes{"GET /metrics", "", "", R"({"text/plain": {"schema": {"type": "string"}}})"},
    Notes{"GET /events", "", "", R"({"text/event-stream": {"schema": {"type": "string"}}})"},
    Notes{"GET /docs", "", "", R"({"text/html": {"schema": {"type": "string"}}})"},
    Notes{"GET /web", "", "", R"({"*/*": {"schema": {"type": "string"}}})"},
    Notes{"POST", "", R"({"application/json": {"schema": {"type": "object"}}})", jsonAnswer},
    Notes{"GET", "", "", jsonAnswer},
};

constexpr std::string_view components = R"({
"securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "The token that the server was started with (--token)."}},
"responses": {"Problem": {"description": "What went wrong and what to do.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}},
"schemas": {
"Problem": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string", "description": "A sentence."}, "code": {"type": "string"}}},
"PredictionRequest": {"type": "object", "description": "One of the keys.", "properties": {
 "input": {"description": "One sample: numbers, nested or flat."}, "inputs": {"type": "array", "description": "Several samples."},
 "tensors": {"type": "object", "description": "The network's inputs by name, batch dimension included."},
 "features": {"description": "A row of a table model by its names, or a list of rows."}, "image_b64": {"type": "string"}}},
"Prediction": {"type": "object", "required": ["prediction", "model", "cache", "results", "timings_ms"], "properties": {
 "prediction": {"description": "The primary output."}, "outputs": {"type": "object"}, "model": {"type": "string"}, "version": {"type": "string"},
 "digest": {"type": "string"}, "engine": {"type": "string"}, "cache": {"enum": ["hit", "miss", "coalesced"]}, "prediction_cache": {"type": "string"},
 "results": {"type": "array", "items": {"type": "object"}}, "timings_ms": {"type": "object", "additionalProperties": {"type": "number"}}}},
"Model": {"type": "object", "required": ["name", "state"], "properties": {
 "name": {"type": "string"}, "versions": {"type": "array", "items": {"type": "string"}}, "state": {"type": "string"}, "reason": {"type": ["string", "null"]},
 "digest": {"type": ["string", "null"]}, "file_bytes": {"type": ["integer", "null"]}, "memory_bytes": {"type": ["integer", "null"]},
 "inputs": {"type": ["array", "null"]}, "outputs": {"type": ["array", "null"]}, "settings": {"type": ["object", "null"]},
 "hits": {"type": "integer"}, "misses": {"type": "integer"}, "coalesced": {"type": "integer"}, "pinned": {"type": "boolean"}}},
"Statistics": {"type": "object", "properties": {
 "hits": {"type": "integer"}, "misses": {"type": "integer"}, "coalesced": {"type": "integer"}, "evictions": {"type": "integer"},
 "loads": {"type": "integer"}, "load_failures": {"type": "integer"}, "model_bytes": {"type": "integer"}, "budget_bytes": {"type": "integer"},
 "rss_bytes": {"type": "integer"}, "uptime_s": {"type": "number"}}}}})";

const Notes &notesOf(const Route &route)
{
    const std::string wanted = route.verb + " " + route.pattern;
    const Notes *best = nullptr;
    for (const Notes &each : notes) {
        if (wanted.starts_with(each.route) && (!best || each.route.size() > best->route.size()))
            best = &each;
    }
    static constexpr Notes none{};
    return best ? *best : none;
}

std::string quoted(std::string_view text)
{
    std::string out;
    appendJsonString(out, text);
    return out;
}

std::string parametersOf(const Route &route, const Notes &known)
{
    std::string out;
    std::string_view rest = route.pattern;
    for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
        const auto close = rest.find('}', open);
        if (close == std::string_view::npos)
            break;
        out +=
            fmt::format("{}{{\"name\": {}, \"in\": \"path\", \"required\": true, \"schema\": "
                        "{{\"type\": \"string\"}}}}",
                        out.empty() ? "" : ", ", quoted(rest.substr(open + 1, close - open - 1)));
        rest.remove_prefix(close);
    }
    if (!known.parameters.empty())
        out += (out.empty() ? "" : ", ") + std::string(known.parameters);
    return out;
}

std::string operationOf(const Route &route)
{
    const Notes &known = notesOf(route);
    std::string id = lowered(route.verb) + route.pattern;
    std::replace_if(
        id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    std::string out =
        fmt::format("{{\"operationId\": {}, \"summary\": {}", quoted(id), quoted(route.summary));
    if (const std::string parameters = parametersOf(route, known); !parameters.empty())
        out += ", \"parameters\": [" + parameters + "]";
    if (!known.content.empty())
        out += ", \"requestBody\": {\"content\": " + std::string(known.content) + "}";
    if (route.changesState)
        out += R"(, "security": [{"token": []}, {}])";
    out += R"(, "responses": {"200": {"description": "Done.")";
    if (!known.answer.empty())
        out += ", \"content\": " + std::string(known.answer);
    return out + R"(}, "default": {"$ref": "#/components/responses/Problem"}}})";
}

} // namespace

std::string openApiJson(const Router &router)
{
    std::map<std::string, std::string> paths; // pattern -> its operations
    for (const Route &route : router.routes()) {
        std::string &operations = paths[route.pattern];
        operations += fmt::format("{}{}: {}", operations.empty() ? "" : ", ",
                                  quoted(lowered(route.verb)), operationOf(route));
    }
    std::string out = fmt::format(
        "{{\"openapi\": \"3.1.0\",\n\"info\": {{\"title\": \"Warmbench\", \"version\": \"{}\", "
        "\"description\": \"Models kept loaded in memory, asked over HTTP.\"}},\n\"paths\": {{",
        WARMBENCH_VERSION);
    for (bool first = true; const auto &[pattern, operations] : paths) {
        out += fmt::format("{}\n{}: {{{}}}", first ? "" : ",", quoted(pattern), operations);
        first = false;
    }
    out += "},\n\"components\": ";
    out += components;
    return out + "}\n";
}

} // namespace warmbench::http
