#include "ui/compare/compare_page.h"

#include "base/text.h"
#include "inference/comparison/comparison_json.h"
#include "tensor/image.h"
#include "ui/background.h"
#include "ui/compare/compare_summary.h"
#include "ui/compare/compare_table.h"
#include "ui/compare/comparison_csv.h"
#include "ui/compare/picture_pair.h"
#include "ui/compare/side_form.h"
#include "ui/save_file.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/hairline_splitter.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/run_button.h"

#include <algorithm>
#include <filesystem>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <utility>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int mostRuns = 1000;
constexpr int leastAnswer = 96;   // logical pixels of its column
constexpr int leastPictures = 40; // logical pixels, so that a small window has room for the rest

// The file that an input's name names, if it is a picture.
QString pictureOf(const std::string &name)
{
    const auto endings = pictureEndings();
    const std::string ending = lowered(std::filesystem::path(name).extension().string());
    return std::find(endings.begin(), endings.end(), ending) != endings.end() ? text(name)
                                                                              : QString();
}

QStringList notesOf(const Comparison &comparison)
{
    QStringList notes;
    for (const std::string &note : comparison.notes)
        notes << text(note);
    for (const std::string &warning : comparison.first.warnings)
        notes << ComparePage::tr("A: %1").arg(text(warning));
    for (const std::string &warning : comparison.second.warnings)
        notes << ComparePage::tr("B: %1").arg(text(warning));
    return notes;
}

} // namespace

ComparePage::ComparePage(Workbench &workbench, WorkbenchFeed &feed, Background &background,
                         PresentInput present, QWidget *parent)
    : QWidget(parent)
    , m_workbench(workbench)
    , m_feed(feed)
    , m_background(background)
    , m_run(workbench)
    , m_compare(new QAction(icon(u"run"_s), tr("Compare"), this))
    , m_cancel(new QAction(icon(u"stop"_s), tr("Cancel"), this))
    , m_summary(new CompareSummary(this))
    , m_table(new CompareTable(this))
    , m_filter(new CompareFilter(m_table))
    , m_view(new QTableView(this))
    , m_pictures(new PicturePair(workbench, background, this))
{
    makeActions();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 10, 14, 8);
    layout->setSpacing(8);
    layout->addWidget(makeForm(std::move(present)));
    layout->addWidget(m_summary);
    layout->addWidget(makeResults(), 1);

    connect(&feed, &WorkbenchFeed::updated, this, &ComparePage::setState);
    connect(&m_run, &ComparisonRun::arrived, this, &ComparePage::add);
    connect(&m_run, &ComparisonRun::finished, this, &ComparePage::finish);
    for (SideForm *side : {m_first, m_second})
        connect(side, &SideForm::changed, this, &ComparePage::showReady);
    setState(feed.state());
    showReady();
}

ComparePage::~ComparePage()
{
    m_run.cancel();
}

void ComparePage::makeActions()
{
    m_compare->setObjectName(u"compare"_s);
    m_compare->setToolTip(tr("Run both on the same inputs"));
    m_cancel->setObjectName(u"cancelComparison"_s);
    m_cancel->setToolTip(tr("Give up the comparison; what has come stays"));
    m_cancel->setEnabled(false);
    connect(m_compare, &QAction::triggered, this, [this] {
        m_input->withInputs([this](const InputChoice::Chosen &inputs) { start(inputs); });
    });
    connect(m_cancel, &QAction::triggered, this, &ComparePage::cancel);
}

QWidget *ComparePage::makeForm(PresentInput present)
{
    auto *form = new QWidget(this);
    auto *grid = new QGridLayout(form);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(6);
    grid->setColumnStretch(1, 3);
    grid->setColumnStretch(3, 2);
    m_first = new SideForm(u"A"_s, grid, 0, form);
    m_second = new SideForm(u"B"_s, grid, 1, form);
    m_input = new InputChoice(std::move(present), form); // behind both sides, for the Tab key

    m_runs = new QSpinBox(form);
    m_runs->setObjectName(u"compareRuns"_s);
    m_runs->setAccessibleName(tr("Runs of each model on each input"));
    m_runs->setToolTip(m_runs->accessibleName());
    m_runs->setRange(1, mostRuns);
    m_runs->setValue(int{leastRunsToTrust});
    m_runs->setPrefix(tr("runs: "));
    auto *button = new RunButton(m_compare, m_cancel, form);
    button->setObjectName(u"compareButton"_s);
    auto *inputs = new QHBoxLayout;
    inputs->setSpacing(8);
    inputs->addWidget(m_input->kind());
    inputs->addWidget(m_input->browse());
    inputs->addWidget(m_input->shown(), 1);
    inputs->addWidget(m_runs);
    inputs->addWidget(button);
    grid->addWidget(new QLabel(tr("on"), form), 2, 0);
    grid->addLayout(inputs, 2, 1, 1, 4);

    m_progress = new QProgressBar(form);
    m_progress->setObjectName(u"compareProgress"_s);
    m_progress->setAccessibleName(tr("Progress of the comparison"));
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(3);
    QSizePolicy kept = m_progress->sizePolicy();
    kept.setRetainSizeWhenHidden(true);
    m_progress->setSizePolicy(kept);
    m_progress->hide();
    grid->addWidget(m_progress, 3, 0, 1, 5);
    return form;
}

