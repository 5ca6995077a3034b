// Reads an ONNX file with libonnx: checks it, describes it and makes it ready for OpenCV.
//
// The file is checked before any use, because OpenCV trusts raw_data and onnx::checker does not
// compare it. For every tensor (initialisers, attributes, subgraphs) the product of dims, computed
// without overflow, must equal the bytes held; totals are limited, and external data must be in the
// model's own folder. No IR version is refused: OpenCV runs newer ones than libonnx's checker
// knows. Thread: any, but one object belongs to one thread at a time. Memory: the whole model while
// the object lives.
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
    // NotFound: no such file. FailedPrecondition, with what to do: unreadable, no ONNX, truncated,
    // a tensor (named) whose data is not as large as it says, or external data that is missing or
    // outside the folder.
    // With `inner`, the tensor of that name is one more output, the last; NotFound: no node makes
    // it.
    static Result<OnnxFile> open(const std::filesystem::path &path, const std::string &inner = {});
    // The model as it stands in the file, with the same checks of its tensors: nothing is made
    // ready for an engine. Errors as open(), but any inputs and outputs are taken.
    static Result<onnx::ModelProto> read(const std::filesystem::path &path);
    OnnxFile(OnnxFile &&) noexcept;
    OnnxFile &operator=(OnnxFile &&) noexcept;
    ~OnnxFile();

    const NetworkSpec &spec() const;
    const std::vector<std::filesystem::path> &externalFiles() const;
    // Mutable, because walks over a model need that. serialized() and inParts() change it: they
    // read external data. What an engine needs otherwise is changed right before them.
    onnx::ModelProto &model() const;
    // The model as one buffer with external data inlined, for cv::dnn::readNetFromONNX. One of
    // these two, and once.
    Result<std::string> serialized() const;
    // The model and the external data of its initialisers, which it takes to be a file of that
    // name, `externalName`. Other external data is inlined. ResourceExhausted: more than `most`.
    struct Parts
    {
        std::string model;
        std::string externalName;
        std::string external; // empty if there is none
    };
    Result<Parts> inParts(Bytes most) const;
    // Computes the shapes of all tensors for given inputs. It may outlive the file.
    std::shared_ptr<const OnnxShapes> shapes() const;

private:
    struct Private;
    explicit OnnxFile(std::unique_ptr<Private> d);
    std::unique_ptr<Private> m_d;
};

} // namespace warmbench
