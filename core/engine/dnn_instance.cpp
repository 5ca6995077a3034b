#include "engine/dnn_instance.h"

#include "base/text.h"
#include "engine/live_memory.h"
#include "engine/opencv_border.h"
#include "engine/opencv_quiet.h"
#include "engine/warm_up_plan.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <functional>

namespace warmbench {

namespace {

std::vector<cv::dnn::MatShape> matShapes(std::span<const Shape> shapes)
{
    std::vector<cv::dnn::MatShape> result;
    for (const Shape &shape : shapes) {
        cv::dnn::MatShape one;
        for (const std::int64_t extent : shape)
            one.push_back(static_cast<int>(extent));
        result.push_back(one);
    }
    return result;
}

// A multiplication and an addition count as two; layers without weights count nothing.
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
}

Result<std::vector<Tensor>> DnnInstance::run(std::span<const Tensor> inputs,
                                             const NetworkSpec &spec)
{
    try {
        std::vector<Tensor> outputs;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const auto mat = toMat(inputs[i], spec.inputs[i].name);
            if (!mat)
                return mat.error();
            // A lone input needs no name, and some formats give it none.
            m_net.setInput(*mat, inputs.size() == 1 ? cv::String() : cv::String(m_inputs[i]));
        }
        std::vector<std::vector<cv::Mat>> blobs;
        m_net.forward(blobs, m_layers);
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
            return failure(inputs, problem.what());
        return currentExceptionAsError("running the network");
    } catch (...) {
        return currentExceptionAsError("running the network");
    }
}

// Names the layer, which OpenCV's message does not.
Error DnnInstance::failure(std::span<const Tensor> inputs, const std::string &message)
{
    const std::string layer = failedLayer(inputs);
    if (layer.empty())
        return failedPrecondition(fmt::format("OpenCV {} failed running the network: {}.",
                                              openCvVersion(), shortReason(message)));
    // ONNX nodes are called "onnx_node!conv1".
    return failedPrecondition(fmt::format("OpenCV {} failed in layer \"{}\": {}.", openCvVersion(),
                                          printable(layer.substr(layer.find('!') + 1), 100),
                                          shortReason(message)));
}

// The first layer whose shapes or whose run fails for these inputs, which have been set.
std::string DnnInstance::failedLayer(std::span<const Tensor> inputs)
{
    std::vector<Shape> shapes;
    for (const Tensor &input : inputs)
        shapes.push_back(input.shape());
    const auto matShaped = matShapes(shapes);
    const auto names = m_net.getLayerNames();
    const auto fails = [](const auto &attempt) {
        try {
            attempt();
            return false;
        } catch (const std::exception &) {
            return true;
        }
    };
    const auto shapesFail = [&](const cv::String &name) {
        return fails([&] {
            std::vector<cv::dnn::MatShape> in;
            std::vector<cv::dnn::MatShape> out;
            m_net.getLayerShapes(matShaped, m_net.getLayerId(name), in, out);
        });
    };
    const auto runFails = [&](const cv::String &name) {
        return fails([&] { (void)m_net.forward(name); });
    };
    // Each shape question asks all layers before it: bounded.
    constexpr std::ptrdiff_t mostAsked = 1000;
    const auto end = names.begin() + std::min(std::ssize(names), mostAsked);
    if (const auto found = std::find_if(names.begin(), end, shapesFail); found != end)
        return *found;
    // A run up to a layer runs all before it too, so that halving finds the first.
    const auto found = std::partition_point(names.begin(), names.end(), std::not_fn(runFails));
    return found == names.end() ? std::string() : *found;
}

// OpenCV's own getMemoryConsumption and getFLOPS crash on valid networks: shapes are all that it is
// asked for, which a run asks for too.
NetworkMeasure DnnInstance::measure(std::span<const Shape> inputs)
{
    NetworkMeasure measure;
    try {
        measureLayers(matShapes(inputs), measure);
    } catch (const std::exception &) {
        // Layers found before the failure stay.
    }
    return measure;
}

void DnnInstance::measureLayers(const std::vector<cv::dnn::MatShape> &inputs,
                                NetworkMeasure &measure)
{
    std::vector<int> ids;
    std::vector<std::vector<cv::dnn::MatShape>> in;
    std::vector<std::vector<cv::dnn::MatShape>> out;
    m_net.getLayersShapes(inputs, ids, in, out);
    std::map<int, int> places;
    for (std::size_t i = 0; i < ids.size(); ++i)
        places.emplace(ids[i], static_cast<int>(i));
    std::vector<LiveStep> steps;
    std::vector<Bytes> sizes(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (ids[i] == 0)
            continue; // the inputs
        const auto layer = m_net.getLayer(ids[i]);
        LayerInfo info{.name = layer->name, .type = layer->type, .outputShape = {}};
        if (!out[i].empty())
            info.outputShape.assign(out[i][0].begin(), out[i][0].end());
        for (const cv::Mat &blob : layer->blobs)
            info.parameters += static_cast<std::int64_t>(blob.total());
        info.flops = operations(*layer, info.outputShape);
        measure.flops += info.flops;
        measure.weights += {4 * info.parameters};
        measure.layers.push_back(std::move(info));

        for (const cv::dnn::MatShape &made : out[i])
            sizes[i] += floatBytes(std::array{Shape(made.begin(), made.end())});
        steps.push_back({.reads = inputsOf(ids[i], places), .makes = {static_cast<int>(i)}});
    }
    std::vector<int> last;
    for (const DnnOutput &output : m_outputs) {
        if (const auto found = places.find(m_net.getLayerId(output.layer)); found != places.end())
            last.push_back(found->second);
    }
    measure.activations = busiestMoment(steps, sizes, last);
}

// The layers that a layer reads, by their places.
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
