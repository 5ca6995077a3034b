// The routes of the Open Inference Protocol (KServe v2) with Triton's extensions for repository,
// configuration, statistics, binary tensors and classification. Content-Type is ignored: known
// clients send none, or octet-stream for JSON. Success is always 200.
//
// Thread: as Api; nothing here waits. Metadata and configuration of a model never loaded load it
// (counted as a load, not as a miss). A load may bring a configuration whose max_batch_size then
// bounds infer requests until the next load or unload; anything else in it is refused.
#pragma once

#include "base/bytes.h"
#include "http/router.h"

namespace warmbench {
class Workbench;
}

namespace warmbench::http {

void addOpenInferenceRoutes(Router &router, Workbench &workbench, Bytes maxBody);

} // namespace warmbench::http
