// Models for the cache without files: the test says what each is, how large it is and when it
// fails. Thread: any; tests may change a model while the cache loads it.
#pragma once

#include "fake_network.h"
#include "model/model_source.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace warmbench {

// One model (all its versions are alike); a value that tests fill in and set() again.
struct FakeModel
{
    std::string digest = "sha256:1";
    Bytes estimate = {1000}; // what probe() says the load will take
    Bytes memory = {1000};   // what the loaded model takes
    Bytes fileBytes = {500};
    std::vector<std::string> versions = {"1"}; // the last one serves
    std::optional<Error> probeError = {};
    std::optional<Error> loadError = {};
    std::optional<Error> describeError = {};
    ModelSettings settings = {};
    InputPlan input = {};
    FakeNetworkOptions network = {};
    // The engines that read it, the preferred one first; if there are some, their networks count.
    std::vector<std::pair<std::string, FakeNetworkOptions>> engines = {};
};

class FakeSource final : public ModelSource
{
public:
    Gate probeGate; // every probe passes it
    Gate loadGate;  // every load passes it
    Gate trialGate; // every trial passes it

    void set(const std::string &name, FakeModel model = {})
    {
        const std::lock_guard lock(m_mutex);
        m_models[name] = std::move(model);
    }
    void remove(const std::string &name)
    {
        const std::lock_guard lock(m_mutex);
        m_models.erase(name);
    }
    // Acts as if the file was written again: it gets another digest and, unless `touched` is false,
    // another stamp.
    void change(const std::string &name, std::string digest, bool touched = true)
    {
        const std::lock_guard lock(m_mutex);
        m_models[name].digest = std::move(digest);
        if (touched)
            ++m_writes[name];
    }
    // Changes the stamp but not the content.
    void touch(const std::string &name)
    {
        const std::lock_guard lock(m_mutex);
        ++m_writes[name];
    }
    void failLoads(const std::string &name, std::optional<Error> error)
    {
        const std::lock_guard lock(m_mutex);
        m_models[name].loadError = std::move(error);
    }
    void failProbes(const std::string &name, std::optional<Error> error)
    {
        const std::lock_guard lock(m_mutex);
        m_models[name].probeError = std::move(error);
    }

    // Contents with this digest have to be tried out, and this is what every trial finds.
    void needTrial(const std::string &digest, Result<void> found)
    {
        const std::lock_guard lock(m_mutex);
        m_trials.insert_or_assign(digest, std::move(found));
        m_tried.erase(digest);
    }
    int trials() const { return m_trialCount; } // begun
    int probes() const { return m_probes; }     // begun, failed ones included
    int loads() const { return m_loads; }       // begun, failed ones included
    int descriptions() const { return m_descriptions; }
    int mostAtOnce() const { return m_mostAtOnce; } // the most loads that ran at one time
    int alive() const { return *m_alive; }          // networks not yet destroyed
    // The thread that destroyed the last network.
    std::thread::id destroyedOn() const
    {
        const std::lock_guard lock(*m_destroyedMutex);
        return *m_destroyedOn;
    }

    Result<void> contains(const ModelId &id) const override
    {
        const std::lock_guard lock(m_mutex);
        if (const auto model = lookup(id); !model)
            return model.error();
        return {};
    }

    Result<LoadPlan> probe(const ModelId &id) override
    {
        ++m_probes;
        probeGate.pass();
        const std::lock_guard lock(m_mutex);
        const auto model = lookup(id);
        if (!model)
            return model.error();
        if (model->probeError)
            return *model->probeError;
        LoadPlan plan;
        plan.id = {id.name, id.version.empty() ? model->versions.back() : id.version};
        plan.digest = model->digest;
        plan.estimate = model->estimate;
        plan.fileBytes = model->fileBytes;
        plan.settings = model->settings;
        plan.engine = m_chosen[id.name];
        plan.stamps = {stamp(id.name, *model)};
        plan.files.network = plan.stamps.front().path;
        return plan;
    }

    std::optional<Result<void>> tried(const LoadPlan &plan) override
    {
        const std::lock_guard lock(m_mutex);
        const auto trial = m_trials.find(plan.digest);
        if (trial == m_trials.end())
            return Result<void>();
        if (!m_tried.count(plan.digest))
            return std::nullopt;
        return trial->second;
    }
    Result<void> tryOut(const LoadPlan &plan, const std::stop_token &stop) override
    {
        ++m_trialCount;
        {
            const std::stop_callback ending(stop, [this] { trialGate.open(); });
            trialGate.pass();
        }
        if (stop.stop_requested())
            return Error{ErrorCode::Cancelled, "The program is ending."};
        const std::lock_guard lock(m_mutex);
        m_tried.insert(plan.digest);
        return m_trials.at(plan.digest);
    }

