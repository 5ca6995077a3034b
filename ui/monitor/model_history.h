// What each model has counted over the last hour, for charts of one model: the workbench's own time
// series is of all together. A look a second; a model that does nothing costs nothing.
// Thread: GUI.
#pragma once

#include "inference/workbench.h"

#include <deque>
#include <map>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <string>
#include <vector>

namespace warmbench::ui {

class ModelHistory : public QObject
{
    Q_OBJECT

public:
    explicit ModelHistory(Workbench &workbench, QObject *parent = nullptr);

    void look();
    // Models that have counted anything, by name.
    QStringList models() const;
    // The samples with the numbers of this model in place of those of all: hits, misses, latency,
    // predictions as `answered`, waiting jobs and memory. `refused` is 0: who is refused often
    // names no model.
    std::vector<MetricsSample> of(const std::string &model,
                                  const std::vector<MetricsSample> &samples) const;

private:
    struct Entry // of a moment when something had changed
    {
        SteadyTime time;
        std::int64_t hits = 0;
        std::int64_t misses = 0;
        std::int64_t coalesced = 0;
        std::int64_t predictions = 0;
        std::int64_t waiting = 0;
        double p50 = 0;
        double p95 = 0;
        double p99 = 0;
        bool counts(const Entry &before) const;
    };
    struct Model
    {
        std::deque<Entry> entries;
        Histogram::Values latency;
    };

    Workbench &m_workbench;
    std::map<std::string, Model> m_models;
    QTimer m_timer;
};

} // namespace warmbench::ui
