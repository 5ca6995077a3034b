// An ONNX file read with libonnx: checked, described, and made ready for OpenCV.
//
// Checks come before any use, since OpenCV trusts raw_data and onnx::checker does not compare it:
// for every tensor (initialisers, attributes, subgraphs) the 64-bit checked product of dims equals
// the bytes held, totals are bounded, external data stays in the model's own folder. IR versions
// are never gated on (OpenCV runs newer ones than libonnx's checker knows). Thread: any, one object
// a thread. Memory: the whole model while it lives.
#pragma once

#include "base/result.h"
#include "engine/network_spec.h"

#include <filesystem>
#include <memory>
#include <onnx/onnx_pb.h>
#include <string>
#include <vector>

namespace warmbench {

class OnnxShapes;

class OnnxFile
{
public:
    // NotFound, FailedPrecondition: unreadable, no ONNX, truncated, tensors that lie about their
    // size (named), external data missing or outside the folder; each with what to do.
    static Result<OnnxFile> open(const std::filesystem::path &path);
    OnnxFile(OnnxFile &&) noexcept;
    OnnxFile &operator=(OnnxFile &&) noexcept;
    ~OnnxFile();

    const NetworkSpec &spec() const;
    const std::vector<std::filesystem::path> &externalFiles() const;
    // Mutable, since walks over it are; whoever changes it says so here: serialized() puts external
    // data into it.
    onnx::ModelProto &model() const;
    // The model as one buffer with external data inlined, for cv::dnn::readNetFromONNX.
    Result<std::string> serialized() const;
    // Tells the shapes of all tensors for given inputs. Lives on without the file.
    std::shared_ptr<const OnnxShapes> shapes() const;

private:
    struct Private;
    explicit OnnxFile(std::unique_ptr<Private> d);
    std::unique_ptr<Private> m_d;
};

} // namespace warmbench