    Result<std::unique_ptr<ModelBundle>> load(const LoadPlan &plan) override
    {
        ++m_loads;
        const int now = ++m_loading;
        if (now > m_mostAtOnce)
            m_mostAtOnce = now;
        loadGate.pass();
        --m_loading;
        const std::lock_guard lock(m_mutex);
        const auto model = lookup(plan.id);
        if (!model)
            return model.error();
        if (model->loadError)
            return *model->loadError;
        auto loaded = std::make_unique<ModelBundle>();
        loaded->id = plan.id;
        loaded->digest = plan.digest;
        const auto network = networkOf(*model, plan.engine);
        if (!network)
            return network.error();
        loaded->engine = model->engines.empty() ? "fake"
                         : plan.engine.empty()  ? model->engines.front().first
                                                : plan.engine;
        loaded->chosen = plan.engine;
        loaded->fileBytes = plan.fileBytes;
        loaded->memory = model->memory;
        loaded->loadTime = std::chrono::milliseconds(1);
        loaded->files = plan.files;
        loaded->stamps = plan.stamps;
        loaded->settings = plan.settings;
        loaded->input = model->input;
        loaded->network = std::make_shared<FakeNetwork>(counted(*network));
        return loaded;
    }

    Result<ModelDescription> describe(const LoadPlan &plan) override
    {
        ++m_descriptions;
        const std::lock_guard lock(m_mutex);
        const auto model = lookup(plan.id);
        if (!model)
            return model.error();
        if (model->describeError)
            return *model->describeError;
        return ModelDescription{"fake", model->network.spec, model->settings, model->input, {}, {}};
    }

    std::vector<std::string> enginesFor(const LoadPlan &plan) const override
    {
        const std::lock_guard lock(m_mutex);
        std::vector<std::string> names;
        if (const auto model = lookup(plan.id)) {
            for (const auto &[name, network] : model->engines)
                names.push_back(name);
        }
        return names;
    }
    void chooseEngine(const std::string &name, const std::string &engine) override
    {
        const std::lock_guard lock(m_mutex);
        m_chosen[name] = engine;
    }

    std::vector<FileStamp> stampsNow(const ModelBundle &loaded) const override
    {
        const std::lock_guard lock(m_mutex);
        const auto model = lookup(loaded.id);
        if (!model) // the file is gone
            return {{loaded.id.name + ".onnx", -1, 0}};
        return {stamp(loaded.id.name, *model)};
    }

private:
    Result<FakeModel> lookup(const ModelId &id) const
    {
        const auto found = m_models.find(id.name);
        if (found == m_models.end())
            return notFound("There is no model \"" + id.name + "\".");
        const auto &versions = found->second.versions;
        if (!id.version.empty() &&
            std::find(versions.begin(), versions.end(), id.version) == versions.end())
            return notFound("Model \"" + id.name + "\" has no version " + id.version + ".");
        return found->second;
    }
    static Result<FakeNetworkOptions> networkOf(const FakeModel &model, const std::string &engine)
    {
        if (model.engines.empty())
            return model.network;
        for (const auto &[name, network] : model.engines) {
            if (engine.empty() || engine == name)
                return network;
        }
        return failedPrecondition("The engine \"" + engine + "\" does not read it.");
    }
    FileStamp stamp(const std::string &name, const FakeModel &model) const
    {
        const auto writes = m_writes.find(name);
        return {name + ".onnx", model.fileBytes.count,
                writes == m_writes.end() ? 1 : 1 + writes->second};
    }
    FakeNetworkOptions counted(FakeNetworkOptions options) const
    {
        ++*m_alive;
        options.onDestroyed = [alive = m_alive, mutex = m_destroyedMutex, on = m_destroyedOn,
                               also = std::move(options.onDestroyed)] {
            {
                const std::lock_guard lock(*mutex);
                *on = std::this_thread::get_id();
            }
            --*alive;
            if (also)
                also();
        };
        return options;
    }

    mutable std::mutex m_mutex;
    std::map<std::string, FakeModel> m_models;
    std::map<std::string, std::int64_t> m_writes;
    std::map<std::string, std::string> m_chosen;  // engines by model
    std::map<std::string, Result<void>> m_trials; // what they find, by digest
    std::set<std::string> m_tried;
    std::atomic<int> m_trialCount{0};
    std::atomic<int> m_probes{0};
    std::atomic<int> m_loads{0};
    std::atomic<int> m_descriptions{0};
    std::atomic<int> m_loading{0};
    std::atomic<int> m_mostAtOnce{0};
    // Shared with the networks, which may outlive this object.
    std::shared_ptr<std::atomic<int>> m_alive = std::make_shared<std::atomic<int>>(0);
    std::shared_ptr<std::mutex> m_destroyedMutex = std::make_shared<std::mutex>();
    std::shared_ptr<std::thread::id> m_destroyedOn = std::make_shared<std::thread::id>();
};

} // namespace warmbench
