// Stands for the whole folder in a build without ONNX Runtime's header.
#include "engine/engine.h"

namespace warmbench {

Result<std::unique_ptr<Engine>> makeOnnxRuntimeEngine(Bytes)
{
    return failedPrecondition("This program was built without ONNX Runtime; build it where "
                              "packaging/install-deps.sh has fetched it.");
}

} // namespace warmbench
