#include "ui/window/status_line.h"

#include "ui/api_control.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/display_text.h"

#include <algorithm>
#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>
#include <utility>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// At least wide enough for a sample, so that its neighbours stay where they are while numbers grow.
class Figure : public QLabel
{
public:
    Figure(QString sample, QWidget *parent)
        : QLabel(parent)
        , m_sample(std::move(sample))
    {
    }
    QSize minimumSizeHint() const override
    {
        const int least = fontMetrics().horizontalAdvance(m_sample) + 16;
        const QSize needed = QLabel::minimumSizeHint();
        return {std::max(least, needed.width()), needed.height()};
    }
    QSize sizeHint() const override { return minimumSizeHint(); }

private:
    QString m_sample;
};

QLabel *part(QHBoxLayout *line, const QString &name, const QString &tip, const QString &sample,
             QWidget *parent)
{
    auto *label = new Figure(sample, parent);
    label->setObjectName(name);
    label->setToolTip(tip);
    line->addWidget(label);
    return label;
}

} // namespace

StatusLine::StatusLine(Workbench &workbench, ApiControl &api, const QList<QAction *> &drawers,
                       QWidget *parent)
    : QWidget(parent)
    , m_workbench(workbench)
    , m_api(api)
    , m_apiNote(new CaptionLabel(this))
    , m_since(std::chrono::steady_clock::now())
{
    auto *line = new QHBoxLayout(this);
    line->setContentsMargins(12, 3, 8, 3);
    line->setSpacing(12);
    m_hits = part(line, u"statusHits"_s, tr("What the cache answered: hits and misses"),
                  u"Hits 00,000 · misses 00"_s, this);
    m_memory = part(line, u"statusMemory"_s, tr("Memory of the loaded models, of the budget"),
                    u"000 MiB of 00.0 GiB"_s, this);
    m_rate = part(line, u"statusRate"_s, tr("Answered requests, of clients and of this window"),
                  u"00,000/s"_s, this);
    m_running = part(line, u"statusRunning"_s, tr("Requests under way"), u"00 running"_s, this);
    m_apiNote->setObjectName(u"apiNote"_s);
    line->addWidget(m_apiNote, 1);
    for (QAction *drawer : drawers) {
        QToolButton *button = actionButton(drawer, this);
        button->setObjectName(drawer->objectName() + u"Button"_s);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setIconSize({16, 16});
        line->addWidget(button);
    }
    connect(&api, &ApiControl::changed, this, &StatusLine::showApi);
    showApi();
    showRate();
}

void StatusLine::showApi()
{
    m_apiNote->setText(m_api.statusText());
}

void StatusLine::showRate()
{
    const SteadyTime now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - m_since).count();
    if (seconds < 1 && !m_rate->text().isEmpty())
        return;
    const std::int64_t answered = m_workbench.metrics().answered();
    const double rate = double(answered - m_answered) / std::max(1.0, seconds);
    m_answered = answered;
    m_since = now;
    m_rate->setText(tr("%1/s").arg(grouped(std::llround(rate))));
}

void StatusLine::setState(const WorkbenchState &state)
{
    const CacheStatistics &statistics = state.statistics;
    QString hits = tr("Hits %1").arg(grouped(statistics.hits)) + u" · "_s +
                   tr("misses %1").arg(grouped(statistics.misses));
    if (statistics.coalesced > 0)
        hits += u" · "_s + tr("joined %1").arg(grouped(statistics.coalesced));
    m_hits->setText(hits);
    m_memory->setText(tr("%1 of %2").arg(text(statistics.modelBytes), text(statistics.budget)));
    const auto busy = state.running + state.waiting;
    m_running->setText(busy > 0 ? tr("%1 running").arg(busy) : tr("idle"));
    showRate();
}

} // namespace warmbench::ui
