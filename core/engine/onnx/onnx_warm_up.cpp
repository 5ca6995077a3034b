#include "engine/onnx/onnx_warm_up.h"

#include "engine/onnx/onnx_costs.h"
#include "engine/onnx/onnx_shapes.h"

#include <algorithm>
#include <set>
#include <string>

namespace warmbench {

namespace {

bool worksAlongTheFirstExtent(const OnnxStep &step, const ValueShapes &shapes)
{
    static const std::set<std::string, std::less<>> known{"ArgMax",     "ArgMin",  "Hardmax",
                                                          "LogSoftmax", "Softmax", "TopK"};
    if (!known.contains(step.node->op_type()) || step.inputs.empty() || step.inputs[0] < 0)
        return false;
    const auto &from = shapes[static_cast<std::size_t>(step.inputs[0])];
    const std::int64_t axis = intAttribute(*step.node, "axis", -1);
    return from && from->size() > 1 && (axis == 0 || axis == -std::ssize(*from));
}

} // namespace

Result<WarmUpPlan> planOnnxWarmUp(const OnnxFile &file, int instances, Bytes most,
                                  UntoldShapes untold)
{
    const auto graph = file.shapes();
    const bool tries = untold == UntoldShapes::Try && !graph->knowsAllOperators();
    const auto costOf = [&](std::span<const Shape> shapes) -> Result<RunCost> {
        const auto inferred = graph->infer(shapes);
        if (inferred)
            return runCostOf(*graph, *inferred);
        return tries ? Result<RunCost>(RunCost{}) : inferred.error();
    };
    return planWarmUp(file.spec(), file.spec().weightBytes, instances, most, costOf);
}

bool joinsSamples(const OnnxFile &file)
{
    if (!hasFreeBatch(file.spec()))
        return false;
    const auto graph = file.shapes();
    const auto plan = planOnnxWarmUp(file, 1, {});
    if (!plan || plan->trials.empty())
        return false;
    std::vector<Shape> shapes = plan->trials.front();
    const auto one = graph->infer(shapes);
    for (Shape &shape : shapes)
        shape[0] = 2;
    const auto two = graph->infer(shapes);
    if (!one || !two)
        return false;
    const bool moved =
        std::any_of(graph->outputs().begin(), graph->outputs().end(), [&](int value) {
            const auto &alone = (*one)[static_cast<std::size_t>(value)];
            const auto &both = (*two)[static_cast<std::size_t>(value)];
            return alone && both && !alone->empty() && alone->size() == both->size() &&
                   (both->front() != 2 * alone->front() ||
                    !std::equal(alone->begin() + 1, alone->end(), both->begin() + 1));
        });
    return moved ||
           std::any_of(graph->steps().begin(), graph->steps().end(),
                       [&](const OnnxStep &step) { return worksAlongTheFirstExtent(step, *one); });
}

} // namespace warmbench
