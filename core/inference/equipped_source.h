// Passes calls on to another source of models and gives each loaded model what the workbench keeps
// for it: its meter, a place for the inputs that it sees, and its verdict of an earlier run. Before
// that it asks the model for the golden answers of its settings: where they differ, a model that
// would replace a loaded one is refused, and another one has a warning.
//
// Thread: as ModelSource; stop() from any.
#pragma once

#include "inference/matching/golden_guard.h"
#include "inference/measurement/verdict_store.h"
#include "metrics/metrics.h"
#include "model/model_source.h"

namespace warmbench {

class EquippedSource final : public ModelSource
{
public:
    // `allowed` is for each golden answer, as holdsGoldenAnswers() has it.
    EquippedSource(ModelSource &source, Metrics &metrics, VerdictStore &verdicts,
                   const Clock &clock, Milliseconds allowed)
        : m_source(source)
        , m_metrics(metrics)
        , m_verdicts(verdicts)
        , m_clock(clock)
        , m_allowed(allowed)
    {
    }
    // Ends the runs of golden answers and the trials, now and later: loads fail.
    void stop()
    {
        m_stop.request_stop();
        m_source.stopTrials();
    }

    Result<void> contains(const ModelId &id) const override { return m_source.contains(id); }
    Result<LoadPlan> probe(const ModelId &id) override { return m_source.probe(id); }
    Result<LoadPlan> probeAgain(const ModelId &id, const LoadPlan &before) override
    {
        return m_source.probeAgain(id, before);
    }
    Result<LoadPlan> probeWith(const ModelId &id, const std::filesystem::path &settings) override
    {
        return m_source.probeWith(id, settings);
    }
    Result<Bytes> estimate(LoadPlan &plan) override { return m_source.estimate(plan); }
    Result<ModelDescription> describe(const LoadPlan &plan) override
    {
        return m_source.describe(plan);
    }
    Result<std::unique_ptr<ModelBundle>> load(const LoadPlan &plan) override
    {
        auto loaded = m_source.load(plan);
        if (!loaded || !*loaded)
            return loaded;
        if (auto sound = judge(**loaded, plan.replaces && plan.settings.edits.empty()); !sound)
            return std::move(sound).error();
        equip(**loaded);
        (*loaded)->meter->loads.record((*loaded)->loadTime);
        return loaded;
    }
    Result<std::unique_ptr<ModelBundle>> adapt(const LoadPlan &plan,
                                               const ModelBundle &loaded) override
    {
        auto adapted = m_source.adapt(plan, loaded);
        if (!adapted || !*adapted)
            return adapted;
        // Settings of the same meaning, such as changes that were saved, answer as before.
        const bool isNew = plan.digest != loaded.digest;
        if (auto sound = judge(**adapted, isNew && plan.settings.edits.empty()); !sound)
            return std::move(sound).error();
        equip(**adapted);
        return adapted;
    }
    std::optional<Result<void>> tried(const LoadPlan &plan) override
    {
        return m_source.tried(plan);
    }
    Result<void> tryOut(const LoadPlan &plan, const std::stop_token &stop) override
    {
        return m_source.tryOut(plan, stop);
    }
    std::vector<std::string> enginesFor(const LoadPlan &plan) const override
    {
        return m_source.enginesFor(plan);
    }
    void chooseEngine(const std::string &name, const std::string &engine) override
    {
        m_source.chooseEngine(name, engine);
    }
    void setEdits(const std::string &name, const std::string &edits) override
    {
        m_source.setEdits(name, edits);
    }
    std::string edits(const std::string &name) const override { return m_source.edits(name); }
    std::vector<FileStamp> stampsNow(const ModelBundle &model) const override
    {
        return m_source.stampsNow(model);
    }

private:
    // What a person tries out is theirs to judge: it is never refused.
    Result<void> judge(ModelBundle &model, bool refuses) const
    {
        auto holds = holdsGoldenAnswers(model, m_clock, m_allowed, m_stop.get_token());
        if (holds || refuses || m_stop.stop_requested())
            return holds;
        model.doubt = holds.error().message;
        model.warnings.push_back(model.doubt);
        return {};
    }
    void equip(ModelBundle &model)
    {
        model.meter = m_metrics.meter(model.id.name, model.id.version);
        model.seen = std::make_shared<SeenInputs>();
        m_verdicts.recall(model.digest);
    }

    ModelSource &m_source;
    Metrics &m_metrics;
    VerdictStore &m_verdicts;
    const Clock &m_clock;
    const Milliseconds m_allowed;
    std::stop_source m_stop;
};

} // namespace warmbench
