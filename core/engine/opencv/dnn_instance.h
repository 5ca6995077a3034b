// A cv::dnn::Net with the names of its inputs and outputs.
//
// A Net has no lock, and copies of it share everything, so each instance has a Net of its own and
// one caller at a time. The list of outputs never changes, because OpenCV would then allocate
// everything again. Private to this room.
#pragma once

#include "engine/opencv/opencv_instance.h"

#include <map>
#include <opencv2/dnn.hpp>
#include <string>
#include <vector>

namespace warmbench {

// The i-th output blob of a layer.
struct DnnOutput
{
    std::string layer;
    std::size_t index = 0;
};

class DnnInstance final : public OpenCvInstance
{
public:
    DnnInstance(const cv::dnn::Net &net, std::vector<std::string> inputs,
                std::vector<DnnOutput> outputs);

    Result<std::vector<Tensor>> run(std::span<const Tensor> inputs,
                                    const NetworkSpec &spec) override;
    Result<void> alsoYield(const std::string &layer) override;
    Result<std::vector<LayerTime>> layerTimes() override;
    Result<void> check(std::span<const Shape> inputs) override;
    Result<RunCost> cost(std::span<const Shape> inputs) override;
    Result<void> compare(std::span<const Shape> inputs, const ExpectedShapes &expected) override;
    NetworkMeasure measure(std::span<const Shape> inputs) override;

private:
    // For each layer its id and the shapes of its inputs and outputs.
    struct Layout
    {
        std::vector<int> ids;
        std::vector<std::vector<cv::dnn::MatShape>> in;
        std::vector<std::vector<cv::dnn::MatShape>> out;
    };
    std::vector<cv::dnn::MatShape> matShapes(std::span<const Shape> inputs);
    Layout layoutOf(std::span<const Shape> inputs);
    Result<void> rulesHold(const Layout &layout);
    Bytes activationsOf(const Layout &layout);
    std::vector<int> inputsOf(int layer, const std::map<int, int> &places);
    Error failure(const std::string &layer, const std::string &message) const;
    std::string layerThatRefuses(std::span<const Shape> inputs);
    std::string layerThatFails();

    cv::dnn::Net m_net;
    std::vector<std::string> m_inputs;
    std::vector<DnnOutput> m_outputs;
    std::vector<cv::String> m_layers; // the layers of m_outputs in the type that OpenCV wants
    // True after a question about shapes: layers remember the shapes of the last question, and a
    // run would use them.
    bool m_asked = false;
    bool m_ran = false;
    bool m_fuses = true;
    // Layers that change the number of extents and come before a layer with windows.
    std::vector<int> m_reshapes;
};

} // namespace warmbench