QWidget *ComparePage::makeTools()
{
    auto *tools = new QWidget(this);
    auto *only = new QCheckBox(tr("Only changed"), tools);
    only->setObjectName(u"onlyChanged"_s);
    m_status = new CaptionLabel(tools);
    m_status->setObjectName(u"compareStatus"_s);
    m_export = new QToolButton(tools);
    m_export->setObjectName(u"exportComparison"_s);
    m_export->setText(tr("Export…"));
    m_export->setToolTip(tr("Save the comparison as CSV or JSON"));
    m_export->setFocusPolicy(Qt::StrongFocus);
    m_export->setEnabled(false);
    auto *layout = new QHBoxLayout(tools);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(only);
    layout->addWidget(m_status, 1);
    layout->addWidget(m_export);
    connect(only, &QCheckBox::toggled, m_filter, &CompareFilter::setChangedOnly);
    connect(m_export, &QToolButton::clicked, this, &ComparePage::exportTable);
    return tools;
}

QWidget *ComparePage::makeResults()
{
    m_view->setModel(m_filter);
    m_view->setObjectName(u"comparedInputs"_s);
    m_view->setAccessibleName(tr("Compared inputs"));
    setLines(m_view);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setSortingEnabled(true);
    m_view->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder); // as they come
    m_view->horizontalHeader()->setStretchLastSection(false);
    const QList<int> widths{104, 112, leastAnswer, leastAnswer, 70, 76, 70, 70};
    for (int column = 0; column < widths.size(); ++column)
        m_view->setColumnWidth(column, widths[column]);
    m_view->viewport()->installEventFilter(this);
    auto *hint = new QLabel(tr("Choose two models, or one model in two engines or with two "
                               "settings files, and press Compare."),
                            this);
    hint->setWordWrap(true);
    hint->setAlignment(Qt::AlignCenter);
    hint->setForegroundRole(QPalette::PlaceholderText);
    m_rows = new QStackedWidget(this);
    m_rows->addWidget(hint);
    m_rows->addWidget(m_view);

    auto *upper = new QWidget(this);
    auto *layout = new QVBoxLayout(upper);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(makeTools());
    layout->addWidget(m_rows, 1);
    auto *results = new HairlineSplitter(Qt::Vertical, u"compareRows"_s, this);
    results->addWidget(upper);
    results->addWidget(m_pictures);
    m_pictures->setMinimumHeight(leastPictures);
    results->setStretchFactor(0, 3);
    results->setStretchFactor(1, 2);
    results->setSizes({300, 200});
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &ComparePage::showPictures);
    return results;
}

void ComparePage::setState(const WorkbenchState &state)
{
    for (SideForm *side : {m_first, m_second})
        side->setState(state);
    if (m_first->model().isEmpty())
        m_first->suggest(text(state.defaultModel));
    if (m_second->model().isEmpty())
        for (const ModelView &model : state.models)
            if (m_second->model().isEmpty() || m_second->model() == m_first->model())
                m_second->suggest(text(model.entry.name));
}

void ComparePage::setModel(const QString &name)
{
    m_first->suggest(name);
}

void ComparePage::setSides(const QString &first, const QString &second)
{
    setState(m_feed.state());
    m_first->setModel(first);
    m_second->setModel(second);
}

void ComparePage::setInputs(const QStringList &paths)
{
    m_input->setPaths(paths);
}

void ComparePage::showReady()
{
    m_compare->setEnabled(!m_run.isRunning() && !m_first->model().isEmpty() &&
                          !m_second->model().isEmpty());
}

bool ComparePage::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize && watched == m_view->viewport())
        fitColumns();
    return QWidget::eventFilter(watched, event);
}

// The answers have the room that the figures leave.
void ComparePage::fitColumns()
{
    int spare = m_view->viewport()->width();
    for (int column = 0; column < CompareTable::ColumnCount; ++column)
        if (column != CompareTable::First && column != CompareTable::Second)
            spare -= m_view->columnWidth(column);
    for (const int column : {CompareTable::First, CompareTable::Second})
        m_view->setColumnWidth(column, std::max(leastAnswer, spare / 2));
}

void ComparePage::showEvent(QShowEvent *event)
{
    m_input->update();
    QWidget::showEvent(event);
}

void ComparePage::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape && m_run.isRunning())
        cancel();
    else
        QWidget::keyPressEvent(event);
}

