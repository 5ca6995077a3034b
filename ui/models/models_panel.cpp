#include "ui/models/models_panel.h"

#include "base/similar_memory.h"
#include "ui/gui_hop.h"
#include "ui/models/budget_footer.h"
#include "ui/models/model_delegate.h"
#include "ui/models/model_table.h"
#include "ui/preferences.h"
#include "ui/shortcuts.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <algorithm>
#include <QAction>
#include <QDesktopServices>
#include <QFileInfo>
#include <QItemSelectionModel>
#include <QLabel>
#include <QListView>
#include <QPainter>
#include <QUrl>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

// "labels 2 of 10"; empty: they are the same.
QString labelsText(const ModelStatus::Facts &before, const ModelStatus::Facts &after)
{
    const auto &old = before.settings.labels;
    const auto &now = after.settings.labels;
    const std::size_t most = std::max(old.size(), now.size());
    std::size_t other = most - std::min(old.size(), now.size());
    for (std::size_t i = 0; i < std::min(old.size(), now.size()); ++i)
        other += old[i] != now[i] ? 1 : 0;
    return other == 0 ? QString() : ModelsPanel::tr("labels %1 of %2").arg(other).arg(most);
}

QString inputsText(const ModelStatus::Facts &facts)
{
    QStringList inputs;
    for (const TensorSpec &input : facts.spec.inputs)
        inputs << u"%1 %2"_s.arg(text(input.name), text(shapeText(input.shape)));
    return inputs.join(u", "_s);
}

// A list that says why it is empty.
class ModelList : public QListView
{
public:
    using QListView::QListView;

protected:
    void paintEvent(QPaintEvent *event) override
    {
        QListView::paintEvent(event);
        if (model()->rowCount() > 0)
            return;
        QPainter painter(viewport());
        painter.setPen(themeColours().muted);
        painter.drawText(viewport()->rect().adjusted(16, 16, -16, -16),
                         Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap,
                         ModelsPanel::tr("No models yet"));
    }
};

} // namespace

QString refreshText(const QString &name, const ModelStatus::Facts *before,
                    const ModelStatus::Facts *after, const RefreshReport &report)
{
    if (!report.reloaded)
        return ModelsPanel::tr("%1: nothing has changed on disk, the same instance goes on.")
            .arg(name);
    const QString time = text(report.loadTime);
    if (report.oldDigest.empty())
        return ModelsPanel::tr("%1 loaded in %2.").arg(name, time);
    QStringList changes;
    if (report.oldDigest != report.newDigest)
        changes << ModelsPanel::tr("digest %1 → %2")
                       .arg(shortDigest(report.oldDigest), shortDigest(report.newDigest));
    if (before && after && text(before->fileBytes) != text(after->fileBytes))
        changes
            << ModelsPanel::tr("file %1 → %2").arg(text(before->fileBytes), text(after->fileBytes));
    if (before && after && inputsText(*before) != inputsText(*after))
        changes << ModelsPanel::tr("inputs %1 → %2").arg(inputsText(*before), inputsText(*after));
    if (before && after) {
        if (const QString labels = labelsText(*before, *after); !labels.isEmpty())
            changes << labels;
    }
    if (!similarMemory(report.oldMemory, report.newMemory))
        changes << ModelsPanel::tr("memory %1 → %2")
                       .arg(text(report.oldMemory), text(report.newMemory));
    if (changes.isEmpty())
        return ModelsPanel::tr("%1 loaded anew in %2: same digest, size, inputs and memory.")
            .arg(name, time);
    return ModelsPanel::tr("%1 refreshed in %2: %3.").arg(name, time, changes.join(u"; "_s));
}

