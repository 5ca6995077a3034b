#include "engine/opencv/dnn_instance.h"

#include "base/text.h"
#include "engine/live_memory.h"
#include "engine/opencv/dnn_shape_rules.h"
#include "engine/opencv/opencv_border.h"
#include "engine/opencv/opencv_quiet.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <new>
#include <utility>

namespace warmbench {

namespace {

Shape toShape(const cv::dnn::MatShape &shape)
{
    return {shape.begin(), shape.end()};
}

// ONNX nodes are called "onnx_node!conv1".
std::string nodeName(const std::string &layer)
{
    return layer.substr(layer.find('!') + 1);
}

std::string layerText(const std::string &layer)
{
    return printable(nodeName(layer), 100);
}

template <typename Attempt>
bool fails(const Attempt &attempt)
{
    try {
        attempt();
        return false;
    } catch (const std::exception &) {
        return true;
    }
}

// A multiplication and an addition count as two operations; a layer without weights counts 0.
std::int64_t operations(const cv::dnn::Layer &layer, const Shape &made)
{
    if (layer.blobs.empty() || made.empty())
        return 0;
    const cv::Mat &weights = layer.blobs[0];
    const auto count = elementCount(made);
    const bool products = layer.type == "Convolution" || layer.type == "InnerProduct";
    if (!products || !count || weights.dims < 2 || weights.size[0] < 1)
        return 0;
    return 2 * static_cast<std::int64_t>(*count) * static_cast<std::int64_t>(weights.total()) /
           weights.size[0];
}

} // namespace

DnnInstance::DnnInstance(const cv::dnn::Net &net, std::vector<std::string> inputs,
                         std::vector<DnnOutput> outputs)
    : m_net(net)
    , m_inputs(std::move(inputs))
    , m_outputs(std::move(outputs))
{
    for (const DnnOutput &output : m_outputs) {
        if (std::find(m_layers.begin(), m_layers.end(), output.layer) == m_layers.end())
            m_layers.push_back(output.layer);
    }
    int lastWindow = 0;
    for (const cv::String &name : m_net.getLayerNames()) {
        const int id = m_net.getLayerId(name);
        const auto layer = m_net.getLayer(id);
        if (ranksMade(*layer))
            m_reshapes.push_back(id);
        if (hasWindows(*layer))
            lastWindow = std::max(lastWindow, id);
    }
    std::erase_if(m_reshapes, [&](int id) { return id > lastWindow; });
    std::sort(m_reshapes.begin(), m_reshapes.end());
    m_fuses = mayFuse(m_net);
    m_net.enableFusion(m_fuses);
}

Result<void> DnnInstance::alsoYield(const std::string &layer)
{
    std::vector<std::string> names;
    for (const cv::String &name : m_net.getLayerNames())
        names.push_back(name);
    if (std::find(names.begin(), names.end(), layer) == names.end())
        return notFound(fmt::format("The network has no layer \"{}\"{}; its layers are {}.",
                                    printable(layer, 100), didYouMean(layer, names),
                                    joined(names, 8)));
    m_outputs.push_back({.layer = layer});
    if (std::find(m_layers.begin(), m_layers.end(), layer) == m_layers.end())
        m_layers.push_back(layer);
    return {};
}

Result<std::vector<Tensor>> DnnInstance::run(std::span<const Tensor> inputs,
                                             const NetworkSpec &spec)
{
    try {
        if (std::exchange(m_asked, false)) {
            // Changing the setting makes the network ask its layers for their shapes again.
            m_net.enableFusion(!m_fuses);
            m_net.enableFusion(m_fuses);
        }
        std::vector<Tensor> outputs;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const auto mat = toMat(inputs[i], spec.inputs[i].name);
            if (!mat)
                return mat.error();
            // A single input needs no name, and some formats give it none.
            m_net.setInput(*mat, inputs.size() == 1 ? cv::String() : cv::String(m_inputs[i]));
        }
        std::vector<std::vector<cv::Mat>> blobs;
        m_net.forward(blobs, m_layers);
        m_ran = true;
        for (std::size_t i = 0; i < m_outputs.size(); ++i) {
            const auto layer = std::find(m_layers.begin(), m_layers.end(), m_outputs[i].layer);
            const auto at = static_cast<std::size_t>(layer - m_layers.begin());
            if (at >= blobs.size() || m_outputs[i].index >= blobs[at].size())
                return failedPrecondition(
                    fmt::format("OpenCV yields no output \"{}\"; export the model again with its "
                                "outputs named.",
                                printable(spec.outputs[i].name)));
            auto tensor = fromMat(blobs[at][m_outputs[i].index], spec.outputs[i]);
            if (!tensor)
                return std::move(tensor).error();
            outputs.push_back(*std::move(tensor));
        }
        return outputs;
    } catch (const cv::Exception &problem) {
        if (problem.code != cv::Error::StsNoMem)
            return failure(layerThatFails(), problem.what());
        return currentExceptionAsError("running the network");
    } catch (...) {
        return currentExceptionAsError("running the network");
    }
}

