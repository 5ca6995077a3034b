#include "http/pages/openapi_notes.h"

namespace warmbench::http {

namespace {

constexpr std::string_view components = R"({
"securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "The token that the server was started with (--token), if any."}},
"responses": {
"Status304": {"description": "As the client has it: If-None-Match named its ETag."},
"Status400": {"description": "The request cannot be understood or does not fit the model; the sentence says what came and what was expected.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
"Status401": {"description": "A token is needed.", "headers": {"WWW-Authenticate": {"schema": {"const": "Bearer"}}}, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
"Status403": {"description": "A foreign Host or Origin, or a change from another machine where no token is set.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
"Status404": {"description": "No such model, version or file.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
"Status413": {"description": "The body is larger than --max-body.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
"Status415": {"description": "The Content-Encoding is not understood.", "headers": {"Accept-Encoding": {"schema": {"type": "string"}}}, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
"Status424": {"description": "The model cannot be loaded; the sentence says why.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
"Status500": {"description": "A fault inside.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
"Status503": {"description": "Busy, not up yet or shutting down: ask again later.", "headers": {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
"Status504": {"description": "The deadline passed before the answer was there.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
"Status507": {"description": "The model does not fit into the memory budget; the sentence has the numbers.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
"Problem": {"description": "What went wrong and what to do.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}},
"schemas": {
"Problem": {"type": "object", "required": ["error", "code"], "properties": {
 "error": {"type": "string", "description": "A sentence that says what to do."},
 "code": {"type": "string", "pattern": "^[A-Z_]+$", "examples": ["INVALID_ARGUMENT", "NOT_FOUND", "UNAUTHENTICATED"]}}},
"Values": {"description": "Numbers, nested as the tensor's shape or flat. NaN is null, infinities are the strings \"Infinity\" and \"-Infinity\".",
 "anyOf": [{"type": ["number", "string", "boolean", "null"]}, {"type": "array", "items": {"$ref": "#/components/schemas/Values"}}]},
"Row": {"type": "object", "description": "A table model's numbers and texts by name; what is left out takes its default, null is a missing number.", "additionalProperties": {"type": ["number", "string", "boolean", "null"]}},
"PredictionRequest": {"type": "object", "description": "Exactly one of the keys.", "minProperties": 1, "maxProperties": 1, "properties": {
 "input": {"$ref": "#/components/schemas/Values", "description": "One sample, shaped as the network's input without its batch dimension."},
 "inputs": {"type": "array", "items": {"$ref": "#/components/schemas/Values"}, "description": "Several samples."},
 "tensors": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Values"}, "description": "The network's inputs by name, batch dimension included."},
 "features": {"anyOf": [{"$ref": "#/components/schemas/Row"}, {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}]},
 "image_b64": {"type": "string", "contentEncoding": "base64", "description": "An image."}}},
"Class": {"type": "object", "required": ["index", "label", "score"], "properties": {
 "index": {"type": "integer"}, "label": {"type": "string"}, "score": {"type": "number"}}},
"Example": {"type": "object", "required": ["name", "kind", "bytes", "content_type", "golden", "expected", "href"], "properties": {
 "name": {"type": "string", "description": "Of the file."}, "kind": {"enum": ["picture", "row", "file"], "description": "A row of a table is small enough to be shown."},
 "bytes": {"type": "integer"}, "content_type": {"type": "string"}, "golden": {"type": "boolean", "description": "It is among the golden answers of the settings."},
 "expected": {"type": ["string", "null"], "description": "The label of the golden answer."}, "href": {"type": "string", "description": "Where it is."}}},
"Detection": {"type": "object", "required": ["index", "label", "score", "box_xywh", "box_xyxy"], "properties": {
 "index": {"type": "integer"}, "label": {"type": "string"}, "score": {"type": "number"},
 "box_xywh": {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 4, "description": "Left, top, width, height in pixels of the image sent."},
 "box_xyxy": {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 4, "description": "Left, top, right, bottom."},
 "angle": {"type": "number", "description": "Of a box that is turned: radians from 0 to a quarter turn, clockwise as the picture is seen; of text, an eighth of a turn either way. box_xyxy is then the upright box around it."},
 "corners": {"$ref": "#/components/schemas/Corners"},
 "keypoints": {"type": "array", "items": {"type": "object", "required": ["name", "x", "y", "score"], "properties": {
  "name": {"type": "string"}, "x": {"type": "number"}, "y": {"type": "number"}, "score": {"type": "number", "description": "How visible it is."}}}},
 "mask": {"type": "object", "description": "Of the object's pixels, as ?masks= asks.", "properties": {
  "polygons": {"type": "array", "description": "One for each part: x and y in turn.", "items": {"type": "array", "items": {"type": "integer"}}},
  "size": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2, "description": "Height and width."},
  "counts": {"type": "array", "items": {"type": "integer"}, "description": "COCO's run lengths: pixels outside, inside, outside .., column by column."}}}}},
"Corners": {"type": "array", "description": "Four corners in order around the box.", "minItems": 4, "maxItems": 4, "items": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}},
"TextLine": {"type": "object", "required": ["text", "score"], "properties": {
 "text": {"type": "string"}, "score": {"type": "number", "description": "The mean over its characters."}, "corners": {"$ref": "#/components/schemas/Corners"}}},
"SampleResult": {"type": "object", "description": "What the task yields for one sample.", "properties": {
 "classes": {"type": "array", "items": {"$ref": "#/components/schemas/Class"}},
 "detections": {"type": "array", "items": {"$ref": "#/components/schemas/Detection"}},
 "text": {"type": "array", "items": {"$ref": "#/components/schemas/TextLine"}},
 "segmentation": {"type": "object", "required": ["size", "classes"], "properties": {
  "size": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2, "description": "Height and width of the image sent."},
  "classes": {"type": "array", "description": "Those that occur, the largest first.", "items": {"type": "object", "required": ["index", "label", "share"], "properties": {
   "index": {"type": "integer"}, "label": {"type": "string"}, "share": {"type": "number", "description": "Of the pixels."}}}}}},
 "image": {"type": "object", "required": ["width", "height"], "properties": {"width": {"type": "integer"}, "height": {"type": "integer"},
  "range": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2, "description": "The numbers that are black and white in the picture."},
  "range_origin": {"enum": ["usual", "settings", "data"], "description": "Why: one of 0..1, -1..1 and 0..255 fits; the settings file; lowest and highest of the output."}}}}},
"Prediction": {"type": "object",
 "required": ["prediction", "model", "version", "digest", "engine", "cache", "prediction_cache", "results", "timings_ms"], "properties": {
 "prediction": {"$ref": "#/components/schemas/Values", "description": "The primary output, batch dimension included; null where images of several sizes give outputs of several shapes."},
 "outputs": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Values"}, "description": "All outputs by name, where there are several."},
 "model": {"type": "string"}, "version": {"type": "string"}, "digest": {"type": "string"}, "engine": {"type": "string"},
 "cache": {"enum": ["hit", "miss", "coalesced"], "description": "Whether the model was loaded already, was loaded for this, or was being loaded."},
 "prediction_cache": {"enum": ["off", "hit", "miss"]},
 "results": {"type": "array", "items": {"$ref": "#/components/schemas/SampleResult"}},
 "warnings": {"type": "array", "items": {"type": "string"}, "description": "Why the answer may be wrong, such as a preparation that is a guess; left out where nothing is known."},
 "timings_ms": {"type": "object", "description": "Milliseconds; the phases add up to the total.",
 "required": ["load", "queue", "decode", "preprocess", "infer", "postprocess", "total"], "properties": {
  "load": {"type": "number", "description": "The wait for the model to load; 0 on a hit."}, "queue": {"type": "number"}, "decode": {"type": "number"}, "preprocess": {"type": "number"}, "infer": {"type": "number"},
  "postprocess": {"type": "number"}, "total": {"type": "number"}}}}},
"Tensor": {"type": "object", "required": ["name", "dtype", "shape"], "properties": {"name": {"type": "string"}, "dtype": {"type": "string"},
 "shape": {"type": "array", "items": {"type": "integer"}, "description": "-1 where an extent is free."}}},
"Model": {"type": "object", "description": "What is unknown before the first load or description is null.",
 "required": ["name", "versions", "state", "reason", "changed_on_disk", "digest", "file_bytes", "memory_bytes", "engine", "warning", "warnings", "inputs", "outputs",
  "takes", "features", "settings", "hits", "misses", "coalesced", "in_use", "pinned", "last_used", "expires_at", "evicted", "load_ms", "understood", "verdict"], "properties": {
 "name": {"type": "string"}, "versions": {"type": "array", "items": {"type": "string"}},
 "state": {"enum": ["registered", "probing", "loading", "ready", "retiring", "failed"]},
 "reason": {"type": ["string", "null"], "description": "Why it failed."}, "changed_on_disk": {"type": "boolean"},
 "digest": {"type": ["string", "null"]}, "file_bytes": {"type": ["integer", "null"]}, "memory_bytes": {"type": ["integer", "null"]},
 "engine": {"type": ["string", "null"]}, "warning": {"type": ["string", "null"], "description": "The first of the warnings."},
 "warnings": {"type": "array", "items": {"type": "string"}},
 "inputs": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Tensor"}},
 "outputs": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Tensor"}},
 "takes": {"enum": ["pictures", "rows", "tensors", null], "description": "What else it takes than tensors."},
 "features": {"type": ["array", "null"], "description": "The columns of a row that have names.", "items": {"type": "object", "required": ["name", "dtype"], "properties": {
  "name": {"type": "string"}, "dtype": {"type": "string"}, "unit": {"type": "string"}, "min": {"type": "number"}, "max": {"type": "number"},
  "default": {"type": "number"}, "example": {"type": "string", "description": "A value as one would write it."}}}},
 "settings": {"type": ["object", "null"], "description": "The settings in force.", "additionalProperties": true},
 "understood": {"type": ["object", "null"], "description": "What the model was taken for, and where each value comes from.", "required": ["summary", "values"], "properties": {
  "summary": {"type": "string"}, "values": {"type": "object", "additionalProperties": {"type": "object", "required": ["value", "origin"], "properties": {"value": {}, "origin": {"type": "string"}}}}}},
 "hits": {"type": "integer"}, "misses": {"type": "integer"}, "coalesced": {"type": "integer"}, "in_use": {"type": "integer"},
 "pinned": {"type": "boolean"}, "last_used": {"type": ["string", "null"], "format": "date-time"},
 "expires_at": {"type": ["string", "null"], "format": "date-time"}, "load_ms": {"type": ["number", "null"]},
 "evicted": {"type": ["object", "null"], "description": "Why and when the cache took the model out of memory; null where it did not, or it was loaded since.",
  "required": ["why", "at"], "properties": {"why": {"type": "string"}, "at": {"type": "string", "format": "date-time"}}},
 "verdict": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Verdict"}], "description": "null until the model was measured."}}},
"Verdict": {"type": "object", "description": "What was measured of the engines that read the model's files.",
 "required": ["digest", "measured", "machine", "inputs", "timed_on", "engines", "reference", "verified", "offer", "summary"], "properties": {
 "digest": {"type": "string"}, "measured": {"type": "string", "format": "date-time"}, "machine": {"type": "string"},
 "inputs": {"type": "object", "description": "How many the engines were compared on.", "required": ["golden", "seen", "random"], "properties": {
  "golden": {"type": "integer", "description": "Known answers of the settings."}, "seen": {"type": "integer", "description": "What the model ran with last."},
  "random": {"type": "integer", "description": "Values that look random and are the same every time."}}},
 "timed_on": {"enum": ["golden", "seen", "random"]},
 "engines": {"type": "array", "description": "The preferred one first; the first that runs the model is the reference.", "items": {"type": "object",
  "required": ["engine", "version", "refusal", "run_ms", "load_ms", "memory_bytes", "agrees", "largest_difference", "difference"], "properties": {
  "engine": {"type": "string"}, "version": {"type": "string"}, "refusal": {"type": ["string", "null"], "description": "Why it does not load or run the model."},
  "run_ms": {"type": ["number", "null"], "description": "Median of runs by one caller."}, "load_ms": {"type": ["number", "null"]}, "memory_bytes": {"type": ["integer", "null"]},
  "agrees": {"type": ["boolean", "null"], "description": "With the reference; null for the reference itself."},
  "largest_difference": {"type": ["number", "null"], "description": "As a share of the largest number of a tensor."}, "difference": {"type": ["string", "null"]}}}},
 "reference": {"type": ["string", "null"]}, "verified": {"type": "boolean", "description": "A second engine agrees."},
 "offer": {"type": ["string", "null"], "description": "An engine that agrees and is at least 1.3 times as fast."}, "summary": {"type": "string"}}},
"Match": {"type": "object", "description": "Which preparation of the picture gives the numbers expected.",
 "required": ["model", "digest", "engine", "compared_with", "matches", "summary", "preparations", "runs", "candidates", "notes"], "properties": {
 "model": {"type": "string"}, "digest": {"type": "string"}, "engine": {"type": "string"},
 "compared_with": {"enum": ["output", "input", null], "description": "null where nothing was expected."}, "matches": {"type": ["boolean", "null"]},
 "summary": {"type": "string"}, "preparations": {"type": "integer", "description": "How many were compared."}, "runs": {"type": "integer", "description": "Of the network."},
 "candidates": {"type": "array", "description": "The 20 closest, the closest first; all where nothing was expected.", "items": {"type": "object",
  "required": ["preparation", "input", "present", "answers", "tells_nothing_apart", "same_for_this_picture"], "properties": {
  "preparation": {"type": "string"}, "input": {"type": "object", "description": "As \"input\" in the settings file.", "additionalProperties": true},
  "present": {"type": "boolean", "description": "It is what the model has now."}, "largest_difference": {"type": ["number", "null"], "description": "null where an answer is no number."},
  "share": {"type": ["number", "null"], "description": "The same as a share of the largest number expected."}, "cosine": {"type": "number"},
  "same_best": {"type": ["boolean", "null"]}, "agrees": {"type": "boolean"},
  "answers": {"type": "array", "description": "One a picture.", "items": {"type": "object", "required": ["label", "score"], "properties": {"label": {"type": "string"}, "score": {"type": ["number", "null"]}}}},
  "tells_nothing_apart": {"type": "boolean", "description": "It answers the same for every picture: its range is wrong."},
  "same_for_this_picture": {"type": "integer", "description": "Further preparations that give the same numbers for it."}}}},
 "notes": {"type": "array", "items": {"type": "string"}}}},
"Statistics": {"type": "object",
 "required": ["answered", "refused", "hits", "misses", "coalesced", "evictions", "loads", "load_failures", "model_bytes", "budget_bytes", "rss_bytes", "uptime_s", "engines"], "properties": {
 "answered": {"type": "integer", "description": "Requests that got what they asked for."},
 "refused": {"type": "integer", "description": "Requests that got an error: 4xx or 5xx."},
 "hits": {"type": "integer"}, "misses": {"type": "integer"}, "coalesced": {"type": "integer"}, "evictions": {"type": "integer"},
 "loads": {"type": "integer"}, "load_failures": {"type": "integer"}, "model_bytes": {"type": "integer"}, "budget_bytes": {"type": "integer"},
 "rss_bytes": {"type": "integer"}, "uptime_s": {"type": "number"},
 "engines": {"type": "array", "description": "An engine that is not there has no version, but the reason.", "items": {"type": "object",
  "required": ["name", "version", "reason"], "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "reason": {"type": "string"}}}}}},
"OpenTensor": {"type": "object", "required": ["name", "shape", "datatype"], "properties": {
 "name": {"type": "string"}, "shape": {"type": "array", "items": {"type": "integer"}}, "datatype": {"$ref": "#/components/schemas/Datatype"},
 "parameters": {"type": "object", "additionalProperties": true}, "data": {"$ref": "#/components/schemas/Values", "description": "Absent where the bytes follow."}}},
"Datatype": {"enum": ["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES"]},
"InferRequest": {"type": "object", "required": ["inputs"], "properties": {
 "id": {"type": "string"}, "parameters": {"type": "object", "additionalProperties": true},
 "inputs": {"type": "array", "items": {"$ref": "#/components/schemas/OpenTensor"}},
 "outputs": {"type": "array", "items": {"type": "object", "required": ["name"], "properties": {
  "name": {"type": "string"}, "parameters": {"type": "object", "additionalProperties": true}}}}}},
"InferResponse": {"type": "object", "required": ["model_name", "model_version", "outputs"], "properties": {
 "model_name": {"type": "string"}, "model_version": {"type": "string"}, "id": {"type": "string"},
 "parameters": {"type": "object", "description": "warning: where the engine is known to answer otherwise than the file says.", "additionalProperties": true},
 "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/OpenTensor"}}}},
"OpenTensorInfo": {"type": "object", "required": ["name", "datatype", "shape"], "properties": {
 "name": {"type": "string"}, "datatype": {"$ref": "#/components/schemas/Datatype"}, "shape": {"type": "array", "items": {"type": "integer"}}}},
"ModelMetadata": {"type": "object", "required": ["name", "versions", "platform", "inputs", "outputs"], "properties": {
 "name": {"type": "string"}, "versions": {"type": "array", "items": {"type": "string"}}, "platform": {"type": "string"},
 "inputs": {"type": "array", "items": {"$ref": "#/components/schemas/OpenTensorInfo"}},
 "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/OpenTensorInfo"}}}},
"ConfigTensor": {"type": "object", "required": ["name", "data_type", "dims"], "properties": {
 "name": {"type": "string"}, "data_type": {"type": "string"}, "format": {"enum": ["FORMAT_NONE", "FORMAT_NCHW", "FORMAT_NHWC"]},
 "dims": {"type": "array", "items": {"type": "integer"}}}},
"ModelConfig": {"type": "object", "required": ["name", "platform", "backend", "max_batch_size", "input", "output"], "properties": {
 "name": {"type": "string"}, "platform": {"type": "string"}, "backend": {"type": "string"}, "max_batch_size": {"type": "integer"},
 "input": {"type": "array", "items": {"$ref": "#/components/schemas/ConfigTensor"}},
 "output": {"type": "array", "items": {"$ref": "#/components/schemas/ConfigTensor"}}}},
"Duration": {"type": "object", "required": ["count", "ns"], "properties": {"count": {"type": "integer"}, "ns": {"type": "integer"}}},
"ModelStatistics": {"type": "object",
 "required": ["name", "version", "last_inference", "inference_count", "execution_count", "inference_stats", "batch_stats", "memory_usage"], "properties": {
 "name": {"type": "string"}, "version": {"type": "string"}, "last_inference": {"type": "integer"}, "inference_count": {"type": "integer"},
 "execution_count": {"type": "integer"},
 "inference_stats": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Duration"},
  "required": ["success", "fail", "queue", "compute_input", "compute_infer", "compute_output", "cache_hit", "cache_miss"]},
 "batch_stats": {"type": "array"},
 "memory_usage": {"type": "array", "items": {"type": "object", "required": ["type", "id", "byte_size"], "properties": {
  "type": {"type": "string"}, "id": {"type": "integer"}, "byte_size": {"type": "integer"}}}}}},
"TensorFlowRequest": {"type": "object", "description": "\"instances\" (rows) or \"inputs\" (columns); an image is {\"b64\": \"...\"}.", "properties": {
 "signature_name": {"type": "string"}, "instances": {"type": "array"}, "inputs": {}}},
"TensorFlowResponse": {"type": "object", "minProperties": 1, "maxProperties": 1, "properties": {
 "predictions": {"type": "array", "description": "A row each, by the outputs' names where there are several."},
 "outputs": {"description": "The output, by name where there are several."}}}}})";

} // namespace

std::string_view openApiComponents()
{
    return components;
}

} // namespace warmbench::http
