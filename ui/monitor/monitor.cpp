#include "ui/monitor/monitor.h"

#include "ui/settings.h"
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
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString perSecond(double value)
{
    return Monitor::tr("%1/s").arg(value < 10 ? QString::number(value, 'g', 2)
                                              : grouped(std::llround(value)));
}

QString bytesText(double value)
{
    return text(Bytes{static_cast<std::int64_t>(value)});
}

QString secondsText(double value)
{
    return text(std::chrono::nanoseconds(static_cast<std::int64_t>(value * 1e9)));
}

double secondsBetween(SteadyTime a, SteadyTime b)
{
    return std::chrono::duration<double>(b - a).count();
}

using Counter = std::int64_t MetricsSample::*;

QList<QPointF> rate(const std::vector<MetricsSample> &samples, SteadyTime now, Counter counter)
{
    QList<QPointF> points;
    // There is nothing to compare with yet, but the first point is shown at once.
    if (samples.size() == 1)
        points << QPointF(-secondsBetween(samples[0].time, now), 0);
    for (std::size_t i = 1; i < samples.size(); ++i) {
        const double seconds = secondsBetween(samples[i - 1].time, samples[i].time);
        const double count = static_cast<double>(samples[i].*counter - samples[i - 1].*counter);
        if (seconds > 0)
            points << QPointF(-secondsBetween(samples[i].time, now),
                              std::max(0.0, count / seconds));
    }
    return points;
}

QList<QPointF> gauge(const std::vector<MetricsSample> &samples, SteadyTime now,
                     const std::function<double(const MetricsSample &)> &value)
{
    QList<QPointF> points;
    for (const MetricsSample &sample : samples)
        points << QPointF(-secondsBetween(sample.time, now), value(sample));
    return points;
}

MetricsSample sampleOf(Workbench &workbench)
{
    const CacheStatistics statistics = workbench.cache().statistics();
    MetricsSample sample;
    sample.time = std::chrono::steady_clock::now();
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

std::vector<MetricsSample> shownSamples(const std::vector<MetricsSample> &series, SteadyTime now,
                                        double spanSeconds, std::size_t most)
{
    const auto from = now - std::chrono::duration_cast<SteadyTime::duration>(
                                std::chrono::duration<double>(spanSeconds));
    auto first = std::find_if(series.begin(), series.end(),
                              [&](const MetricsSample &sample) { return sample.time >= from; });
    if (first != series.begin())
        --first;
    const auto count = static_cast<std::size_t>(series.end() - first);
    const std::size_t step = std::max<std::size_t>(1, (count + most - 1) / most);
    std::vector<MetricsSample> shown;
    // Steps are counted back from the newest sample, so that it is always shown.
    for (std::size_t back = 0; back < count; back += step)
        shown.push_back(series[series.size() - 1 - back]);
    std::reverse(shown.begin(), shown.end());
    return shown;
}

Monitor::Monitor(Workbench &workbench, QWidget *parent)
    : QWidget(parent)
    , m_workbench(workbench)
    , m_cache(new TimeChart(tr("Cache"), {{tr("hits"), 0}, {tr("misses"), 1}}, perSecond, this))
    , m_memory(new TimeChart(tr("Memory"),
                             {{tr("process"), 3}, {tr("models"), 0}, {tr("budget"), 0, true}},
                             bytesText, this))
    , m_latency(new TimeChart(tr("Latency"), {{u"p50"_s, 0}, {u"p95"_s, 2}, {u"p99"_s, 1}},
                              secondsText, this))
    , m_requests(
          new TimeChart(tr("Requests"), {{tr("answered"), 2}, {tr("refused"), 1}}, perSecond, this))
{
    auto *charts = new QHBoxLayout;
    charts->setSpacing(20);
    charts->addWidget(m_cache, 4);
    charts->addWidget(m_memory, 7);
    charts->addWidget(m_latency, 6);
    charts->addWidget(m_requests, 4);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 8, 8, 8);
    layout->setSpacing(10);
    layout->addLayout(charts, 1);
    layout->addWidget(makeTools());
    m_timer.setInterval(1000);
    connect(&m_timer, &QTimer::timeout, this, &Monitor::sampleNow);
}

