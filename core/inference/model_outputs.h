// The outputs of a run as floats, sample by sample, with the sentences where they do not have the
// form that a task needs. Thread: any; pure functions. Private to this room.
#pragma once

#include "base/result.h"
#include "model/model_bundle.h"
#include "tensor/tensor.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace warmbench {

// The floats of one sample of an output.
struct SampleView
{
    std::span<const float> values;
    std::span<const std::int64_t> shape; // without the batch dimension

    // False where the network gave nothing for the sample. It may give more than for one: an extent
    // that is fixed counts no samples.
    bool filled() const;
};

// An output cast to float32 once, viewed sample by sample. It refers to the tensor.
class OutputFloats
{
public:
    // InvalidArgument: the output does not count the samples. FailedPrecondition: it holds texts.
    static Result<OutputFloats> of(const NamedTensor &output, std::size_t samples);

    SampleView sample(std::size_t index) const;

private:
    std::unique_ptr<Tensor> m_owned;
    const Tensor *m_tensor = nullptr;
    std::size_t m_samples = 1;
};

// Whether the size of an output depends on what the client sent, apart from the number of samples.
// With pictures it does not: the settings say how large they are made.
bool sizeIsSent(const ModelBundle &model, const std::string &output, bool pictures);
// InvalidArgument where the client can send another size, else FailedPrecondition.
Error formDiffers(const ModelBundle &model, const NamedTensor &output, std::string_view task,
                  std::string_view expected, bool pictures);

// A class without a label is named by its index.
std::string labelOf(std::span<const std::string> labels, int index);

} // namespace warmbench