ModelsPanel::ModelsPanel(Workbench &workbench, WorkbenchFeed &feed, Preferences &preferences,
                         QWidget *parent)
    : QWidget(parent)
    , m_workbench(workbench)
    , m_feed(feed)
    , m_table(new ModelTable(this))
    , m_list(new ModelList(this))
    , m_footer(new BudgetFooter(preferences, this))
{
    m_list->setObjectName(u"modelList"_s);
    m_list->setAccessibleName(tr("Models"));
    m_list->setModel(m_table);
    m_list->setItemDelegate(new ModelDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setContextMenuPolicy(Qt::ActionsContextMenu);
    makeActions();

    auto *padded = new QVBoxLayout;
    padded->setContentsMargins(10, 6, 10, 8);
    padded->addWidget(m_footer);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto *title = paneTitle(tr("Models"), this);
    title->setContentsMargins(10, 4, 0, 0);
    layout->addWidget(title);
    layout->addWidget(m_list, 1);
    layout->addLayout(padded);

    connect(&feed, &WorkbenchFeed::updated, this, &ModelsPanel::setState);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex &current) {
                const QString name = m_table->nameAt(current.row());
                if (name == m_selected)
                    return;
                m_selected = name;
                showSelected(m_feed.state());
                Q_EMIT selectionChanged(name);
            });
    connect(m_footer, &BudgetFooter::refused, this, [this](const QString &sentence) {
        Q_EMIT said(MessageOverlay::Kind::Error, sentence);
    });
    connect(&preferences, &Preferences::changed, &feed, &WorkbenchFeed::updateNow);
    connect(m_table, &ModelTable::renameAsked, this, &ModelsPanel::rename);
    connect(m_list, &QListView::activated, this, &ModelsPanel::load);
}

void ModelsPanel::makeActions()
{
    const auto add = [this](const QString &name, const QString &text, const QString &iconName,
                            const QString &tip, void (ModelsPanel::*slot)()) {
        auto *action = new QAction(icon(iconName), text, this);
        action->setObjectName(name);
        action->setToolTip(tip);
        connect(action, &QAction::triggered, this, slot);
        m_list->addAction(action);
        return action;
    };
    m_load = add(u"loadModel"_s, tr("Load"), u"load"_s, tr("Load the model into memory"),
                 &ModelsPanel::load);
    m_refresh = add(u"refreshModel"_s, tr("Refresh"), u"refresh"_s, {}, &ModelsPanel::refresh);
    setShortcut(m_refresh, tr("Load the model from disk again; the old instance serves until then"),
                Shortcut::RefreshModel);
    m_evict =
        add(u"evictModel"_s, tr("Evict"), u"evict"_s,
            tr("Take the model out of memory; the next use loads it again"), &ModelsPanel::evict);
    m_pin = add(u"pinModel"_s, tr("Pin"), u"pin"_s,
                tr("Keep the model in memory whatever else needs room"), &ModelsPanel::togglePin);
    m_rename = add(u"renameModel"_s, tr("Rename"), u"edit"_s, {}, &ModelsPanel::editName);
    setShortcut(m_rename, tr("Serve the model under another name until the program ends"),
                Shortcut::RenameModel);
    m_rename->setShortcutContext(Qt::WidgetShortcut);
    m_reveal = add(u"revealModel"_s, tr("Show in its folder"), u"open"_s,
                   tr("Open the folder of the model's file"), &ModelsPanel::reveal);
    m_remove =
        add(u"removeModel"_s, tr("Remove from the list"), u"stop"_s,
            tr("Forget the model; its file stays where it is"), &ModelsPanel::removeSelected);
    for (QAction *action : modelActions())
        action->setEnabled(false);
}

QList<QAction *> ModelsPanel::modelActions() const
{
    return {m_load, m_refresh, m_evict, m_pin, m_rename, m_reveal, m_remove};
}

QString ModelsPanel::selected() const
{
    return m_selected;
}

void ModelsPanel::select(const QString &name)
{
    const int row = m_table->rowOf(name);
    if (row >= 0)
        m_list->setCurrentIndex(m_table->index(row, 0));
}

void ModelsPanel::setState(const WorkbenchState &state)
{
    m_table->setModels(state.models, std::chrono::system_clock::now(), state.defaultModel);
    if (m_selected.isEmpty() && m_table->rowCount() > 0)
        select(state.defaultModel.empty() ? m_table->nameAt(0) : text(state.defaultModel));
    m_footer->setMemory(state.statistics.modelBytes, state.statistics.budget);
    showSelected(state);
}

void ModelsPanel::showSelected(const WorkbenchState &state)
{
    const ModelView *model = state.find(m_selected.toStdString());
    const ShownState shown = model ? shownState(model->status) : ShownState::NotLoaded;
    const bool inMemory = model && model->status.state == ModelState::Ready;
    const bool loading = shown == ShownState::Loading || shown == ShownState::Refreshing;
    m_load->setEnabled(model && !inMemory && !loading);
    m_refresh->setEnabled(model && !loading);
    m_evict->setEnabled(inMemory);
    m_pin->setEnabled(model);
    m_rename->setEnabled(model);
    m_reveal->setEnabled(model && !model->entry.versions.empty());
    m_remove->setEnabled(model);
    const bool pinned = model && model->status.pinned;
    m_pin->setText(pinned ? tr("Unpin") : tr("Pin"));
    m_pin->setIcon(icon(pinned ? u"unpin"_s : u"pin"_s));
}

