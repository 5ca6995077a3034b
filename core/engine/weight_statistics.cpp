#include "engine/weight_statistics.h"

#include "base/text.h"
#include "engine/onnx/onnx_weights.h"

#include <fmt/format.h>

namespace warmbench {

Result<WeightStatistics> weightStatistics(const ModelFiles &files, const std::string &name,
                                          const std::stop_token &stop)
{
    if (files.format == ModelFormat::Onnx)
        return onnxWeightStatistics(files.network, name, stop);
    return failedPrecondition(
        fmt::format("\"{}\" is a file of {}: single weights are read from ONNX files only.",
                    printable(files.network.filename().string()), modelFormatName(files.format)));
}

} // namespace warmbench
