#include "model/companion_inputs.h"

#include <optional>

namespace warmbench {

namespace {

// `pictures`: how many of them the network takes.
bool counts(const TensorSpec &input, std::size_t rank, const Dimension &pictures)
{
    return input.shape.size() == rank && (input.shape[0].free() || input.shape[0].size == 1 ||
                                          input.shape[0].size == pictures.size);
}

std::optional<CompanionContent> contentOf(const TensorSpec &input, const Dimension &pictures)
{
    if (input.dtype == DType::String)
        return std::nullopt;
    if (input.name == "orig_target_sizes" && counts(input, 2, pictures) &&
        (input.shape[1].free() || input.shape[1].size == 2))
        return CompanionContent::PictureSize;
    if (input.name == "pixel_mask" && counts(input, 3, pictures))
        return CompanionContent::Ones;
    return std::nullopt;
}

} // namespace

std::vector<CompanionInput> companionsOf(const NetworkSpec &spec, std::size_t picture)
{
    if (picture >= spec.inputs.size() || spec.inputs[picture].shape.size() != 4)
        return {};
    std::vector<CompanionInput> companions;
    for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
        if (i == picture)
            continue;
        const auto content = contentOf(spec.inputs[i], spec.inputs[picture].shape[0]);
        if (!content)
            return {};
        companions.push_back({i, *content});
    }
    return companions;
}

} // namespace warmbench
