#include "ui/network/profile_view.h"

#include "inference/profile/profile_export.h"
#include "ui/background.h"
#include "ui/gui_hop.h"
#include "ui/network/histogram_view.h"
#include "ui/network/page_parts.h"
#include "ui/network/share_delegate.h"
#include "ui/save_file.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/hairline_splitter.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr std::size_t histogramBins = 40;
constexpr std::chrono::milliseconds eachSeries{700};
constexpr int nameWidth = 220;
constexpr int lowest = 110; // pixels
constexpr int scrollBarRoom = 18;

QTableView *makeTable(const QString &name, const QString &title, QWidget *parent)
{
    auto *table = new QTableView(parent);
    table->setObjectName(name);
    table->setAccessibleName(title);
    setLines(table);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setStretchLastSection(true);
    return table;
}

QString coldText(const EngineProfile &engine)
{
    const QString title =
        u"%1 %2"_s.arg(text(engineTitle(engine.engine)), text(engine.version)).trimmed();
    if (!engine.refusal.empty())
        return ProfileView::tr("%1: %2").arg(title, text(engine.refusal));
    return ProfileView::tr(
               "%1: %2 to load, %3 the first run of the network, %4 a run after that; %5")
        .arg(title, text(engine.loadTime), text(engine.firstRun), text(engine.layers.run),
             text(engine.memory));
}

} // namespace

ProfileView::ProfileView(Workbench &workbench, Background &background, QWidget *parent)
    : QWidget(parent)
    , m_workbench(workbench)
    , m_background(background)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(makeTools());
    m_message = sentenceLabel(u"profileMessage"_s, this);
    m_body = new QStackedWidget(this);
    m_body->addWidget(m_message);
    m_body->addWidget(makeContent());
    layout->addWidget(m_body, 1);
    setMinimumHeight(lowest); // in a small window the tables scroll
    setModel({});
}

ProfileView::~ProfileView()
{
    stop();
}

QWidget *ProfileView::makeTools()
{
    auto *tools = new QWidget(this);
    m_measure = flatButton(u"profileMeasure"_s, u"run"_s, tr("Measure"),
                           tr("Load, latency, throughput and layers on this machine"), tools);
    m_cancel = flatButton(u"profileCancel"_s, u"stop"_s, tr("Cancel"),
                          tr("End the measurement (Esc)"), tools);
    m_save = flatButton(u"profileSave"_s, u"save"_s, tr("Save…"),
                        tr("Save what was measured as CSV or JSON"), tools);
    m_progress = new CaptionLabel(tools);
    m_progress->setObjectName(u"profileProgress"_s);
    auto *line = new QHBoxLayout(tools);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(4);
    line->addWidget(m_measure);
    line->addWidget(m_cancel);
    line->addWidget(m_progress, 1);
    line->addWidget(m_save);
    connect(m_measure, &QToolButton::clicked, this, &ProfileView::measure);
    connect(m_cancel, &QToolButton::clicked, this, [this] {
        stop();
        showMessage(tr("The measurement was ended; Measure begins anew."));
    });
    connect(m_save, &QToolButton::clicked, this, &ProfileView::save);
    return tools;
}

