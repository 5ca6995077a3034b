#include "base/text.h"
#include "engine/engine.h"
#include "engine/opencv_border.h"
#include "engine/opencv_formats.h"
#include "engine/opencv_network.h"
#include "engine/opencv_quiet.h"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>
#include <opencv2/core.hpp>

namespace warmbench {

namespace {

// OpenCV's importers register layers in tables of the process: one load at a time.
std::mutex &loadMutex()
{
    static std::mutex mutex;
    return mutex;
}

Result<OpenCvParts> loadParts(const ModelFiles &files, int instances)
{
    switch (files.format) {
    case ModelFormat::Onnx:
        return loadOnnxParts(files, instances);
    default:
        return failedPrecondition(
            fmt::format("{} files are not supported.", modelFormatName(files.format)));
    }
}

class OpenCvEngine final : public Engine
{
public:
    OpenCvEngine() { quietenLibraries(); }

    std::string_view name() const override { return "opencv"; }
    std::string version() const override { return openCvVersion(); }
    bool supports(ModelFormat) const override { return true; }

    Result<NetworkSpec> describe(const ModelFiles &files) override
    {
        const std::lock_guard lock(loadMutex());
        try {
            auto parts = loadParts(files, 0);
            if (!parts)
                return std::move(parts).error();
            return std::move(parts->spec);
        } catch (...) {
            return currentExceptionAsError("describing the network");
        }
    }

    Result<std::shared_ptr<Network>> load(const ModelFiles &files,
                                          const EngineOptions &options) override
    {
        const std::lock_guard lock(loadMutex());
        try {
            auto parts = loadParts(files, std::clamp(options.instances, 1, 256));
            if (!parts)
                return std::move(parts).error();
            auto network = std::make_shared<OpenCvNetwork>(std::move(parts->spec),
                                                           std::move(parts->instances));
            if (auto warm = network->warmUp(); !warm)
                return std::move(warm).error();
            return std::shared_ptr<Network>(std::move(network));
        } catch (...) {
            return currentExceptionAsError("loading the network");
        }
    }
};

} // namespace

void setEngineThreads(int threads)
{
    static std::once_flag once;
    std::call_once(once, [threads] { cv::setNumThreads(std::max(threads, 1)); });
}

std::unique_ptr<Engine> makeOpenCvEngine()
{
    return std::make_unique<OpenCvEngine>();
}

} // namespace warmbench
