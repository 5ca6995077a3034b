#include "ui/monitor/monitor.h"

#include "inference/workbench.h"
#include "ui/monitor/model_history.h"
#include "ui/monitor/monitor_text.h"
#include "ui/monitor/sample_table.h"
#include "ui/save_file.h"
#include "ui/settings.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/time_chart.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <QAbstractItemView>
#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int mostInTable = 3600;
constexpr int usualColumn = 80; // pixels; a model's may be wider
enum MemoryLine { Process, Models, Budget, FirstShare };

QList<QPointF> points(const std::vector<MonitorRow> &rows, SteadyTime now,
                      const std::function<double(const MonitorRow &)> &value)
{
    QList<QPointF> line;
    line.reserve(static_cast<qsizetype>(rows.size()));
    for (const MonitorRow &row : rows)
        line << QPointF(-std::chrono::duration<double>(now - row.time).count(), value(row));
    return line;
}

MetricsSample sampleOf(Workbench &workbench)
{
    const CacheStatistics statistics = workbench.cache().statistics();
    MetricsSample sample;
    sample.time = std::chrono::steady_clock::now();
    sample.wallTime = std::chrono::system_clock::now();
    sample.hits = statistics.hits;
    sample.misses = statistics.misses;
    sample.coalesced = statistics.coalesced;
    sample.answered = workbench.metrics().answered();
    sample.refused = workbench.metrics().refused();
    sample.modelBytes = statistics.modelBytes;
    sample.budget = statistics.budget;
    sample.residentBytes = residentMemory();
    return sample;
}

} // namespace

Monitor::Monitor(Workbench &workbench, Background &background, QWidget *parent)
    : QWidget(parent)
    , m_workbench(workbench)
    , m_background(background)
    , m_history(new ModelHistory(workbench, this))
    , m_cache(new TimeChart(tr("Cache"), {{tr("hits"), 0}, {tr("misses"), 1}}, rateText, this))
    , m_memory(new TimeChart(tr("Memory"),
                             {{tr("process"), 3},
                              {tr("models"), 0},
                              {tr("budget"), 0, true},
                              {{}, 1, false, true},
                              {{}, 2, false, true}},
                             memoryText, this))
    , m_latency(new TimeChart(tr("Latency"), {{u"p50"_s, 0}, {u"p95"_s, 2}, {u"p99"_s, 1}},
                              latencyText, this))
    , m_requests(
          new TimeChart(tr("Requests"), {{tr("answered"), 2}, {tr("refused"), 1}}, rateText, this))
    , m_queue(new TimeChart(tr("Queue"), {{tr("waiting"), 3}}, countText, this))
    , m_table(new SampleTable(this))
{
    m_views = new QStackedWidget(this);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 4, 8, 6);
    layout->setSpacing(2);
    layout->addWidget(makeTools());
    m_views->addWidget(makeCharts());
    m_views->addWidget(makeTable());
    layout->addWidget(m_views, 1);
    connect(m_asTable, &QAction::toggled, m_views, &QStackedWidget::setCurrentIndex);
    m_timer.setInterval(1000);
    connect(&m_timer, &QTimer::timeout, this, &Monitor::sampleNow);
}

QWidget *Monitor::makeCharts()
{
    auto *charts = new QWidget(this);
    auto *layout = new QHBoxLayout(charts);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(16);
    layout->addWidget(m_cache, 5);
    layout->addWidget(m_memory, 7);
    layout->addWidget(m_latency, 5);
    layout->addWidget(m_requests, 5);
    layout->addWidget(m_queue, 3);
    return charts;
}

QTableView *Monitor::makeTable()
{
    auto *view = new QTableView(this);
    view->setObjectName(u"monitorTable"_s);
    view->setAccessibleName(tr("Samples of the monitor, the newest first"));
    view->setModel(m_table);
    setLines(view);
    view->setSelectionMode(QAbstractItemView::SingleSelection);
    QHeaderView *header = view->horizontalHeader();
    header->setDefaultSectionSize(usualColumn);
    connect(m_table, &QAbstractItemModel::modelReset, header, [header] {
        for (int i = SampleTable::FixedColumns; i < header->count(); ++i)
            header->resizeSection(i, std::max(usualColumn, header->sectionSizeHint(i)));
    });
    return view;
}