void ModelsPanel::load()
{
    const QString name = m_selected;
    if (name.isEmpty())
        return;
    const ModelId id{name.toStdString(), {}};
    const auto heard = onGui(this, [this](const Result<void> &done) {
        if (!done)
            reportFailure(done.error());
        m_feed.updateNow();
    });
    const ModelView *model = m_feed.state().find(id.name);
    // Whoever asks again for a model that failed has its files tried out once more.
    if (model && model->status.state == ModelState::Failed)
        m_workbench.cache().refresh(id, RefreshKind::Forced, [heard](const auto &report) {
            heard(report ? Result<void>() : report.error());
        });
    else
        m_workbench.cache().load(id, heard);
    m_feed.updateNow();
}

void ModelsPanel::refresh()
{
    const QString name = m_selected;
    const ModelView *model = m_feed.state().find(name.toStdString());
    if (!model)
        return;
    m_workbench.cache().refresh(
        {name.toStdString(), {}}, RefreshKind::IfChanged,
        onGui(this, [this, name, before = model->status.facts](const Result<RefreshReport> &done) {
            m_feed.updateNow();
            if (done)
                reportRefresh(name, before, *done);
            else
                reportFailure(done.error());
        }));
    m_feed.updateNow();
}

void ModelsPanel::evict()
{
    const QString name = m_selected;
    if (name.isEmpty())
        return;
    m_workbench.cache().unload({name.toStdString(), {}},
                               onGui(this, [this, name](const Result<void> &done) {
                                   if (!done)
                                       reportFailure(done.error());
                                   m_feed.updateNow();
                               }));
    m_feed.updateNow();
}

void ModelsPanel::togglePin()
{
    const ModelView *model = m_feed.state().find(m_selected.toStdString());
    if (!model)
        return;
    const Result<void> done =
        m_workbench.cache().setPinned({m_selected.toStdString(), {}}, !model->status.pinned);
    if (!done)
        reportFailure(done.error());
    m_feed.updateNow();
}

void ModelsPanel::editName()
{
    if (m_list->currentIndex().isValid())
        m_list->edit(m_list->currentIndex());
}

void ModelsPanel::rename(const QString &name, const QString &wanted)
{
    m_workbench.rename(name.toStdString(), wanted.toStdString(),
                       onGui(this, [this, name, wanted](const Result<void> &done) {
                           m_feed.updateNow();
                           if (!done)
                               return reportFailure(done.error());
                           if (m_selected.isEmpty() || m_selected == name)
                               select(wanted);
                       }));
}

void ModelsPanel::reveal()
{
    const ModelView *model = m_feed.state().find(m_selected.toStdString());
    if (!model || model->entry.versions.empty())
        return;
    const QFileInfo file(text(model->entry.versions.rbegin()->second.string()));
    QDesktopServices::openUrl(
        QUrl::fromLocalFile(file.isDir() ? file.absoluteFilePath() : file.absolutePath()));
}

void ModelsPanel::removeSelected()
{
    const QString name = m_selected;
    const ModelView *model = m_feed.state().find(name.toStdString());
    if (!model)
        return;
    const QString path = text(model->entry.root.string());
    m_workbench.remove(name.toStdString(),
                       onGui(this, [this, name, path](const Result<void> &done) {
                           m_feed.updateNow();
                           if (!done)
                               return reportFailure(done.error());
                           Q_EMIT removed(name, path);
                       }));
    m_feed.updateNow();
}

void ModelsPanel::reportFailure(const Error &error)
{
    Q_EMIT said(MessageOverlay::Kind::Error, text(error.message));
}

void ModelsPanel::reportRefresh(const QString &name,
                                const std::shared_ptr<const ModelStatus::Facts> &before,
                                const RefreshReport &report)
{
    const ModelView *model = m_feed.state().find(name.toStdString());
    const QString what =
        refreshText(name, before.get(), model ? model->status.facts.get() : nullptr, report);
    Q_EMIT said(MessageOverlay::Kind::Information, what);
    if (report.reloaded)
        Q_EMIT refreshed(name, what);
}

} // namespace warmbench::ui
