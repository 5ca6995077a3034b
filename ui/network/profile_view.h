// What the selected model costs here: load, latency and throughput under several loads, and the
// time of each layer, engine by engine. Measuring takes seconds, in which clients are served as
// ever.
// Thread: GUI; the workbench measures on a thread of its own. Another model or stop() ends it.
#pragma once

#include "inference/workbench.h"
#include "ui/network/profile_tables.h"
#include "ui/widgets/message_overlay.h"

#include <QWidget>
#include <stop_token>

class QLabel;
class QSortFilterProxyModel;
class QSplitter;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace warmbench::ui {

class Background;
class CaptionLabel;
class HistogramView;

class ProfileView : public QWidget
{
    Q_OBJECT

public:
    ProfileView(Workbench &workbench, Background &background, QWidget *parent = nullptr);
    ~ProfileView() override;

    void setModel(const QString &model); // and forgets the profile
    // The model was refreshed: what is shown belongs to another state of it.
    void setOutOfDate();
    void stop();
    void measure();

Q_SIGNALS:
    void said(warmbench::ui::MessageOverlay::Kind kind, const QString &text);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    QWidget *makeTools();
    QWidget *makeContent();
    void showMessage(const QString &text);
    void setRunning(bool running);
    void take(const Result<ProfilePtr> &profile);
    void showProfile();
    void shareRoom();
    void showSeries(int row);
    void save();

    Workbench &m_workbench;
    Background &m_background;
    QString m_model;
    ProfilePtr m_profile;
    std::stop_source m_stop;

    QToolButton *m_measure;
    QToolButton *m_cancel;
    QToolButton *m_save;
    CaptionLabel *m_progress;
    QLabel *m_message;
    QLabel *m_doubts;
    QLabel *m_facts;
    SeriesTable *m_series;
    QSplitter *m_loads; // the series beside their latencies
    QTableView *m_seriesView;
    QLabel *m_histogramTitle;
    HistogramView *m_histogram;
    LayerTable *m_layers;
    QSortFilterProxyModel *m_sortedLayers;
    QTableView *m_layersView;
    QStackedWidget *m_body;
};

} // namespace warmbench::ui
