#include "engine/network_graph.h"

#include "base/text.h"
#include "engine/onnx/onnx_graph.h"

#include <fmt/format.h>

namespace warmbench {

namespace {

Error noGraph(const std::string &what)
{
    return failedPrecondition(fmt::format("{} ONNX files show their graph, and Caffe, TensorFlow, "
                                          "Darknet and Torch7 networks their layers once they are "
                                          "loaded.",
                                          what));
}

} // namespace

Result<NetworkGraph> readNetworkGraph(const ModelFiles &files)
{
    if (files.format == ModelFormat::Onnx)
        return readOnnxGraph(files.network);
    return noGraph(fmt::format("\"{}\" is a file of {}, which holds no graph that is read here.",
                               printable(files.network.filename().string()),
                               modelFormatName(files.format)));
}

bool showsLayersWhenLoaded(ModelFormat format)
{
    return format != ModelFormat::Onnx && format != ModelFormat::OpenCvMl;
}

Result<NetworkGraph> graphOfLayers(const Network &network)
{
    const NetworkSpec &spec = network.spec();
    const NetworkMeasure measure = network.measure();
    if (measure.layers.empty())
        return noGraph(fmt::format("The engine tells nothing of the layers of this {} model.",
                                   modelFormatName(spec.format)));
    NetworkGraph graph;
    graph.format = spec.format;
    graph.connected = false;
    graph.parameters = spec.parameterCount;
    graph.flops = measure.flops;
    graph.notes.emplace_back("The engine tells names, shapes and sizes of the layers, but not how "
                             "they are connected.");
    const auto valueOf = [](const TensorSpec &tensor) {
        return GraphValue{tensor.name, std::string(dtypeName(tensor.dtype)), tensor.shape, {}};
    };
    for (const TensorSpec &input : spec.inputs)
        graph.inputs.push_back(valueOf(input));
    for (const TensorSpec &output : spec.outputs)
        graph.outputs.push_back(valueOf(output));
    for (const LayerInfo &layer : measure.layers) {
        GraphNode &node = graph.nodes.emplace_back();
        node.name = layer.name;
        node.type = layer.type;
        node.parameters = layer.parameters;
        node.flops = layer.flops;
        GraphValue &made = node.outputs.emplace_back();
        made.name = layer.name;
        if (!layer.outputShape.empty())
            made.tried = layer.outputShape;
    }
    return graph;
}

} // namespace warmbench
