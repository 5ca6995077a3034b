#include "engine/network_spec.h"

#include <algorithm>

namespace warmbench {

bool hasFreeSizes(const NetworkSpec &spec)
{
    return std::any_of(spec.inputs.begin(), spec.inputs.end(), [](const TensorSpec &input) {
        const auto from =
            input.shape.begin() + std::min<std::ptrdiff_t>(1, std::ssize(input.shape));
        return std::any_of(from, input.shape.end(), [](const Dimension &d) { return d.free(); });
    });
}

bool hasFreeBatch(const NetworkSpec &spec)
{
    const auto freeFirst = [](const TensorSpec &value) {
        return !value.shape.empty() && value.shape[0].free();
    };
    return spec.samplesApart && !spec.inputs.empty() &&
           std::all_of(spec.inputs.begin(), spec.inputs.end(), freeFirst);
}

} // namespace warmbench