QWidget *Monitor::makeTools()
{
    auto *tools = new QWidget(this);
    const auto combo = [tools](const QString &name, const QString &spoken, const QString &tip) {
        auto *box = new QComboBox(tools);
        box->setObjectName(name);
        box->setAccessibleName(spoken);
        box->view()->setAccessibleName(spoken);
        box->setToolTip(tip);
        return box;
    };
    m_model = combo(u"monitorModel"_s, tr("Model shown"),
                    tr("Whose hits, latency, requests and queue are shown"));
    m_model->addItem(tr("All models"), QString());
    m_model->setMinimumContentsLength(14);
    m_model->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_span = combo(u"monitorSpan"_s, tr("Time shown"), tr("How far back the charts reach"));
    for (const int seconds : {60, 300, 900, 3600})
        m_span->addItem(tr("%1 min").arg(seconds / 60), seconds);
    m_span->setCurrentIndex(std::max(0, m_span->findData(read(settings::monitorSpanSeconds))));
    m_pause = new QAction(icon(u"pause"_s), tr("Pause"), this);
    m_pause->setCheckable(true);
    m_pause->setToolTip(tr("Hold what is shown still; measuring goes on"));
    m_asTable = new QAction(icon(u"table"_s), tr("Table"), this);
    m_asTable->setCheckable(true);
    m_asTable->setToolTip(tr("Show the same samples as a table"));
    auto *save = new QAction(icon(u"save"_s), tr("Save CSV…"), this);
    save->setToolTip(tr("Save the samples that are shown"));
    auto *layout = new QHBoxLayout(tools);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_model);
    layout->addWidget(m_span);
    layout->addStretch(1);
    const auto button = [&](QAction *action, const QString &name) {
        QToolButton *made = actionButton(action, tools);
        made->setObjectName(name);
        made->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        made->setIconSize({16, 16});
        layout->addWidget(made);
        return made;
    };
    button(m_asTable, u"monitorAsTable"_s);
    button(save, u"saveMonitor"_s);
    QToolButton *pause = button(m_pause, u"pauseMonitor"_s);
    m_pause->setText(tr("Resume")); // the longer word: no button moves when it is pressed
    pause->setMinimumWidth(pause->sizeHint().width());
    m_pause->setText(tr("Pause"));
    connect(save, &QAction::triggered, this, &Monitor::save);
    connect(m_model, &QComboBox::activated, this, &Monitor::sampleNow);
    connect(m_span, &QComboBox::currentIndexChanged, this, [this] {
        write(settings::monitorSpanSeconds, static_cast<int>(span()));
        sampleNow();
    });
    connect(m_pause, &QAction::toggled, this, [this, pause](bool paused) {
        m_pause->setIcon(icon(paused ? u"run"_s : u"pause"_s));
        m_pause->setText(paused ? tr("Resume") : tr("Pause"));
        pause->setAccessibleName(m_pause->text());
        if (!paused)
            sampleNow();
    });
    return tools;
}

double Monitor::span() const
{
    return m_span->currentData().toInt();
}

std::string Monitor::model() const
{
    return m_model->currentData().toString().toStdString();
}

void Monitor::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_timer.start();
    sampleNow();
}

void Monitor::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_timer.stop();
}

// Names come and stay, so that a choice is not lost under the pointer.
void Monitor::offerModels()
{
    for (const QString &name : m_history->models())
        if (m_model->findData(name) < 0)
            m_model->addItem(name, name);
}

void Monitor::sampleNow()
{
    if (m_pause->isChecked())
        return;
    offerModels();
    std::vector<MetricsSample> series = m_workbench.metrics().series();
    if (series.empty())
        series.push_back(sampleOf(m_workbench));
    show(model().empty() ? series : m_history->of(model(), series));
}