QWidget *ProfileView::makeContent()
{
    auto *content = new QWidget(this);
    m_doubts = new QLabel(content);
    m_doubts->setObjectName(u"profileDoubts"_s);
    m_doubts->setWordWrap(true);
    m_facts = new QLabel(content);
    m_facts->setObjectName(u"profileFacts"_s);
    m_facts->setWordWrap(true);
    for (QLabel *label : {m_doubts, m_facts}) {
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    }

    m_series = new SeriesTable(this);
    m_seriesView =
        makeTable(u"profileSeries"_s, tr("Callers at once and samples a request"), content);
    m_seriesView->setModel(m_series);
    connect(m_seriesView->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &current) { showSeries(current.row()); });
    m_histogramTitle = new QLabel(content);
    m_histogramTitle->setWordWrap(true);
    m_histogramTitle->setTextFormat(Qt::PlainText);
    m_histogram = new HistogramView(content);
    m_histogram->setPlain(true);
    m_histogram->setObjectName(u"profileHistogram"_s);
    m_histogram->setAccessibleName(tr("Latencies"));
    m_histogram->setWords(
        [](double nanoseconds) {
            return text(std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds)));
        },
        tr("%1 runs"));

    m_layers = new LayerTable(this);
    m_sortedLayers = new QSortFilterProxyModel(this);
    m_sortedLayers->setSortRole(profileSortRole);
    m_sortedLayers->setSourceModel(m_layers);
    m_layersView = makeTable(u"profileLayers"_s, tr("Time of the layers"), content);
    m_layersView->setModel(m_sortedLayers);
    m_layersView->setItemDelegate(new ShareDelegate(profileShareRole, m_layersView));
    m_layersView->setSortingEnabled(true);

    auto *latencies = new QWidget(content);
    auto *column = new QVBoxLayout(latencies);
    column->setContentsMargins(8, 0, 0, 0);
    column->addWidget(m_histogramTitle);
    column->addWidget(m_histogram, 1);
    m_loads = new HairlineSplitter(Qt::Horizontal, u"profileLoads"_s, content);
    m_loads->addWidget(m_seriesView);
    m_loads->addWidget(latencies);
    m_loads->setStretchFactor(0, 3);
    m_loads->setStretchFactor(1, 2);
    auto *parts = new HairlineSplitter(Qt::Vertical, u"profileParts"_s, content);
    parts->addWidget(m_loads);
    parts->addWidget(m_layersView);
    parts->setChildrenCollapsible(false);
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_doubts);
    layout->addWidget(m_facts);
    layout->addWidget(parts, 1);
    return content;
}

void ProfileView::showMessage(const QString &text)
{
    m_message->setText(text);
    m_body->setCurrentIndex(0);
}

void ProfileView::setRunning(bool running)
{
    m_measure->setEnabled(!running && !m_model.isEmpty());
    m_cancel->setEnabled(running);
    m_save->setEnabled(!running && m_profile);
    if (!running)
        m_progress->setText({});
}

void ProfileView::setModel(const QString &model)
{
    stop();
    m_model = model;
    m_profile.reset();
    setRunning(false);
    showMessage(tr("Measure runs the model with 1 to 8 callers and 1 to 16 samples a request, and "
                   "tells what each layer takes. It takes some seconds."));
}

void ProfileView::setOutOfDate()
{
    if (m_profile)
        m_progress->setText(tr("Of the model before it was refreshed or set otherwise."));
    setFaint(m_body, m_profile != nullptr);
}

void ProfileView::stop()
{
    m_stop.request_stop();
    setRunning(false);
}

void ProfileView::measure()
{
    if (m_model.isEmpty())
        return;
    stop();
    m_stop = std::stop_source();
    ProfileRequest request;
    request.model.name = m_model.toStdString();
    request.series = usualSeries();
    request.each = eachSeries;
    request.engines = enginesHere();
    request.cancellation = m_stop.get_token();
    request.heard =
        onGui(this, [this, token = m_stop.get_token()](const ProfileProgress &progress) {
            if (!token.stop_requested())
                m_progress->setText(tr("%1 of %2: %3")
                                        .arg(progress.done + 1)
                                        .arg(progress.all)
                                        .arg(text(progress.next)));
        });
    m_profile.reset();
    setFaint(m_body, false);
    setRunning(true);
    showMessage(tr("Measuring…"));
    m_workbench.profile(std::move(request), onGui(this, [this, token = m_stop.get_token()](
                                                            const Result<ProfilePtr> &profile) {
                            if (!token.stop_requested())
                                take(profile);
                        }));
}

void ProfileView::take(const Result<ProfilePtr> &profile)
{
    m_profile = profile ? *profile : nullptr;
    setRunning(false);
    if (profile)
        showProfile();
    else
        showMessage(text(profile.error().message));
}

