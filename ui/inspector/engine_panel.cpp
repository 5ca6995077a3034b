#include "ui/inspector/engine_panel.h"

#include "ui/gui_hop.h"
#include "ui/widgets/display_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

QString engineText(const std::string &engine)
{
    const auto *const known = engineVersion(engine);
    return known ? u"%1 %2"_s.arg(text(engineTitle(engine)), text(known->version))
                 : text(engineTitle(engine));
}

// The engine that a person would choose by the verdict.
std::string betterOf(const Verdict &verdict)
{
    const EngineTrial *const offer = offerOf(verdict);
    const EngineTrial *const best = offer ? offer : referenceOf(verdict);
    return best ? best->engine : std::string();
}

QString timesText(const Verdict &verdict)
{
    QStringList times;
    for (const EngineTrial &trial : verdict.engines) {
        if (trial.refusal.empty())
            times << EnginePanel::tr("%1: %2 a run, %3")
                         .arg(text(engineTitle(trial.engine)), text(trial.runTime),
                              text(trial.memory));
        else
            times << u"%1: %2"_s.arg(text(engineTitle(trial.engine)), text(trial.refusal));
    }
    times << EnginePanel::tr("Compared on %1 golden, %2 seen and %3 random inputs; %4")
                 .arg(verdict.golden)
                 .arg(verdict.seen)
                 .arg(verdict.random)
                 .arg(text(verdict.machine));
    return times.join(u'\n');
}

} // namespace

EnginePanel::EnginePanel(Workbench &workbench, QWidget *parent)
    : QWidget(parent)
    , m_workbench(workbench)
    , m_engine(new QLabel(this))
    , m_verdict(new QLabel(this))
    , m_measure(new QPushButton(tr("Measure"), this))
    , m_change(new QPushButton(this))
{
    m_engine->setObjectName(u"engineName"_s);
    m_verdict->setObjectName(u"engineVerdict"_s);
    m_verdict->setWordWrap(true);
    m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_measure->setObjectName(u"measureEngines"_s);
    m_measure->setToolTip(tr("Run each engine on the same inputs: time, memory, agreement"));
    m_change->setObjectName(u"changeEngine"_s);
    connect(m_measure, &QPushButton::clicked, this, &EnginePanel::measure);
    connect(m_change, &QPushButton::clicked, this, &EnginePanel::change);

    auto *row = new QHBoxLayout;
    row->addWidget(m_engine, 1);
    row->addWidget(m_measure);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(8, 6, 8, 6);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(m_verdict);
    column->addWidget(m_change, 0, Qt::AlignLeft);
    setVisible(false);
}

void EnginePanel::setModel(const ModelView *model)
{
    const bool known = model && model->status.facts;
    setVisible(known);
    if (known)
        show(*model);
}

void EnginePanel::show(const ModelView &model)
{
    m_name = text(model.entry.name);
    const bool measuring = m_measuring.contains(m_name);
    m_engine->setText(engineText(model.status.facts->engine));
    m_measure->setEnabled(!measuring);
    m_better = model.verdict ? betterOf(*model.verdict) : std::string();
    m_change->setVisible(!m_better.empty() && m_better != model.status.facts->engine &&
                         model.status.state == ModelState::Ready);
    m_change->setEnabled(!model.status.refreshing);
    m_change->setText(tr("Use %1").arg(text(engineTitle(m_better))));
    m_change->setToolTip(tr("Load this model with %1 until you choose another engine")
                             .arg(text(engineTitle(m_better))));
    QString said;
    if (measuring)
        said = tr("Measuring …");
    else if (m_failed == m_name)
        said = m_failure;
    else if (model.verdict)
        said = text(summaryOf(*model.verdict));
    m_verdict->setText(said);
    m_verdict->setVisible(!said.isEmpty());
    m_verdict->setToolTip(model.verdict ? timesText(*model.verdict) : QString());
}

void EnginePanel::measure()
{
    const QString name = m_name;
    m_failed.clear();
    m_measuring.insert(name);
    m_measure->setEnabled(false);
    m_workbench.measure({name.toStdString(), {}},
                        onGui(this, [this, name](const Workbench::Measured &verdict) {
                            m_measuring.remove(name);
                            if (!verdict) {
                                m_failed = name;
                                m_failure = text(verdict.error().message);
                            }
                        }));
}

void EnginePanel::change()
{
    const QString name = m_name;
    m_failed.clear();
    m_change->setEnabled(false);
    m_workbench.refreshWith({name.toStdString(), {}}, m_better,
                            onGui(this, [this, name](const Result<RefreshReport> &done) {
                                if (!done) {
                                    m_failed = name;
                                    m_failure = text(done.error().message);
                                }
                            }));
}

} // namespace warmbench::ui