void Monitor::show(const std::vector<MetricsSample> &series)
{
    const SteadyTime now = series.back().time;
    const auto samples = shownSamples(series, now, span(), TimeChart::mostPoints);
    draw(monitorRows(samples), now);
    showNotes(samples);
    m_rows = monitorRows(shownSamples(series, now, span(), mostInTable));
    if (m_rows.size() > 1) // the one before the first, which rates needed
        m_rows.erase(m_rows.begin());
    m_table->setRows(m_rows);
}

void Monitor::draw(const std::vector<MonitorRow> &rows, SteadyTime now)
{
    const auto line = [&](double MonitorRow::*member) {
        return points(rows, now, [member](const MonitorRow &row) { return row.*member; });
    };
    m_cache->replace({line(&MonitorRow::hits), line(&MonitorRow::misses)}, span());
    m_latency->replace({line(&MonitorRow::p50), line(&MonitorRow::p95), line(&MonitorRow::p99)},
                       span());
    m_requests->replace({line(&MonitorRow::answered), line(&MonitorRow::refused)}, span());
    m_queue->replace({points(rows, now, [](const MonitorRow &row) { return double(row.queue); })},
                     span());
    drawMemory(rows, now);
}

// The largest models; one that is among them keeps its line and colour.
void Monitor::chooseShares(const std::vector<MonitorRow> &rows)
{
    std::vector<std::string> names = sharingModels(rows);
    if (names.size() == 1)
        names.clear(); // the same line as that of all models
    names.resize(std::min(names.size(), m_shares.size()));
    for (std::string &drawn : m_shares) {
        if (const auto at = std::find(names.begin(), names.end(), drawn); at != names.end())
            names.erase(at);
        else
            drawn.clear();
    }
    auto next = names.begin();
    for (std::string &drawn : m_shares)
        if (drawn.empty() && next != names.end())
            drawn = *next++;
}

void Monitor::drawMemory(const std::vector<MonitorRow> &rows, SteadyTime now)
{
    const auto line = [&](Bytes MonitorRow::*member) {
        return points(rows, now,
                      [member](const MonitorRow &row) { return double((row.*member).count); });
    };
    const MonitorRow &last = rows.back();
    // A line for a budget far above what is used would press the other lines to the bottom.
    const bool near = last.budget.count <= 4 * std::max(last.process, last.models).count;
    QList<QList<QPointF>> lines{line(&MonitorRow::process), line(&MonitorRow::models),
                                near ? line(&MonitorRow::budget) : QList<QPointF>()};
    chooseShares(rows);
    for (std::size_t i = 0; i < m_shares.size(); ++i) {
        const std::string &name = m_shares[i];
        m_memory->rename(FirstShare + static_cast<int>(i), text(name));
        lines << (name.empty() ? QList<QPointF>()
                               : points(rows, now, [&name](const MonitorRow &row) {
                                     return double(shareOf(row, name).count);
                                 }));
    }
    m_memory->rename(Models, model().empty() ? tr("models") : tr("model"));
    m_memory->replace(lines, span());
    m_memory->setNote(tr("budget %1").arg(text(last.budget)));
}

void Monitor::showNotes(const std::vector<MetricsSample> &samples)
{
    const MetricsSample &first = samples.front();
    const MetricsSample &last = samples.back();
    const std::int64_t hits = last.hits - first.hits;
    const std::int64_t all = hits + last.misses - first.misses + last.coalesced - first.coalesced;
    m_cache->setNote(all > 0 ? hitShareText(hits, all) : QString());
    const std::int64_t refused = last.refused - first.refused;
    m_requests->setNote(refused > 0 ? tr("%1 refused").arg(refused) : QString());
}

void Monitor::save()
{
    saveFile(
        this, m_background,
        {tr("Save what the monitor shows"), u"monitor.csv"_s, {tr("CSV (*.csv)")}},
        [rows = m_rows](const QString &) -> Result<std::string> { return monitorCsv(rows); },
        [this](MessageOverlay::Kind kind, const QString &text) { Q_EMIT said(kind, text); });
}

} // namespace warmbench::ui
