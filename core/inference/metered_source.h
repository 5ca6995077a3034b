// Passes calls on to another source of models and gives each loaded model its meter.
//
// Thread: as ModelSource.
#pragma once

#include "metrics/metrics.h"
#include "model/model_source.h"

namespace warmbench {

class MeteredSource final : public ModelSource
{
public:
    MeteredSource(ModelSource &source, Metrics &metrics)
        : m_source(source)
        , m_metrics(metrics)
    {
    }

    Result<void> contains(const ModelId &id) const override { return m_source.contains(id); }
    Result<LoadPlan> probe(const ModelId &id) override { return m_source.probe(id); }
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
        ModelBundle &model = **loaded;
        model.meter = m_metrics.meter(model.id.name, model.id.version);
        model.meter->loads.record(model.loadTime);
        return loaded;
    }
    std::vector<FileStamp> stampsNow(const ModelBundle &model) const override
    {
        return m_source.stampsNow(model);
    }

private:
    ModelSource &m_source;
    Metrics &m_metrics;
};

} // namespace warmbench
