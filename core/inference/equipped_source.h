// Passes calls on to another source of models and gives each loaded model what the workbench keeps
// for it: its meter, a place for the inputs that it sees, and its verdict of an earlier run.
//
// Thread: as ModelSource.
#pragma once

#include "inference/measurement/verdict_store.h"
#include "metrics/metrics.h"
#include "model/model_source.h"

namespace warmbench {

class EquippedSource final : public ModelSource
{
public:
    EquippedSource(ModelSource &source, Metrics &metrics, VerdictStore &verdicts)
        : m_source(source)
        , m_metrics(metrics)
        , m_verdicts(verdicts)
    {
    }

    Result<void> contains(const ModelId &id) const override { return m_source.contains(id); }
    Result<LoadPlan> probe(const ModelId &id) override { return m_source.probe(id); }
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
        if (loaded && *loaded) {
            equip(**loaded);
            (*loaded)->meter->loads.record((*loaded)->loadTime);
        }
        return loaded;
    }
    Result<std::unique_ptr<ModelBundle>> adapt(const LoadPlan &plan,
                                               const ModelBundle &loaded) override
    {
        auto adapted = m_source.adapt(plan, loaded);
        if (adapted && *adapted)
            equip(**adapted);
        return adapted;
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
    void equip(ModelBundle &model)
    {
        model.meter = m_metrics.meter(model.id.name, model.id.version);
        model.seen = std::make_shared<SeenInputs>();
        m_verdicts.recall(model.digest);
    }

    ModelSource &m_source;
    Metrics &m_metrics;
    VerdictStore &m_verdicts;
};

} // namespace warmbench
