// A cv::dnn::Net with the names by which its inputs and outputs are reached.
//
// A Net has no lock, and copies of it share everything: one caller at a time, and a Net of its own
// for each instance. The output list never changes, since another one makes OpenCV allocate anew.
// Private to this room.
#pragma once

#include "engine/opencv_instance.h"

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
    NetworkMeasure measure(std::span<const Shape> inputs) override;

private:
    Error failure(std::span<const Tensor> inputs, const std::string &message);
    std::string failedLayer(std::span<const Tensor> inputs);
    void measureLayers(const std::vector<cv::dnn::MatShape> &inputs, NetworkMeasure &measure);
    std::vector<int> inputsOf(int layer, const std::map<int, int> &places);

    cv::dnn::Net m_net;
    std::vector<std::string> m_inputs;
    std::vector<DnnOutput> m_outputs;
    std::vector<cv::String> m_layers; // of m_outputs, as OpenCV wants them
};

} // namespace warmbench
