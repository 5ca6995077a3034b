#include "http/pages/openapi_notes.h"

#include <array>
#include <string>

namespace warmbench::http {

namespace {

constexpr std::string_view predictTag = "Predict";
constexpr std::string_view modelsTag = "Models";
constexpr std::string_view serverTag = "Server";
constexpr std::string_view pagesTag = "Pages";
constexpr std::string_view openTag = "Open Inference Protocol";
constexpr std::string_view tensorFlowTag = "TensorFlow Serving";

// ---- requests ----

constexpr std::string_view predictionBody = R"({
 "application/json": {"schema": {"$ref": "#/components/schemas/PredictionRequest"}, "examples": {
  "features": {"summary": "A row of a table model", "value": {"features": {"sepal length": 5.1, "sepal width": 3.5, "petal length": 1.4, "petal width": 0.2}}},
  "input": {"summary": "One sample", "value": {"input": [5.1, 3.5, 1.4, 0.2]}},
  "inputs": {"summary": "Several samples", "value": {"inputs": [[5.1, 3.5, 1.4, 0.2], [6.7, 3.1, 5.6, 2.4]]}},
  "tensors": {"summary": "The network's inputs by name", "value": {"tensors": {"features": [[5.1, 3.5, 1.4, 0.2]]}}}}},
 "image/*": {"schema": {"type": "string", "format": "binary", "description": "PNG, JPEG, WebP, BMP or GIF."}},
 "application/octet-stream": {"schema": {"type": "string", "format": "binary", "description": "An image or the bytes of a .npy file."}},
 "text/csv": {"schema": {"type": "string", "description": "A sample a row; a header names the features of a table model."}},
 "multipart/form-data": {"schema": {"type": "object", "properties": {"image": {"type": "string", "format": "binary"}}}}})";
constexpr std::string_view inferParameters =
    R"({"name": "Inference-Header-Content-Length", "in": "header", "description": "Length of the JSON in front of binary tensors; 0: the body is the one input.", "schema": {"type": "integer", "minimum": 0}})";
constexpr std::string_view inferBody = R"({
 "application/json": {"schema": {"$ref": "#/components/schemas/InferRequest"}, "examples": {
  "numbers": {"summary": "One sample", "value": {"id": "1", "inputs": [{"name": "features", "shape": [1, 4], "datatype": "FP32", "data": [5.1, 3.5, 1.4, 0.2]}]}},
  "classes": {"summary": "The two best classes", "value": {"inputs": [{"name": "features", "shape": [1, 4], "datatype": "FP32", "data": [5.1, 3.5, 1.4, 0.2]}],
   "outputs": [{"name": "logits", "parameters": {"classification": 2}}]}}}},
 "application/octet-stream": {"schema": {"type": "string", "format": "binary", "description": "The JSON, then the tensors' bytes in order."}}})";
constexpr std::string_view tensorFlowBody = R"({
 "application/json": {"schema": {"$ref": "#/components/schemas/TensorFlowRequest"}, "examples": {
  "instances": {"summary": "Rows", "value": {"instances": [[5.1, 3.5, 1.4, 0.2]]}},
  "inputs": {"summary": "Columns", "value": {"inputs": [[5.1, 3.5, 1.4, 0.2]]}}}}})";
constexpr std::string_view indexBody = R"({
 "application/json": {"schema": {"type": "object", "properties": {"ready": {"type": "boolean", "default": false, "description": "Only those that are ready."}}},
  "examples": {"ready": {"summary": "Those that are ready", "value": {"ready": true}}}}})";
constexpr std::string_view repositoryBody = R"({
 "application/json": {"schema": {"type": "object", "properties": {"parameters": {"type": "object", "properties": {
 "config": {"type": "string", "description": "JSON of a configuration, in which max_batch_size alone may be set: it bounds requests until the next load or unload."}}}}},
 "examples": {"plain": {"value": {}}}}})";
constexpr std::string_view pageParameters =
    R"({"name": "limit", "in": "query", "description": "At most so many; never more than 1000.", "schema": {"type": "integer", "minimum": 1, "default": 1000}},
 {"name": "after", "in": "query", "description": "The page behind this name: \"next\" of the page before.", "schema": {"type": "string"}})";

