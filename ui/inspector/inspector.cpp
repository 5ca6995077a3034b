#include "ui/inspector/inspector.h"

#include "ui/inspector/engine_panel.h"
#include "ui/inspector/fact_delegate.h"
#include "ui/shortcuts.h"
#include "ui/widgets/caption_label.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

#include <QAction>
#include <QClipboard>
#include <QEvent>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QScrollBar>
#include <QToolButton>
#include <QTreeWidget>
#include <QTreeWidgetItemIterator>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

enum Column { Name, Value, From };
// Of an item's value column: all of the value, the settings key, and how it is written.
constexpr int WholeRole = Qt::UserRole;
constexpr int KeyRole = FactDelegate::ChoicesRole + 1;
constexpr int KindRole = KeyRole + 1;

// A path is shown by its last part; the tool tip and the clipboard have all of it.
QString shownValue(const QString &value)
{
    return value.startsWith(u'/') ? QFileInfo(value).fileName() : value;
}

QString keyOf(const QTreeWidgetItem *item)
{
    return item ? item->data(Value, KeyRole).toString() : QString();
}

} // namespace

Inspector::Inspector(Workbench &workbench, Background &background, QWidget *parent)
    : QWidget(parent)
    , m_editor(new SettingsEditor(workbench, background, this))
    , m_engine(new EnginePanel(workbench, this))
    , m_tree(new QTreeWidget(this))
    , m_delegate(new FactDelegate(this))
    , m_changes(new CaptionLabel(this))
{
    m_tree->setObjectName(u"inspectorTree"_s);
    m_tree->setAccessibleName(tr("Facts of the model"));
    m_tree->setColumnCount(3);
    m_tree->setHeaderLabels({tr("Property"), tr("Value"), tr("From")});
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setRootIsDecorated(true);
    m_tree->setIndentation(12);
    m_tree->setUniformRowHeights(true);
    m_tree->setTextElideMode(Qt::ElideRight);
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(Name, QHeaderView::Interactive);
    m_tree->header()->setSectionResizeMode(Value, QHeaderView::Stretch);
    // Long sources ("preprocessor_config.json") are cut, so that values keep their room.
    m_tree->header()->setSectionResizeMode(From, QHeaderView::Interactive);
    m_tree->setColumnWidth(Name, 112);
    m_tree->setColumnWidth(From, 88);
    m_tree->setMinimumHeight(48); // in a low window the verdict above it needs the room
    m_tree->setEditTriggers(QAbstractItemView::DoubleClicked);
    m_tree->setItemDelegate(m_delegate);
    connect(m_delegate, &FactDelegate::entered, this, &Inspector::take);
    connect(m_tree, &QTreeWidget::itemActivated, this, &Inspector::edit);
    makeActions();

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_engine);
    layout->addWidget(m_tree, 1);
    layout->addWidget(makeFooter());
    connect(m_editor, &SettingsEditor::applied, this, &Inspector::showChanges);
    showChanges();
}

void Inspector::makeActions()
{
    const auto add = [this](const QString &name, const QString &text, Shortcut shortcut,
                            void (Inspector::*call)()) {
        auto *action = new QAction(text, m_tree);
        action->setObjectName(name);
        action->setShortcut(keysOf(shortcut));
        action->setShortcutContext(Qt::WidgetShortcut);
        m_tree->addAction(action);
        connect(action, &QAction::triggered, this, call);
        return action;
    };
    QAction *change =
        add(u"editSetting"_s, tr("Change value"), Shortcut::EditSetting, &Inspector::edit);
    m_reset = new QAction(tr("Take back my change"), m_tree);
    m_reset->setObjectName(u"resetSetting"_s);
    m_tree->addAction(m_reset);
    connect(m_reset, &QAction::triggered, this,
            [this] { m_editor->reset(keyOf(m_tree->currentItem())); });
    add(u"copyFact"_s, tr("Copy value"), Shortcut::CopySelected, &Inspector::copySelected);
    m_tree->setContextMenuPolicy(Qt::ActionsContextMenu);
    const auto allow = [this, change] {
        const QString key = keyOf(m_tree->currentItem());
        change->setEnabled(m_tree->currentItem() &&
                           m_tree->currentItem()->flags().testFlag(Qt::ItemIsEditable));
        m_reset->setEnabled(!key.isEmpty() && m_editor->isChanged(key));
    };
    connect(m_tree, &QTreeWidget::currentItemChanged, this, allow);
    allow();
}

QWidget *Inspector::makeFooter()
{
    auto *footer = new QWidget(this);
    auto *row = new QHBoxLayout(footer);
    row->setContentsMargins(8, 4, 8, 4);
    row->setSpacing(4);
    row->addWidget(m_changes, 1);
    for (QAction *action :
         {m_editor->undoAction(), m_editor->discardAction(), m_editor->saveAction()})
        row->addWidget(actionButton(action, footer));
    for (QAction *action : {m_editor->undoAction(), m_editor->redoAction()}) {
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        addAction(action);
    }
    return footer;
}

