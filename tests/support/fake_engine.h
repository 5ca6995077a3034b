// An engine that loads nothing: it hands out FakeNetworks, fails when the test says so, and counts.
// Thread: as Engine; counts may be read from any thread; set the public members before use.
#pragma once

#include "fake_network.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace warmbench {

class FakeEngine final : public Engine
{
public:
    explicit FakeEngine(FakeNetworkOptions options = {}, std::string name = "fake")
        : network(std::move(options))
        , m_name(std::move(name))
    {
    }

    FakeNetworkOptions network;                          // what every load makes
    std::set<ModelFormat> formats = {ModelFormat::Onnx}; // what supports() says
    Gate loadGate;                                       // every load passes it
    Bytes each; // what estimate() says of one instance; 0: not known

    // Every load and description fails with this until it is set to nothing again.
    void failWith(std::optional<Error> error)
    {
        const std::lock_guard lock(m_mutex);
        m_failure = std::move(error);
    }
    int loads() const { return m_loads; }             // loads begun, also those that failed
    int lastInstances() const { return m_instances; } // EngineOptions of the last load
    std::shared_ptr<FakeNetwork> lastNetwork() const
    {
        const std::lock_guard lock(m_mutex);
        return m_last.lock();
    }

    std::string_view name() const override { return m_name; }
    std::string version() const override { return "1.0"; }
    bool supports(ModelFormat format) const override { return formats.count(format) != 0; }
    Result<NetworkSpec> describe(const ModelFiles &) override
    {
        const std::lock_guard lock(m_mutex);
        if (m_failure)
            return *m_failure;
        return network.spec;
    }
    Result<Bytes> estimate(const ModelFiles &, const EngineOptions &options) override
    {
        return Bytes{each.count * options.instances};
    }
    Result<std::shared_ptr<Network>> load(const ModelFiles &, const EngineOptions &options) override
    {
        ++m_loads;
        m_instances = options.instances;
        loadGate.pass();
        const std::lock_guard lock(m_mutex);
        if (m_failure)
            return *m_failure;
        auto loaded = std::make_shared<FakeNetwork>(network);
        m_last = loaded;
        return std::shared_ptr<Network>(std::move(loaded));
    }

private:
    std::string m_name;
    std::atomic<int> m_loads{0};
    std::atomic<int> m_instances{0};
    mutable std::mutex m_mutex;
    std::optional<Error> m_failure;
    std::weak_ptr<FakeNetwork> m_last;
};

} // namespace warmbench
