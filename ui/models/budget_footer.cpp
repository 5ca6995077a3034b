#include "ui/models/budget_footer.h"

#include "ui/preferences.h"
#include "ui/widgets/display_text.h"
#include "ui/widgets/memory_bar.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace warmbench::ui {

BudgetFooter::BudgetFooter(Preferences &preferences, QWidget *parent)
    : QWidget(parent)
    , m_preferences(preferences)
    , m_bar(new MemoryBar(this))
    , m_line(new QStackedWidget(this))
    , m_figures(new QToolButton(this))
    , m_field(new QLineEdit(this))
{
    m_figures->setObjectName(u"memoryFigures"_s);
    m_figures->setAutoRaise(true);
    m_figures->setFocusPolicy(Qt::StrongFocus);
    m_figures->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_field->setObjectName(u"budgetInPlace"_s);
    m_field->setAccessibleName(tr("Budget of the models"));
    m_field->setToolTip(tr("Write a size such as 2GiB and press Return; Esc leaves it as it was"));
    m_field->installEventFilter(this);
    m_line->addWidget(m_figures);
    m_line->addWidget(m_field);
    m_line->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(3);
    layout->addWidget(m_bar);
    layout->addWidget(m_line);
    connect(m_figures, &QToolButton::clicked, this, &BudgetFooter::edit);
    connect(m_field, &QLineEdit::returnPressed, this, &BudgetFooter::apply);
    connect(&preferences, &Preferences::changed, this, &BudgetFooter::showGiven);
    showGiven();
}

void BudgetFooter::setMemory(Bytes used, Bytes budget)
{
    m_bar->setMemory(used, budget);
    m_figures->setText(tr("%1 of %2").arg(text(used), text(budget)));
    m_figures->setAccessibleName(
        tr("Models take %1 of %2; set the budget").arg(text(used), text(budget)));
}

void BudgetFooter::showGiven()
{
    const QString given = m_preferences.given(Preference::Budget);
    m_figures->setEnabled(given.isEmpty());
    m_figures->setToolTip(given.isEmpty() ? tr("Set the budget of the models")
                                          : tr("The budget was given %1").arg(given));
}

void BudgetFooter::edit()
{
    m_field->setText(m_preferences.value(Preference::Budget));
    m_line->setCurrentWidget(m_field);
    m_field->setFocus();
    m_field->selectAll();
}

void BudgetFooter::apply()
{
    if (m_field->isModified()) {
        if (const auto done = m_preferences.set(Preference::Budget, m_field->text()); !done) {
            Q_EMIT refused(text(done.error().message));
            return m_field->selectAll(); // to be mended
        }
    }
    leave();
}

void BudgetFooter::leave()
{
    const bool hadFocus = m_field->hasFocus();
    m_line->setCurrentWidget(m_figures);
    if (hadFocus)
        m_figures->setFocus();
}

// The line is as high as the field whether it shows it or not. Its layout would hear of a new style
// or font of the field only when that is shown.
void BudgetFooter::fitLine()
{
    m_field->ensurePolished();
    m_line->setFixedHeight(m_field->sizeHint().height());
}

void BudgetFooter::showEvent(QShowEvent *event)
{
    fitLine();
    QWidget::showEvent(event);
}

void BudgetFooter::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::StyleChange || event->type() == QEvent::FontChange)
        fitLine();
}

bool BudgetFooter::eventFilter(QObject *watched, QEvent *event)
{
    const bool pressed =
        event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride;
    const bool escape = pressed && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape;
    if (escape && event->type() == QEvent::ShortcutOverride)
        event->accept(); // else the window's shortcut takes it and gives up the run under way
    else if (escape || event->type() == QEvent::FocusOut)
        leave();
    return escape || QWidget::eventFilter(watched, event);
}

} // namespace warmbench::ui
