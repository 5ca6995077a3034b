#include "base/mutex.h"
#include "base/text.h"
#include "engine/engine.h"
#include "engine/opencv/opencv_border.h"
#include "engine/opencv/opencv_formats.h"
#include "engine/opencv/opencv_network.h"
#include "engine/opencv/opencv_quiet.h"
#include "engine/opencv/opencv_threads.h"

#include <algorithm>
#include <fmt/format.h>
#include <opencv2/core.hpp>

namespace warmbench {

namespace {

// OpenCV's importers register layers in tables of the whole process, so only one load may run at a
// time.
Mutex &loadMutex()
{
    static Mutex mutex; // guards no member, but OpenCV's tables
    return mutex;
}

// Formats without tensors of their own show those of OpenCV's layers, by the layers' names.
Result<OpenCvParts> withLayer(OpenCvParts parts, const std::string &layer)
{
    for (const auto &instance : parts.instances) {
        if (auto done = instance->alsoYield(layer); !done)
            return std::move(done).error();
    }
    parts.spec.outputs.push_back({.name = layer, .shape = {}, .producedBy = {}});
    return parts;
}

Result<OpenCvParts> loadParts(const ModelFiles &files, int instances)
{
    switch (files.format) {
    case ModelFormat::Onnx:
        return loadOnnxParts(files, instances);
    case ModelFormat::Caffe:
        return loadCaffeParts(files, instances);
    case ModelFormat::TensorFlow:
        return loadTensorFlowParts(files, instances);
    case ModelFormat::Darknet:
        return loadDarknetParts(files, instances);
    case ModelFormat::Torch7:
        return loadTorchParts(files, instances);
    case ModelFormat::OpenCvMl:
        break;
    }
    return loadMlParts(files, instances);
}

Result<std::shared_ptr<OpenCvNetwork>> makeNetwork(OpenCvParts parts, Bytes most)
{
    const auto explain = std::move(parts.explain);
    auto network = std::make_shared<OpenCvNetwork>(std::move(parts));
    if (auto planned = network->planWarmUp(most); !planned)
        return std::move(planned).error();
    const auto warm = network->warmUp();
    if (warm)
        return network;
    if (explain && warm.error().code == ErrorCode::FailedPrecondition)
        return failedPrecondition(explain(warm.error().message));
    return warm.error();
}

int instancesOf(const EngineOptions &options)
{
    return std::clamp(options.instances, 1, 256);
}

class OpenCvEngine final : public Engine
{
public:
    explicit OpenCvEngine(Bytes most)
        : m_most(most)
    {
        quietenOpenCv();
        useEngineThreads();
    }

    std::string_view name() const override { return "opencv"; }
    std::string version() const override { return openCvVersion(); }
    bool supports(ModelFormat) const override { return true; }

    Result<NetworkSpec> describe(const ModelFiles &files) override
    {
        const MutexLock lock(loadMutex());
        try {
            auto parts = loadParts(files, 0);
            if (!parts)
                return std::move(parts).error();
            if (parts->instances.empty())
                return std::move(parts->spec);
            const auto network = makeNetwork(*std::move(parts), m_most);
            if (!network)
                return network.error();
            return (*network)->spec();
        } catch (...) {
            return currentExceptionAsError("describing the network");
        }
    }

    Result<Bytes> estimate(const ModelFiles &files, const EngineOptions &options) override
    {
        if (files.format != ModelFormat::Onnx)
            return Bytes{}; // the other formats show no shapes before they are loaded
        try {
            return estimateOnnx(files, instancesOf(options), m_most);
        } catch (...) {
            return currentExceptionAsError("looking at the network");
        }
    }

    Result<std::shared_ptr<Network>> load(const ModelFiles &files,
                                          const EngineOptions &options) override
    {
        const MutexLock lock(loadMutex());
        try {
            const int instances = instancesOf(options);
            auto parts = files.format == ModelFormat::Onnx
                             ? loadOnnxParts(files, instances, options.inner)
                             : loadParts(files, instances);
            if (parts && files.format != ModelFormat::Onnx && !options.inner.empty())
                parts = withLayer(*std::move(parts), options.inner);
            if (!parts)
                return std::move(parts).error();
            auto network = makeNetwork(*std::move(parts), m_most);
            if (!network)
                return std::move(network).error();
            return std::shared_ptr<Network>(*std::move(network));
        } catch (...) {
            return currentExceptionAsError("loading the network");
        }
    }

private:
    const Bytes m_most;
};

} // namespace

std::unique_ptr<Engine> makeOpenCvEngine(Bytes most)
{
    return std::make_unique<OpenCvEngine>(most);
}

} // namespace warmbench
