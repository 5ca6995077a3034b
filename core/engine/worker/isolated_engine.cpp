#include "engine/worker/isolated_engine.h"

#include "engine/worker/isolated_network.h"

#include <chrono>
#include <utility>

namespace warmbench {

namespace {

class IsolatedEngine final : public Engine
{
public:
    IsolatedEngine(std::shared_ptr<Engine> engine, IsolationOptions options)
        : m_engine(std::move(engine))
        , m_options(std::move(options))
    {
    }

    std::string_view name() const override { return m_engine->name(); }
    std::string version() const override { return m_engine->version(); }
    bool supports(ModelFormat format) const override { return m_engine->supports(format); }

    Result<NetworkSpec> describe(const ModelFiles &files) override
    {
        if (files.format == ModelFormat::Onnx)
            return m_engine->describe(files);
        const auto network = load(files, {});
        if (!network)
            return network.error();
        return (*network)->spec();
    }
    Result<Bytes> estimate(const ModelFiles &files, const EngineOptions &options) override
    {
        return m_engine->estimate(files, options);
    }
    Result<std::shared_ptr<Network>> load(const ModelFiles &files,
                                          const EngineOptions &options) override
    {
        using std::chrono::seconds;
        if (m_options.program.empty())
            return failedPrecondition("This program has no worker to isolate a model in; leave out "
                                      "\"isolate\".");
        if (options.timeLayers)
            return failedPrecondition("The layers of an isolated model are not timed.");
        WorkerOrder order = orderFor(std::string(name()), files, m_options.memory);
        order.options = options;
        order.serves = true;
        const seconds patience(60 + sizeOf(files).count / mebibytes(5).count);
        auto network = IsolatedNetwork::load(m_options.program, std::move(order), patience);
        if (!network)
            return std::move(network).error();
        return std::shared_ptr<Network>(*std::move(network));
    }

private:
    const std::shared_ptr<Engine> m_engine;
    const IsolationOptions m_options;
};

} // namespace

std::shared_ptr<Engine> isolated(std::shared_ptr<Engine> engine, IsolationOptions options)
{
    return std::make_shared<IsolatedEngine>(std::move(engine), std::move(options));
}

} // namespace warmbench