void ComparePage::start(const InputChoice::Chosen &inputs)
{
    if (!inputs.next)
        return Q_EMIT said(MessageOverlay::Kind::Information, inputs.refusal);
    Q_EMIT said(MessageOverlay::Kind::Information, {});
    ComparisonRequest request;
    request.first = m_first->side();
    request.second = m_second->side();
    request.next = inputs.next;
    request.runs = m_runs->value();
    m_starting = Starting{
        inputs, request.first, request.second,
        tr("A: %1   B: %2   on %3").arg(m_first->spoken(), m_second->spoken(), inputs.name)};
    m_starting->inputs.next = {};
    setFaint(m_summary, true);
    setFaint(m_rows, m_table->rowCount() > 0);
    m_export->setEnabled(false);
    m_status->setText(tr("Loading …   %1").arg(m_starting->sides));
    m_progress->setRange(0, 0);
    m_progress->show();
    m_cancel->setEnabled(true);
    m_run.start(std::move(request));
    showReady();
}

// The first answers take the place of the last comparison, which a failure leaves as it was.
void ComparePage::begin()
{
    if (!m_starting)
        return;
    const Starting started = *std::exchange(m_starting, {});
    m_inputs = started.inputs;
    m_told = {};
    m_told.first.id = started.first.model;
    m_told.second.id = started.second.model;
    m_sides = started.sides;
    m_table->clear();
    m_table->setFolder(m_inputs.folder);
    m_summary->clear();
    m_pictures->setSides(started.first, started.second);
    m_rows->setCurrentWidget(m_view);
    setFaint(m_summary, false);
    setFaint(m_rows, false);
}

void ComparePage::add(const std::vector<ComparedInput> &inputs, const ComparisonProgress &progress)
{
    begin();
    m_table->add(inputs);
    m_summary->setSummary(summaryOf(m_table->inputs()));
    const auto of = static_cast<int>(progress.expected);
    m_progress->setRange(0, of);
    m_progress->setValue(std::min(static_cast<int>(progress.done), of));
    const QString done = grouped(qint64(progress.done));
    m_status->setText(u"%1   %2"_s.arg(of > 0 ? tr("%1 of %2 inputs").arg(done, grouped(of))
                                              : tr("%1 inputs").arg(done),
                                       m_sides));
}

void ComparePage::end(const QString &status)
{
    m_cancel->setEnabled(false);
    m_progress->hide();
    setFaint(m_summary, false);
    setFaint(m_rows, false);
    m_status->setText(status);
    m_export->setEnabled(m_table->rowCount() > 0);
    if (m_table->rowCount() == 0)
        m_rows->setCurrentIndex(0);
    showReady();
}

void ComparePage::finish(const Result<Comparison> &comparison)
{
    if (!comparison) {
        m_starting.reset();
        end(m_sides);
        if (comparison.error().code != ErrorCode::Cancelled)
            Q_EMIT said(MessageOverlay::Kind::Error, text(comparison.error().message));
        return;
    }
    begin();
    m_told.first = comparison->first;
    m_told.second = comparison->second;
    m_told.notes = comparison->notes;
    m_summary->setSummary(comparison->summary);
    m_summary->setModels(&m_told.first, &m_told.second);
    m_summary->setNotes(notesOf(m_told));
    end(m_sides);
}

void ComparePage::cancel()
{
    if (!m_run.isRunning())
        return;
    m_run.cancel();
    if (std::exchange(m_starting, {}))
        return end(m_sides);
    const QString note = tr("Cancelled after %1 inputs: the figures are about these.")
                             .arg(grouped(m_table->rowCount()));
    m_told.notes = {note.toStdString()};
    m_summary->setNotes({note});
    end(m_sides);
}

void ComparePage::showPictures()
{
    const QModelIndex current = m_view->currentIndex();
    if (!current.isValid())
        return m_pictures->clear();
    const ComparedInput &input = m_table->at(m_filter->mapToSource(current).row());
    m_pictures->show(
        input, pictureOf(m_inputs.picture.isEmpty() ? input.name : m_inputs.picture.toStdString()));
}

Comparison ComparePage::present() const
{
    Comparison whole = m_told;
    whole.inputs = m_table->inputs();
    whole.summary = summaryOf(whole.inputs);
    return whole;
}

void ComparePage::exportTable()
{
    const auto whole = std::make_shared<const Comparison>(present());
    saveFile(
        this, m_background,
        {tr("Save the comparison"), u"comparison.csv"_s, {tr("CSV (*.csv)"), tr("JSON (*.json)")}},
        [whole](const QString &path) -> Result<std::string> {
            return path.endsWith(".json"_L1, Qt::CaseInsensitive) ? comparisonJson(*whole)
                                                                  : comparisonCsv(*whole);
        },
        [this](MessageOverlay::Kind kind, const QString &text) { Q_EMIT said(kind, text); });
}

} // namespace warmbench::ui
