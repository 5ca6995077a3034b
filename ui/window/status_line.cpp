#include "ui/window/status_line.h"

#include "ui/api_control.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/picture_pane.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QStatusBar>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

constexpr int noteMs = 4000;

QLabel *part(QStatusBar *bar, const QString &name, const QString &tip)
{
    auto *label = new QLabel(bar);
    label->setObjectName(name);
    label->setToolTip(tip);
    label->setContentsMargins(8, 0, 8, 0);
    bar->addPermanentWidget(label);
    return label;
}

} // namespace

StatusLine::StatusLine(ApiControl &api, QAction *apiSwitch, QStatusBar *bar)
    : QObject(bar)
    , m_api(api)
    , m_bar(bar)
    , m_address(new QToolButton(bar))
    , m_onOff(new QToolButton(bar))
    , m_apiNote(new CaptionLabel(bar))
{
    m_address->setObjectName(u"apiAddress"_s);
    m_address->setAutoRaise(true);
    m_address->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_address->setIconSize({16, 16});
    m_address->setFocusPolicy(Qt::StrongFocus);
    m_onOff->setObjectName(u"apiSwitchButton"_s);
    m_onOff->setFocusPolicy(Qt::StrongFocus);
    connect(m_onOff, &QToolButton::clicked, apiSwitch, &QAction::trigger);
    bar->addWidget(m_address);
    bar->addWidget(m_onOff);
    m_apiNote->setObjectName(u"apiNote"_s);
    bar->addWidget(m_apiNote, 1);
    m_model = part(bar, u"statusModel"_s, tr("Model and engine"));
    m_hits = part(bar, u"statusHits"_s, tr("What the cache answered: hits and misses"));
    m_memory = part(bar, u"statusMemory"_s, tr("Memory of the loaded models, of the budget"));
    m_latency = part(bar, u"statusLatency"_s, tr("Time that the last run took"));
    setLatency({});
    connect(m_address, &QToolButton::clicked, this, [this] {
        if (m_api.url().isEmpty())
            return;
        QGuiApplication::clipboard()->setText(m_api.url());
        m_bar->showMessage(tr("%1 is on the clipboard").arg(m_api.url()), noteMs);
    });
    connect(&api, &ApiControl::changed, this, &StatusLine::showApi);
    showApi();
}

void StatusLine::showApi()
{
    const bool running = m_api.isRunning();
    m_address->setIcon(icon(running ? u"api"_s : u"stop"_s));
    m_address->setText(running ? m_api.url() : tr("API stopped"));
    m_address->setEnabled(running);
    m_address->setAccessibleName(running ? tr("API address %1, click to copy").arg(m_api.url())
                                         : tr("API stopped"));
    m_onOff->setText(running ? tr("Stop") : tr("Start"));
    m_onOff->setAccessibleName(running ? tr("Stop the API") : tr("Start the API"));
    m_onOff->setToolTip(m_onOff->accessibleName());
    const QString why = m_api.statusText();
    m_address->setToolTip(why.isEmpty() ? tr("Click to copy the address") : why);
    m_apiNote->setText(why);
}

void StatusLine::setModel(const QString &name)
{
    m_name = name;
}

void StatusLine::setState(const WorkbenchState &state)
{
    const ModelView *model = state.find(m_name.toStdString());
    const QString engine =
        model && model->status.facts ? u" · "_s + text(model->status.facts->engine) : QString();
    m_model->setText(model ? m_name + engine : tr("No model"));
    const CacheStatistics &statistics = state.statistics;
    QString hits =
        tr("Hits %1").arg(statistics.hits) + u" · "_s + tr("misses %1").arg(statistics.misses);
    if (statistics.coalesced > 0)
        hits += u" · "_s + tr("joined %1").arg(statistics.coalesced);
    m_hits->setText(hits);
    m_memory->setText(tr("%1 of %2").arg(text(statistics.modelBytes), text(statistics.budget)));
}

void StatusLine::setLatency(std::chrono::nanoseconds total)
{
    m_latency->setText(total.count() > 0 ? tr("Last run %1").arg(text(total)) : tr("No run yet"));
}

} // namespace warmbench::ui
