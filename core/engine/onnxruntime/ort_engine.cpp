#include "base/text.h"
#include "engine/engine.h"
#include "engine/onnx/onnx_file.h"
#include "engine/onnx/onnx_values.h"
#include "engine/onnx/onnx_warm_up.h"
#include "engine/onnxruntime/ort_caveats.h"
#include "engine/onnxruntime/ort_hazards.h"
#include "engine/onnxruntime/ort_library.h"
#include "engine/onnxruntime/ort_messages.h"
#include "engine/onnxruntime/ort_network.h"
#include "engine/onnxruntime/ort_values.h"

#include <charconv>
#include <fmt/format.h>

namespace warmbench {

namespace {

Error asError(const OrtFailure &failure)
{
    return {ErrorCode::Internal,
            fmt::format("ONNX Runtime fails: {}.", printable(failure.message))};
}

NetworkSpec specOf(const OnnxFile &file)
{
    NetworkSpec spec = file.spec();
    spec.samplesApart = !joinsSamples(file);
    spec.takesEmpty = takesEmptyTensors(file.model());
    for (std::string &caveat : ortCaveats(file, ortLibrary()->version))
        spec.caveats.push_back(std::move(caveat));
    return spec;
}

Result<OrtPtr<OrtSessionOptions>> sessionOptions(const std::optional<TemporaryFolder> &profile)
{
    OrtSessionOptions *made = nullptr;
    auto failure = failureOf(ort().CreateSessionOptions(&made));
    OrtPtr<OrtSessionOptions> options(made);
    if (!failure)
        failure = failureOf(ort().DisablePerSessionThreads(options.get()));
    if (!failure)
        failure = failureOf(ort().SetSessionGraphOptimizationLevel(
            options.get(), GraphOptimizationLevel::ORT_ENABLE_ALL));
    if (!failure && profile)
        failure =
            failureOf(ort().EnableProfiling(options.get(), (profile->path() / "profile").c_str()));
    if (failure)
        return asError(*failure);
    return options;
}

// The session knows types that the file leaves out.
Result<void> completeInputs(OrtNetwork::Parts &parts)
{
    for (std::size_t i = 0; i < parts.spec.inputs.size(); ++i) {
        OrtTypeInfo *made = nullptr;
        if (const auto failure =
                failureOf(ort().SessionGetInputTypeInfo(parts.session.get(), i, &made)))
            return asError(*failure);
        const OrtPtr<OrtTypeInfo> info(made);
        const auto type = tensorTypeOf(info.get());
        if (!type)
            return failedPrecondition(fmt::format(
                "The input \"{}\" is no tensor of a type that can be used here; export the model "
                "with tensors only.",
                printable(parts.spec.inputs[i].name)));
        parts.spec.inputs[i].dtype = type->dtype;
        parts.bfloat16.push_back(type->bfloat16);
    }
    return {};
}

// External data is handed over as a file in memory, which has no limit of 2 GiB: the library opens
// no file.
Result<OrtPtr<OrtSession>> sessionOf(const OnnxFile &file, Bytes most, const OrtNames &names,
                                     const std::optional<TemporaryFolder> &profile)
{
    auto model = file.inParts(most.count > 0 ? most : machineMemory());
    if (!model)
        return std::move(model).error();
    const auto options = sessionOptions(profile);
    if (!options)
        return options.error();
    if (!model->external.empty()) {
        const char *const name = model->externalName.c_str();
        char *const content = model->external.data();
        const std::size_t length = model->external.size();
        if (const auto failure = failureOf(ort().AddExternalInitializersFromFilesInMemory(
                options->get(), &name, &content, &length, 1)))
            return failedPrecondition(explainOrtLoad(names, failure->message));
    }
    OrtSession *session = nullptr;
    if (const auto failure = failureOf(ort().CreateSessionFromArray(
            ortLibrary()->env, model->model.data(), model->model.size(), options->get(), &session)))
        return failedPrecondition(explainOrtLoad(names, failure->message));
    return OrtPtr<OrtSession>(session);
}

// Known of 1.30, and that 1.21 does not: it ends the process.
bool failsOverZero(const std::string &version)
{
    const auto parts = split(version, '.');
    int minor = 0;
    if (parts.size() > 1)
        std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), minor);
    return parts[0] != "1" || minor >= 30;
}

Result<std::shared_ptr<OrtNetwork>> makeNetwork(const OnnxFile &file, Bytes most, bool timeLayers)
{
    const std::string &version = ortLibrary()->version;
    if (auto fine = refuseCustomOperators(file, version); !fine)
        return std::move(fine).error();
    OrtNetwork::Parts parts;
    parts.spec = specOf(file);
    parts.graph = file.shapes();
    parts.lastsByValues = lastsByValues(file.model());
    parts.names = ortNamesOf(file, version);
    auto plan = planOnnxWarmUp(file, 1, most, UntoldShapes::Try);
    if (!plan && plan.error().code == ErrorCode::ResourceExhausted)
        return std::move(plan).error();
    if (plan) // else the library says what it thinks of the shapes
        parts.plan = *std::move(plan);

    if (auto safe = avoidHazards(file.model(), failsOverZero(version)); !safe)
        return std::move(safe).error();
    if (timeLayers) {
        auto folder = TemporaryFolder::make();
        if (!folder)
            return std::move(folder).error();
        parts.profile = *std::move(folder);
    }
    auto session = sessionOf(file, most, parts.names, parts.profile);
    if (!session)
        return std::move(session).error();
    parts.session = *std::move(session);
    if (auto fine = completeInputs(parts); !fine)
        return std::move(fine).error();
    return std::make_shared<OrtNetwork>(std::move(parts));
}

class OrtEngine final : public Engine
{
public:
    explicit OrtEngine(Bytes most)
        : m_most(most)
    {
    }

    std::string_view name() const override { return "onnxruntime"; }
    std::string version() const override { return ortLibrary()->version; }
    bool supports(ModelFormat format) const override { return format == ModelFormat::Onnx; }

    Result<NetworkSpec> describe(const ModelFiles &files) override
    {
        const auto file = OnnxFile::open(files.network);
        if (!file)
            return file.error();
        return specOf(*file);
    }

    Result<Bytes> estimate(const ModelFiles &files, const EngineOptions &) override
    {
        const auto file = OnnxFile::open(files.network);
        if (!file)
            return file.error();
        auto plan = planOnnxWarmUp(*file, 1, m_most, UntoldShapes::Try);
        if (!plan && plan.error().code == ErrorCode::ResourceExhausted)
            plan = planOnnxWarmUp(*file, 1, {},
                                  UntoldShapes::Try); // to say how much memory it would take
        return plan ? plan->kept : file->spec().weightBytes;
    }

    Result<std::shared_ptr<Network>> load(const ModelFiles &files,
                                          const EngineOptions &options) override
    {
        std::shared_ptr<OrtNetwork> network;
        {
            const auto file = OnnxFile::open(files.network, options.inner);
            if (!file)
                return file.error();
            auto made = makeNetwork(*file, m_most, options.timeLayers);
            if (!made)
                return std::move(made).error();
            network = *std::move(made);
        } // the file's copy of the weights goes before the first run
        if (auto warm = network->warmUp(); !warm)
            return std::move(warm).error();
        return std::shared_ptr<Network>(std::move(network));
    }

private:
    const Bytes m_most;
};

} // namespace

Result<std::unique_ptr<Engine>> makeOnnxRuntimeEngine(Bytes most)
{
    if (!ortLibrary())
        return ortLibrary().error();
    return std::unique_ptr<Engine>(std::make_unique<OrtEngine>(most));
}

} // namespace warmbench
