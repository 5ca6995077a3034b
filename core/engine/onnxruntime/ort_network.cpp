#include "engine/onnxruntime/ort_network.h"

#include "base/text.h"
#include "engine/onnx/onnx_costs.h"
#include "engine/onnxruntime/ort_profile.h"
#include "engine/onnxruntime/ort_values.h"
#include "engine/run_inputs.h"

#include <algorithm>
#include <fmt/format.h>
#include <thread>
#include <utility>

namespace warmbench {

namespace {

constexpr Bytes worthARun = mebibytes(4);

} // namespace

OrtNetwork::OrtNetwork(Parts parts)
    : m_spec(std::move(parts.spec))
    , m_graph(std::move(parts.graph))
    , m_plan(std::move(parts.plan))
    , m_names(std::move(parts.names))
    , m_profile(std::move(parts.profile))
    , m_session(std::move(parts.session))
    , m_bfloat16(std::move(parts.bfloat16))
    , m_concurrency(std::max(1, static_cast<int>(std::thread::hardware_concurrency())))
    , m_lastsByValues(parts.lastsByValues)
{
    for (const TensorSpec &input : m_spec.inputs)
        m_inputNames.push_back(input.name.c_str());
    for (const TensorSpec &output : m_spec.outputs)
        m_outputNames.push_back(output.name.c_str());
}

Result<std::vector<Tensor>> OrtNetwork::run(std::span<const Tensor> inputs,
                                            const std::stop_token &stop)
{
    if (auto checked = checkInputs(m_spec, inputs); !checked)
        return std::move(checked).error();
    const auto began = std::chrono::steady_clock::now();
    auto outputs = stop.stop_possible() ? runUntil(inputs, stop) : runSession(inputs, nullptr);
    noteRun(inputs);
    if (outputs && !m_lastsByValues)
        m_usual.add(std::chrono::steady_clock::now() - began);
    return outputs;
}

Result<OrtPtr<OrtRunOptions>> OrtNetwork::runOptions() const
{
    OrtRunOptions *made = nullptr;
    if (const auto failure = failureOf(ort().CreateRunOptions(&made)))
        return failedRun(*failure);
    return OrtPtr<OrtRunOptions>(made);
}

Result<std::vector<Tensor>> OrtNetwork::runUntil(std::span<const Tensor> inputs,
                                                 const std::stop_token &stop) const
{
    const auto options = runOptions();
    if (!options)
        return options.error();
    // The library looks at it between two nodes.
    const std::stop_callback ending(
        stop, [&] { (void)failureOf(ort().RunOptionsSetTerminate(options->get())); });
    auto outputs = runSession(inputs, options->get());
    if (!outputs && stop.stop_requested())
        return Error{ErrorCode::Cancelled, "The run was ended before its answer."};
    return outputs;
}

// The session keeps the memory of its largest run for the next one.
void OrtNetwork::noteRun(std::span<const Tensor> inputs)
{
    m_runs.fetch_add(1, std::memory_order_relaxed);
    if (areShapesOf(inputs, m_warmShapes))
        return;
    const auto known = m_costs.find(inputs);
    const auto taken = known ? Result<RunCost>(*known) : cost(shapesOf(inputs));
    if (taken && taken->activations > m_warmActivations + worthARun)
        m_grown.store(true, std::memory_order_relaxed);
}

void OrtNetwork::handBack()
{
    const std::uint64_t runs = m_runs.load(std::memory_order_relaxed);
    const bool idle = std::exchange(m_runsBefore, runs) == runs;
    if (!idle || m_warmShapes.empty() || !m_grown.exchange(false, std::memory_order_relaxed))
        return;
    const auto options = runOptions();
    const auto inputs = zeroInputs(m_spec, m_warmShapes);
    if (!options || !inputs)
        return;
    // At the end of the run, everything that is free goes back.
    if (!failureOf(ort().AddRunConfigEntry(options->get(), "memory.enable_memory_arena_shrinkage",
                                           "cpu:0")) &&
        runSession(*inputs, options->get()))
        noteGivenBack(worthARun);
}

Result<std::vector<Tensor>> OrtNetwork::runSession(std::span<const Tensor> inputs,
                                                   const OrtRunOptions *options) const
{
    std::vector<OrtInput> lent;
    lent.reserve(inputs.size());
    std::vector<const OrtValue *> values;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        auto input = OrtInput::of(inputs[i], m_bfloat16[i]);
        if (!input)
            return std::move(input).error();
        lent.push_back(*std::move(input));
        values.push_back(lent.back().value());
    }
    std::vector<OrtValue *> made(m_outputNames.size(), nullptr);
    const auto failure = failureOf(ort().Run(m_session.get(), options, m_inputNames.data(),
                                             values.data(), values.size(), m_outputNames.data(),
                                             m_outputNames.size(), made.data()));
    std::vector<OrtPtr<OrtValue>> answered;
    for (OrtValue *value : made)
        answered.emplace_back(value);
    if (failure)
        return failedRun(*failure);
    std::vector<Tensor> outputs;
    for (std::size_t i = 0; i < answered.size(); ++i) {
        auto output = tensorOf(answered[i].get(), m_spec.outputs[i]);
        if (!output)
            return std::move(output).error();
        outputs.push_back(*std::move(output));
    }
    return outputs;
}