// OpenCV keeps 0 for layers that it skips because it joined them into others.
Result<std::vector<LayerTime>> DnnInstance::layerTimes()
{
    try {
        std::vector<double> ticks; // the first is that of the layer with the id 1
        m_net.getPerfProfile(ticks);
        const double tick = 1e9 / cv::getTickFrequency();
        std::vector<LayerTime> times;
        for (const cv::String &name : m_net.getLayerNames()) {
            const auto at = static_cast<std::size_t>(m_net.getLayerId(name)) - 1;
            if (at >= ticks.size() || ticks[at] <= 0)
                continue;
            const auto took = static_cast<std::int64_t>(ticks[at] * tick);
            times.push_back({nodeName(name), m_net.getLayer(static_cast<int>(at) + 1)->type,
                             std::chrono::nanoseconds(took)});
        }
        return times;
    } catch (...) {
        return currentExceptionAsError("asking for the time of the layers");
    }
}

// Adds the layer's name, which OpenCV's message does not have.
Error DnnInstance::failure(const std::string &layer, const std::string &message) const
{
    if (layer.empty())
        return failedPrecondition(fmt::format("OpenCV {} failed running the network: {}.",
                                              openCvVersion(), shortReason(message)));
    return failedPrecondition(fmt::format("OpenCV {} failed in layer \"{}\": {}.", openCvVersion(),
                                          layerText(layer), shortReason(message)));
}

// The shapes in the network's own order of inputs, which may differ from the spec's.
std::vector<cv::dnn::MatShape> DnnInstance::matShapes(std::span<const Shape> inputs)
{
    std::vector<cv::dnn::MatShape> shapes(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const int at = inputs.size() == 1 ? 0 : m_net.getLayer(0)->outputNameToIndex(m_inputs[i]);
        for (const std::int64_t extent : inputs[i])
            shapes.at(static_cast<std::size_t>(at)).push_back(static_cast<int>(extent));
    }
    return shapes;
}

// The first layer that refuses what inputs with these shapes become on the way to it.
std::string DnnInstance::layerThatRefuses(std::span<const Shape> inputs)
{
    const auto names = m_net.getLayerNames();
    // Each question goes through all earlier layers, so the number of questions is limited.
    constexpr std::ptrdiff_t mostAsked = 1000;
    const auto end = names.begin() + std::min(std::ssize(names), mostAsked);
    const auto found = std::find_if(names.begin(), end, [&](const cv::String &name) {
        return fails([&] {
            std::vector<cv::dnn::MatShape> in;
            std::vector<cv::dnn::MatShape> out;
            m_net.getLayerShapes(matShapes(inputs), m_net.getLayerId(name), in, out);
        });
    });
    return found == end ? std::string() : *found;
}

// The first layer whose run fails for the inputs that have been set. A run up to a layer also runs
// all layers before it, so that a binary search finds the first.
std::string DnnInstance::layerThatFails()
{
    const auto names = m_net.getLayerNames();
    const auto found =
        std::partition_point(names.begin(), names.end(), [&](const cv::String &name) {
            return !fails([&] { (void)m_net.forward(name); });
        });
    return found == names.end() ? std::string() : *found;
}

// Asks OpenCV only for shapes, as a run does too: its getMemoryConsumption and getFLOPS crash on
// valid networks. Throws what the layers throw.
DnnInstance::Layout DnnInstance::layoutOf(std::span<const Shape> inputs)
{
    Layout layout;
    m_asked = true;
    m_net.getLayersShapes(matShapes(inputs), layout.ids, layout.in, layout.out);
    return layout;
}

// A layer with windows trusts the number of extents, and divides by values that do not exist if a
// reshape before it makes more than the windows have. So each reshape is asked for its shapes, from
// the first on; that question does not reach the layers after it.
Result<void> DnnInstance::check(std::span<const Shape> inputs)
{
    m_asked = m_asked || !m_reshapes.empty();
    for (const int id : m_reshapes) {
        const auto layer = m_net.getLayer(id);
        try {
            std::vector<cv::dnn::MatShape> in;
            std::vector<cv::dnn::MatShape> out;
            m_net.getLayerShapes(matShapes(inputs), id, in, out);
            const auto ranks = ranksMade(*layer);
            if (ranks && !out.empty() && out[0].size() != *ranks)
                return failure(layer->name, fmt::format("it would make {} extents instead of {}",
                                                        out[0].size(), *ranks));
        } catch (const std::bad_alloc &) {
            return currentExceptionAsError("telling the shapes within the network");
        } catch (const std::exception &problem) {
            // Layers with free shapes cannot answer before their first run.
            if (m_ran)
                return failure(layer->name, problem.what());
        }
    }
    return {};
}

