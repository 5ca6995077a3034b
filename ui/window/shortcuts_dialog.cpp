#include "ui/window/shortcuts_dialog.h"

#include "ui/shortcuts.h"
#include "ui/widgets/controls.h"

#include <algorithm>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

namespace {

enum Column { What, Keys };

bool holds(const QTreeWidgetItem &row, const QStringList &words)
{
    const QString text = row.text(What) + u' ' + row.text(Keys) + u' ' + row.parent()->text(What);
    return std::all_of(words.begin(), words.end(), [&](const QString &word) {
        return text.contains(word, Qt::CaseInsensitive);
    });
}

} // namespace

ShortcutsDialog::ShortcutsDialog(QWidget *parent)
    : QDialog(parent)
    , m_find(new QLineEdit(this))
    , m_list(new QTreeWidget(this))
{
    setObjectName(u"shortcutsDialog"_s);
    setWindowTitle(tr("Keyboard shortcuts"));
    m_find->setObjectName(u"findShortcut"_s);
    m_find->setAccessibleName(tr("Find a shortcut by words or keys"));
    m_find->setPlaceholderText(m_find->accessibleName());
    addClearButton(m_find);
    m_list->setObjectName(u"shortcutList"_s);
    m_list->setAccessibleName(windowTitle());
    m_list->setColumnCount(2);
    m_list->setHeaderHidden(true);
    m_list->setRootIsDecorated(false);
    m_list->setItemsExpandable(false);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setIndentation(14);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(What, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(Keys, QHeaderView::ResizeToContents);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    buttons->button(QDialogButtonBox::Close)->setAutoDefault(false);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 12);
    layout->setSpacing(10);
    layout->addWidget(m_find);
    layout->addWidget(m_list, 1);
    layout->addWidget(buttons);
    connect(m_find, &QLineEdit::textChanged, this, &ShortcutsDialog::showFound);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_find->setFocus();
    fill();
    resize(78 * fontMetrics().averageCharWidth(), parent ? parent->height() * 4 / 5 : 560);
}

void ShortcutsDialog::fill()
{
    QTreeWidgetItem *group = nullptr;
    for (const ShortcutRow &row : allShortcuts()) {
        if (!group || group->text(What) != row.group) {
            group = new QTreeWidgetItem(m_list, {row.group});
            QFont bold;
            bold.setWeight(QFont::DemiBold);
            group->setFont(What, bold);
            group->setFlags(Qt::ItemIsEnabled);
            group->setFirstColumnSpanned(true);
            group->setSizeHint(What, {0, fontMetrics().height() + 14});
            group->setTextAlignment(What, Qt::AlignLeft | Qt::AlignBottom);
        }
        auto *item =
            new QTreeWidgetItem(group, {row.what, row.keys.toString(QKeySequence::NativeText)});
        item->setSizeHint(What, {0, fontMetrics().height() + 8});
        item->setTextAlignment(Keys, Qt::AlignRight | Qt::AlignVCenter);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
    }
    m_list->expandAll();
}

void ShortcutsDialog::showFound(const QString &typed)
{
    const QStringList words = typed.split(u' ', Qt::SkipEmptyParts);
    for (int i = 0; i < m_list->topLevelItemCount(); ++i) {
        QTreeWidgetItem *group = m_list->topLevelItem(i);
        bool any = false;
        for (int j = 0; j < group->childCount(); ++j) {
            const bool found = holds(*group->child(j), words);
            group->child(j)->setHidden(!found);
            any = any || found;
        }
        group->setHidden(!any);
    }
}

} // namespace warmbench::ui