constexpr std::string_view answerParameters =
    R"({"name": "score", "in": "query", "description": "Detections of this score at least, instead of the settings'.", "schema": {"type": "number", "minimum": 0, "maximum": 1}},
 {"name": "iou", "in": "query", "description": "Of detections that overlap more, only the best counts.", "schema": {"type": "number", "minimum": 0, "maximum": 1}},
 {"name": "top_k", "in": "query", "description": "At most so many classes.", "schema": {"type": "integer", "minimum": 1, "maximum": 100000}},
 {"name": "masks", "in": "query", "description": "How the masks of objects are told: polygons, COCO's run lengths, or not at all.", "schema": {"enum": ["polygons", "rle", "none"], "default": "polygons"}},
 {"name": "as", "in": "query", "description": "With Accept: image/png, what a segmentation answers: the picture sent with the answer drawn on it, or a grey picture whose values are the classes.", "schema": {"enum": ["drawing", "map"], "default": "drawing"}})";
constexpr std::string_view refreshParameters =
    R"({"name": "force", "in": "query", "description": "Load an unchanged file too.", "schema": {"type": "boolean", "default": false}},
 {"name": "engine", "in": "query", "description": "Load with this engine, and go on with it until the next choice; auto leaves it to settings and options.", "schema": {"enum": ["auto", "opencv", "onnxruntime"]}})";

constexpr std::string_view exampleParameters =
    R"({"name": "file", "in": "query", "description": "The name that the list gives it; 404 where another file has taken its place.", "schema": {"type": "string"}})";

// ---- answers ----

constexpr std::string_view predictionAnswer = R"({
 "application/json": {"schema": {"$ref": "#/components/schemas/Prediction"}},
 "image/png": {"schema": {"type": "string", "format": "binary", "description": "Where Accept asks for it: the picture of an image task; of other tasks the picture sent with the answer drawn on it."}}})";
constexpr std::string_view inferAnswer = R"({
 "application/json": {"schema": {"$ref": "#/components/schemas/InferResponse"}},
 "application/octet-stream": {"schema": {"type": "string", "format": "binary", "description": "The JSON, whose length is in Inference-Header-Content-Length, then the bytes of tensors asked for with binary_data."}}})";
constexpr std::string_view indexAnswer = R"({
 "application/json": {"schema": {"type": "object", "required": ["name", "default_model", "routes"], "properties": {"name": {"const": "warmbench"},
  "default_model": {"type": ["string", "null"], "description": "What /predict without a name runs; null where no model is open."},
  "routes": {"type": "array", "items": {"type": "object", "required": ["verb", "path", "summary"],
   "properties": {"verb": {"type": "string"}, "path": {"type": "string"}, "summary": {"type": "string"}}}}}}},
 "text/html": {"schema": {"type": "string"}}})";
constexpr std::string_view modelsAnswer =
    R"({"application/json": {"schema": {"type": "object", "required": ["models", "next"], "properties": {
 "models": {"type": "array", "items": {"$ref": "#/components/schemas/Model"}},
 "next": {"type": ["string", "null"], "description": "For ?after=; null on the last page."}}}}})";
constexpr std::string_view modelAnswer =
    R"({"application/json": {"schema": {"$ref": "#/components/schemas/Model"}}})";
constexpr std::string_view examplesAnswer =
    R"({"application/json": {"schema": {"type": "object", "required": ["examples"], "properties": {"examples": {"type": "array", "maxItems": 24, "items": {"$ref": "#/components/schemas/Example"}}}}}})";
constexpr std::string_view exampleAnswer = R"({
 "application/json": {"schema": {"type": "object", "description": "A body as it was kept."}},
 "image/*": {"schema": {"type": "string", "format": "binary"}},
 "text/csv": {"schema": {"type": "string"}},
 "application/octet-stream": {"schema": {"type": "string", "format": "binary", "description": "The bytes of a .npy file."}}})";
constexpr std::string_view refreshAnswer = R"({"application/json": {"schema": {"type": "object",
 "required": ["reloaded", "old_digest", "new_digest", "load_ms"], "properties": {"reloaded": {"type": "boolean"},
 "old_digest": {"type": ["string", "null"]}, "new_digest": {"type": ["string", "null"]}, "load_ms": {"type": "number"}}}}})";
constexpr std::string_view verdictAnswer =
    R"({"application/json": {"schema": {"$ref": "#/components/schemas/Verdict"}}})";
constexpr std::string_view matchBody = R"({
 "multipart/form-data": {"schema": {"type": "object", "required": ["input"], "properties": {
  "input": {"type": "string", "format": "binary", "description": "A picture; without \"expected\" up to 12 of them, of different things."},
  "expected": {"type": "string", "format": "binary", "description": "What the notebook's network gives for it: .npy of the primary output, .npz of outputs by name, or .npy of the prepared input."}}}}})";
constexpr std::string_view matchAnswer =
    R"({"application/json": {"schema": {"$ref": "#/components/schemas/Match"}}})";
constexpr std::string_view statsAnswer =
    R"({"application/json": {"schema": {"$ref": "#/components/schemas/Statistics"}}})";
