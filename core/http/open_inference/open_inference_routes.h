// The routes of the Open Inference Protocol (KServe v2) with Triton's extensions for repository,
// configuration, statistics, binary tensors and classification. Content-Type is ignored: known
// clients send none, or octet-stream for JSON. Success is always 200.
//
// Thread: as Api; nothing here waits. Metadata and configuration tell of a model that is not
// loaded what its files say, after an unload too (Triton has no such model then: 404), since infer
// loads it. A load may bring a configuration whose max_batch_size then
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
