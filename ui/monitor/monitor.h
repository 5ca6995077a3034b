// Live charts of what the cache does: hits and misses, memory with the shares of models against the
// budget, latency, requests answered and refused (those of the API and the window's own), and the
// queue; of all models or of one; as charts or as a table, which can be saved. Thread: GUI. Reads
// the workbench's time series once a second while it is visible; the first sample is drawn at once.
#pragma once

#include "ui/monitor/monitor_rows.h"
#include "ui/widgets/message_overlay.h"

#include <array>
#include <QTimer>
#include <QWidget>
#include <string>
#include <vector>

class QAction;
class QComboBox;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace warmbench {
class Workbench;
}

namespace warmbench::ui {

class Background;
class ModelHistory;
class SampleTable;
class TimeChart;

class Monitor : public QWidget
{
    Q_OBJECT

public:
    Monitor(Workbench &workbench, Background &background, QWidget *parent = nullptr);

    void sampleNow();
    TimeChart *cacheChart() const { return m_cache; }
    TimeChart *memoryChart() const { return m_memory; }
    TimeChart *requestsChart() const { return m_requests; }
    TimeChart *latencyChart() const { return m_latency; }
    TimeChart *queueChart() const { return m_queue; }

Q_SIGNALS:
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    QWidget *makeTools();
    QWidget *makeCharts();
    QTableView *makeTable();
    void offerModels();
    void show(const std::vector<MetricsSample> &series);
    void draw(const std::vector<MonitorRow> &rows, SteadyTime now);
    void drawMemory(const std::vector<MonitorRow> &rows, SteadyTime now);
    void chooseShares(const std::vector<MonitorRow> &rows);
    void showNotes(const std::vector<MetricsSample> &samples);
    void save();
    double span() const;
    std::string model() const; // empty: all

    Workbench &m_workbench;
    Background &m_background;
    ModelHistory *m_history;
    TimeChart *m_cache;
    TimeChart *m_memory;
    TimeChart *m_latency;
    TimeChart *m_requests;
    TimeChart *m_queue;
    SampleTable *m_table;
    QStackedWidget *m_views = nullptr;
    QComboBox *m_span = nullptr;
    QComboBox *m_model = nullptr;
    QAction *m_asTable = nullptr;
    QAction *m_pause = nullptr;
    std::vector<MonitorRow> m_rows;      // shown, the oldest first
    std::array<std::string, 2> m_shares; // models whose memory is drawn, the table has all
    QTimer m_timer;
};

} // namespace warmbench::ui
