// A cv::dnn::Net with the names by which its inputs and outputs are reached.
//
// A Net has no lock, and copies of it share everything: one caller at a time, and a Net of its own
// for each instance. The output list never changes, since another one makes OpenCV allocate anew.
// Private to this room.
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
    Result<void> check(std::span<const Shape> inputs) override;
    Result<RunCost> cost(std::span<const Shape> inputs) override;
    Result<void> compare(std::span<const Shape> inputs, const ExpectedShapes &expected) override;
    NetworkMeasure measure(std::span<const Shape> inputs) override;

private:
    // Of each layer its id and the shapes of what it reads and makes.
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
    std::vector<cv::String> m_layers; // of m_outputs, as OpenCV wants them
    // Layers keep notes of the shapes that they were asked about last, which a run then goes by.
    bool m_asked = false;
    bool m_ran = false;
    bool m_fuses = true;
    std::vector<int> m_reshapes; // layers before windows that give another number of extents
};

} // namespace warmbench
