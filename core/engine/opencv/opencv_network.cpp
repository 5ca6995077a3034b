#include "engine/opencv/opencv_network.h"

#include "base/text.h"
#include "engine/onnx/onnx_costs.h"
#include "engine/opencv/opencv_threads.h"
#include "engine/run_inputs.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>
#include <utility>

namespace warmbench {

// An instance taken from the pool for as long as this lives.
class OpenCvNetwork::Lease
{
public:
    explicit Lease(const OpenCvNetwork &network)
        : Lease(network, network.takeSlot())
    {
    }
    // Holds a slot that has been taken already.
    Lease(const OpenCvNetwork &network, Slot *taken)
        : m_network(network)
        , m_slot(taken)
    {
    }
    ~Lease() { m_network.putBack(m_slot); }
    Lease(const Lease &) = delete;
    Lease &operator=(const Lease &) = delete;
    Slot &operator*() const { return *m_slot; }
    Slot *operator->() const { return m_slot; }

private:
    const OpenCvNetwork &m_network;
    Slot *m_slot;
};

OpenCvNetwork::Slot *OpenCvNetwork::takeSlot() const
{
    const MutexLock lock(m_mutex);
    while (m_free.empty())
        m_freed.wait(m_mutex);
    Slot *slot = m_free.back();
    m_free.pop_back();
    slot->rested = false;
    return slot;
}

// Takes the slot if it is free and still idle. False if a caller has it, or has had it meanwhile.
bool OpenCvNetwork::takeRested(Slot *slot) const
{
    const MutexLock lock(m_mutex);
    const auto place = std::find(m_free.begin(), m_free.end(), slot);
    if (place == m_free.end() || !slot->rested)
        return false;
    m_free.erase(place);
    return true;
}

void OpenCvNetwork::putBack(Slot *slot) const
{
    {
        const MutexLock lock(m_mutex);
        m_free.push_back(slot);
    }
    m_freed.notifyOne();
}

namespace {

std::string shapesText(std::span<const Shape> shapes)
{
    std::vector<std::string> texts;
    for (const Shape &shape : shapes)
        texts.push_back(shapeText(std::span<const std::int64_t>(shape)));
    return joined(texts);
}

Error misfit(std::span<const Shape> shapes, const Error &reason)
{
    return invalidArgument(fmt::format("The network does not take inputs of shape {}: {}",
                                       shapesText(shapes), reason.message));
}

} // namespace

OpenCvNetwork::OpenCvNetwork(OpenCvParts parts)
    : m_spec(std::move(parts.spec))
    , m_outputsDeclared(parts.outputsDeclared)
    , m_graph(std::move(parts.graph))
{
    for (auto &instance : parts.instances)
        m_slots.push_back({.instance = std::move(instance), .shapes = {}, .cost = {}});
    for (Slot &slot : m_slots)
        m_free.push_back(&slot);
}

// OpenCV has no way to end a run early.
Result<std::vector<Tensor>> OpenCvNetwork::run(std::span<const Tensor> inputs,
                                               const std::stop_token & /*stop*/)
{
    if (auto checked = checkInputs(m_spec, inputs); !checked)
        return std::move(checked).error();
    const Lease slot(*this);
    if (!areShapesOf(inputs, slot->shapes)) {
        const auto tried = m_tried.find(inputs);
        if (!tried)
            return firstRun(*slot, inputs);
        slot->shapes = shapesOf(inputs);
        slot->cost = *tried;
    }
    const EngineRun counted(usualTime() < quickRunTime);
    const auto began = std::chrono::steady_clock::now();
    auto outputs = slot->instance->run(inputs, m_spec);
    if (outputs)
        m_usual.add(std::chrono::steady_clock::now() - began);
    return outputs;
}

// The first run with inputs of these shapes. Before it, the shapes are checked; after it, the
// shapes that the layers made are compared with the file, because layers know them only then.
Result<std::vector<Tensor>> OpenCvNetwork::firstRun(Slot &slot, std::span<const Tensor> inputs)
{
    const auto shapes = shapesOf(inputs);
    slot.shapes.clear();
    const auto cost = costIn(*slot.instance, shapes);
    if (!cost)
        return cost.error();
    slot.cost = *cost;
    // Without a graph costIn() has made this check already.
    if (auto fits = m_graph ? slot.instance->check(shapes) : Result<void>(); !fits)
        return std::move(fits).error();
    const EngineRun counted(false);
    auto outputs = slot.instance->run(inputs, m_spec);
    // If other shapes have run and there is no graph to say that these fit, the shapes are to
    // blame.
    if (!outputs && !m_graph && !m_tried.empty() &&
        outputs.error().code == ErrorCode::FailedPrecondition)
        return misfit(shapes, outputs.error());
    if (!outputs)
        return outputs;
    if (m_graph) {
        const auto inferred = m_graph->infer(shapes);
        if (!inferred)
            return inferred.error();
        if (auto made = slot.instance->compare(shapes, layerShapesOf(*m_graph, *inferred)); !made)
            return std::move(made).error();
        if (auto made = compareOutputs(*outputs, *inferred); !made)
            return std::move(made).error();
    }
    m_tried.add(shapes, *cost);
    slot.shapes = shapes;
    return outputs;
}

// Extents of 1 are not compared: OpenCV adds and drops them.
Result<void> OpenCvNetwork::compareOutputs(std::span<const Tensor> outputs,
                                           const std::vector<std::optional<Shape>> &shapes) const
{
    const auto withoutOnes = [](Shape shape) {
        std::erase(shape, 1);
        return shape;
    };
    const auto &values = m_graph->outputs();
    for (std::size_t i = 0; i < outputs.size() && i < values.size(); ++i) {
        const auto &told = shapes[static_cast<std::size_t>(values[i])];
        if (told && withoutOnes(*told) != withoutOnes(outputs[i].shape()))
            return failedPrecondition(fmt::format(
                "OpenCV makes the output \"{}\" of shape {}, where the file says {}; run the model "
                "with ONNX Runtime.",
                printable(m_spec.outputs[i].name),
                shapeText(std::span<const std::int64_t>(outputs[i].shape())),
                shapeText(std::span<const std::int64_t>(*told))));
    }
    return {};
}

Result<RunCost> OpenCvNetwork::cost(std::span<const Shape> inputs) const
{
    if (const auto known = m_costs.find(inputs))
        return *known;
    if (m_graph) // costIn() then asks only the graph
        return costIn(*m_slots.front().instance, inputs);
    const Lease slot(*this);
    return costIn(*slot->instance, inputs);
}

// The graph gives the cost if the format has one; else the layers of the instance do.
Result<RunCost> OpenCvNetwork::costIn(OpenCvInstance &instance, std::span<const Shape> inputs) const
{
    if (const auto known = m_costs.find(inputs))
        return *known;
    RunCost cost;
    if (m_graph) {
        const auto inferred = m_graph->infer(inputs);
        if (!inferred)
            return inferred.error();
        cost = runCostOf(*m_graph, *inferred);
    } else {
        const auto laid = instance.cost(inputs);
        if (!laid && laid.error().code == ErrorCode::FailedPrecondition)
            return misfit(inputs, laid.error());
        if (!laid)
            return laid.error();
        cost = *laid;
    }
    m_costs.add({inputs.begin(), inputs.end()}, cost);
    return cost;
}

Result<void> OpenCvNetwork::planWarmUp(Bytes limit)
{
    const auto costOf = [this](std::span<const Shape> shapes) { return cost(shapes); };
    auto plan = warmbench::planWarmUp(m_spec, m_spec.weightBytes, concurrency(), limit, costOf);
    if (!plan)
        return std::move(plan).error();
    m_plan = *std::move(plan);
    return {};
}

Result<void> OpenCvNetwork::warmUpWith(const std::vector<Shape> &shapes)
{
    const auto inputs = zeroInputs(m_spec, shapes);
    if (!inputs)
        return inputs.error();
    std::vector<Shape> answered;
    for (Slot &slot : m_slots) {
        const auto outputs =
            answered.empty() ? firstRun(slot, *inputs) : slot.instance->run(*inputs, m_spec);
        if (!outputs)
            return outputs.error();
        answered = shapesOf(*outputs);
    }
    m_warmShapes = shapes;
    m_warmOutputs = std::move(answered);
    return {};
}

Result<void> OpenCvNetwork::warmUp()
{
    Result<void> done = Error{ErrorCode::FailedPrecondition,
                              "none of the sizes that are tried at load fits the network or the "
                              "memory budget."};
    for (const auto &shapes : m_plan.trials) {
        done = warmUpWith(shapes);
        if (done)
            break;
    }
    if (!done && !hasFreeSizes(m_spec))
        return done;
    if (!done) {
        m_spec.warnings.push_back(
            fmt::format("The network was not tried at load, since its input sizes are free: {}",
                        done.error().message));
        return {};
    }
    if (m_plan.batch)
        tryBatch();
    else if (hasFreeBatch(m_spec))
        m_spec.warnings.push_back("Two samples at once were not tried: the network does not take "
                                  "them, or not within the memory budget; samples are run one by "
                                  "one.");
    if (!m_outputsDeclared)
        fillOutputs();
    return {};
}

// Fills in output shapes that the format does not declare: free extents if the inputs have free
// sizes.
void OpenCvNetwork::fillOutputs()
{
    const bool sizes = hasFreeSizes(m_spec);
    for (std::size_t i = 0; i < m_warmOutputs.size(); ++i) {
        auto &shape = m_spec.outputs[i].shape;
        if (!shape.empty())
            continue;
        for (const std::int64_t extent : m_warmOutputs[i]) {
            const bool batch = shape.empty() && m_batches;
            shape.push_back({sizes || batch ? -1 : extent, batch ? "batch" : ""});
        }
    }
}

void OpenCvNetwork::tryBatch()
{
    Slot &slot = m_slots.front();
    const auto run = [&](std::span<const Tensor> inputs) {
        return areShapesOf(inputs, m_warmShapes) ? slot.instance->run(inputs, m_spec)
                                                 : firstRun(slot, inputs);
    };
    m_batches = samplesTogether(m_spec, m_warmShapes, run) == SamplesTogether::Alike;
    slot.shapes.clear();
    if (!m_batches)
        // The library may be wrong, or the samples may depend on each other.
        m_spec.caveats.emplace_back("OpenCV does not answer this network's samples alike alone and "
                                    "together; they are run one by one.");
    // This run leaves the buffers only as large as one sample needs.
    if (const auto inputs = zeroInputs(m_spec, m_warmShapes))
        (void)m_slots.front().instance->run(*inputs, m_spec);
}

// A skipped layer takes no time in any run, so that the layers of all runs are the same.
Result<LayerTimes> OpenCvNetwork::timeLayers(std::span<const Tensor> inputs, int runs,
                                             const std::stop_token &stop)
{
    if (auto first = run(inputs, stop); !first)
        return std::move(first).error();
    LayerTimes times;
    for (int i = 0; i < runs; ++i) {
        if (stop.stop_requested())
            return Error{ErrorCode::Cancelled, "The runs were ended before their answer."};
        const Lease slot(*this);
        const EngineRun counted(false);
        const auto began = std::chrono::steady_clock::now();
        if (auto outputs = slot->instance->run(inputs, m_spec); !outputs)
            return std::move(outputs).error();
        times.run += std::chrono::steady_clock::now() - began;
        auto layers = slot->instance->layerTimes();
        if (!layers)
            return std::move(layers).error();
        if (i == 0)
            times.layers = *std::move(layers);
        else
            for (std::size_t at = 0; at < std::min(layers->size(), times.layers.size()); ++at)
                times.layers[at].time += (*layers)[at].time;
    }
    times.run /= runs;
    for (LayerTime &layer : times.layers)
        layer.time /= runs;
    return times;
}

NetworkMeasure OpenCvNetwork::measure() const
{
    std::call_once(m_measuredOnce, [this] {
        if (m_graph) {
            const auto shapes = m_graph->infer(m_warmShapes);
            m_measured =
                measureOnnx(*m_graph, shapes ? *shapes : ValueShapes(m_graph->valueCount()));
        } else {
            const Lease slot(*this);
            m_measured = slot->instance->measure(m_warmShapes);
        }
        m_measured.weights.count *= std::ssize(m_slots);
        m_measured.activations.count *= std::ssize(m_slots);
    });
    return m_measured;
}

void OpenCvNetwork::handBack()
{
    const auto warm = m_costs.find(m_warmShapes);
    if (m_warmShapes.empty() || !warm)
        return;
    constexpr Bytes worthARun = mebibytes(4);
    std::vector<Slot *> grown;
    {
        const MutexLock lock(m_mutex);
        for (Slot *slot : m_free) {
            if (std::exchange(slot->rested, true) &&
                slot->cost.activations > warm->activations + worthARun)
                grown.push_back(slot);
        }
    }
    for (Slot *slot : grown) {
        if (!takeRested(slot))
            continue;
        const Lease lease(*this, slot);
        // A smaller run makes OpenCV free the memory that it kept for a larger one.
        const auto inputs = zeroInputs(m_spec, m_warmShapes);
        const EngineRun counted(usualTime() < quickRunTime);
        if (!inputs || !slot->instance->run(*inputs, m_spec))
            return;
        noteGivenBack(std::exchange(slot->cost, *warm).activations);
        slot->shapes = m_warmShapes;
    }
}

} // namespace warmbench