Result<RunCost> DnnInstance::cost(std::span<const Shape> inputs)
{
    if (auto fits = check(inputs); !fits)
        return std::move(fits).error();
    try {
        const Layout layout = layoutOf(inputs);
        if (auto fits = rulesHold(layout); !fits)
            return std::move(fits).error();
        RunCost cost{.activations = activationsOf(layout), .outputs = {}};
        for (const DnnOutput &output : m_outputs) {
            const auto at =
                std::find(layout.ids.begin(), layout.ids.end(), m_net.getLayerId(output.layer));
            if (at == layout.ids.end())
                continue;
            const auto &made = layout.out[static_cast<std::size_t>(at - layout.ids.begin())];
            if (output.index < made.size())
                cost.outputs += floatBytes(std::array{toShape(made[output.index])});
        }
        return cost;
    } catch (const std::bad_alloc &) {
        return currentExceptionAsError("telling the shapes within the network");
    } catch (const std::exception &problem) {
        return failure(layerThatRefuses(inputs), problem.what());
    }
}

Result<void> DnnInstance::rulesHold(const Layout &layout)
{
    for (std::size_t i = 0; i < layout.ids.size(); ++i) {
        if (layout.ids[i] == 0)
            continue; // the layer of the inputs
        const auto layer = m_net.getLayer(layout.ids[i]);
        if (const auto wrong = misfitOf(*layer, layout.in[i], layout.out[i]))
            return failure(layer->name, *wrong);
    }
    return {};
}

Result<void> DnnInstance::compare(std::span<const Shape> inputs, const ExpectedShapes &expected)
{
    try {
        const Layout layout = layoutOf(inputs);
        for (std::size_t i = 0; i < layout.ids.size(); ++i) {
            const std::string layer = m_net.getLayer(layout.ids[i])->name;
            const auto told = expected.find(layer);
            if (told == expected.end() || layout.out[i].empty())
                continue;
            // OpenCV adds and drops extents of 1, so only the number of elements is compared.
            const Shape made = toShape(layout.out[i][0]);
            if (elementCount(made).value_or(0) != elementCount(told->second).value_or(0))
                return failedPrecondition(fmt::format(
                    "OpenCV {} makes the shape {} in layer \"{}\", where the file says {}; export "
                    "the model with fixed input shapes, or run it with ONNX Runtime.",
                    openCvVersion(), shapeText(std::span<const std::int64_t>(made)),
                    layerText(layer), shapeText(std::span<const std::int64_t>(told->second))));
        }
        return {};
    } catch (...) {
        return currentExceptionAsError("telling the shapes within the network");
    }
}

NetworkMeasure DnnInstance::measure(std::span<const Shape> inputs)
{
    NetworkMeasure measure;
    try {
        Layout layout;
        if (!inputs.empty()) {
            layout = layoutOf(inputs);
        } else { // without inputs OpenCV would read one that does not exist
            for (const cv::String &name : m_net.getLayerNames())
                layout.ids.push_back(m_net.getLayerId(name));
            layout.in.resize(layout.ids.size());
            layout.out.resize(layout.ids.size());
        }
        for (std::size_t i = 0; i < layout.ids.size(); ++i) {
            if (layout.ids[i] == 0)
                continue;
            const auto layer = m_net.getLayer(layout.ids[i]);
            LayerInfo info{.name = layer->name, .type = layer->type, .outputShape = {}};
            if (!layout.out[i].empty())
                info.outputShape = toShape(layout.out[i][0]);
            for (const cv::Mat &blob : layer->blobs)
                info.parameters += static_cast<std::int64_t>(blob.total());
            info.flops = operations(*layer, info.outputShape);
            measure.flops += info.flops;
            measure.weights += {4 * info.parameters};
            measure.layers.push_back(std::move(info));
        }
        measure.activations = activationsOf(layout);
    } catch (const std::exception &) {
        // The layers found before the failure are kept.
    }
    return measure;
}

Bytes DnnInstance::activationsOf(const Layout &layout)
{
    std::map<int, int> places;
    for (std::size_t i = 0; i < layout.ids.size(); ++i)
        places.emplace(layout.ids[i], static_cast<int>(i));
    std::vector<LiveStep> steps;
    std::vector<Bytes> sizes(layout.ids.size());
    for (std::size_t i = 0; i < layout.ids.size(); ++i) {
        if (layout.ids[i] == 0)
            continue;
        for (const cv::dnn::MatShape &made : layout.out[i])
            sizes[i] += floatBytes(std::array{toShape(made)});
        steps.push_back({.reads = inputsOf(layout.ids[i], places),
                         .makes = {static_cast<int>(i)},
                         .scratch = scratchOf(*m_net.getLayer(layout.ids[i]), layout.in[i])});
    }
    std::vector<int> last;
    for (const DnnOutput &output : m_outputs) {
        if (const auto found = places.find(m_net.getLayerId(output.layer)); found != places.end())
            last.push_back(found->second);
    }
    return busiestMoment(steps, sizes, last);
}

// The places of the layers that a layer reads.
std::vector<int> DnnInstance::inputsOf(int layer, const std::map<int, int> &places)
{
    std::vector<int> inputs;
    for (const auto &input : m_net.getLayerInputs(layer)) {
        if (const auto found = places.find(m_net.getLayerId(input->name)); found != places.end())
            inputs.push_back(found->second);
    }
    return inputs;
}

} // namespace warmbench
