#include "ui/widgets/controls.h"

#include <QAction>
#include <QCoreApplication>
#include <QGraphicsOpacityEffect>
#include <QHeaderView>
#include <QLineEdit>
#include <QTableView>
#include <QToolButton>

namespace warmbench::ui {

void addClearButton(QLineEdit *line)
{
    line->setClearButtonEnabled(true);
    for (auto *button : line->findChildren<QToolButton *>())
        button->setAccessibleName(QCoreApplication::translate("Controls", "Clear the text"));
}

QToolButton *actionButton(QAction *action, QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setDefaultAction(action);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(action->text());
    return button;
}

void setFaint(QWidget *widget, bool faint)
{
    if (faint == (widget->graphicsEffect() != nullptr))
        return;
    // An effect draws the widget through a picture, which costs; without one nothing does.
    QGraphicsOpacityEffect *effect = nullptr;
    if (faint) {
        effect = new QGraphicsOpacityEffect(widget);
        effect->setOpacity(0.45);
    }
    widget->setGraphicsEffect(effect);
}

void setLines(QTableView *view)
{
    view->setFrameShape(QFrame::NoFrame);
    view->setShowGrid(false);
    view->setWordWrap(false);
    view->setTabKeyNavigation(false);
    view->setSelectionBehavior(QAbstractItemView::SelectRows);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view->verticalHeader()->hide();
    view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view->verticalHeader()->setDefaultSectionSize(view->fontMetrics().height() + 6);
    view->horizontalHeader()->setStretchLastSection(true);
    view->horizontalHeader()->setHighlightSections(false);
}

} // namespace warmbench::ui
