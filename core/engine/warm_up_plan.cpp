#include "engine/warm_up_plan.h"

#include "engine/live_memory.h"

#include <algorithm>
#include <fmt/format.h>

namespace warmbench {

namespace {

// If the number of a picture's channels is free, three are tried, for colours.
Shape shapeWith(std::span<const Dimension> declared, std::int64_t freeExtent)
{
    constexpr std::int64_t colours = 3;
    Shape shape;
    for (const Dimension &extent : declared) {
        const std::int64_t chosen = shape.empty()                               ? 1
                                    : shape.size() == 1 && declared.size() >= 4 ? colours
                                                                                : freeExtent;
        shape.push_back(extent.free() ? chosen : extent.size);
    }
    return shape;
}

std::vector<Shape> shapesWith(const NetworkSpec &spec, std::int64_t freeExtent)
{
    std::vector<Shape> shapes;
    for (const TensorSpec &input : spec.inputs)
        shapes.push_back(shapeWith(input.shape, freeExtent));
    return shapes;
}

Bytes times(Bytes one, std::int64_t count)
{
    return {one.count * count};
}

Error tooLarge(std::span<const Shape> shapes, Bytes needed, Bytes limit)
{
    return {ErrorCode::ResourceExhausted,
            fmt::format("The model needs {} ({} bytes) for inputs of shape {}, more than the whole "
                        "memory budget of {} ({} bytes); raise the budget (--memory-budget).",
                        toText(needed), needed.count,
                        shapes.empty() ? std::string("[]")
                                       : shapeText(std::span<const std::int64_t>(shapes.front())),
                        toText(limit), limit.count)};
}

// Whether a run of two samples fits into the limit together with what is kept of them and their
// answers for comparison.
bool pairFits(std::vector<Shape> shapes, Bytes kept, Bytes limit, const ShapeCost &costOf)
{
    for (Shape &shape : shapes)
        shape[0] = 2;
    const auto cost = costOf(shapes);
    if (!cost)
        return false;
    // Inputs count three times: the joined ones, their parts, and the instance's copy. Answers
    // count four times: those of single runs, their joined form, and those of the joint run.
    const Bytes pair =
        kept + cost->activations + times(floatBytes(shapes), 3) + times(cost->outputs, 4);
    return limit.count == 0 || pair <= limit;
}

} // namespace

Result<WarmUpPlan> planWarmUp(const NetworkSpec &spec, Bytes weights, int instances, Bytes limit,
                              const ShapeCost &costOf)
{
    const bool sizes = hasFreeSizes(spec);
    // Most networks with free height and width take one of the larger sizes; 1 suits sequences.
    const std::vector<std::int64_t> extents =
        sizes ? std::vector<std::int64_t>{224, 64, 1} : std::vector<std::int64_t>{1};
    WarmUpPlan plan;
    plan.kept = times(weights, instances);
    for (const std::int64_t extent : extents) {
        auto shapes = shapesWith(spec, extent);
        const auto cost = costOf(shapes);
        if (!cost && sizes)
            continue;
        if (!cost)
            return Error{ErrorCode::FailedPrecondition, cost.error().message};
        const Bytes inputs = floatBytes(shapes);
        // Each instance keeps a copy of the inputs; in addition there are, once, the inputs that
        // are sent and the outputs that are returned.
        const Bytes kept = times(weights + inputs + cost->activations, instances);
        const Bytes needed = kept + inputs + times(cost->outputs, 2);
        constexpr Bytes muchForATrial = mebibytes(512);
        if (sizes && extent != extents.back() && needed > muchForATrial)
            continue;
        if (limit.count > 0 && needed > limit) {
            if (sizes)
                continue;
            return tooLarge(shapes, needed, limit);
        }
        if (plan.trials.empty()) {
            plan.kept = kept;
            plan.batch = hasFreeBatch(spec) && pairFits(shapes, kept, limit, costOf);
        }
        plan.trials.push_back(std::move(shapes));
    }
    return plan;
}

} // namespace warmbench
