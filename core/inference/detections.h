// Boxes of one sample after another from a detector's outputs: decoded by the family that the
// settings name, non-maximum suppression, and laid over the picture that was sent. Thread: any; an
// object is used by one thread at a time. Private to this room.
#pragma once

#include "base/result.h"
#include "inference/decoders/decoder.h"
#include "inference/model_outputs.h"
#include "inference/run_control.h"
#include "inference/sample_result.h"

#include <span>
#include <vector>

namespace warmbench {

class Detections
{
public:
    // Refers to all of its arguments; `pictures`: the samples were pictures; `masks`: they are
    // wanted. Errors as OutputFloats::of().
    static Result<Detections> of(const ModelBundle &model, std::span<const NamedTensor> outputs,
                                 std::size_t samples, const DecoderSettings &decoder, bool pictures,
                                 bool masks);

    // `mapping` is null where the sample was no picture: places are then in pixels of the network's
    // input. What is found reserves its memory in `limits`. FailedPrecondition: the outputs do not
    // have the form that the decoder reads.
    Result<std::vector<Detection>> sample(std::size_t index, const ImageMapping *mapping,
                                          RunControl &limits) const;

private:
    struct Size
    {
        int width = 0;
        int height = 0;
    };
    // Of the network's input.
    Size sizeOf(std::size_t index, const ImageMapping *mapping) const;
    Result<std::vector<RelativeBox>> boxesOf(const RawDetections &raw) const;
    Result<std::vector<RelativeBox>> ultraface(std::size_t index) const;
    Result<std::vector<RelativeBox>> ssd(std::size_t index) const;
    RawDetections rawOf(std::size_t index, Size size) const;
    Batch batch() const;

    const ModelBundle *m_model = nullptr;
    std::span<const NamedTensor> m_outputs;
    std::vector<OutputFloats> m_floats; // of each output
    const DecoderSettings *m_decoder = nullptr;
    const Decoder *m_family = nullptr;
    bool m_pictures = false;
    bool m_masks = true;
};

} // namespace warmbench