constexpr std::string_view healthAnswer =
    R"({"application/json": {"schema": {"type": "object", "required": ["status"], "properties": {"status": {"const": "ok"}}}}})";
constexpr std::string_view readyAnswer =
    R"({"application/json": {"schema": {"type": "object", "required": ["ready"], "properties": {"ready": {"const": true}}}}})";
constexpr std::string_view liveAnswer =
    R"({"application/json": {"schema": {"type": "object", "required": ["live"], "properties": {"live": {"const": true}}}}})";
constexpr std::string_view modelReadyAnswer =
    R"({"application/json": {"schema": {"type": "object", "required": ["name", "ready"], "properties": {"name": {"type": "string"}, "ready": {"const": true}}}}})";
constexpr std::string_view metricsAnswer = R"({"text/plain": {"schema": {"type": "string"}}})";
constexpr std::string_view eventsAnswer =
    R"({"text/event-stream": {"schema": {"type": "string", "description": "Event \"stats\": what GET /stats answers, at once and each second. Event \"model\": {\"model\", \"kind\", \"text\"} whenever a model changed."}}})";
constexpr std::string_view pageAnswer = R"({"text/html": {"schema": {"type": "string"}}})";
constexpr std::string_view anyAnswer = R"({"*/*": {"schema": {"type": "string"}}})";
constexpr std::string_view openApiAnswer =
    R"({"application/json": {"schema": {"type": "object", "required": ["openapi", "info", "paths"]}}})";
constexpr std::string_view serverAnswer =
    R"({"application/json": {"schema": {"type": "object", "required": ["name", "version", "extensions"],
 "properties": {"name": {"const": "triton"}, "version": {"type": "string"}, "extensions": {"type": "array", "items": {"type": "string"}}}}}})";
constexpr std::string_view metadataAnswer =
    R"({"application/json": {"schema": {"$ref": "#/components/schemas/ModelMetadata"}}})";
constexpr std::string_view configAnswer =
    R"({"application/json": {"schema": {"$ref": "#/components/schemas/ModelConfig"}}})";
constexpr std::string_view modelStatsAnswer =
    R"({"application/json": {"schema": {"type": "object", "required": ["model_stats"], "properties": {"model_stats": {"type": "array", "items": {"$ref": "#/components/schemas/ModelStatistics"}}}}}})";
constexpr std::string_view repositoryAnswer =
    R"({"application/json": {"schema": {"type": "array", "items": {"type": "object", "required": ["name", "version", "state", "reason"],
 "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "state": {"enum": ["READY", "LOADING", "UNAVAILABLE"]}, "reason": {"type": "string"}}}}}})";
constexpr std::string_view emptyAnswer =
    R"({"application/json": {"schema": {"type": "object", "properties": {}}}})";
constexpr std::string_view tensorFlowAnswer =
    R"({"application/json": {"schema": {"$ref": "#/components/schemas/TensorFlowResponse"}}})";
constexpr std::string_view versionsAnswer =
    R"({"application/json": {"schema": {"type": "object", "required": ["model_version_status"], "properties": {"model_version_status": {"type": "array",
 "items": {"type": "object", "required": ["version", "state", "status"], "properties": {"version": {"type": "string"}, "state": {"enum": ["AVAILABLE", "END"]},
 "status": {"type": "object", "required": ["error_code", "error_message"], "properties": {"error_code": {"type": "string"}, "error_message": {"type": "string"}}}}}}}}}})";

constexpr std::string_view signatureAnswer =
    R"({"application/json": {"schema": {"type": "object", "required": ["model_spec", "metadata"], "properties": {"model_spec": {"type": "object"}, "metadata": {"type": "object", "required": ["signature_def"]}}}}})";

constexpr std::string_view whilePredicting = "400 404 424 500 503 504 507";
constexpr std::string_view whileLoading = "400 404 424 500 503 507";
constexpr std::string_view whileDescribing = "400 404 424 500 503";     // loads nothing
constexpr std::string_view whileRefreshing = "400 404 424 500 503 507"; // the default model
constexpr std::string_view whileLooking = "400 404";

constexpr std::array allNotes{
    RouteNotes{"GET /", pagesTag, "", "", indexAnswer, "304"},
    RouteNotes{"GET /docs", pagesTag, "", "", pageAnswer, "304"},
    RouteNotes{"GET /web/{file}", pagesTag, "", "", anyAnswer, "304 400 404"},
    RouteNotes{"GET /openapi.json", pagesTag, "", "", openApiAnswer, ""},
    RouteNotes{"GET /health", serverTag, "", "", healthAnswer, ""},
    RouteNotes{"GET /ready", serverTag, "", "", readyAnswer, "503"},
    RouteNotes{"GET /stats", serverTag, "", "", statsAnswer, ""},
    RouteNotes{"GET /events", serverTag, "", "", eventsAnswer, "503"},
    RouteNotes{"GET /metrics", serverTag, "", "", metricsAnswer, ""},
    RouteNotes{"POST /predict", predictTag, answerParameters, predictionBody, predictionAnswer,
               whilePredicting},
    RouteNotes{"POST /predict/{name}", predictTag, answerParameters, predictionBody,
               predictionAnswer, whilePredicting},
    RouteNotes{"POST /advanced_predict", predictTag, answerParameters, predictionBody,
               predictionAnswer, whilePredicting},
    RouteNotes{"POST /advanced_predict/{name}", predictTag, answerParameters, predictionBody,
               predictionAnswer, whilePredicting},
    RouteNotes{"GET /models", modelsTag, pageParameters, "", modelsAnswer, "400"},
    RouteNotes{"GET /models/{name}", modelsTag, "", "", modelAnswer, whileLooking},
    RouteNotes{"GET /models/{name}/examples", modelsTag, "", "", examplesAnswer, whileDescribing},
    RouteNotes{"GET /models/{name}/examples/{index}", modelsTag, exampleParameters, "",
               exampleAnswer, whileDescribing},
    RouteNotes{"POST /models/{name}/load", modelsTag, "", "", modelAnswer, whileLoading},
    RouteNotes{"POST /models/{name}/unload", modelsTag, "", "", modelAnswer, "400 404 503"},
    RouteNotes{"POST /models/{name}/pin", modelsTag, "", "", modelAnswer, "400 404 503"},
    RouteNotes{"POST /models/{name}/unpin", modelsTag, "", "", modelAnswer, "400 404 503"},
    RouteNotes{"POST /models/{name}/refresh", modelsTag, refreshParameters, "", refreshAnswer,
               whileLoading},
    RouteNotes{"POST /models/{name}/measure", modelsTag, "", "", verdictAnswer, whileLoading},
    RouteNotes{"POST /models/{name}/match", modelsTag, "", matchBody, matchAnswer, whilePredicting},
    RouteNotes{"POST /refresh", modelsTag, refreshParameters, "", refreshAnswer, whileRefreshing},
    RouteNotes{"GET /v2", openTag, "", "", serverAnswer, ""},
    RouteNotes{"GET /v2/health/live", openTag, "", "", liveAnswer, ""},
    RouteNotes{"GET /v2/health/ready", openTag, "", "", readyAnswer, "503"},
    RouteNotes{"GET /v2/models/stats", openTag, "", "", modelStatsAnswer, ""},
    RouteNotes{"GET /v2/models/{name}", openTag, "", "", metadataAnswer, whileDescribing},
    RouteNotes{"GET /v2/models/{name}/config", openTag, "", "", configAnswer, whileDescribing},
    RouteNotes{"GET /v2/models/{name}/ready", openTag, "", "", modelReadyAnswer, whileLooking},
    RouteNotes{"GET /v2/models/{name}/stats", openTag, "", "", modelStatsAnswer, whileLooking},
    RouteNotes{"POST /v2/models/{name}/infer", openTag, inferParameters, inferBody, inferAnswer,
               whilePredicting},
    RouteNotes{"POST /v2/repository/index", openTag, "", indexBody, repositoryAnswer, "400"},
    RouteNotes{"POST /v2/repository/models/{name}/load", openTag, "", repositoryBody, emptyAnswer,
               whileLoading},
    RouteNotes{"POST /v2/repository/models/{name}/unload", openTag, "", repositoryBody, emptyAnswer,
               "400 404 503"},
    RouteNotes{"POST /v1/models/{name}:predict", tensorFlowTag, "", tensorFlowBody,
               tensorFlowAnswer, whilePredicting},
    RouteNotes{"GET /v1/models/{name}", tensorFlowTag, "", "", versionsAnswer, whileLooking},
    RouteNotes{"GET /v1/models/{name}/metadata", tensorFlowTag, "", "", signatureAnswer,
               whileDescribing},
};

} // namespace

const RouteNotes &notesOf(std::string_view verb, std::string_view pattern)
{
    constexpr std::string_view version = "/versions/{version}";
    std::string wanted = std::string(verb) + " " + std::string(pattern);
    if (const auto at = wanted.find(version); at != std::string::npos)
        wanted.erase(at, version.size());
    for (const RouteNotes &each : allNotes) {
        if (wanted == each.route)
            return each;
    }
    static constexpr RouteNotes none{};
    return none;
}

} // namespace warmbench::http
