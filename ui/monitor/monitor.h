// Live charts of what the cache does: hits and misses, memory against the budget, latency,
// requests answered and refused, those of the API and the window's own. Thread: GUI. Reads the
// workbench's time series once a second while it is visible; the first sample is drawn at once.
#pragma once

#include "inference/workbench.h"

#include <QTimer>
#include <QWidget>

class QAction;
class QComboBox;

namespace warmbench::ui {

class TimeChart;

class Monitor : public QWidget
{
    Q_OBJECT

public:
    explicit Monitor(Workbench &workbench, QWidget *parent = nullptr);

    void sampleNow();
    TimeChart *cacheChart() const { return m_cache; }
    TimeChart *requestsChart() const { return m_requests; }
    TimeChart *latencyChart() const { return m_latency; }

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    QWidget *makeTools();
    void draw(const std::vector<MetricsSample> &series);
    double span() const;

    Workbench &m_workbench;
    TimeChart *m_cache;
    TimeChart *m_memory;
    TimeChart *m_latency;
    TimeChart *m_requests;
    QComboBox *m_span;
    QAction *m_pause;
    QTimer m_timer;
};

// The samples of the last `spanSeconds`, thinned to at most `most`, and one sample before them,
// which rates need.
std::vector<MetricsSample> shownSamples(const std::vector<MetricsSample> &series, SteadyTime now,
                                        double spanSeconds, std::size_t most);

} // namespace warmbench::ui
