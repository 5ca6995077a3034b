#include "ui/playground/input_strip.h"

#include "ui/playground/input_delegate.h"
#include "ui/playground/playground_layout.h"
#include "ui/save_file.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"

#include <algorithm>
#include <QAction>
#include <QHBoxLayout>
#include <QListView>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

InputStrip::InputStrip(Workbench &workbench, Background &background, QWidget *parent)
    : QWidget(parent)
    , m_background(background)
    , m_thumbnails(new Thumbnails(background, 2 * InputDelegate::thumbnailSide, this))
    , m_inputs(*m_thumbnails)
    , m_batch(workbench, background, m_inputs)
    , m_view(new QListView(this))
    , m_caption(new CaptionLabel(this))
{
    makeActions();
    m_caption->setObjectName(u"stripCounts"_s);
    m_view->setObjectName(u"inputStrip"_s);
    m_view->setAccessibleName(tr("Opened pictures"));
    m_view->setModel(&m_inputs);
    m_view->setItemDelegate(new InputDelegate(m_view));
    m_view->setFlow(QListView::LeftToRight);
    m_view->setWrapping(false);
    m_view->setUniformItemSizes(true);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOn); // its room is always there
    m_view->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->viewport()->setAutoFillBackground(false);
    QStyleOptionViewItem item;
    item.initFrom(m_view);
    m_view->setFixedHeight(m_view->itemDelegate()->sizeHint(item, {}).height() +
                           m_view->horizontalScrollBar()->sizeHint().height() + 2);

    auto *titles = new QHBoxLayout;
    titles->setSpacing(4);
    titles->addWidget(m_caption, 1);
    for (QAction *action : {m_runAll, m_export, m_close})
        titles->addWidget(smallButton(action, this));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(titles);
    layout->addWidget(m_view);
    hide();

    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex &current) {
                if (current.isValid() && !m_showing)
                    Q_EMIT chosen(current.data(InputList::PathRole).toString());
            });
    connect(&m_inputs, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex &, const QModelIndex &, const QList<int> &roles) {
                if (!roles.contains(Qt::DecorationRole))
                    showCounts();
            });
    connect(&m_inputs, &QAbstractItemModel::modelReset, this, &InputStrip::showCounts);
    connect(&m_batch, &BatchRun::busyChanged, this, [this](bool busy) {
        showCounts();
        Q_EMIT busyChanged(busy);
    });
}

void InputStrip::makeActions()
{
    const auto make = [this](const QString &name, const QString &iconName, const QString &text,
                             const QString &tip) {
        auto *action = new QAction(icon(iconName), text, this);
        action->setObjectName(name);
        action->setToolTip(tip);
        return action;
    };
    m_runAll = make(u"runAll"_s, u"run"_s, tr("Run all"),
                    tr("Answer every picture that has no present answer"));
    m_export = make(u"exportAnswers"_s, u"save"_s, tr("Export CSV…"),
                    tr("Save the answers of all pictures as CSV"));
    m_close = make(u"closeStrip"_s, u"evict"_s, tr("Close the strip"),
                   tr("Close the strip; the files stay"));
    connect(m_runAll, &QAction::triggered, this, &InputStrip::answerAll);
    connect(m_export, &QAction::triggered, this, &InputStrip::saveCsv);
    connect(m_close, &QAction::triggered, this, [this] { setPaths({}); });
}

void InputStrip::setPaths(const QStringList &paths)
{
    m_batch.cancel();
    m_thumbnails->clear();
    m_showing = true;
    m_inputs.setPaths(paths);
    m_showing = false;
    Q_EMIT changed();
}

void InputStrip::setModel(const std::string &model, const ModelStatus::Facts *facts,
                          const AnswerOptions &options)
{
    if (model != m_present.model)
        m_batch.cancel();
    m_options = options;
    m_present = answeredBy(model, facts, options);
    m_inputs.setPresent(m_present);
}

void InputStrip::answerAll()
{
    // The page itself answers the one that it shows; if it has none, that one's turn comes last.
    m_batch.start(m_present, m_options, m_view->currentIndex().row() + 1);
}

bool InputStrip::hasAnswers() const
{
    const InputList::Counts counts = m_inputs.counts();
    return counts.answered + counts.stale > 0;
}

void InputStrip::checkRefreshed()
{
    m_inputs.forgetChanges();
    m_checked = m_inputs.countBefore();
    answerAll();
}

int InputStrip::notCompared() const
{
    return std::max(0, m_checked - static_cast<int>(m_inputs.changes().size()));
}

void InputStrip::setAnswer(const QString &path, const Result<RunResult> &result)
{
    m_inputs.setAnswer(path, listedAnswer(result, m_present));
}

void InputStrip::setShown(const QString &path)
{
    const int row = m_inputs.rowOf(path);
    m_showing = true;
    if (row >= 0)
        m_view->setCurrentIndex(m_inputs.index(row));
    else
        m_view->setCurrentIndex({});
    m_showing = false;
}

void InputStrip::step(int by)
{
    if (isEmpty())
        return;
    const int row = std::clamp(m_view->currentIndex().row() + by, 0, m_inputs.rowCount({}) - 1);
    m_view->setCurrentIndex(m_inputs.index(row));
}

void InputStrip::saveCsv()
{
    saveFile(
        this, m_background, {tr("Save the answers"), u"answers.csv"_s, {tr("CSV (*.csv)")}},
        [csv = m_inputs.csv()](const QString &) -> Result<std::string> { return csv; },
        [this](MessageOverlay::Kind kind, const QString &text) { Q_EMIT said(kind, text); });
}

void InputStrip::showCounts()
{
    const InputList::Counts counts = m_inputs.counts();
    QStringList parts{tr("%1 pictures").arg(grouped(counts.all))};
    parts << tr("%1 answered").arg(grouped(counts.answered));
    if (counts.refused > 0)
        parts << tr("%1 refused").arg(grouped(counts.refused));
    if (counts.stale > 0)
        parts << tr("%1 of another model or before a change: run them again")
                     .arg(grouped(counts.stale));
    if (counts.changed > 0)
        parts << tr("%1 changed by the refresh").arg(grouped(counts.changed));
    m_caption->setText(parts.join(u" · "_s));
    m_runAll->setEnabled(!m_batch.isBusy() && counts.answered < counts.all);
    m_export->setEnabled(counts.answered + counts.refused + counts.stale > 0);
}

} // namespace warmbench::ui