QWidget *Monitor::makeTools()
{
    auto *tools = new QWidget(this);
    m_span = new QComboBox(tools);
    m_span->setAccessibleName(tr("Time shown"));
    m_span->view()->setAccessibleName(m_span->accessibleName());
    m_span->setToolTip(tr("How far back the charts reach"));
    for (const int seconds : {60, 300, 900, 3600})
        m_span->addItem(tr("%1 min").arg(seconds / 60), seconds);
    m_span->setCurrentIndex(std::max(0, m_span->findData(read(settings::monitorSpanSeconds))));
    m_pause = new QAction(icon(u"pause"_s), tr("Pause"), this);
    m_pause->setCheckable(true);
    m_pause->setToolTip(tr("Hold the charts still; measuring goes on"));
    auto *pause = new QToolButton(tools);
    pause->setDefaultAction(m_pause);
    pause->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    pause->setObjectName(u"pauseMonitor"_s);
    pause->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    pause->setFocusPolicy(Qt::StrongFocus);
    auto *layout = new QVBoxLayout(tools);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_span);
    layout->addWidget(pause);
    layout->addStretch(1);
    connect(m_span, &QComboBox::currentIndexChanged, this, [this] {
        write(settings::monitorSpanSeconds, static_cast<int>(span()));
        sampleNow();
    });
    connect(m_pause, &QAction::toggled, this, [this](bool paused) {
        m_pause->setIcon(icon(paused ? u"run"_s : u"pause"_s));
        m_pause->setText(paused ? tr("Resume") : tr("Pause"));
        if (!paused)
            sampleNow();
    });
    return tools;
}

double Monitor::span() const
{
    return m_span->currentData().toInt();
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

void Monitor::sampleNow()
{
    if (m_pause->isChecked())
        return;
    std::vector<MetricsSample> series = m_workbench.metrics().series();
    if (series.empty())
        series.push_back(sampleOf(m_workbench));
    draw(series);
}

void Monitor::draw(const std::vector<MetricsSample> &series)
{
    const SteadyTime now = series.back().time;
    const auto shown = shownSamples(series, now, span(), TimeChart::mostPoints);
    m_cache->replace(
        {rate(shown, now, &MetricsSample::hits), rate(shown, now, &MetricsSample::misses)}, span());
    const MetricsSample &first = shown.front();
    const MetricsSample &last = shown.back();
    const std::int64_t hits = last.hits - first.hits;
    const std::int64_t all = hits + last.misses - first.misses + last.coalesced - first.coalesced;
    m_cache->setNote(all > 0 ? tr("%1 % hits").arg(100.0 * double(hits) / double(all), 0, 'f', 1)
                             : QString());

    const auto bytes = [](Bytes MetricsSample::*member) {
        return [member](const MetricsSample &sample) { return double((sample.*member).count); };
    };
    QList<QPointF> budget = gauge(shown, now, bytes(&MetricsSample::budget));
    // A line for a budget far above what is used would press the other lines to the bottom.
    const bool near = last.budget.count <= 4 * std::max(last.residentBytes, last.modelBytes).count;
    m_memory->setNote(tr("budget %1").arg(text(last.budget)));
    if (!near)
        budget.clear();
    m_memory->replace({gauge(shown, now, bytes(&MetricsSample::residentBytes)),
                       gauge(shown, now, bytes(&MetricsSample::modelBytes)), budget},
                      span());
    // Where nothing was answered there is no latency, which is not one of 0.
    const auto seconds = [](double MetricsSample::*member) {
        return [member](const MetricsSample &sample) {
            return sample.*member > 0 ? sample.*member : std::nan("");
        };
    };
    m_latency->replace({gauge(shown, now, seconds(&MetricsSample::p50)),
                        gauge(shown, now, seconds(&MetricsSample::p95)),
                        gauge(shown, now, seconds(&MetricsSample::p99))},
                       span());
    m_requests->replace(
        {rate(shown, now, &MetricsSample::answered), rate(shown, now, &MetricsSample::refused)},
        span());
    const std::int64_t refused = last.refused - first.refused;
    m_requests->setNote(refused > 0 ? tr("%1 refused").arg(refused) : QString());
}

} // namespace warmbench::ui
