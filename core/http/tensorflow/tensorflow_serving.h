// TensorFlow Serving's v1 REST routes over the workbench:
//   POST /v1/models/N[/versions/V]:predict   {"instances": [...]} -> {"predictions": [...]}
//                                            {"inputs": ...} -> {"outputs": ...}
//   GET  /v1/models/N[/versions/V]           {"model_version_status": [...]}
// An instance is one sample without its batch dimension: the input itself, or an object of inputs
// by name. {"b64": "..."} is a picture, or a string for string inputs. "inputs" carries the batch
// dimension. Several outputs come as objects by name. Networks have one signature, which
// "signature_name" may call "serving_default". :classify and :regress are told with a 501 to use
// :predict.
//
// Thread: as Api; nothing here waits.
#pragma once

#include "http/router.h"

namespace warmbench {
class Workbench;
}

namespace warmbench::http {

void addTensorFlowRoutes(Router &router, Workbench &workbench);

} // namespace warmbench::http