void Inspector::setModel(const QString &name)
{
    m_name = name;
}

void Inspector::setState(const WorkbenchState &state)
{
    const ModelView *model = state.find(m_name.toStdString());
    m_engine->setModel(model);
    m_editor->setModel(model);
    if (!model) {
        m_tree->clear();
        m_shown.clear();
        m_facts.reset();
        showChanges();
        return;
    }
    // Versions may come and go while the loaded bundle stays the same.
    const QString shown =
        u"%1/%2/%3/%4"_s.arg(m_name, QString::fromStdString(model->status.loadedVersion))
            .arg(model->entry.versions.size())
            .arg(model->status.state == ModelState::Failed);
    const bool same = shown == m_shown && model->status.facts == m_facts;
    // An open editor would be lost.
    if (same || m_delegate->isEditing())
        return;
    m_shown = shown;
    m_facts = model->status.facts;
    rebuild(*model);
    showChanges();
}

void Inspector::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        m_shown.clear(); // so that the next update builds the rows in the new colours
}

void Inspector::rebuild(const ModelView &model)
{
    const QString current = keyOf(m_tree->currentItem());
    const int scrolled = m_tree->verticalScrollBar()->value();
    m_tree->clear();
    addWarnings(warningsOf(model));
    for (const FactGroup &facts : factGroups(model)) {
        QTreeWidgetItem *shown = group(facts.title);
        for (const Fact &fact : facts.facts)
            add(shown, fact);
    }
    m_tree->expandAll();
    for (QTreeWidgetItemIterator item(m_tree); *item && !current.isEmpty(); ++item)
        if (keyOf(*item) == current)
            m_tree->setCurrentItem(*item, Value);
    m_tree->verticalScrollBar()->setValue(scrolled);
}

// As rows, which move nothing else; the tool tip has the whole sentence.
void Inspector::addWarnings(const QStringList &warnings)
{
    if (warnings.isEmpty())
        return;
    QTreeWidgetItem *shown = group(tr("Warnings"));
    for (const QString &warning : warnings) {
        auto *item = new QTreeWidgetItem(shown, {warning});
        item->setFirstColumnSpanned(true);
        item->setIcon(Name, icon(u"warning"_s, themeColours().warning));
        item->setToolTip(Name, warning);
    }
}

QTreeWidgetItem *Inspector::group(const QString &title)
{
    auto *item = new QTreeWidgetItem(m_tree, {title});
    QFont font = m_tree->font();
    font.setWeight(QFont::DemiBold);
    item->setFont(Name, font);
    item->setFirstColumnSpanned(true);
    return item;
}

void Inspector::add(QTreeWidgetItem *parent, const Fact &fact)
{
    auto *item = new QTreeWidgetItem(parent, {fact.name, shownValue(fact.value), fact.origin});
    item->setData(Value, WholeRole, fact.value);
    item->setData(Value, KeyRole, fact.key);
    item->setData(Value, KindRole, static_cast<int>(fact.kind));
    item->setData(Value, FactDelegate::WrittenRole, fact.written);
    item->setData(Value, FactDelegate::ChoicesRole, fact.choices);
    item->setToolTip(Name, fact.name);
    item->setToolTip(Value, fact.value);
    item->setToolTip(From, fact.origin);
    item->setForeground(Name, palette().brush(QPalette::PlaceholderText));
    item->setForeground(From, palette().brush(QPalette::PlaceholderText));
    if (fact.kind != Fact::Kind::ReadOnly) {
        item->setFlags(item->flags() | Qt::ItemIsEditable);
        item->setToolTip(Value, tr("%1 (double-click or press %2 to change it)")
                                    .arg(fact.value, keysOf(Shortcut::EditSetting).toString()));
    }
    if (m_editor->isChanged(fact.key)) {
        QFont font = m_tree->font();
        font.setWeight(QFont::DemiBold);
        item->setFont(Value, font);
    }
}

void Inspector::showChanges()
{
    const int changes = m_editor->changes();
    m_changes->setText(!m_editor->canEdit() ? QString()
                       : changes == 0       ? tr("Double-click to change")
                                            : tr("%n change(s), not saved", nullptr, changes));
}

void Inspector::edit()
{
    if (QTreeWidgetItem *item = m_tree->currentItem();
        item && item->flags().testFlag(Qt::ItemIsEditable)) {
        m_tree->setCurrentItem(item, Value);
        m_tree->editItem(item, Value);
    }
}

void Inspector::take(const QModelIndex &index, const QString &written)
{
    m_editor->set(index.data(KeyRole).toString(),
                  settingOf(static_cast<Fact::Kind>(index.data(KindRole).toInt()), written));
}

void Inspector::copySelected()
{
    if (const QTreeWidgetItem *item = m_tree->currentItem())
        QGuiApplication::clipboard()->setText(item->text(Value).isEmpty()
                                                  ? item->text(Name)
                                                  : item->data(Value, WholeRole).toString());
}

} // namespace warmbench::ui