void ProfileView::showProfile()
{
    QStringList doubts;
    for (const std::string &doubt : m_profile->doubts)
        doubts << text(doubt);
    m_doubts->setText(tr("⚠ %1").arg(doubts.join(u' ')));
    m_doubts->setVisible(!doubts.isEmpty());
    QStringList facts;
    for (const EngineProfile &engine : m_profile->engines)
        facts << coldText(engine);
    facts << tr("The series below are whole predictions with %1, on %2; the cache counts them.")
                 .arg(text(engineTitle(m_profile->engine)), text(m_profile->machine));
    m_facts->setText(facts.join(u'\n'));
    m_series->setProfile(m_profile);
    m_layers->setProfile(m_profile);
    if (m_layers->columnCount() > LayerTable::FirstEngine)
        m_layersView->sortByColumn(LayerTable::FirstEngine, Qt::DescendingOrder);
    m_layersView->setColumnWidth(LayerTable::Name, nameWidth);
    m_body->setCurrentIndex(1);
    shareRoom();
    m_seriesView->selectRow(0);
    showSeries(0);
}

// All columns of the series are seen where there is room for them, and the engines' bars have one
// scale.
void ProfileView::shareRoom()
{
    const int series = m_seriesView->horizontalHeader()->length() + scrollBarRoom;
    m_loads->setSizes({series, std::max(0, m_loads->width() - series)});
    QHeaderView *header = m_layersView->horizontalHeader();
    for (int column = 0; column < m_layers->columnCount(); ++column)
        header->setSectionResizeMode(column, column < LayerTable::FirstEngine
                                                 ? QHeaderView::ResizeToContents
                                                 : QHeaderView::Stretch);
}

void ProfileView::showSeries(int row)
{
    if (!m_profile || row < 0 || row >= static_cast<int>(m_profile->series.size()))
        return;
    const LatencySeries &series = m_profile->series[static_cast<std::size_t>(row)];
    m_histogram->setVisible(series.refusal.empty());
    if (!series.refusal.empty())
        return m_histogramTitle->setText(text(series.refusal));
    m_histogramTitle->setText(tr("%1 runs · callers %2 · samples %3")
                                  .arg(grouped(std::ssize(series.latencies)),
                                       grouped(series.plan.concurrency),
                                       grouped(series.plan.batch)));
    std::vector<std::int64_t> counts;
    double low = 0;
    double high = 0;
    QString slowest;
    const auto bins = latencyBins(series, histogramBins);
    for (const LatencyBin &bin : bins)
        counts.push_back(static_cast<std::int64_t>(bin.runs));
    if (!bins.empty()) {
        low = static_cast<double>(bins.front().from.count());
        high = static_cast<double>(
            (bins.front().from + (bins.front().to - bins.front().from) * std::ssize(bins)).count());
    }
    if (!bins.empty() && static_cast<double>(bins.back().to.count()) > high)
        slowest = tr("%1, some to %2")
                      .arg(text(std::chrono::nanoseconds(static_cast<std::int64_t>(high))),
                           text(bins.back().to));
    m_histogram->setBins(std::move(counts), low, high, slowest);
}

void ProfileView::save()
{
    if (!m_profile)
        return;
    const SaveOffer offer{tr("Save the profile"),
                          m_model + u".profile.csv"_s,
                          {tr("CSV (*.csv)"), tr("JSON (*.json)")}};
    saveFile(
        this, m_background, offer,
        [profile = m_profile](const QString &path) {
            return Result<std::string>(path.endsWith(u".json"_s, Qt::CaseInsensitive)
                                           ? profileJson(*profile) + "\n"
                                           : profileCsv(*profile));
        },
        [this](MessageOverlay::Kind kind, const QString &sentence) {
            Q_EMIT said(kind, sentence);
        });
}

void ProfileView::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape && m_cancel->isEnabled())
        m_cancel->click();
    else
        QWidget::keyPressEvent(event);
}

} // namespace warmbench::ui