// The session was made, so that the shapes or the values of this run are to blame.
Error OrtNetwork::failedRun(const OrtFailure &failure) const
{
    const std::string reason = explainOrtRun(m_names, failure.message);
    const auto says = [&](const char *words) {
        return failure.message.find(words) != std::string::npos;
    };
    if (says("Failed to allocate memory") || says("std::bad_alloc"))
        return {ErrorCode::ResourceExhausted,
                fmt::format("There is no memory for this run of the network ({}); send less at "
                            "once.",
                            reason)};
    return invalidArgument(fmt::format(
        "The network does not take these inputs: {}; send other shapes or values.", reason));
}

Result<RunCost> OrtNetwork::cost(std::span<const Shape> inputs) const
{
    if (const auto known = m_costs.find(inputs))
        return *known;
    // The library takes shapes and knows operators that libonnx does not: what libonnx cannot infer
    // is not known.
    const auto inferred = m_graph->infer(inputs);
    const RunCost cost = inferred ? runCostOf(*m_graph, *inferred) : RunCost{};
    m_costs.add({inputs.begin(), inputs.end()}, cost);
    return cost;
}

Result<void> OrtNetwork::warmUp()
{
    Result<std::vector<Tensor>> outputs =
        Error{ErrorCode::FailedPrecondition,
              "none of the sizes that are tried at load fits the network."};
    for (const auto &shapes : m_plan.trials) {
        const auto zeros = zeroInputs(m_spec, shapes);
        if (!zeros)
            return zeros.error();
        outputs = run(*zeros);
        if (outputs) {
            m_warmShapes = shapes;
            if (const auto taken = cost(shapes))
                m_warmActivations = taken->activations;
            break;
        }
    }
    if (!outputs && outputs.error().code == ErrorCode::ResourceExhausted)
        return Error{ErrorCode::ResourceExhausted,
                     fmt::format("The first run of the network takes more memory than there is: {}",
                                 outputs.error().message)};
    if (!outputs) {
        m_spec.warnings.push_back(
            fmt::format("The network was not tried at load: {}", outputs.error().message));
        return {};
    }
    fillOutputs(*outputs);
    tryBatch();
    return {};
}

void OrtNetwork::tryBatch()
{
    auto answer = SamplesTogether::Fail;
    if (m_plan.batch && m_spec.samplesApart)
        answer = samplesTogether(m_spec, m_warmShapes, [this](std::span<const Tensor> inputs) {
            return runSession(inputs, nullptr);
        });
    m_batches = answer == SamplesTogether::Alike;
    m_spec.samplesDepend = answer == SamplesTogether::Otherwise;
    const bool counts = hasFreeBatch(m_spec) &&
                        std::all_of(m_spec.inputs.begin(), m_spec.inputs.end(),
                                    [](const TensorSpec &input) { return input.shape.size() > 1; });
    if (m_spec.samplesDepend && counts)
        m_spec.warnings.emplace_back("Samples of this network depend on each other: the rows of a "
                                     "tensor run together, samples of their own one by one.");
    else if (!m_batches && counts)
        m_spec.warnings.emplace_back("The network does not take several samples at once, or not "
                                     "within the memory budget; they are run one by one.");
}

// Outputs whose type and shape the file does not say, or says wrongly, get those of the first run.
void OrtNetwork::fillOutputs(std::span<const Tensor> outputs)
{
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        TensorSpec &spec = m_spec.outputs[i];
        spec.dtype = outputs[i].dtype();
        if (spec.shape.size() == outputs[i].shape().size())
            continue;
        spec.shape.clear();
        for (const std::int64_t extent : outputs[i].shape()) {
            const bool free = hasFreeSizes(m_spec) || (spec.shape.empty() && hasFreeBatch(m_spec));
            spec.shape.push_back({free ? -1 : extent, {}});
        }
    }
}

Result<LayerTimes> OrtNetwork::timeLayers(std::span<const Tensor> inputs, int runs,
                                          const std::stop_token &stop)
{
    if (!m_profile)
        return failedPrecondition("The network was not loaded to measure its layers.");
    for (int i = 0; i <= runs; ++i) {
        if (auto outputs = run(inputs, stop); !outputs)
            return std::move(outputs).error();
    }
    const auto profile = endOrtProfile(*m_session);
    return profile ? readOrtProfile(*profile, runs) : profile.error();
}

NetworkMeasure OrtNetwork::measure() const
{
    const auto shapes = m_graph->infer(m_warmShapes);
    return measureOnnx(*m_graph, shapes ? *shapes : ValueShapes(m_graph->valueCount()));
}

} // namespace warmbench
